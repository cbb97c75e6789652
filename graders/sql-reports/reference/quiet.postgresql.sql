with days as (select distinct cast(placed_at + interval '330 minutes' as date) as day from orders)
select one.day as after_day, min(other.day) as before_day, (min(other.day) - one.day) as days
from days one join days other on other.day > one.day
group by one.day
having (min(other.day) - one.day) > 7
order by one.day
