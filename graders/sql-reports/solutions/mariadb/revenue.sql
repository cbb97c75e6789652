-- month, orders, revenue: for each month how many orders were sold (paid or shipped), and for how much. By
-- month.
select date_format(o.placed_at + interval 330 minute, '%Y-%m') as month, count(distinct o.id) as orders, coalesce(sum(l.copies * l.price), 0) as revenue
from orders o
left join order_lines l on l.order_id = o.id
where o.status in ('paid', 'shipped')
group by date_format(o.placed_at + interval 330 minute, '%Y-%m')
order by month;
