-- month, joined, bought, share: for each month of joining, how many joined and how many of these bought within
-- 30 days.
select date_format(c.joined_on, '%Y-%m') as month, count(*) as joined, count(b.customer_id) as bought,
  round(100.0 * count(b.customer_id) / count(*), 1) as share
from customers c
left join (
  select distinct o.customer_id
  from orders o
  join customers c on c.id = o.customer_id
  where o.status in ('paid', 'shipped')
    and datediff(date(o.placed_at + interval 330 minute), c.joined_on) between 0 and 30
) b on b.customer_id = c.id
group by date_format(c.joined_on, '%Y-%m')
order by month;
