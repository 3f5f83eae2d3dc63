//! What must hold between the boards and the books that they are counted from.

use super::store;
use crate::kit::{
    Kit, Problem,
    verify::{Check, Repair},
};

/// Every gain that the boards have heard of: what stands in the books, less what waits in the outbox or is parked.
/// Columns metric, member_id, group_id, amount, at. A macro, because a constant cannot be made of constants otherwise.
macro_rules! books {
    () => {
        "select 'points' as metric, t.member_id, p.group_id, -e.amount as amount, t.effective_at as at
         from ledger_transaction t
         join ledger_entry e on e.transaction_id = t.id and e.account in ('issuance', 'clawback')
         left join award a on a.id = case when t.source_type = 'award' then t.source_id::uuid end
         left join post p on p.id = a.post_id
         where t.kind in ('earn', 'restore', 'clawback')
         union all
         select 'reputation', e.member_id, p.group_id, e.amount, e.occurred_at
         from reputation_entry e left join post p on p.id = e.post_id
         union all
         select 'accepted_answers', a.author_id, a.group_id, 1, q.accepted_at
         from post q join post a on a.id = q.accepted_answer_id where a.author_id <> q.author_id
         union all
         select case kind when 'points_earned' then 'points' when 'reputation_changed' then 'reputation' else 'accepted_answers' end,
                (payload->>'member_id')::uuid, (payload->>'group_id')::uuid,
                -coalesce((payload->>'points')::bigint, (payload->>'amount')::bigint), occurred_at
         from (select kind, payload, occurred_at from outbox_event union all select kind, payload, occurred_at from parked_event) waiting
         where kind in ('points_earned', 'reputation_changed', 'accepted_answers_changed')"
    };
}

pub const BOOKS: &str = books!();

pub const CHECKS: &[Check] = &[Check {
    name: "An all-time score of the whole site is what the books say.",
    sql: concat!(
        "with book as (",
        books!(),
        "), due as (select metric, member_id, sum(amount) as score from book group by 1, 2),
         scored as (
           select b.metric, s.member_id, s.score from leaderboard b join leaderboard_score s on s.leaderboard_id = b.id
           where b.period = 'all' and b.group_id is null
         )
         select format('%s of member %s: %s on the board, %s in the books', coalesce(d.metric, s.metric),
                       coalesce(d.member_id, s.member_id), coalesce(s.score, 0), coalesce(d.score, 0)) as violation
         from due d full join scored s on s.metric = d.metric and s.member_id = d.member_id
         where coalesce(d.score, 0) <> coalesce(s.score, 0)"
    ),
}];

pub const REPAIRS: &[Repair] =
    &[Repair { of: &["An all-time score of the whole site is what the books say."], run: |kit| Box::pin(recount(kit)) }];

async fn recount(kit: Kit) -> Result<u64, Problem> {
    let mut tx = kit.db.begin().await?;
    let wrong = store::rebuild(&mut tx, kit.time_zone).await?;
    tx.commit().await?;
    Ok(wrong as u64)
}
