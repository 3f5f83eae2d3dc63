alter table ledger_transaction drop column counted_at;
