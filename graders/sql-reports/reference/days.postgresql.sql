select day, count(*) as orders
from (select cast(placed_at + interval '330 minutes' as date) as day from orders) placed
group by day
order by day
