//! Points for answers that helped: granted when an answer is accepted or voted up, taken back when it no longer is.
//! (design/loyalty.md, 7)

pub mod listener;
pub mod rules;
pub mod store;

pub use listener::Awards;

use crate::kit::verify::Check;

/// The noun of awards in the ledger; the source's id is the award's.
pub const SOURCE: &str = "award";

pub const CHECKS: &[Check] = &[
    Check {
        name: "A member has the points of an award for as long as it stands, and not longer.",
        sql: "select a.id || ': ' || a.granted as violation
              from award a
              left join (select t.source_id, -sum(e.amount) as points from ledger_transaction t join ledger_entry e on e.transaction_id = t.id
                         where t.source_type = 'award' and e.account in ('issuance', 'clawback') group by 1) l on l.source_id = a.id::text
              where a.trigger in ('answer_accepted', 'answer_upvoted')
                and coalesce(l.points, 0) <> case when a.revoked_at is null and a.withdrawn_at is null then a.granted else 0 end",
    },
    Check {
        name: "An award's transaction granted as many points, to the same member.",
        sql: "select a.id::text as violation from award a
              join ledger_transaction t on t.id = a.transaction_id
              left join ledger_entry e on e.transaction_id = t.id and e.account = 'issuance'
              where t.member_id <> a.member_id or a.granted <> coalesce(-e.amount, 0)",
    },
    Check {
        name: "No more answers are paid on a day than the rule allows.",
        sql: "select a.member_id || ' ' || a.trigger || ' ' || a.day as violation
              from award a join earning_rule_version v on v.id = a.rule_version_id
              where a.granted > 0 and a.revoked_at is null and a.trigger in ('answer_accepted', 'answer_upvoted')
              group by a.member_id, a.trigger, a.day having count(*) > max((v.terms ->> 'times_per_day')::bigint)",
    },
    Check {
        name: "A voter's votes for an author are paid once a day.",
        sql: "select a.member_id || ' ' || a.giver_id || ' ' || a.day as violation from award a
              where a.granted > 0 and a.revoked_at is null and a.trigger = 'answer_upvoted'
              group by a.member_id, a.giver_id, a.day having count(*) > 1",
    },
];
