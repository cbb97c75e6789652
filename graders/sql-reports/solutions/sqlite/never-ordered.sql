-- id, name: customers who have never placed an order, whatever became of it.
select c.id, c.name
from customers c
where not exists (select 1 from orders o where o.customer_id = c.id);
