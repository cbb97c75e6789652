-- month, orders, revenue: for each month how many orders were sold (paid or shipped), and for how much. By
-- month.
select to_char(o.placed_at + interval '330 minutes', 'YYYY-MM') as month, count(distinct o.id) as orders, coalesce(sum(l.copies * l.price), 0) as revenue
from orders o
left join order_lines l on l.order_id = o.id
where o.status in ('paid', 'shipped')
group by to_char(o.placed_at + interval '330 minutes', 'YYYY-MM')
order by month;
