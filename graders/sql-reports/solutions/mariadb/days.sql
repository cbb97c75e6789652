-- day, orders: how many orders were placed on each day, whatever became of them. By day.
select date(placed_at + interval 330 minute) as day, count(*) as orders
from orders
group by date(placed_at + interval 330 minute)
order by day;
