-- When a gain or a loss of points counts on leaderboards: the date of what earned them, for what takes them back, too.
-- Null for what is neither.
alter table ledger_transaction add column counted_at timestamptz;

alter table ledger_transaction disable trigger ledger_transaction_append_only;
update ledger_transaction set counted_at = effective_at where kind in ('earn', 'restore');
update ledger_transaction t set counted_at = coalesce(p.purchased_at, a.occurred_at, r.effective_at, c.effective_at)
from ledger_transaction c
left join purchase_return pr on c.source_type = 'purchase_return' and pr.id::text = c.source_id
left join purchase p on p.id = pr.purchase_id
left join award a on c.source_type = 'award' and a.id::text = c.source_id
left join ledger_transaction r on c.source_type = 'referral' and r.source_type = 'referral' and r.kind = 'earn'
  and r.source_id = c.source_id and r.leg = c.leg
where t.id = c.id and c.kind = 'clawback';
alter table ledger_transaction enable trigger ledger_transaction_append_only;

alter table ledger_transaction add check ((kind in ('earn', 'restore', 'clawback')) = (counted_at is not null));
