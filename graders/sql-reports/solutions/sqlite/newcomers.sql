-- month, joined, bought, share: for each month of joining, how many joined and how many of these bought within
-- 30 days.
select strftime('%Y-%m', c.joined_on) as month, count(*) as joined, count(b.customer_id) as bought,
  round(100.0 * count(b.customer_id) / count(*), 1) as share
from customers c
left join (
  select distinct o.customer_id
  from orders o
  join customers c on c.id = o.customer_id
  where o.status in ('paid', 'shipped')
    and cast(julianday(date(o.placed_at, '+330 minutes')) - julianday(c.joined_on) as int) between 0 and 30
) b on b.customer_id = c.id
group by strftime('%Y-%m', c.joined_on)
order by month;
