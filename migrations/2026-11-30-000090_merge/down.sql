alter table ledger_transaction drop constraint ledger_transaction_kind_check;
alter table ledger_transaction add constraint ledger_transaction_kind_check
  check (kind in ('earn', 'activate', 'expire', 'hold', 'release', 'redeem', 'refund', 'clawback', 'repay', 'restore', 'adjust', 'erase'));
alter table wallet drop column closed, drop column merged_into;
drop table merged_row;
drop table merge;
alter table member drop column merged_into;
