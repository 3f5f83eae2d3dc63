//! What a vote does.

use crate::{
    domain::VoteId,
    events::{Event, PostRef},
    identity::Actor,
    kit::rate_limits::{DAY, RateLimit},
};

/// Votes of one member.
pub const VOTE: RateLimit = RateLimit::per("vote", 40, DAY);
/// Votes of one member on what another one wrote; nothing comes back before a day is over.
pub const VOTE_ON_AUTHOR: RateLimit = RateLimit::every("vote on author", 5, DAY);

/// A vote as it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vote {
    pub id: VoteId,
    /// 1 or -1.
    pub value: i16,
}

/// What becomes of the counters when votes come and go: up votes, down votes.
pub fn deltas(from: i16, to: i16) -> (i32, i32) {
    (i32::from(to == 1) - i32::from(from == 1), i32::from(to == -1) - i32::from(from == -1))
}

/// What others hear. A changed vote is an old one taken back and a new one cast, each with an id of its own, so that what
/// it earned is found by that id.
pub fn events(post: PostRef, voter: &Actor, old: Option<Vote>, new: Option<Vote>) -> Vec<Event> {
    let cast = |vote: Vote, from, to| Event::VoteCast { vote_id: vote.id, post, voter_id: Some(voter.member_id), from, to };
    old.map(|vote| cast(vote, vote.value, 0)).into_iter().chain(new.map(|vote| cast(vote, 0, vote.value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_follow_votes() {
        for ((from, to), expected) in [
            ((0, 1), (1, 0)),
            ((1, 0), (-1, 0)),
            ((1, -1), (-1, 1)),
            ((-1, 1), (1, -1)),
            ((0, -1), (0, 1)),
            ((-1, 0), (0, -1)),
            ((1, 1), (0, 0)),
        ] {
            assert_eq!(deltas(from, to), expected, "{from} {to}");
        }
    }
}
