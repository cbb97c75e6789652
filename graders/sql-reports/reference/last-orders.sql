select o.customer_id, o.id as order_id,
  coalesce((select sum(l.copies * l.price) from order_lines l where l.order_id = o.id), 0) as total
from orders o
where o.customer_id is not null
  and not exists (
    select 1 from orders later
    where later.customer_id = o.customer_id
      and (later.placed_at > o.placed_at or later.placed_at = o.placed_at and later.id > o.id)
  )
