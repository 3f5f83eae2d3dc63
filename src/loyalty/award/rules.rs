//! What posts as they stand are worth in points, and which of that is paid.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::{
    domain::{GroupId, MemberId, PostId},
    loyalty::earning::terms::{POST_HOLD_DAYS, Trigger},
};

/// The noun of awards in the ledger; the source's id is the award's.
pub const SOURCE: &str = "award";

/// Members below this trust level are newcomers: their votes earn nothing, and what their acceptance earns waits for them
/// to reach it.
pub const TRUST_MIN: i16 = 1;

/// Why an award is not paid for good: who accepted the answer remained a newcomer.
pub const LAPSED: &str = "newcomer";

/// An answer that helped somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct HelpfulAnswer {
    pub trigger: Trigger,
    pub post_id: PostId,
    pub author_id: MemberId,
    pub group_id: Option<GroupId>,
    /// Who voted, or asked the question.
    pub giver_id: MemberId,
    pub giver_trust: i16,
    /// The vote, or the accepted answer.
    pub source_id: Uuid,
    /// When it was cast or accepted.
    pub at: DateTime<Utc>,
}

impl HelpfulAnswer {
    /// Whether its points wait for the giver's trust.
    pub fn needs_trust(&self) -> bool {
        self.trigger == Trigger::AnswerAccepted && self.giver_trust < TRUST_MIN
    }

    /// When its points can be spent, by a rule's days of waiting.
    pub fn available_at(&self, hold_days: i64) -> DateTime<Utc> {
        let days = if self.needs_trust() { hold_days.max(POST_HOLD_DAYS) } else { hold_days };
        self.at + Duration::days(days)
    }
}

/// What an award needs, to be as its vote or acceptance stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AwardAction {
    Grant,
    /// For good.
    Revoke,
    /// For as long as the post is out of sight.
    Withdraw,
    Restore,
}

/// By whether a vote or an acceptance stands, its post is published, and its award is there (not revoked) or even
/// withdrawn.
pub fn step(stands: bool, published: bool, awarded: bool, withdrawn: bool) -> Option<AwardAction> {
    match (stands, awarded) {
        (true, false) => published.then_some(AwardAction::Grant),
        (false, true) => Some(AwardAction::Revoke),
        (true, true) if published == withdrawn => Some(if published { AwardAction::Restore } else { AwardAction::Withdraw }),
        _ => None,
    }
}

/// When points expire that were taken back while their post was out of sight: they did not age meanwhile.
pub fn expires_anew(expires_at: Option<DateTime<Utc>>, withdrawn_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    expires_at.map(|at| at + (now - withdrawn_at).max(Duration::zero()))
}

/// Until when points wait for somebody's trust whose post is back: as long as was left, and never no time at all.
pub fn waits_anew(available_at: DateTime<Utc>, withdrawn_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    now + (available_at - withdrawn_at).max(Duration::minutes(1))
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

/// The moment of something, with a mark that nothing else has.
#[derive(Clone, Debug)]
pub struct EventContext {
    pub at: DateTime<Utc>,
    pub mark: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn awards_follow_what_they_are_for() {
        for (stands, published, awarded, withdrawn, expected) in [
            (true, true, false, false, Some(AwardAction::Grant)),
            (true, false, false, false, None),
            (false, true, false, false, None),
            (true, true, true, false, None),
            (true, false, true, false, Some(AwardAction::Withdraw)),
            (true, false, true, true, None),
            (true, true, true, true, Some(AwardAction::Restore)),
            (false, true, true, false, Some(AwardAction::Revoke)),
            (false, false, true, true, Some(AwardAction::Revoke)),
        ] {
            assert_eq!(step(stands, published, awarded, withdrawn), expected, "{stands} {published} {awarded} {withdrawn}");
        }
    }

    #[test]
    fn points_wait_for_newcomers() {
        let at = DateTime::UNIX_EPOCH;
        for (trigger, giver_trust, hold_days, waits, days) in [
            (Trigger::AnswerAccepted, 0, 7, true, 7),
            (Trigger::AnswerAccepted, 0, 0, true, 7),
            (Trigger::AnswerAccepted, 0, 30, true, 30),
            (Trigger::AnswerAccepted, 1, 0, false, 0),
            (Trigger::AnswerUpvoted, 1, 7, false, 7),
        ] {
            let (author_id, giver_id) = (MemberId::new(), MemberId::new());
            let claim = HelpfulAnswer {
                trigger,
                post_id: PostId::new(),
                author_id,
                group_id: None,
                giver_id,
                giver_trust,
                source_id: Uuid::nil(),
                at,
            };
            let got = (claim.needs_trust(), claim.available_at(hold_days));
            assert_eq!(got, (waits, at + Duration::days(days)), "{trigger:?} {giver_trust} {hold_days}");
        }
    }

    #[test]
    fn points_do_not_age_while_their_post_is_out_of_sight() {
        let day = |day| DateTime::UNIX_EPOCH + Duration::days(day);
        for (expires, withdrawn, now, expected) in
            [(Some(10), 5, 20, Some(25)), (Some(30), 5, 20, Some(45)), (Some(30), 5, 5, Some(30)), (None, 5, 20, None)]
        {
            assert_eq!(expires_anew(expires.map(day), day(withdrawn), day(now)), expected.map(day), "{expires:?} {withdrawn} {now}");
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
