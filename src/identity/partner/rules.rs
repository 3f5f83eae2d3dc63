//! Partners' names for members, and the codes by which a member says "that is me".

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{MemberId, PartnerId},
    kit::text::tidy,
    refusals,
};

/// Characters of a partner's name.
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=60;
/// Characters of a partner's name for a member.
pub const EXTERNAL_ID_CHARS: std::ops::RangeInclusive<usize> = 1..=200;
/// Days that a link code is good for.
pub const LINK_CODE_DAYS: i64 = 7;
/// Keeps the seal of a link code from passing for another.
pub const LINK_CODE_PURPOSE: &str = "link code";

refusals! {
    /// Why a partner or a customer number is refused.
    pub enum Refusal {
        NameTaken = CONFLICT "name_taken" "There is a partner of this name already." on "partner_name_key",
        BadExternalId = BAD_REQUEST "bad_parameter" "external_id must have 1 to 200 characters, none of them a control character.",
        AlreadyLinked = CONFLICT "already_linked" "This customer number belongs to a member already.",
    }
}

/// A partner's name for a member, as it is kept.
pub fn external_id(text: &str) -> Result<String, Refusal> {
    let name = tidy(text);
    let fits = !name.is_empty() && text.chars().count() <= *EXTERNAL_ID_CHARS.end() && !name.contains(char::is_control);
    if fits { Ok(name) } else { Err(Refusal::BadExternalId) }
}

/// What a link code says, sealed by us.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct LinkCode {
    pub partner_id: PartnerId,
    pub external_id: String,
    pub expires_at: DateTime<Utc>,
}

impl LinkCode {
    /// A code for a partner's customer, good for [`LINK_CODE_DAYS`] from `now` on.
    pub fn new(partner_id: PartnerId, external_id: &str, now: DateTime<Utc>) -> Self {
        Self { partner_id, external_id: external_id.to_owned(), expires_at: now + Duration::days(LINK_CODE_DAYS) }
    }
    /// When the code was made.
    pub fn issued_at(&self) -> DateTime<Utc> {
        self.expires_at - Duration::days(LINK_CODE_DAYS)
    }
    /// Whether the code has not expired.
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.expires_at > now
    }
}

/// Whom a partner's name for a member leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linked {
    pub member_id: MemberId,
    /// Has an account.
    pub claimed: bool,
}

/// What a code does for somebody who registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// They become this unclaimed member, with its points.
    Become(MemberId),
    /// Nobody has the name yet: it is added to the new member.
    Add,
}

/// What a code does for somebody who registers, as its name leads to nobody, an unclaimed member, or somebody else
/// (409).
pub fn claim(linked: Option<Linked>) -> Result<Claim, Refusal> {
    match linked {
        None => Ok(Claim::Add),
        Some(linked) if !linked.claimed => Ok(Claim::Become(linked.member_id)),
        Some(_) => Err(Refusal::AlreadyLinked),
    }
}

/// What a code does for a member who has an account already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Add,
    /// This unclaimed member becomes a part of theirs, with its points and its name.
    Merge(MemberId),
    /// It is theirs already.
    Nothing,
}

/// What a code does for the member `mine`, who has an account; 409 where its name leads to another who has one.
pub fn link(mine: MemberId, linked: Option<Linked>) -> Result<Link, Refusal> {
    match linked {
        None => Ok(Link::Add),
        Some(linked) if linked.member_id == mine => Ok(Link::Nothing),
        Some(linked) if !linked.claimed => Ok(Link::Merge(linked.member_id)),
        Some(_) => Err(Refusal::AlreadyLinked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_belongs_to_one_member() {
        let (mine, theirs) = (MemberId::new(), MemberId::new());
        let linked = |member_id, claimed| Some(Linked { member_id, claimed });
        for (known, to_claim, to_link) in [
            (None, Ok(Claim::Add), Ok(Link::Add)),
            (linked(theirs, false), Ok(Claim::Become(theirs)), Ok(Link::Merge(theirs))),
            (linked(theirs, true), Err(Refusal::AlreadyLinked), Err(Refusal::AlreadyLinked)),
            (linked(mine, true), Err(Refusal::AlreadyLinked), Ok(Link::Nothing)),
        ] {
            assert_eq!((claim(known), link(mine, known)), (to_claim, to_link), "{known:?}");
        }
    }

    #[test]
    fn a_code_is_good_for_seven_days() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let code = LinkCode::new(PartnerId::new(), "c-1", now);
        assert!(code.is_valid(now + Duration::hours(167)));
        assert!(!code.is_valid(now + Duration::days(7)));
    }
}
