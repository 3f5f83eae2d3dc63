drop trigger reputation_entry_append_only on reputation_entry;
create trigger reputation_entry_append_only before update or delete on reputation_entry
  for each row execute function refuse_change();
drop function refuse_change_but();
drop index reputation_entry_once;
alter table reputation_entry drop column moved;
alter table reputation_entry add constraint reputation_entry_kind_source_member_id_key unique (kind, source, member_id);
