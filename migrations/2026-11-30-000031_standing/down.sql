alter table reputation_entry disable trigger reputation_entry_append_only;
delete from reputation_entry where amount = 0;
alter table reputation_entry enable trigger reputation_entry_append_only;
alter table reputation_entry drop constraint reputation_entry_amount_check;
alter table reputation_entry add constraint reputation_entry_amount_check check (amount <> 0);
drop index award_awaiting_trust;
alter table award drop column awaits_trust;
alter table post drop column accepted_earns_points;
alter table vote drop column voter_trust;
