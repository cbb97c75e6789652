-- category, depth, titles: each category, how deep it lies (0 at the top), and how many books it and all below
-- it hold.
with recursive below as (
  select id as top, id, 0 as steps from categories
  union all
  select below.top, c.id, below.steps + 1 from below join categories c on c.parent_id = below.id
), depths as (
  select id, max(steps) as depth from below group by id
)
select c.name as category, d.depth, count(b.id) as titles
from categories c
join depths d on d.id = c.id
join below on below.top = c.id
left join books b on b.category_id = below.id
group by c.id, c.name, d.depth;
