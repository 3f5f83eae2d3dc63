//! What a member may be.

use crate::{domain::Role, refusals, text_enum};

/// Characters of a display name.
pub const DISPLAY_NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=60;
/// Characters of what a member says of themselves.
pub const BIO_CHARS: std::ops::RangeInclusive<usize> = 0..=1_000;
/// Characters of the reason for another role.
pub const REASON_CHARS: std::ops::RangeInclusive<usize> = 3..=500;
/// What is shown of somebody who is gone.
pub const ERASED_NAME: &str = "Erased member";

refusals! {
    /// Why a member cannot be changed or leave.
    pub enum Refusal {
        Merged = CONFLICT "merged" "This member was merged into another: change that one.",
        LastAdministrator = CONFLICT "last_administrator" "The last administrator cannot go: make somebody else one first.",
        Unclaimed = CONFLICT "unclaimed" "This member has no account, and cannot be staff.",
    }
}

text_enum! {
    /// How a list of members is ordered.
    pub enum MemberSort {
        Newest = "newest",
        /// From a to z.
        Handle = "handle",
        /// Most available points first.
        Points = "points",
        /// Highest first.
        Reputation = "reputation",
        /// Latest first; who was never here comes last.
        LastSeen = "last_seen",
    }
}

/// Whether a member appears on leaderboards: by choice, and staff never, for they do not compete with customers.
pub fn is_listed(role: Role, on_leaderboards: bool) -> bool {
    on_leaderboards && role == Role::Member
}

/// Refuses to leave the community without an administrator. `administrators` counts this one.
pub fn may_cease(role: Role, administrators: usize) -> Result<(), Refusal> {
    if role == Role::Administrator && administrators <= 1 { Err(Refusal::LastAdministrator) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staff_are_never_listed() {
        for (role, chosen, listed) in
            [(Role::Member, true, true), (Role::Member, false, false), (Role::Moderator, true, false), (Role::Administrator, true, false)]
        {
            assert_eq!(is_listed(role, chosen), listed, "{role:?} {chosen}");
        }
    }

    #[test]
    fn somebody_always_administrates() {
        for (role, administrators, allowed) in
            [(Role::Administrator, 2, true), (Role::Administrator, 1, false), (Role::Moderator, 1, true), (Role::Member, 0, true)]
        {
            assert_eq!(may_cease(role, administrators).is_ok(), allowed, "{role:?} of {administrators}");
        }
    }
}
