drop table lot_allocation, lot, ledger_entry, ledger_transaction, wallet;
drop function refuse_unbalanced();
