-- place, title, copies: the books on the first five places by copies sold. By place, then title.
select place, title, copies
from (
  select rank() over (order by sum(l.copies) desc) as place, b.title, sum(l.copies) as copies
  from order_lines l
  join orders o on o.id = l.order_id
  join books b on b.id = l.book_id
  where o.status in ('paid', 'shipped')
  group by b.id, b.title
) placed
where place <= 5
order by place, title;
