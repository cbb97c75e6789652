-- after_day, before_day, days: days with orders between which there was none for more than a week. By after_day.
with days as (
  select distinct date(placed_at, '+330 minutes') as day from orders
), steps as (
  select day as after_day, lead(day) over (order by day) as before_day from days
)
select after_day, before_day, cast(julianday(before_day) - julianday(after_day) as int) as days
from steps
where cast(julianday(before_day) - julianday(after_day) as int) > 7
order by after_day;
