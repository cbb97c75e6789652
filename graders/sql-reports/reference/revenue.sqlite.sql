select strftime('%Y-%m', o.placed_at, '+330 minutes') as month, count(*) as orders,
  sum((select coalesce(sum(l.copies * l.price), 0) from order_lines l where l.order_id = o.id)) as revenue
from orders o
where o.status in ('paid', 'shipped')
group by strftime('%Y-%m', o.placed_at, '+330 minutes')
order by month
