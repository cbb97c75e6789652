with recursive tree as (
  select id as top, id as category_id from categories
  union all
  select tree.top, c.id from tree join categories c on c.parent_id = tree.category_id
), depths as (
  select id, 0 as depth from categories where parent_id is null
  union all
  select c.id, d.depth + 1 from depths d join categories c on c.parent_id = d.id
)
select c.name as category, d.depth,
  (select count(*) from tree t join books b on b.category_id = t.category_id where t.top = c.id) as titles
from categories c join depths d on d.id = c.id
