-- day, orders: how many orders were placed on each day, whatever became of them. By day.
select date(placed_at, '+330 minutes') as day, count(*) as orders
from orders
group by date(placed_at, '+330 minutes')
order by day;
