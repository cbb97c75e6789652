select date_format(c.joined_on, '%Y-%m') as month, count(*) as joined, sum(c.bought) as bought, round(100.0 * sum(c.bought) / count(*), 1) as share
from (
  select joined_on, case when exists (
    select 1 from orders o
    where o.customer_id = customers.id and o.status in ('paid', 'shipped')
      and datediff(date(o.placed_at + interval 330 minute), joined_on) between 0 and 30
  ) then 1 else 0 end as bought
  from customers
) c
group by date_format(c.joined_on, '%Y-%m')
order by month
