with sold as (
  select b.id, b.title, sum(l.copies) as copies
  from books b join order_lines l on l.book_id = b.id join orders o on o.id = l.order_id
  where o.status in ('paid', 'shipped')
  group by b.id, b.title
), placed as (
  select title, copies, (select count(*) from sold more where more.copies > sold.copies) + 1 as place from sold
)
select place, title, copies from placed where place <= 5 order by place, title
