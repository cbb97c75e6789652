-- What the instructor says; it belongs to a learner and not to a grading, and so outlives every one of them.
create table notes (
    id integer primary key,
    exercise text not null,
    student text not null,
    text text not null,
    noted text not null
) strict;

create table adjustments (
    id integer primary key,
    exercise text not null,
    student text not null,
    change text not null check (change in ('by', 'to')),
    points integer not null,
    reason text not null,
    adjusted text not null
) strict;

create table policies (
    exercise text primary key,
    deadline integer,
    late text,
    counts text not null
) strict, without rowid;
