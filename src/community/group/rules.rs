//! Who gets into a group, who leads it, and what a group may be called.

use crate::{
    domain::{GroupKind, GroupRole, MembershipState},
    kit::{problem::Fields, slug::slug},
    refusals,
};

/// Characters of a group's name.
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 3..=60;
/// As [`slug_of`] makes them.
pub const SLUG_PATTERN: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";
/// Characters of a slug.
pub const SLUG_CHARS: std::ops::RangeInclusive<usize> = 3..=40;
/// Addresses of pages beside those of groups: /groups/new.
const SLUGS_TAKEN: [&str; 1] = ["new"];
/// Characters of a description.
pub const DESCRIPTION_CHARS: std::ops::RangeInclusive<usize> = 0..=2_000;
/// Groups that one member may own at a time.
pub const OWNED_GROUPS_MAX: usize = 10;

refusals! {
    /// Why something is refused in a group.
    pub enum Refusal {
        SlugTaken = CONFLICT "slug_taken" "This slug cannot be had; choose another." on "user_group_slug_key",
        NameTwice = CONFLICT "group_name_twice" "You own a group of this name already.",
        TooManyGroups = CONFLICT "too_many_groups" "You own 10 groups, and nobody may own more.",
        InviteOnly = FORBIDDEN "invite_only" "One gets into this group by invitation only.",
        Banned = FORBIDDEN "banned_from_group" "You were banned from this group.",
        OwnerCannotLeave = CONFLICT "owner_cannot_leave" "The owner must hand the group over first.",
        Outranked = FORBIDDEN "outranked" "Only the owner may do this to a moderator, or make somebody one.",
        NotAsked = CONFLICT "not_asked" "They have not asked to join; invite them instead.",
        NotActive = CONFLICT "not_active" "Only active members can have this role.",
    }
}

/// Whether somebody who owns so many groups may come to own another one.
pub fn may_own_another(owned: usize) -> Result<(), Refusal> {
    if owned < OWNED_GROUPS_MAX { Ok(()) } else { Err(Refusal::TooManyGroups) }
}

/// A membership, as far as rules go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    pub role: GroupRole,
    pub state: MembershipState,
}

impl Membership {
    /// A membership of this role and state.
    pub const fn new(role: GroupRole, state: MembershipState) -> Self {
        Self { role, state }
    }
    fn is_active(self) -> bool {
        self.state == MembershipState::Active
    }
}

/// What joining makes of somebody.
pub fn join(kind: GroupKind, current: Option<Membership>) -> Result<Membership, Refusal> {
    use MembershipState::{Active, Banned, Invited, Requested};
    let member = |state| Ok(Membership::new(GroupRole::Member, state));
    match (current.map(|membership| membership.state), kind) {
        (Some(Active), _) => Ok(current.unwrap_or(Membership::new(GroupRole::Member, Active))),
        (Some(Banned), _) => Err(Refusal::Banned),
        (Some(Invited), _) | (_, GroupKind::Open) => member(Active),
        (_, GroupKind::OnRequest) => member(Requested),
        (_, GroupKind::InviteOnly) => Err(Refusal::InviteOnly),
    }
}

/// What leaving makes of somebody: nothing, but for the banned, who stay banned.
pub fn leave(current: Option<Membership>) -> Result<Option<Membership>, Refusal> {
    match current {
        Some(membership) if membership.role == GroupRole::Owner => Err(Refusal::OwnerCannotLeave),
        Some(membership) if membership.state == MembershipState::Banned => Ok(current),
        _ => Ok(None),
    }
}

/// What `mine` (the group role of who acts; staff have one too) makes of another by setting role and state.
/// Handing over ownership makes the former owner a moderator, which is the caller's to record.
pub fn set(
    mine: GroupRole,
    current: Option<Membership>,
    role: Option<GroupRole>,
    state: Option<MembershipState>,
) -> Result<Membership, Refusal> {
    use MembershipState::{Active, Banned, Invited, Requested};
    let before = current.map(|membership| membership.state);
    let state = state.unwrap_or(match before {
        None => Invited,
        // Setting anything about a request grants it.
        Some(Requested) => Active,
        Some(state) => state,
    });
    let role = match (role, current) {
        (Some(role), _) => role,
        (None, Some(current)) if state == Active && current.is_active() => current.role,
        (None, _) => GroupRole::Member,
    };
    let wanted = Membership::new(role, state);
    if current == Some(wanted) {
        return Ok(wanted);
    }
    if let Some(current) = current.filter(|current| current.role == GroupRole::Owner) {
        return if wanted == current { Ok(wanted) } else { Err(Refusal::OwnerCannotLeave) };
    }
    let stays_below = role < GroupRole::Moderator && current.is_none_or(|current| current.role < GroupRole::Moderator);
    if !stays_below && mine < GroupRole::Owner {
        return Err(Refusal::Outranked);
    }
    match state {
        Active if !matches!(before, Some(Active | Requested)) => Err(Refusal::NotAsked),
        Requested if before != Some(Requested) => Err(Refusal::NotAsked),
        // Nobody is made to accept an invitation by being invited again.
        Invited if before == Some(Active) => Err(Refusal::NotAsked),
        Invited | Requested | Banned if role > GroupRole::Member => Err(Refusal::NotActive),
        _ => Ok(wanted),
    }
}

/// Whether `mine` may take a membership away, be it active, asked for, offered or a ban.
pub fn remove(mine: GroupRole, current: Membership) -> Result<(), Refusal> {
    match current.role {
        GroupRole::Owner => Err(Refusal::OwnerCannotLeave),
        GroupRole::Moderator if mine < GroupRole::Owner => Err(Refusal::Outranked),
        _ => Ok(()),
    }
}

/// By how much the number of members changes.
pub fn count_change(before: Option<Membership>, after: Option<Membership>) -> i32 {
    let counts = |membership: Option<Membership>| i32::from(membership.is_some_and(Membership::is_active));
    counts(after) - counts(before)
}

/// A group's name as part of a URL. Empty when nothing is left.
pub fn slug_of(name: &str) -> String {
    slug(name, *SLUG_CHARS.end())
}

/// Whether a group may have this slug, as [`slug_of`] makes them.
pub fn may_be_slug(slug: &str) -> bool {
    SLUG_CHARS.contains(&slug.len()) && !SLUGS_TAKEN.contains(&slug)
}

/// The beginning of a slug that leaves room for `letters` after it.
pub fn stem_of(slug: &str, letters: usize) -> String {
    slug.chars().take(SLUG_CHARS.end() - letters).collect()
}

/// Wants a slug as [`slug_of`] makes them.
pub fn check_slug(fields: &mut Fields, slug: &str) {
    fields.chars("/slug", slug, SLUG_CHARS);
    if slug_of(slug) != slug {
        fields.refuse("/slug", "A slug has small letters, digits and single dashes between them.");
    } else if SLUGS_TAKEN.contains(&slug) {
        fields.refuse("/slug", "This slug is the address of another page.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use GroupKind::{InviteOnly, OnRequest, Open};
    use GroupRole::{Member, Moderator, Owner};
    use MembershipState::{Active, Banned, Invited, Requested};

    const fn is(role: GroupRole, state: MembershipState) -> Option<Membership> {
        Some(Membership::new(role, state))
    }

    #[test]
    fn joining() {
        for (kind, current, expected) in [
            (Open, None, Ok(Active)),
            (OnRequest, None, Ok(Requested)),
            (InviteOnly, None, Err(Refusal::InviteOnly)),
            (OnRequest, is(Member, Requested), Ok(Requested)),
            (Open, is(Member, Requested), Ok(Active)),
            (InviteOnly, is(Member, Requested), Err(Refusal::InviteOnly)),
            (OnRequest, is(Member, Invited), Ok(Active)),
            (InviteOnly, is(Member, Invited), Ok(Active)),
            (InviteOnly, is(Owner, Active), Ok(Active)),
            (Open, is(Member, Banned), Err(Refusal::Banned)),
        ] {
            assert_eq!(join(kind, current).map(|membership| membership.state), expected, "{kind:?} {current:?}");
        }
        assert_eq!(join(Open, is(Owner, Active)), Ok(Membership::new(Owner, Active)), "joining again demotes nobody");
    }

    #[test]
    fn leaving() {
        for (current, expected) in [
            (None, Ok(None)),
            (is(Member, Active), Ok(None)),
            (is(Moderator, Active), Ok(None)),
            (is(Member, Requested), Ok(None)),
            (is(Member, Banned), Ok(is(Member, Banned))),
            (is(Owner, Active), Err(Refusal::OwnerCannotLeave)),
        ] {
            assert_eq!(leave(current), expected, "{current:?}");
        }
    }

    #[test]
    fn setting() {
        for (mine, current, role, state, expected) in [
            (Moderator, None, None, None, Ok((Member, Invited))),
            (Moderator, None, None, Some(Banned), Ok((Member, Banned))),
            (Moderator, None, None, Some(Active), Err(Refusal::NotAsked)),
            (Moderator, is(Member, Invited), None, Some(Active), Err(Refusal::NotAsked)),
            (Moderator, is(Member, Requested), None, None, Ok((Member, Active))),
            (Moderator, is(Member, Requested), None, Some(Banned), Ok((Member, Banned))),
            (Moderator, is(Member, Active), None, Some(Banned), Ok((Member, Banned))),
            (Moderator, is(Member, Active), None, Some(Invited), Err(Refusal::NotAsked)),
            (Moderator, is(Member, Banned), None, Some(Invited), Ok((Member, Invited))),
            (Moderator, is(Member, Banned), None, None, Ok((Member, Banned))),
            (Moderator, is(Member, Active), Some(Moderator), None, Err(Refusal::Outranked)),
            (Moderator, is(Moderator, Active), None, Some(Banned), Err(Refusal::Outranked)),
            (Moderator, is(Owner, Active), None, Some(Banned), Err(Refusal::OwnerCannotLeave)),
            (Moderator, is(Member, Active), Some(Owner), None, Err(Refusal::Outranked)),
            (Owner, is(Member, Active), Some(Moderator), None, Ok((Moderator, Active))),
            (Owner, is(Moderator, Active), Some(Member), None, Ok((Member, Active))),
            (Owner, is(Moderator, Active), None, None, Ok((Moderator, Active))),
            (Owner, is(Moderator, Active), None, Some(Banned), Ok((Member, Banned))),
            (Owner, is(Member, Active), Some(Owner), None, Ok((Owner, Active))),
            (Owner, None, Some(Owner), None, Err(Refusal::NotActive)),
            (Owner, is(Member, Requested), Some(Moderator), None, Ok((Moderator, Active))),
            (Owner, is(Owner, Active), Some(Member), None, Err(Refusal::OwnerCannotLeave)),
            (Owner, is(Owner, Active), Some(Owner), None, Ok((Owner, Active))),
        ] {
            let expected = expected.map(|(role, state)| Membership::new(role, state));
            assert_eq!(set(mine, current, role, state), expected, "{mine:?}: {current:?} -> {role:?} {state:?}");
        }
    }

    #[test]
    fn removing() {
        for (mine, role, expected) in [
            (Moderator, Member, Ok(())),
            (Moderator, Moderator, Err(Refusal::Outranked)),
            (Owner, Moderator, Ok(())),
            (Owner, Owner, Err(Refusal::OwnerCannotLeave)),
        ] {
            assert_eq!(remove(mine, Membership::new(role, Active)), expected, "{mine:?} {role:?}");
        }
    }

    #[test]
    fn only_the_active_count() {
        for (before, after, change) in [
            (None, is(Member, Active), 1),
            (None, is(Member, Requested), 0),
            (is(Member, Requested), is(Member, Active), 1),
            (is(Member, Active), is(Member, Banned), -1),
            (is(Member, Active), is(Owner, Active), 0),
            (is(Member, Banned), None, 0),
        ] {
            assert_eq!(count_change(before, after), change, "{before:?} {after:?}");
        }
    }

    #[test]
    fn slugs() {
        for (name, slug) in [
            ("Home Baristas", "home-baristas"),
            ("  Über & Co. ", "uber-co"),
            ("茶", "cha"),
            ("?!", ""),
            ("--a--b--", "a-b"),
            ("x".repeat(50).as_str(), "x".repeat(40).as_str()),
        ] {
            assert_eq!(slug_of(name), slug, "{name}");
        }
    }
}
