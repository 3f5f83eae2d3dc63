//! What must always hold between redemptions and the points book.

use crate::kit::verify::Check;

pub const CHECKS: &[Check] = &[
    Check {
        name: "A held redemption, and no other, has an open hold of its points.",
        sql: "select coalesce(d.id::text, h.source_id) as violation
              from (select * from redemption where state = 'held') d
              full join (
                select t.source_id, t.member_id, e.amount from ledger_transaction t
                join ledger_entry e on e.transaction_id = t.id and e.account = 'reserved'
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
              left join lateral (
                select coalesce(sum(amount), 0) as spent from ledger_entry where transaction_id = t.id and account = 'redeemed') s on true
              left join lateral (
                select coalesce(-sum(e.amount), 0) as refunded from ledger_transaction r
                join ledger_entry e on e.transaction_id = r.id and e.account = 'redeemed'
                where r.reverses_id = t.id and r.kind = 'refund') b on true
              where case
                when d.state in ('issued', 'fulfilled') then s.spent <> d.points or b.refunded <> 0
                when d.state = 'refunded' then s.spent <> d.points or b.refunded <> d.points
                else s.spent <> b.refunded
              end",
    },
];
