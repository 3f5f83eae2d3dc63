//! Which events are worth points, and which of them are paid.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    events::{Event, PostRef},
    loyalty::earning::{rules::Rule, terms::Trigger},
    words::{MemberId, PostKind},
};

/// Votes of members below this trust level earn nothing.
pub const VOTER_TRUST_MIN: i16 = 1;

/// What an event asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    Grant(Claim),
    /// For good.
    Revoke {
        source_id: Uuid,
        trigger: Trigger,
    },
    /// For as long as the post is out of sight.
    Withdraw(PostRef),
    Restore(PostRef),
}

/// An answer that helped somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub trigger: Trigger,
    pub post: PostRef,
    /// Who voted or accepted.
    pub giver_id: MemberId,
    /// The vote, or the accepted answer.
    pub source_id: Uuid,
}

/// What an event asks for, if anything: nothing for oneself, nothing from new members, nothing for imports.
pub fn wish(event: &Event) -> Option<Wish> {
    match *event {
        Event::VoteCast { vote_id, post, from: 1, to, .. } if to != 1 && post.kind == PostKind::Answer => {
            Some(Wish::Revoke { source_id: vote_id.0, trigger: Trigger::AnswerUpvoted })
        }
        Event::VoteCast { vote_id, post, voter_id: Some(giver_id), voter_trust, from, to: 1, earns_points: true }
            if from != 1 && post.kind == PostKind::Answer && voter_trust >= VOTER_TRUST_MIN && giver_id != post.author_id =>
        {
            Some(Wish::Grant(Claim { trigger: Trigger::AnswerUpvoted, post, giver_id, source_id: vote_id.0 }))
        }
        Event::AnswerAccepted { answer, asker_id, earns_points: true } if asker_id != answer.author_id => {
            Some(Wish::Grant(Claim { trigger: Trigger::AnswerAccepted, post: answer, giver_id: asker_id, source_id: answer.id.0 }))
        }
        Event::AnswerUnaccepted { answer, .. } => Some(Wish::Revoke { source_id: answer.id.0, trigger: Trigger::AnswerAccepted }),
        Event::PostWithdrawn { post, .. } => Some(Wish::Withdraw(post)),
        Event::PostReturned { post, .. } => Some(Wish::Restore(post)),
        _ => None,
    }
}

/// The rule that pays: of those for its trigger the one with the highest priority, then the most points, then the oldest.
pub fn paying(rules: Vec<Rule>) -> Option<Rule> {
    rules.into_iter().min_by_key(|rule| (std::cmp::Reverse((rule.terms.priority, rule.terms.points)), rule.rule_id))
}

/// What was paid on a day already.
#[derive(diesel::QueryableByName, Clone, Copy, Debug, Default, PartialEq)]
pub struct Paid {
    /// To the member, for the same thing.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub times: i64,
    /// By the same voter to the same member.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub by_giver: bool,
}

/// Why something is not paid, if so.
pub fn limit(trigger: Trigger, times_per_day: Option<i64>, paid: Paid) -> Option<&'static str> {
    if trigger == Trigger::AnswerUpvoted && paid.by_giver {
        return Some("voter_per_day");
    }
    times_per_day.is_some_and(|most| paid.times >= most).then_some("times_per_day")
}

/// The moment of something, with its number, which nothing else has.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub at: DateTime<Utc>,
    pub number: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{PostId, VoteId};

    #[test]
    fn what_is_worth_points() {
        let (author_id, voter) = (MemberId::new(), MemberId::new());
        let post = |kind| PostRef { id: PostId::new(), kind, question_id: PostId::new(), author_id, group_id: None };
        let (answer, question) = (post(PostKind::Answer), post(PostKind::Question));
        let vote = |post, voter_id, voter_trust, from, to, earns_points| Event::VoteCast {
            vote_id: VoteId::new(),
            post,
            voter_id,
            voter_trust,
            from,
            to,
            earns_points,
        };
        let accepted = |asker_id, earns_points| Event::AnswerAccepted { answer, asker_id, earns_points };
        for (event, expected) in [
            (vote(answer, Some(voter), 1, 0, 1, true), "grant"),
            (vote(answer, Some(voter), 1, -1, 1, true), "grant"),
            (vote(answer, Some(voter), 1, 1, 0, true), "revoke"),
            (vote(answer, Some(voter), 1, 1, -1, true), "revoke"),
            (vote(answer, Some(voter), 0, 0, 1, true), "nothing"),
            (vote(answer, Some(voter), 1, 0, -1, true), "nothing"),
            (vote(answer, Some(voter), 1, 0, 1, false), "nothing"),
            (vote(answer, Some(author_id), 4, 0, 1, true), "nothing"),
            (vote(answer, None, 4, 0, 1, true), "nothing"),
            (vote(question, Some(voter), 4, 0, 1, true), "nothing"),
            (accepted(voter, true), "grant"),
            (accepted(voter, false), "nothing"),
            (accepted(author_id, true), "nothing"),
            (Event::AnswerUnaccepted { answer, asker_id: voter }, "revoke"),
            (Event::PostWithdrawn { post: answer, review_item_id: None }, "withdraw"),
            (Event::PostReturned { post: answer, review_item_id: None }, "restore"),
            (Event::AnswerPosted { post: answer }, "nothing"),
        ] {
            let wished = match wish(&event) {
                Some(Wish::Grant(_)) => "grant",
                Some(Wish::Revoke { .. }) => "revoke",
                Some(Wish::Withdraw(_)) => "withdraw",
                Some(Wish::Restore(_)) => "restore",
                None => "nothing",
            };
            assert_eq!(wished, expected, "{event:?}");
        }
    }

    #[test]
    fn what_is_paid() {
        let paid = |times, by_giver| Paid { times, by_giver };
        for (trigger, most, paid, limited_by) in [
            (Trigger::AnswerUpvoted, Some(10), paid(9, false), None),
            (Trigger::AnswerUpvoted, Some(10), paid(10, false), Some("times_per_day")),
            (Trigger::AnswerUpvoted, Some(10), paid(1, true), Some("voter_per_day")),
            (Trigger::AnswerUpvoted, None, paid(1_000, false), None),
            (Trigger::AnswerAccepted, Some(3), paid(2, true), None),
            (Trigger::AnswerAccepted, Some(3), paid(3, false), Some("times_per_day")),
        ] {
            assert_eq!(limit(trigger, most, paid), limited_by, "{trigger:?} {most:?} {paid:?}");
        }
    }
}
