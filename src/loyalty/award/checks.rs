//! What must always hold of awards.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{listener, rules::EventContext};
use crate::{
    awards_and_claims,
    domain::PostId,
    kit::{
        Kit, Problem,
        db::take_time,
        outbox,
        verify::{self, Check, Repair},
    },
};

const STANDINGS: &str = "Awards are as the votes and acceptances that they are for stand.";
const POSTS_A_BATCH: usize = 100;

/// Posts whose awards are not as their votes and acceptances stand, although nothing that waits tells of them.
/// Columns post_id, violation.
macro_rules! unsettled {
    () => {
        concat!(
            "select c.post_id, c.trigger || ' ' || coalesce(c.source_id, c.award_id) || ': '
                    || case when c.award_id is null then 'no award' when c.source_id is null then 'an award for nothing'
                            when c.published then 'a withdrawn award of a post that is seen' else 'an award of a post that is not seen' end as violation
             from ",
            awards_and_claims!("true"),
            " c
             join member m on m.id = c.author_id and m.erased_at is null
             left join (select distinct r.trigger, v.valid_from, v.valid_until from earning_rule r join earning_rule_version v on v.rule_id = r.id) rule
               on c.award_id is null and rule.trigger = c.trigger and rule.valid_from <= c.at and (rule.valid_until is null or rule.valid_until > c.at)
             left join (select aggregate from outbox_event union select aggregate from parked_event) waiting
               on waiting.aggregate = 'thread:' || c.question_id
             where waiting.aggregate is null
               and (c.award_id is null and c.published and rule.trigger is not null
                    or c.source_id is null or c.award_id is not null and c.published = c.withdrawn)
             group by 1, 2"
        )
    };
}

/// Members whom others were merged into, and on which day last: until then each of them had what a day allows.
macro_rules! whole {
    () => {
        "select into_id as member_id, (max(at) at time zone current_setting('regulars.time_zone'))::date as since
         from merge where undone_at is null group by 1"
    };
}

const UNSETTLED: &str = concat!("select distinct post_id as id from (", unsettled!(), ") u order by id");

/// What must always hold of awards.
pub const CHECKS: &[Check] = &[
    Check {
        name: STANDINGS,
        sql: concat!("select violation from (", unsettled!(), ") u"),
    },
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
              join wallet w on w.member_id = t.member_id
              left join ledger_entry e on e.transaction_id = t.id and e.account = 'issuance'
              where coalesce(w.merged_into, t.member_id) <> a.member_id or a.granted <> coalesce(-e.amount, 0)",
    },
    Check {
        name: "An award is its answer's author's.",
        sql: "select a.id::text as violation from award a join post p on p.id = a.post_id join member m on m.id = p.author_id
              where a.member_id <> p.author_id and m.erased_at is null and a.trigger in ('answer_accepted', 'answer_upvoted')",
    },
    Check {
        name: "No more answers are paid on a day than the rule allows.",
        sql: concat!(
            "with whole as (", whole!(), ")
              select a.member_id || ' ' || a.trigger || ' ' || a.day as violation
              from award a join earning_rule_version v on v.id = a.rule_version_id
              left join whole w on w.member_id = a.member_id and w.since >= a.day
              where a.granted > 0 and a.revoked_at is null and a.trigger in ('answer_accepted', 'answer_upvoted') and w.member_id is null
              group by a.member_id, a.trigger, a.day having count(*) > max((v.terms ->> 'times_per_day')::bigint)"
        ),
    },
    Check {
        name: "A voter's votes for an author are paid once a day.",
        sql: concat!(
            "with whole as (", whole!(), ")
              select a.member_id || ' ' || a.giver_id || ' ' || a.day as violation from award a
              left join whole w on w.member_id in (a.member_id, a.giver_id) and w.since >= a.day
              where a.granted > 0 and a.revoked_at is null and a.trigger = 'answer_upvoted' and w.member_id is null
              group by a.member_id, a.giver_id, a.day having count(*) > 1"
        ),
    },
];

/// Settles awards anew, as their listener does.
pub const REPAIRS: &[Repair] = &[Repair { of: &[STANDINGS], run: |kit| Box::pin(settle(kit)) }];

/// Settles posts anew, as whoever hears of them does: the statements of those concerned tell of it.
async fn settle(kit: Kit) -> Result<u64, Problem> {
    let posts = verify::find_broken(&mut *kit.db.begin().await?, UNSETTLED).await?.into_iter().map(PostId).collect::<Vec<_>>();
    for some in posts.chunks(POSTS_A_BATCH) {
        let mut tx = kit.db.begin().await?;
        take_time(&mut tx).await?;
        outbox::hold(&mut tx).await?;
        let at = kit.clock.now();
        let moment = || EventContext { at, mark: Uuid::now_v7().to_string() };
        let changed: BTreeMap<_, _> = some.iter().map(|post| (*post, moment())).collect();
        listener::settle(&mut tx, kit.time_zone, &changed).await?;
        tx.commit().await?;
        kit.outbox.wake();
    }
    Ok(posts.len() as u64)
}
