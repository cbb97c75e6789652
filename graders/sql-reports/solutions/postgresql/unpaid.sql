-- order_id, billed, paid: sold orders whose payments do not add up to what was billed.
with billed as (
  select order_id, sum(copies * price) as amount from order_lines group by order_id
), paid as (
  select order_id, sum(amount) as amount from payments group by order_id
)
select o.id as order_id, coalesce(billed.amount, 0) as billed, coalesce(paid.amount, 0) as paid
from orders o
left join billed on billed.order_id = o.id
left join paid on paid.order_id = o.id
where o.status in ('paid', 'shipped')
  and round(coalesce(billed.amount, 0), 2) <> round(coalesce(paid.amount, 0), 2);
