select e.card, e.id as entry_id, e.amount,
  (select sum(b.amount) from card_entries b
   where b.card = e.card and (b.booked_at < e.booked_at or b.booked_at = e.booked_at and b.id <= e.id)) as balance
from card_entries e
order by e.card, e.booked_at, e.id
