-- No debt was repaid before it arose, although an order of an earlier date may have repaid it.
alter table ledger_transaction disable trigger ledger_transaction_append_only;
update ledger_transaction t set effective_at = d.debt_at
from (
  select t.id, max(t.effective_at) filter (where e.amount < 0) over (partition by e.member_id order by t.recorded_at, t.id) as debt_at
  from ledger_entry e join ledger_transaction t on t.id = e.transaction_id where e.account = 'arrears'
) d
where t.id = d.id and t.kind = 'repay' and t.effective_at < d.debt_at;
alter table ledger_transaction enable trigger ledger_transaction_append_only;
