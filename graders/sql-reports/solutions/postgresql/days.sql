-- day, orders: how many orders were placed on each day, whatever became of them. By day.
select cast(placed_at + interval '330 minutes' as date) as day, count(*) as orders
from orders
group by cast(placed_at + interval '330 minutes' as date)
order by day;
