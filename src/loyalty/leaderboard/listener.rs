//! Keeps the score: turns events into changes of boards.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use futures_util::future::BoxFuture;

use super::{
    rules::{Gain, tally},
    store,
};
use crate::{
    domain::{GroupId, MemberId, Metric},
    events::Event,
    kit::{
        Conn,
        outbox::{Delivered, Listener},
    },
};

/// Writes the boards.
pub struct LeaderboardListener {
    /// Where days begin.
    pub zone: Tz,
}

impl Listener<Event> for LeaderboardListener {
    fn name(&self) -> &'static str {
        "leaderboard"
    }

    fn react<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let mut gains: Vec<Gain> = batch.iter().filter_map(gain).collect();
            let merged = store::find_merged(conn, gains.iter().map(|gain| gain.member_id).collect()).await?;
            for gain in &mut gains {
                gain.member_id = merged.get(&gain.member_id).copied().unwrap_or(gain.member_id);
            }
            store::add(conn, &tally(&gains, self.zone)).await?;
            let moved: BTreeSet<MemberId> = batch.iter().filter_map(|delivered| listing_of(&delivered.event)).collect();
            store::relist(conn, moved).await?;
            let gone: BTreeSet<GroupId> = batch.iter().filter_map(|delivered| group_gone(&delivered.event)).collect();
            store::delete_of_groups(conn, gone).await?;
            Ok(())
        })
    }
}

fn gain(Delivered { at, event, .. }: &Delivered<Event>) -> Option<Gain> {
    let (metric, member_id, amount, group_id) = match *event {
        Event::PointsEarned { member_id, points, group_id } => (Metric::Points, member_id, points, group_id),
        Event::ReputationChanged { member_id, amount, group_id } => (Metric::Reputation, member_id, amount, group_id),
        Event::AcceptedAnswersChanged { member_id, amount, group_id } => (Metric::AcceptedAnswers, member_id, amount, group_id),
        _ => return None,
    };
    Some(Gain { metric, member_id, amount, group_id, at: *at })
}

/// Whose listing may have changed; what it is now stands with the member.
fn listing_of(event: &Event) -> Option<MemberId> {
    match event {
        Event::LeaderboardListingChanged { member_id, .. } | Event::MemberErased { member_id, .. } => Some(*member_id),
        _ => None,
    }
}

fn group_gone(event: &Event) -> Option<GroupId> {
    match event {
        Event::GroupDeleted { group_id } => Some(*group_id),
        _ => None,
    }
}
