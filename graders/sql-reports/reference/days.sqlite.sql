select day, count(*) as orders
from (select date(placed_at, '+330 minutes') as day from orders) placed
group by day
order by day
