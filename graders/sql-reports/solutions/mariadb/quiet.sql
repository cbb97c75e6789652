-- after_day, before_day, days: days with orders between which there was none for more than a week. By after_day.
with days as (
  select distinct date(placed_at + interval 330 minute) as day from orders
), steps as (
  select day as after_day, lead(day) over (order by day) as before_day from days
)
select after_day, before_day, datediff(before_day, after_day) as days
from steps
where datediff(before_day, after_day) > 7
order by after_day;
