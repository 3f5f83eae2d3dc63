//! Two members become one in the forum, and two again: what they wrote, how they voted, and the esteem that it brought.

mod rules;
mod store;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use self::rules::{AcceptedAnswer, MovedVote};
use super::{post, reputation, trust::store as trust};
use crate::{
    domain::{PostId, PostKind},
    events,
    identity::merge::{
        Merge, Merging,
        rules::{MergeOutcome, Moved, TakenBack},
    },
    kit::{Conn, Problem},
};

/// The forum's part in merges. Boards are counted anew from its books.
pub struct ForumMerging;

impl Merging for ForumMerging {
    fn merge<'a>(&'a self, conn: &'a mut Conn, merge: &'a Merge, outcome: &'a mut MergeOutcome) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            store::lock_posts(conn, merge).await?;
            for (of, kind) in [(Moved::Questions, PostKind::Question), (Moved::Answers, PostKind::Answer)] {
                outcome.moves(of, store::count_posts(conn, merge.from, kind).await?);
            }
            let before = store::find_accepted(conn, merge).await?;
            let reputation_before = reputation::store::find_total(conn, merge.into).await?;
            let votes = store::set_votes_aside(conn, merge).await?;
            let flags = store::set_own_flags_aside(conn, merge).await?;
            let mut counts: BTreeMap<Moved, i64> = BTreeMap::new();
            for rows in store::ROWS {
                let count = store::take(conn, merge, rows).await?;
                if let Some(of) = rows.of {
                    *counts.entry(of).or_default() += count;
                }
            }
            store::take_revisions(conn, merge).await?;
            reputation::store::take(conn, merge).await?;
            counts.into_iter().for_each(|(of, count)| outcome.moves(of, count));
            events::publish(conn, merge.at, rules::vote_events(&votes, false)).await?;
            let turned = settle(conn, merge, merge.at, &before, &votes, []).await?;
            // What the two had of each other is gone by now.
            let reputation = reputation::store::find_total(conn, merge.into).await?;
            outcome.moves(Moved::Reputation, reputation - reputation_before);
            outcome.takes_back(TakenBack::Votes, votes.len() as i64, 0);
            outcome.takes_back(TakenBack::Acceptances, turned, 0);
            outcome.takes_back(TakenBack::Flags, flags, 0);
            Ok(())
        })
    }

    fn undo<'a>(&'a self, conn: &'a mut Conn, merge: &'a Merge, now: DateTime<Utc>) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            store::lock_posts(conn, merge).await?;
            let before = store::find_accepted(conn, merge).await?;
            for rows in store::ROWS {
                store::give(conn, merge, rows).await?;
            }
            store::settle_tag_follows(conn, merge).await?;
            store::give_revisions(conn, merge).await?;
            let votes = store::cast_votes_again(conn, merge).await?;
            let entries = reputation::store::give(conn, merge).await?;
            events::publish(conn, now, rules::vote_events(&votes, true)).await?;
            let later = entries.iter().filter(|entry| entry.later).filter_map(|entry| Some((entry.post_id?, entry.at)));
            settle(conn, merge, now, &before, &votes, later).await?;
            Ok(())
        })
    }
}

/// What follows when rows have changed hands and votes are gone, or are there again: reputation as posts now stand, levels of
/// trust, weights of reviews, and the order of lists. `later` are posts with entries of reputation that came after the merge.
/// Returns how many acceptances count now, or no longer do.
async fn settle(
    conn: &mut Conn,
    merge: &Merge,
    now: DateTime<Utc>,
    before: &[AcceptedAnswer],
    votes: &[MovedVote],
    later: impl IntoIterator<Item = (PostId, DateTime<Utc>)>,
) -> Result<i64, Problem> {
    let after = store::find_accepted(conn, merge).await?;
    let turned = rules::turned(before, &after);
    // Taken back, and given again, on the dates of what it was for.
    let of_votes = votes.iter().map(|vote| (vote.post_id, vote.cast_at));
    let of_answers = turned.iter().map(|answer| (answer.post_id, answer.accepted_at));
    let moments: BTreeMap<PostId, DateTime<Utc>> = later.into_iter().chain(of_votes).chain(of_answers).collect();
    let changed = moments.into_iter().map(|(post, at)| (post, (Uuid::now_v7().to_string(), at))).collect();
    reputation::listener::settle(conn, &changed).await?;
    events::publish(conn, now, rules::acceptance_events(&turned)).await?;
    store::weigh_anew(conn, merge).await?;
    store::hold_trust(conn, merge).await?;
    trust::mark_due(conn, [(merge.from, now), (merge.into, now)]).await?;
    let mut questions: BTreeSet<PostId> = votes.iter().map(|vote| vote.question_id).collect();
    questions.extend(store::find_questions(conn, merge).await?);
    post::store::settle_listings(conn, &questions.into_iter().collect::<Vec<_>>()).await?;
    Ok(turned.len() as i64)
}
