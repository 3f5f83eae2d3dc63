//! What must hold of boards: their scores are what the books say, and their buckets count the scores.

use super::store;
use crate::kit::{
    Kit, Problem,
    verify::{Check, Repair},
};

const SCORES: &str = "Every score, of each period and group, is what the books say.";
const BUCKETS: &str = "A board's buckets count who is on it.";

/// What must always hold of boards.
pub const CHECKS: &[Check] = &[
    Check {
        name: SCORES,
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
    },
    Check {
        name: BUCKETS,
        sql: "with scored as (
            select leaderboard_id, score, count(*) as members from leaderboard_score where listed and score > 0 group by 1, 2
          ), counted as (
            select s.leaderboard_id, b.lowest, sum(s.members) as members
            from scored s cross join lateral (
              select max(o.lowest) as lowest from leaderboard_bucket o where o.leaderboard_id = s.leaderboard_id and o.lowest <= s.score) b
            group by 1, 2
          )
          select format('bucket %s of board %s has %s members, and says %s', coalesce(b.lowest, c.lowest, 1),
                        coalesce(b.leaderboard_id, c.leaderboard_id), coalesce(c.members, 0), coalesce(b.members, 0)) as violation
          from leaderboard_bucket b full join counted c on c.leaderboard_id = b.leaderboard_id and c.lowest = b.lowest
          where coalesce(b.members, 0) <> coalesce(c.members, 0)",
    },
];

/// Counts boards anew, and then what follows from them.
pub const REPAIRS: &[Repair] =
    &[Repair { of: &[SCORES], run: |kit| Box::pin(recount(kit)) }, Repair { of: &[BUCKETS], run: |kit| Box::pin(recount_buckets(kit)) }];

async fn recount(kit: Kit) -> Result<u64, Problem> {
    let mut tx = kit.db.begin().await?;
    let wrong = store::rebuild(&mut tx).await?;
    tx.commit().await?;
    Ok(wrong as u64)
}

async fn recount_buckets(kit: Kit) -> Result<u64, Problem> {
    let mut tx = kit.db.begin().await?;
    let boards = store::rebuild_buckets(&mut tx).await?;
    tx.commit().await?;
    Ok(boards as u64)
}
