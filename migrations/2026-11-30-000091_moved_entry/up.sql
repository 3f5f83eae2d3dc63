-- Entries of reputation change hands when two members become one; nothing else of them ever changes.

-- Whether it has changed hands. One member may so come to have two entries of one cause, as the author and as the voter, who
-- were two.
alter table reputation_entry add column moved boolean not null default false;
alter table reputation_entry drop constraint reputation_entry_kind_source_member_id_key;
create unique index reputation_entry_once on reputation_entry (kind, source, member_id) where not moved;

-- The trigger's arguments name the columns that may change.
create function refuse_change_but() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and to_jsonb(new) - tg_argv = to_jsonb(old) - tg_argv then
    return new;
  end if;
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
drop trigger reputation_entry_append_only on reputation_entry;
create trigger reputation_entry_append_only before update or delete on reputation_entry
  for each row execute function refuse_change_but('member_id', 'moved');
