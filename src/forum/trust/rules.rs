//! Which trust level the facts make.
//!
//! docs/community-rules.md, Trust: also why a day counts on which somebody wrote or voted, and none on which they read.

use chrono::{DateTime, Duration, Utc};

use crate::refusals;

/// Trust levels: 0 is a newcomer's, 4 is given by hand only.
pub const TRUST: std::ops::RangeInclusive<i64> = 0..=4;

/// Level 1 without a purchase: so many days in the community, and so many posts, comments and votes.
const T1_DAYS: i64 = 1;
const T1_CONTRIBUTIONS: i64 = 5;
const T2_DAYS: i64 = 7;
const T2_REPLIES: i64 = 3;
const T2_UPVOTES: i64 = 1;
/// How long an upheld flag keeps a member from level 2.
pub const T2_CLEAN_DAYS: i64 = 60;
/// Level 3 looks at so many days.
pub const T3_WINDOW_DAYS: i64 = 100;
const T3_ACTIVE_DAYS: i64 = 20;
const T3_UPVOTES: i64 = 10;
const T3_ACCEPTED: i64 = 2;
const T3_FLAGGED_MAX: i64 = 2;
/// Level 3 is looked at again this often, because its window moves on.
const T3_LOOK_DAYS: i64 = 1;

refusals! {
    /// Why a trust level cannot be changed by hand.
    pub enum Refusal {
        NotByHand = CONFLICT "trust_not_by_hand" "This member's trust was not set by hand.",
    }
}

/// So many of each are all that [`level`] asks for: whoever counts need count no further.
pub const MOST: Facts = Facts {
    days_since_joining: i64::MAX,
    purchased: true,
    contributions: T1_CONTRIBUTIONS,
    replies: T2_REPLIES,
    upvotes: T2_UPVOTES,
    flagged_lately: 1,
    flagged: T3_FLAGGED_MAX + 1,
    active_days: T3_ACTIVE_DAYS,
    window_upvotes: T3_UPVOTES,
    accepted: T3_ACCEPTED,
};

/// What bears on a member's trust; what others and they themselves contribute may be counted up to [`MOST`] only.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Facts {
    pub days_since_joining: i64,
    /// A partner has reported a purchase of theirs.
    pub purchased: bool,
    /// Published posts, comments, and votes cast.
    pub contributions: i64,
    /// Published answers and comments.
    pub replies: i64,
    /// On their published posts.
    pub upvotes: i64,
    /// Posts of theirs that were flagged within [`T2_CLEAN_DAYS`], and the flags upheld.
    pub flagged_lately: i64,
    /// The rest within [`T3_WINDOW_DAYS`].
    pub flagged: i64,
    pub active_days: i64,
    pub window_upvotes: i64,
    pub accepted: i64,
}

/// The trust level, 0 to 3.
pub fn level(facts: &Facts) -> i16 {
    let takes_part = facts.days_since_joining >= T1_DAYS && facts.contributions >= T1_CONTRIBUTIONS;
    if !(facts.purchased || takes_part) {
        return 0;
    }
    let helps = facts.replies >= T2_REPLIES && facts.upvotes >= T2_UPVOTES;
    if facts.days_since_joining < T2_DAYS || !helps || facts.flagged_lately > 0 {
        return 1;
    }
    let leads = facts.active_days >= T3_ACTIVE_DAYS && facts.window_upvotes >= T3_UPVOTES && facts.accepted >= T3_ACCEPTED;
    if leads && facts.flagged <= T3_FLAGGED_MAX { 3 } else { 2 }
}

/// When time alone may next change the level, with nothing else happening.
pub fn next_look(facts: &Facts, joined_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if level(facts) == 3 || facts.flagged_lately > 0 {
        return Some(now + Duration::days(T3_LOOK_DAYS));
    }
    [T1_DAYS, T2_DAYS].into_iter().find(|days| facts.days_since_joining < *days).map(|days| joined_at + Duration::days(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Facts = Facts {
        days_since_joining: 0,
        purchased: false,
        contributions: 0,
        replies: 0,
        upvotes: 0,
        flagged_lately: 0,
        flagged: 0,
        active_days: 0,
        window_upvotes: 0,
        accepted: 0,
    };
    const REGULAR: Facts = Facts {
        days_since_joining: 200,
        contributions: 90,
        replies: 40,
        upvotes: 30,
        active_days: 20,
        window_upvotes: 10,
        accepted: 2,
        ..NEW
    };

    /// The facts as they are counted: no further than [`MOST`].
    fn counted(facts: Facts) -> Facts {
        Facts {
            contributions: facts.contributions.min(MOST.contributions),
            replies: facts.replies.min(MOST.replies),
            upvotes: facts.upvotes.min(MOST.upvotes),
            window_upvotes: facts.window_upvotes.min(MOST.window_upvotes),
            accepted: facts.accepted.min(MOST.accepted),
            ..facts
        }
    }

    #[test]
    fn levels() {
        for (name, facts, expected) in [
            ("new", NEW, 0),
            ("a customer", Facts { purchased: true, ..NEW }, 1),
            ("busy on the first day", Facts { contributions: 50, ..NEW }, 0),
            ("a day old and busy", Facts { days_since_joining: 1, contributions: 5, ..NEW }, 1),
            ("a day old and nearly busy", Facts { days_since_joining: 1, contributions: 4, ..NEW }, 0),
            ("old and silent", Facts { days_since_joining: 999, ..NEW }, 0),
            ("a week old", Facts { days_since_joining: 7, contributions: 5, replies: 3, upvotes: 1, ..NEW }, 2),
            ("six days old", Facts { days_since_joining: 6, contributions: 5, replies: 3, upvotes: 1, ..NEW }, 1),
            ("nobody agreed yet", Facts { days_since_joining: 7, contributions: 5, replies: 3, ..NEW }, 1),
            ("asks only", Facts { days_since_joining: 7, contributions: 9, replies: 2, upvotes: 1, ..NEW }, 1),
            ("a customer of a week", Facts { days_since_joining: 7, purchased: true, replies: 3, upvotes: 1, ..NEW }, 2),
            ("a regular", REGULAR, 3),
            ("seldom here", Facts { active_days: 19, ..REGULAR }, 2),
            ("liked less", Facts { window_upvotes: 9, ..REGULAR }, 2),
            ("accepted once", Facts { accepted: 1, ..REGULAR }, 2),
            ("flagged long ago", Facts { flagged: 2, ..REGULAR }, 3),
            ("flagged often", Facts { flagged: 3, ..REGULAR }, 2),
            ("flagged last week", Facts { flagged: 1, flagged_lately: 1, ..REGULAR }, 1),
        ] {
            assert_eq!(level(&facts), expected, "{name}");
            assert_eq!(level(&counted(facts)), expected, "{name}, counted as far as is asked for");
        }
    }

    #[test]
    fn time_alone_is_waited_for() {
        let joined = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let day = Duration::days;
        for (facts, age, expected) in [
            (NEW, day(0), Some(joined + day(1))),
            (Facts { days_since_joining: 1, ..NEW }, day(1), Some(joined + day(7))),
            (Facts { days_since_joining: 7, ..NEW }, day(7), None),
            (Facts { days_since_joining: 50, flagged_lately: 1, ..NEW }, day(50), Some(joined + day(51))),
            (REGULAR, day(200), Some(joined + day(201))),
        ] {
            assert_eq!(next_look(&facts, joined, joined + age), expected, "{facts:?}");
        }
    }
}
