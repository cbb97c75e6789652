select date_format(o.placed_at + interval 330 minute, '%Y-%m') as month, count(*) as orders,
  sum((select coalesce(sum(l.copies * l.price), 0) from order_lines l where l.order_id = o.id)) as revenue
from orders o
where o.status in ('paid', 'shipped')
group by date_format(o.placed_at + interval 330 minute, '%Y-%m')
order by month
