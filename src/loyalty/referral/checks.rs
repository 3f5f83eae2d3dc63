//! What must always hold between referrals and the points book.

use crate::kit::verify::Check;

/// What must always hold between referrals and the points book.
pub const CHECKS: &[Check] = &[
    Check {
        name: "Points of a referral exist while it is rewarded, and are taken back when it is reversed.",
        sql: "select coalesce(r.id::text, b.source_id) as violation
              from referral r
              full join (
                select t.source_id, sum(-e.amount) as standing, count(distinct coalesce(w.merged_into, t.member_id)) as members
                from ledger_transaction t join ledger_entry e on e.transaction_id = t.id and e.account in ('issuance', 'clawback')
                join wallet w on w.member_id = t.member_id
                where t.source_type = 'referral' group by 1
              ) b on b.source_id = r.id::text
              where r.id is null and b.source_id is not null
                 or r.state = 'reversed' and coalesce(b.standing, 0) <> 0
                 or r.state in ('pending', 'qualified', 'rejected') and b.source_id is not null
                 or b.members > 2",
    },
    Check {
        name: "A referral says what its state wants.",
        sql: "select id::text as violation from referral
              where state in ('qualified', 'rewarded', 'reversed') and (purchase_id is null or qualified_at is null or matures_at is null)
                 or (state in ('pending', 'qualified')) <> (resolved_at is null)
                 or (state in ('rejected', 'reversed')) <> (reason <> '')",
    },
];
