//! What an API key may be.

use chrono::{DateTime, Duration, Utc};

use crate::{identity::auth::Scope, kit::problem::Fields, refusals};

/// Characters of a key's name.
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=60;
/// As many as there are.
pub const SCOPES: std::ops::RangeInclusive<usize> = 1..=Scope::ALL.len();
/// Hours for which a rotated key goes on working.
pub const OVERLAP_HOURS: std::ops::RangeInclusive<i64> = 0..=720;
/// Hours of overlap where a rotation names none.
pub const OVERLAP_HOURS_DEFAULT: i64 = 24;

refusals! {
    /// Why a key cannot be rotated.
    pub enum Refusal {
        NotInUse = CONFLICT "key_not_in_use" "This key has expired or was revoked; create another.",
    }
}

/// Wants scopes: a key without one can do nothing.
pub fn check_scopes(fields: &mut Fields, scopes: &[Scope]) {
    if !SCOPES.contains(&scopes.len()) {
        fields.refuse("/scopes", format!("A key has 1 to {} scopes.", SCOPES.end()));
    }
}

/// Scopes as they are stored: each once, separated by spaces.
pub fn join_scopes(scopes: &[Scope]) -> String {
    let words: std::collections::BTreeSet<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// The scopes that [`join_scopes`] stored, without any that are no longer known.
pub fn split_scopes(text: &str) -> Vec<Scope> {
    text.split(' ').filter_map(|word| word.parse().ok()).collect()
}

/// From when to when a key works.
#[derive(Clone, Copy)]
pub struct Term {
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Term {
    /// Whether the key is neither revoked nor expired.
    pub fn is_in_use(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| at > now)
    }
}

/// When the old key ends and when its successor does: the old one works `overlap_hours` more but never longer than
/// before, the new one as long as the old one was made for.
pub fn rotate(old: Term, overlap_hours: i64, now: DateTime<Utc>) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>), Refusal> {
    if !old.is_in_use(now) {
        return Err(Refusal::NotInUse);
    }
    let overlap_end = now + Duration::hours(overlap_hours);
    let old_end = old.expires_at.map_or(overlap_end, |at| at.min(overlap_end));
    Ok((old_end, old.expires_at.map(|at| now + (at - old.created_at))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotated_key_overlaps_with_its_successor() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let at = |hours| now + Duration::hours(hours);
        let term = |from, to: Option<i64>| Term { created_at: at(from), expires_at: to.map(at), revoked_at: None };
        for (old, overlap, expected) in [
            (term(-10, None), 24, Ok((at(24), None))),
            (term(-10, None), 0, Ok((at(0), None))),
            (term(-10, Some(90)), 24, Ok((at(24), Some(at(100))))),
            (term(-10, Some(5)), 24, Ok((at(5), Some(at(15))))),
            (term(-10, Some(-1)), 24, Err(Refusal::NotInUse)),
            (Term { revoked_at: Some(at(-1)), ..term(-10, None) }, 24, Err(Refusal::NotInUse)),
        ] {
            assert_eq!(rotate(old, overlap, now), expected);
        }
    }

    #[test]
    fn scopes_are_kept_once() {
        let scopes = [Scope::MembersRead, Scope::CatalogWrite, Scope::MembersRead];
        assert_eq!(join_scopes(&scopes), "catalog:write members:read");
        assert_eq!(split_scopes("catalog:write members:read"), [Scope::CatalogWrite, Scope::MembersRead]);
    }
}
