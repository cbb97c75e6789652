-- card, entry_id, amount, balance: each entry of each gift card, and what was on the card after it. By card,
-- booked_at, id.
select card, id as entry_id, amount, sum(amount) over (partition by card order by booked_at, id) as balance
from card_entries
order by card, booked_at, id;
