//! Where a member stands on the ladder.

use chrono::{DateTime, Months, Utc};
use diesel::sql_types::{BigInt, Int2, Nullable, Timestamptz, Uuid as SqlUuid};

use crate::{domain::MemberId, kit::problem::Fields, refusals, text_enum};

/// Points of so many months count, and a tier is held for so long after it was reached.
pub const WINDOW_MONTHS: u32 = 12;
/// Tiers of one ladder.
pub const TIERS_MAX: usize = 50;
/// Characters of a tier's name.
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=40;
/// Characters of its benefits.
pub const BENEFITS_CHARS_MAX: usize = 1_000;
/// The ladder that a programme begins with. Ranks leave room for steps in between.
pub const DEFAULT_LADDER: [(i16, &str, i64); 4] = [(0, "Member", 0), (10, "Silver", 500), (20, "Gold", 2_000), (30, "Platinum", 10_000)];

refusals! {
    /// Why the ladder cannot be changed so.
    pub enum Refusal {
        NameTaken = CONFLICT "tier_name_taken" "Another tier has this name." on "tier_name_key",
        RankTaken = CONFLICT "tier_rank_taken" "Another tier has this rank." on "tier_rank_key",
        TooMany = CONFLICT "too_many_tiers" "A ladder has at most 50 tiers.",
        Ground = CONFLICT "ground_tier" "Everybody begins in this tier: it stays, at a threshold of 0.",
    }
}

text_enum! {
    /// Why somebody's place on the ladder is looked at.
    pub enum TierCause {
        Earned = "earned",
        Returned = "returned",
        Ended = "ended",
        LadderChanged = "ladder_changed",
        /// Two members became one, or were parted again.
        Merged = "merged",
    }
}

/// A step of the ladder.
#[derive(diesel::QueryableByName, Clone, Copy, Debug, PartialEq)]
pub struct TierLevel {
    #[diesel(sql_type = Int2)]
    pub rank: i16,
    /// Qualifying points.
    #[diesel(sql_type = BigInt)]
    pub threshold: i64,
}

/// Where a member stands.
#[derive(diesel::QueryableByName, Clone, Debug, PartialEq)]
pub struct TierStatus {
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Int2)]
    pub rank: i16,
    /// None for who never left the ground.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub reached_at: Option<DateTime<Utc>>,
    /// None: for good.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub valid_until: Option<DateTime<Utc>>,
    /// Qualifying points of the window that ends now.
    #[diesel(sql_type = BigInt)]
    pub qualifying: i64,
    /// Qualifying points, as known today, of the window that ended when the tier was reached.
    #[diesel(sql_type = BigInt)]
    pub at_reaching: i64,
}

/// What becomes of a member's tier. What is held for good has no `valid_until`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TierDecision {
    Stays,
    /// Earned the same tier once more.
    Renewed {
        valid_until: Option<DateTime<Utc>>,
    },
    Moves {
        to_rank: i16,
        valid_until: Option<DateTime<Utc>>,
    },
}

/// The instant after which points count at `now`.
pub fn window_start(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_sub_months(Months::new(WINDOW_MONTHS)).unwrap_or(DateTime::UNIX_EPOCH)
}

/// The highest rank that so many points reach.
pub fn reached(ladder: &[TierLevel], qualifying: i64) -> i16 {
    ladder.iter().filter(|step| step.threshold <= qualifying).map(|step| step.rank).max().unwrap_or(0)
}

/// Up at once; down when the tier's time has ended, when what was returned had earned it, or when the tier is gone.
pub fn decide(ladder: &[TierLevel], status: &TierStatus, cause: TierCause, now: DateTime<Utc>) -> TierDecision {
    let to_rank = reached(ladder, status.qualifying);
    let held_until = now.checked_add_months(Months::new(WINDOW_MONTHS)).filter(|_| to_rank > 0);
    let ended = status.valid_until.is_some_and(|until| until <= now);
    let unearned = match ladder.iter().find(|step| step.rank == status.rank) {
        Some(step) => cause == TierCause::Returned && status.at_reaching < step.threshold,
        None => true,
    };
    if to_rank > status.rank || (to_rank < status.rank && (ended || unearned)) {
        TierDecision::Moves { to_rank, valid_until: held_until }
    } else if to_rank == status.rank && ended {
        TierDecision::Renewed { valid_until: held_until }
    } else {
        TierDecision::Stays
    }
}

/// Wants a ladder that gets harder with every step.
pub fn check_ladder(fields: &mut Fields, ladder: &mut [TierLevel]) {
    ladder.sort_by_key(|step| step.rank);
    if ladder.windows(2).any(|steps| steps[0].threshold >= steps[1].threshold) {
        fields.refuse("/threshold", "Each tier needs more points than the tiers of lower ranks.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> DateTime<Utc> {
        format!("{text}T00:00:00Z").parse().unwrap()
    }

    #[test]
    fn up_at_once_and_down_for_a_reason() {
        let ladder = [(0, 0), (10, 500), (20, 1_000)].map(|(rank, threshold)| TierLevel { rank, threshold });
        let now = day("2026-02-10");
        let next_year = Some(day("2027-02-10"));
        let moves = |to_rank, valid_until| TierDecision::Moves { to_rank, valid_until };
        for (rank, until, qualifying, at_reaching, cause, outcome) in [
            (0, None, 499, 0, TierCause::Earned, TierDecision::Stays),
            (0, None, 500, 0, TierCause::Earned, moves(10, next_year)),
            (0, None, 5_000, 0, TierCause::Earned, moves(20, next_year)),
            (10, Some("2026-05-01"), 0, 500, TierCause::Earned, TierDecision::Stays),
            // Returned something else than what had earned the tier.
            (20, Some("2026-05-01"), 300, 1_000, TierCause::Returned, TierDecision::Stays),
            (20, Some("2026-05-01"), 0, 0, TierCause::Returned, moves(0, None)),
            (20, Some("2026-05-01"), 600, 600, TierCause::Returned, moves(10, next_year)),
            // Earned again by something else.
            (20, Some("2026-05-01"), 1_100, 600, TierCause::Returned, TierDecision::Stays),
            (20, Some("2026-02-10"), 600, 1_000, TierCause::Ended, moves(10, next_year)),
            (20, Some("2026-02-10"), 1_000, 1_000, TierCause::Ended, TierDecision::Renewed { valid_until: next_year }),
            (20, Some("2026-02-11"), 600, 1_000, TierCause::Ended, TierDecision::Stays),
            // Their tier is gone.
            (15, Some("2026-05-01"), 700, 700, TierCause::LadderChanged, moves(10, next_year)),
            (0, None, -5, 0, TierCause::Returned, TierDecision::Stays),
        ] {
            let status =
                TierStatus { member_id: MemberId::new(), rank, reached_at: None, valid_until: until.map(day), qualifying, at_reaching };
            assert_eq!(decide(&ladder, &status, cause, now), outcome, "{rank} {until:?} {qualifying} {at_reaching} {cause:?}");
        }
    }

    #[test]
    fn a_ladder_gets_harder() {
        for (ladder, good) in [
            (vec![(0, 0), (10, 500)], true),
            (vec![(10, 500), (0, 0)], true),
            (vec![(0, 0), (10, 500), (20, 500)], false),
            (vec![(0, 0), (10, 500), (20, 400)], false),
        ] {
            let mut fields = Fields::default();
            check_ladder(
                &mut fields,
                &mut ladder.iter().map(|(rank, threshold)| TierLevel { rank: *rank, threshold: *threshold }).collect::<Vec<_>>(),
            );
            assert_eq!(fields.done().is_ok(), good, "{ladder:?}");
        }
    }
}
