select to_char(o.placed_at + interval '330 minutes', 'YYYY-MM') as month, count(*) as orders,
  sum((select coalesce(sum(l.copies * l.price), 0) from order_lines l where l.order_id = o.id)) as revenue
from orders o
where o.status in ('paid', 'shipped')
group by to_char(o.placed_at + interval '330 minutes', 'YYYY-MM')
order by month
