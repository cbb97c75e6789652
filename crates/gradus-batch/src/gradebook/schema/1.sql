-- What was graded, with what, and what came of it.
create table runs (
    id integer primary key,
    exercise text not null,
    title text not null,
    pass integer not null,
    source text not null,
    grader_digest text not null,
    seed text not null,
    isolation text not null,
    regrade text not null,
    repeat integer not null,
    begun text not null,
    ended text
) strict;

-- The checks of each grader, in its order.
create table checks (
    exercise text not null,
    grader_digest text not null,
    position integer not null,
    id text not null,
    claim text not null,
    worth text not null,
    points integer not null,
    hidden integer not null,
    primary key (exercise, grader_digest, position)
) strict, without rowid;

-- What a learner handed in. Another content is another submission.
create table submissions (
    id integer primary key,
    exercise text not null,
    student text not null,
    name text,
    members text not null,
    label text not null,
    digest text not null,
    source text not null,
    revision text,
    submitted_at integer,
    self_declared integer not null,
    unique (exercise, student, label, digest)
) strict;

create table gradings (
    id integer primary key,
    run integer not null references runs,
    submission integer not null references submissions,
    turn integer not null,
    grader_digest text not null,
    seed text not null,
    isolation text not null,
    limits text not null,
    verdict text not null,
    why text,
    earned integer not null,
    maximum integer not null,
    near text,
    took_ms integer not null,
    peak_memory integer,
    cpu_ms integer,
    graded text not null,
    unique (run, submission, turn)
) strict;
create index gradings_by_submission on gradings (submission, grader_digest);

create table outcomes (
    grading integer not null references gradings,
    position integer not null,
    outcome text not null,
    took_ms integer not null,
    primary key (grading, position)
) strict, without rowid;

-- Apart, so that a table of a class need not read past them.
create table reports (
    grading integer primary key references gradings,
    json text not null
) strict;
