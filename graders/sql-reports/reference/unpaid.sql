select order_id, billed, paid from (
  select o.id as order_id,
    coalesce((select sum(l.copies * l.price) from order_lines l where l.order_id = o.id), 0) as billed,
    coalesce((select sum(p.amount) from payments p where p.order_id = o.id), 0) as paid
  from orders o where o.status in ('paid', 'shipped')
) sums
where abs(billed - paid) > 0.001
