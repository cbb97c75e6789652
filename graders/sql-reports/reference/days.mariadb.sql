select day, count(*) as orders
from (select date(placed_at + interval 330 minute) as day from orders) placed
group by day
order by day
