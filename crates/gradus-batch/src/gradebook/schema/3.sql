-- What came of all checks in one word, a letter each, so that a class is compared without a row for each check of each grading.
alter table gradings add column came text not null default '';
update gradings set came = coalesce((
    select group_concat(letter, '') from (
        select substr(outcome, 1, 1) as letter from outcomes where grading = gradings.id order by position
    )
), '');
-- The gradings of each submission in the order in which they are looked at.
create index gradings_in_order on gradings (submission, run desc, turn);
