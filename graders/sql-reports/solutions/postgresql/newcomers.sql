-- month, joined, bought, share: for each month of joining, how many joined and how many of these bought within
-- 30 days.
select to_char(c.joined_on, 'YYYY-MM') as month, count(*) as joined, count(b.customer_id) as bought,
  round(100.0 * count(b.customer_id) / count(*), 1) as share
from customers c
left join (
  select distinct o.customer_id
  from orders o
  join customers c on c.id = o.customer_id
  where o.status in ('paid', 'shipped')
    and (cast(o.placed_at + interval '330 minutes' as date) - c.joined_on) between 0 and 30
) b on b.customer_id = c.id
group by to_char(c.joined_on, 'YYYY-MM')
order by month;
