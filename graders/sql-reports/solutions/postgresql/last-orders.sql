-- customer_id, order_id, total: the last order of each customer who has one, and the total of its lines.
with numbered as (
  select id, customer_id, row_number() over (partition by customer_id order by placed_at desc, id desc) as nth
  from orders
  where customer_id is not null
)
select n.customer_id, n.id as order_id, coalesce(sum(l.copies * l.price), 0) as total
from numbered n
left join order_lines l on l.order_id = n.id
where n.nth = 1
group by n.customer_id, n.id;
