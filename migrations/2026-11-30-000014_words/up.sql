-- What never changes may lose its words when somebody is erased, and nothing else: the trigger's arguments name the columns.
create function refuse_change_but_silence() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and to_jsonb(new) - tg_argv = to_jsonb(old) - tg_argv
     and not exists (select 1 from unnest(tg_argv) column_name where to_jsonb(new) ->> column_name <> '') then
    return new;
  end if;
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

drop trigger audit_entry_append_only on audit_entry;
-- The title stands with the question, where erasure finds it.
update audit_entry set detail = detail - 'title' where action = 'delete_question' and detail ? 'title';
create trigger audit_entry_append_only before update or delete on audit_entry
  for each row execute function refuse_change_but_silence('reason');
drop trigger ledger_transaction_append_only on ledger_transaction;
create trigger ledger_transaction_append_only before update or delete on ledger_transaction
  for each row execute function refuse_change_but_silence('note');

-- Finds the stored answers that tell of a member.
create index idempotency_key_of_member on idempotency_key ((body::jsonb ->> 'member_id')) where body::jsonb ? 'handle';
