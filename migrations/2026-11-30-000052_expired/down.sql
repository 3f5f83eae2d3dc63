alter table lot_allocation disable trigger lot_allocation_append_only;
delete from lot_allocation where remaining_delta = 0 and reserved_delta = 0;
alter table lot_allocation enable trigger lot_allocation_append_only;
alter table lot_allocation drop column expired_delta;
alter table lot_allocation add check (remaining_delta <> 0 or reserved_delta <> 0);
alter table lot drop column expired;
