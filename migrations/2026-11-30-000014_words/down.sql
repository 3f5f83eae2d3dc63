drop index idempotency_key_of_member;
drop trigger ledger_transaction_append_only on ledger_transaction;
create trigger ledger_transaction_append_only before update or delete on ledger_transaction
  for each row execute function refuse_change();
drop trigger audit_entry_append_only on audit_entry;
create trigger audit_entry_append_only before update or delete on audit_entry
  for each row execute function refuse_change();
drop function refuse_change_but_silence();
