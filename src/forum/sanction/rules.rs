//! What sanctions there are, how long they last, and who may impose them on whom.

use chrono::{DateTime, Duration, Utc};

use crate::{
    domain::{MemberId, ReviewItemId, Role, SanctionId},
    kit::{Problem, problem::Fields},
    refusals,
};

/// Characters of a sanction's reason.
pub const REASON_CHARS: std::ops::RangeInclusive<usize> = 3..=1_000;
/// Characters of the note to the member.
pub const NOTE_CHARS_MAX: usize = 1_000;
/// Hours that a silence may last: a day, three, a week or thirty days.
pub const SILENCE_HOURS: [i64; 4] = [24, 72, 168, 720];
/// Hours that a suspension may last, unless it is for good.
pub const SUSPENSION_HOURS: std::ops::RangeInclusive<i64> = 1..=87_600;
/// How long flags alone silence somebody: time enough for a moderator to look.
pub const AUTOMATIC_SILENCE_HOURS: i64 = 72;

/// Of two like sanctions by one moderator within so many seconds the second is a slip: sent twice.
pub const AGAIN_S: i64 = 60;

crate::text_enum! {
    /// What is imposed on a member.
    pub enum SanctionKind {
        /// Words only.
        Warning = "warning",
        /// May read, vote and manage their account, but not write.
        Silence = "silence",
        /// May do nothing but read what everybody reads, and manage their account.
        Suspension = "suspension",
    }
}

refusals! {
    /// Why a sanction cannot be imposed or lifted.
    pub enum Refusal {
        Oneself = FORBIDDEN "own_account" "Nobody decides on themselves.",
        Staff = FORBIDDEN "staff_member" "Only an administrator decides on staff.",
        Again = CONFLICT "already_sanctioned" "You imposed this very sanction a moment ago.",
        Over = CONFLICT "sanction_over" "This sanction was lifted, or has ended, or was a warning.",
    }
}

/// Somebody whom staff decide on.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub id: MemberId,
    pub role: Role,
    /// They have become a part of somebody else.
    pub merged: bool,
}

/// Whom a decision is about, once they are locked. 404 for who has just gone; 503 for who has just been merged: sent again, their
/// handle leads to whom they are.
pub fn present(target: Option<Target>) -> Result<Target, Problem> {
    match target {
        None => Err(Problem::not_found("member")),
        Some(target) if target.merged => Err(Problem::unavailable()),
        Some(target) => Ok(target),
    }
}

/// A sanction about to be imposed.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSanction {
    pub id: SanctionId,
    pub member_id: MemberId,
    pub kind: SanctionKind,
    /// For staff.
    pub reason: String,
    /// For the member.
    pub note: String,
    /// Empty when the weight of flags did it.
    pub imposed_by: Option<MemberId>,
    pub review_item_id: Option<ReviewItemId>,
    pub starts_at: DateTime<Utc>,
    /// Empty: for good.
    pub ends_at: Option<DateTime<Utc>>,
}

/// Whether `actor` may sanction `target` at all. A moderator is no judge of staff, and nobody of themselves.
pub fn may_sanction(actor: (MemberId, Role), target: (MemberId, Role)) -> Result<(), Refusal> {
    if actor.0 == target.0 {
        return Err(Refusal::Oneself);
    }
    if target.1 >= Role::Moderator && actor.1 < Role::Administrator {
        return Err(Refusal::Staff);
    }
    Ok(())
}

/// Wants `hours` to suit the kind: none for a warning, one of [`SILENCE_HOURS`] for a silence, any or none (for good)
/// for a suspension.
pub fn check_hours(fields: &mut Fields, kind: SanctionKind, hours: Option<i64>) {
    match (kind, hours) {
        (SanctionKind::Warning, Some(_)) => fields.refuse("/hours", "A warning has no duration."),
        (SanctionKind::Silence, hours) if !hours.is_some_and(|hours| SILENCE_HOURS.contains(&hours)) => {
            fields.refuse("/hours", "A silence lasts 24, 72, 168 or 720 hours.");
        }
        (SanctionKind::Suspension, Some(hours)) => fields.range("/hours", hours, SUSPENSION_HOURS),
        _ => {}
    }
}

/// When a sanction of so many hours ends.
pub fn end(starts_at: DateTime<Utc>, hours: Option<i64>) -> Option<DateTime<Utc>> {
    hours.map(|hours| starts_at + Duration::hours(hours))
}

/// Whether there is anything left to lift.
pub fn is_in_force(kind: SanctionKind, ends_at: Option<DateTime<Utc>>, lifted_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    kind != SanctionKind::Warning && lifted_at.is_none() && ends_at.is_none_or(|end| end > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_sanction_whom() {
        use Role::{Administrator as Admin, Member, Moderator as Mod};
        let (one, other) = (MemberId::new(), MemberId::new());
        for (actor, target, expected) in [
            ((one, Mod), (other, Member), Ok(())),
            ((one, Mod), (other, Mod), Err(Refusal::Staff)),
            ((one, Mod), (other, Admin), Err(Refusal::Staff)),
            ((one, Admin), (other, Mod), Ok(())),
            ((one, Admin), (other, Admin), Ok(())),
            ((one, Admin), (one, Admin), Err(Refusal::Oneself)),
            ((one, Mod), (one, Mod), Err(Refusal::Oneself)),
        ] {
            assert_eq!(may_sanction(actor, target), expected, "{:?} on {:?}", actor.1, target.1);
        }
    }

    #[test]
    fn durations() {
        use SanctionKind::*;
        for (kind, hours, good) in [
            (Warning, None, true),
            (Warning, Some(24), false),
            (Silence, None, false),
            (Silence, Some(23), false),
            (Silence, Some(24), true),
            (Silence, Some(72), true),
            (Silence, Some(168), true),
            (Silence, Some(720), true),
            (Silence, Some(721), false),
            (Suspension, None, true),
            (Suspension, Some(0), false),
            (Suspension, Some(1), true),
            (Suspension, Some(87_600), true),
            (Suspension, Some(87_601), false),
            (Suspension, Some(i64::MAX), false),
        ] {
            let mut fields = Fields::default();
            check_hours(&mut fields, kind, hours);
            assert_eq!(fields.done().is_ok(), good, "{kind:?} {hours:?}");
        }
    }

    #[test]
    fn what_can_be_lifted() {
        use SanctionKind::*;
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let hour = Duration::hours(1);
        for (kind, ends_at, lifted_at, expected) in [
            (Warning, None, None, false),
            (Silence, Some(now + hour), None, true),
            (Silence, Some(now), None, false),
            (Suspension, None, None, true),
            (Suspension, None, Some(now - hour), false),
        ] {
            assert_eq!(is_in_force(kind, ends_at, lifted_at, now), expected, "{kind:?} {ends_at:?} {lifted_at:?}");
        }
    }
}
