select o.id as order_id, coalesce((select c.name from customers c where c.id = o.customer_id), 'guest') as customer,
  coalesce((select sum(l.copies * l.price) from order_lines l where l.order_id = o.id), 0) as total
from orders o
where o.placed_at >= '2026-03-01 18:30:00' and o.placed_at < '2026-03-02 18:30:00'
order by o.id
