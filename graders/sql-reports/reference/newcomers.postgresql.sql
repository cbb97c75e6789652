select to_char(c.joined_on, 'YYYY-MM') as month, count(*) as joined, sum(c.bought) as bought, round(100.0 * sum(c.bought) / count(*), 1) as share
from (
  select joined_on, case when exists (
    select 1 from orders o
    where o.customer_id = customers.id and o.status in ('paid', 'shipped')
      and (cast(o.placed_at + interval '330 minutes' as date) - joined_on) between 0 and 30
  ) then 1 else 0 end as bought
  from customers
) c
group by to_char(c.joined_on, 'YYYY-MM')
order by month
