-- order_id, customer, total: the orders that were placed on 2 March 2026. By order_id.
select o.id as order_id, coalesce(c.name, 'guest') as customer, coalesce(sum(l.copies * l.price), 0) as total
from orders o
left join customers c on c.id = o.customer_id
left join order_lines l on l.order_id = o.id
where o.placed_at >= '2026-03-01 18:30:00'
  and o.placed_at < '2026-03-02 18:30:00'
group by o.id, c.name
order by o.id;
