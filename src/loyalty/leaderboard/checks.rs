//! What must hold between the boards and the books that they are counted from.

use super::store;
use crate::kit::{
    Kit, Problem,
    verify::{Check, Repair},
};

/// What must always hold of scores.
pub const CHECKS: &[Check] = &[Check {
    name: "Every score, of each period and group, is what the books say.",
    sql: concat!(
        "with ",
        expected_entries!("true"),
        ", scored as (
           select s.member_id, b.metric, b.group_id, b.period, b.starts_on, s.score
           from leaderboard b join leaderboard_score s on s.leaderboard_id = b.id
           left join user_group g on g.id = b.group_id
           where g.deleted_at is null
         )
         select format('%s of member %s in %s %s: %s on the board, %s in the books', metric, member_id, period, starts_on,
                       coalesce(sum(score) filter (where on_board), 0), coalesce(sum(score) filter (where not on_board), 0)) as violation
         from (select *, true as on_board from scored
               union all select member_id, metric, group_id, period, starts_on, score, false from due) both_sides
         group by member_id, metric, group_id, period, starts_on
         having sum(case when on_board then score else -score end) <> 0"
    ),
}];

/// Counts every board anew.
pub const REPAIRS: &[Repair] =
    &[Repair { of: &["Every score, of each period and group, is what the books say."], run: |kit| Box::pin(recount(kit)) }];

async fn recount(kit: Kit) -> Result<u64, Problem> {
    let mut tx = kit.db.begin().await?;
    let wrong = store::rebuild(&mut tx).await?;
    tx.commit().await?;
    Ok(wrong as u64)
}
