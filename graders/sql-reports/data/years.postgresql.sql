-- $(rows) orders of earlier years, one each hour, and twenty on the day that is asked for.
create table digits (d int primary key);
insert into digits values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
insert into customers values (1, 'Anjali Rao', null, '2010-01-01');
insert into categories values (1, 'Fiction', null);
insert into books values (1, 'The Long Rain', 1);
insert into orders
select n, 1, timestamp '2020-01-01' + n * interval '1 hour', 'paid'
from (
  select a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d as n
  from digits a, digits b, digits c, digits e, digits f
) numbers
where n < $(rows)
order by n;
insert into orders select 900000 + a.d + 10 * b.d, 1, '2026-03-02 06:00:00', 'paid' from digits a, digits b where b.d < 2;
insert into order_lines select id, 1, 1, 1, 10 from orders;
drop table digits;
