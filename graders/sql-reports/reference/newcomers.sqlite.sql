select strftime('%Y-%m', c.joined_on) as month, count(*) as joined, sum(c.bought) as bought, round(100.0 * sum(c.bought) / count(*), 1) as share
from (
  select joined_on, case when exists (
    select 1 from orders o
    where o.customer_id = customers.id and o.status in ('paid', 'shipped')
      and cast(julianday(date(o.placed_at, '+330 minutes')) - julianday(joined_on) as int) between 0 and 30
  ) then 1 else 0 end as bought
  from customers
) c
group by strftime('%Y-%m', c.joined_on)
order by month
