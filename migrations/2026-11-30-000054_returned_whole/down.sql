-- An order that was reported again stands twice: the first of them gets a number of its own.
update purchase p set order_id = p.order_id || ' ' || p.id
where returned_whole_at is not null
  and exists (select from purchase q where q.partner_id = p.partner_id and q.order_id = p.order_id and q.id <> p.id);
drop index purchase_of_order, purchase_of_returned_order;
alter table purchase drop column returned_whole_at;
alter table purchase add unique (partner_id, order_id);
