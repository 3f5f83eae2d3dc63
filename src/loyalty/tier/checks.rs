//! What must always hold of tiers.

use crate::kit::verify::Check;

/// What must always hold of points that count towards tiers.
pub const CHECKS: &[Check] = &[Check {
    name: "What counts towards a tier was earned, and no more than that.",
    sql: "select q.transaction_id::text as violation
          from qualifying_entry q join ledger_transaction t on t.id = q.transaction_id
          join ledger_entry e on e.transaction_id = t.id and e.account in ('issuance', 'clawback')
          join wallet w on w.member_id = t.member_id
          where q.member_id <> coalesce(w.merged_into, t.member_id) or abs(q.points) > abs(e.amount) or sign(q.points) <> -sign(e.amount)
          union all
          select s.purchase_id || ': ' || s.points from (
            select coalesce(r.purchase_id, t.source_id::uuid) as purchase_id, sum(q.points) as points
            from qualifying_entry q join ledger_transaction t on t.id = q.transaction_id
            left join purchase_return r on t.source_type = 'purchase_return' and r.id = t.source_id::uuid
            where t.source_type in ('purchase', 'purchase_return') group by 1
          ) s where s.points < 0",
}];
