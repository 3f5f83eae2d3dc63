//! Who becomes one with whom, and what that came to.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{MemberId, Role},
    refusals, text_enum,
};

/// Characters of a merge's reason.
pub const REASON_CHARS: std::ops::RangeInclusive<usize> = 3..=500;

refusals! {
    /// Why two members cannot become one, or two again.
    pub enum Refusal {
        SameMember = CONFLICT "same_member" "This is one member already.",
        Merged = CONFLICT "merged" "One of the two was merged into another member before: merge that one, or undo it first." on "merge_once",
        StaffMember = CONFLICT "staff_member" "Staff are not merged away: take the role from them first.",
        NoAccount = CONFLICT "no_account" "An account is not merged into a member who has none: merge the other way round.",
        MovedSince = CONFLICT "moved_since" "Points have moved since, so this merge can no longer be undone.",
        Gone = CONFLICT "member_gone" "The member has been erased, so this merge can no longer be undone.",
    }
}

text_enum! {
    /// What a merge moves.
    pub enum Moved {
        /// Partners' names for the member.
        CustomerNumbers = "customer_numbers",
        Purchases = "purchases",
        Redemptions = "redemptions",
        /// Whom the member recommended, and who recommended them.
        Referrals = "referrals",
        TierChanges = "tier_changes",
        Questions = "questions",
        Answers = "answers",
        Comments = "comments",
        Votes = "votes",
        Flags = "flags",
        Follows = "follows",
        Sanctions = "sanctions",
        /// Points of reputation.
        Reputation = "reputation",
        /// Groups that the member is in, asked to be in or is invited to.
        Memberships = "memberships",
        Notifications = "notifications",
    }
}

text_enum! {
    /// What the two had of each other, which nobody has of themselves.
    pub enum TakenBack {
        Votes = "votes",
        Acceptances = "acceptances",
        Flags = "flags",
        Referrals = "referrals",
    }
}

/// How many of something went over.
#[derive(Object, Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct MovedCount {
    pub of: Moved,
    pub count: i64,
}

/// How many of something were taken back, and the points that it had earned.
#[derive(Object, Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct TakenBackCount {
    pub of: TakenBack,
    pub count: i64,
    pub points: i64,
}

/// A member's points and tier at a moment.
#[derive(Object, Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq)]
pub struct PointsAndTier {
    pub available: i64,
    pub pending: i64,
    /// Set aside for rewards that are not issued yet.
    pub reserved: i64,
    /// Debt: 0 or less.
    pub arrears: i64,
    /// The tier's position; 0 is where everybody begins.
    pub tier_rank: i16,
}

/// What a merge came to.
#[derive(Object, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[oai(rename = "MergeOutcome")]
pub struct MergeOutcome {
    /// What went over, without what there was none of.
    pub moved: Vec<MovedCount>,
    /// What the two had of each other, and lost by becoming one.
    pub taken_back: Vec<TakenBackCount>,
    /// What the member who was merged had, and has no more.
    pub from: PointsAndTier,
    /// What the other had before.
    pub into_before: PointsAndTier,
    /// What the other has from then on.
    pub into_after: PointsAndTier,
}

impl MergeOutcome {
    /// Notes how many of something went over; nothing for none.
    pub fn moves(&mut self, of: Moved, count: i64) {
        if count > 0 {
            self.moved.push(MovedCount { of, count });
        }
    }

    /// Notes how many of something were taken back, and the points that they had earned; nothing for none.
    pub fn takes_back(&mut self, of: TakenBack, count: i64, points: i64) {
        if count > 0 {
            self.taken_back.push(TakenBackCount { of, count, points });
        }
    }

    /// Adds what something that was taken back had earned.
    pub fn costs(&mut self, of: TakenBack, points: i64) {
        match self.taken_back.iter_mut().find(|taken| taken.of == of) {
            Some(taken) => taken.points += points,
            None if points != 0 => self.taken_back.push(TakenBackCount { of, count: 0, points }),
            None => {}
        }
    }
}

/// One of two members.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Party {
    pub id: MemberId,
    pub role: Role,
    /// Has an account.
    pub claimed: bool,
    pub merged_into: Option<MemberId>,
}

/// Whether `from` may become a part of `into`.
pub fn decide(from: &Party, into: &Party) -> Result<(), Refusal> {
    if from.id == into.id {
        Err(Refusal::SameMember)
    } else if from.merged_into.is_some() || into.merged_into.is_some() {
        Err(Refusal::Merged)
    } else if from.role > Role::Member {
        Err(Refusal::StaffMember)
    } else if from.claimed && !into.claimed {
        Err(Refusal::NoAccount)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_becomes_one_with_whom() {
        let party = |claimed, role| Party { id: MemberId::new(), role, claimed, merged_into: None };
        let (ada, bob, guest) = (party(true, Role::Member), party(true, Role::Member), party(false, Role::Member));
        let mo = party(true, Role::Moderator);
        let gone = Party { merged_into: Some(ada.id), ..bob };
        for (from, into, expected) in [
            (guest, ada, Ok(())),
            (bob, ada, Ok(())),
            (guest, mo, Ok(())),
            (guest, party(false, Role::Member), Ok(())),
            (ada, ada, Err(Refusal::SameMember)),
            (gone, ada, Err(Refusal::Merged)),
            (ada, gone, Err(Refusal::Merged)),
            (mo, ada, Err(Refusal::StaffMember)),
            (ada, guest, Err(Refusal::NoAccount)),
        ] {
            assert_eq!(decide(&from, &into), expected, "{from:?} {into:?}");
        }
    }

    #[test]
    fn what_there_is_none_of_is_not_told() {
        let mut outcome = MergeOutcome::default();
        outcome.moves(Moved::Votes, 0);
        outcome.moves(Moved::Purchases, 2);
        outcome.takes_back(TakenBack::Votes, 1, 0);
        outcome.costs(TakenBack::Votes, 2);
        outcome.costs(TakenBack::Acceptances, 0);
        assert_eq!(outcome.moved, [MovedCount { of: Moved::Purchases, count: 2 }]);
        assert_eq!(outcome.taken_back, [TakenBackCount { of: TakenBack::Votes, count: 1, points: 2 }]);
    }
}
