with days as (select distinct date(placed_at, '+330 minutes') as day from orders)
select one.day as after_day, min(other.day) as before_day, cast(julianday(min(other.day)) - julianday(one.day) as int) as days
from days one join days other on other.day > one.day
group by one.day
having cast(julianday(min(other.day)) - julianday(one.day) as int) > 7
order by one.day
