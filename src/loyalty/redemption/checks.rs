//! What must always hold between redemptions and the points book.

use crate::kit::verify::Check;

/// What must always hold between redemptions and the points book.
pub const CHECKS: &[Check] = &[
    Check {
        name: "A held redemption, and no other, has an open hold of its points.",
        sql: "select coalesce(d.id::text, h.source_id) as violation
              from (select * from redemption where state = 'held') d
              full join (
                select t.source_id, coalesce(w.merged_into, t.member_id) as member_id, e.amount from ledger_transaction t
                join ledger_entry e on e.transaction_id = t.id and e.account = 'reserved'
                join wallet w on w.member_id = t.member_id
                where t.kind = 'hold' and t.source_type = 'redemption'
                  and not exists (select from ledger_transaction r where r.reverses_id = t.id)
              ) h on h.source_id = d.id::text
              where d.id is null or h.source_id is null or h.amount <> d.points or h.member_id <> d.member_id",
    },
    Check {
        name: "A redemption that was issued spent its points, and one that was cancelled or refunded has them back.",
        sql: "select d.id || ' (' || d.state || ')' as violation
              from redemption d
              left join ledger_transaction t on t.source_type = 'redemption' and t.source_id = d.id::text and t.kind = 'redeem'
              left join (select transaction_id, sum(amount) as spent from ledger_entry where account = 'redeemed' group by 1) s
                on s.transaction_id = t.id
              left join (select r.reverses_id, -sum(e.amount) as refunded from ledger_transaction r
                         join ledger_entry e on e.transaction_id = r.id and e.account = 'redeemed' where r.kind = 'refund' group by 1) b
                on b.reverses_id = t.id
              cross join lateral (select coalesce(s.spent, 0) as spent, coalesce(b.refunded, 0) as refunded) is_so
              where case
                when d.state in ('issued', 'fulfilled') then is_so.spent <> d.points or is_so.refunded <> 0
                when d.state = 'refunded' then is_so.spent <> d.points or is_so.refunded <> d.points
                else is_so.spent <> is_so.refunded
              end",
    },
];
