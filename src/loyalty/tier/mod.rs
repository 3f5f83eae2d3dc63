//! Tiers: the ladder, who stands where, and how long. Qualifying points are their own metric; spending does not touch
//! them. (design/loyalty.md, 13)

pub mod api;
pub mod ladder;
pub mod rules;
pub mod store;

use std::time::Duration;

use chrono::{DateTime, Utc};

use self::rules::{Cause, Outcome};
use crate::{
    events::{self, Event},
    kit::{Conn, Kit, Problem, background::Job, verify::Check},
    words::MemberId,
};

/// Members whose tiers are looked at in one transaction.
const MEMBERS_A_BATCH: i64 = 500;

pub const REVIEW_TIERS: Job = Job { name: "review_tiers", every: Duration::from_secs(60), run: |kit| Box::pin(review(kit)) };

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

/// A member moved on the ladder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TierChange {
    pub member_id: MemberId,
    pub from_rank: i16,
    pub to_rank: i16,
}

/// Looks where members stand after what they earned or returned, and moves them. Their wallets are open, so that nobody
/// else does the same. Tells of each move.
pub async fn requalify(conn: &mut Conn, members: &[MemberId], cause: Cause, now: DateTime<Utc>) -> Result<Vec<TierChange>, Problem> {
    if members.is_empty() {
        return Ok(vec![]);
    }
    let mut outcomes = Vec::new();
    for place in store::find_places(conn, members, rules::window_start(now)).await? {
        let outcome = rules::decide(&place.ladder(), &place.standing, cause, now);
        if outcome != Outcome::Stays {
            outcomes.push((place.standing, outcome));
        }
    }
    store::record(conn, &outcomes, cause, now).await?;
    let moved = |(standing, outcome): &(rules::Standing, Outcome)| match outcome {
        Outcome::Moves { to_rank, .. } => Some(TierChange { member_id: standing.member_id, from_rank: standing.rank, to_rank: *to_rank }),
        _ => None,
    };
    let changes: Vec<TierChange> = outcomes.iter().filter_map(moved).collect();
    let told = changes.iter().map(|TierChange { member_id, from_rank, to_rank }| Event::TierChanged {
        member_id: *member_id,
        from_rank: *from_rank,
        to_rank: *to_rank,
    });
    events::tell(conn, now, told).await?;
    Ok(changes)
}

/// Renews or takes away tiers whose time has ended.
async fn review(kit: Kit) -> Result<(), Problem> {
    let now = kit.clock.now();
    loop {
        let mut tx = kit.db.begin().await?;
        let members = store::lock_ended(&mut tx, now, MEMBERS_A_BATCH).await?;
        if members.is_empty() {
            return Ok(());
        }
        requalify(&mut tx, &members, Cause::Ended, now).await?;
        tx.commit().await?;
        kit.outbox.ring();
    }
}
