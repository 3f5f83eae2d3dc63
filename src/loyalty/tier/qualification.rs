//! Moves members on the ladder after what they earned or returned.

use chrono::{DateTime, Utc};

use super::{
    rules::{self, TierCause, TierDecision},
    store,
};
use crate::{
    domain::MemberId,
    events::{self, Event},
    kit::{Conn, Problem},
};

/// A member moved on the ladder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TierChange {
    pub member_id: MemberId,
    pub from_rank: i16,
    pub to_rank: i16,
}

/// Looks where members stand after what they earned or returned, and moves them. Their wallets are open, so that nobody
/// else does the same. Tells of each move.
pub async fn requalify(conn: &mut Conn, members: &[MemberId], cause: TierCause, now: DateTime<Utc>) -> Result<Vec<TierChange>, Problem> {
    if members.is_empty() {
        return Ok(vec![]);
    }
    let mut outcomes = Vec::new();
    for placement in store::find_placements(conn, members, rules::window_start(now)).await? {
        let outcome = rules::decide(&placement.ladder(), &placement.status, cause, now);
        if outcome != TierDecision::Stays {
            outcomes.push((placement.status, outcome));
        }
    }
    store::record(conn, &outcomes, cause, now).await?;
    let moved = |(status, outcome): &(rules::TierStatus, TierDecision)| match outcome {
        TierDecision::Moves { to_rank, .. } => Some(TierChange { member_id: status.member_id, from_rank: status.rank, to_rank: *to_rank }),
        _ => None,
    };
    let changes: Vec<TierChange> = outcomes.iter().filter_map(moved).collect();
    let events = changes.iter().map(|TierChange { member_id, from_rank, to_rank }| Event::TierChanged {
        member_id: *member_id,
        from_rank: *from_rank,
        to_rank: *to_rank,
    });
    events::publish(conn, now, events).await?;
    Ok(changes)
}
