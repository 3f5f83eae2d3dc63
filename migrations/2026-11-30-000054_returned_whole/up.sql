-- When the last of a purchase came back. It is none, then: its order may be reported again, and becomes another purchase.
alter table purchase add column returned_whole_at timestamptz;
update purchase p set returned_whole_at = r.at
from (select purchase_id, max(recorded_at) as at from purchase_return group by 1) r
where r.purchase_id = p.id
  and not exists (select from purchase_line l where l.purchase_id = p.id and l.returned_quantity < l.quantity);
alter table purchase drop constraint purchase_partner_id_order_id_key;
create unique index purchase_of_order on purchase (partner_id, order_id) where returned_whole_at is null;
create index purchase_of_returned_order on purchase (partner_id, order_id) where returned_whole_at is not null;
