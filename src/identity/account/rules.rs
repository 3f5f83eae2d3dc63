//! What an account may look like.

use chrono::{DateTime, TimeDelta, Utc};
use unicode_normalization::UnicodeNormalization;

use crate::{kit::problem::Fields, refusals, words::Role};

pub const HANDLE_CHARS: std::ops::RangeInclusive<usize> = 3..=30;
pub const DISPLAY_NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=60;
pub const PASSWORD_CHARS_MAX: usize = 128;
pub const REFERRAL_CODE_CHARS_MAX: usize = 64;
const EMAIL_CHARS_MAX: usize = 254;
/// How long a used refresh token is good for more: the answer with its successor may have been lost on the way.
const REFRESH_LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// Handles that would pass for the company's own voice.
const RESERVED: [&str; 12] =
    ["admin", "administrator", "moderator", "staff", "support", "system", "regulars", "official", "root", "help", "me", "community"];

refusals! {
    pub enum Refusal {
        HandleTaken = CONFLICT "handle_taken" "Another member has this handle, or one that looks like it.",
        BadCredentials = UNAUTHORIZED "bad_credentials" "The e-mail address or the password is wrong.",
        AddressTaken = CONFLICT "address_taken" "There is an account of this address, with another password.",
        BadRefreshToken = UNAUTHORIZED "bad_refresh_token" "This refresh token is not valid, or no longer.",
    }
}

/// Whether presenting a refresh token that was used at `used_at` tells that somebody has a copy of it.
pub fn is_copied(used_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    used_at.is_some_and(|used_at| now - used_at > REFRESH_LEEWAY)
}

/// An e-mail address in the three forms in which it is used.
#[derive(Debug, PartialEq)]
pub struct Email {
    pub given: String,
    /// As compared at sign-in.
    pub key: String,
    /// Without dots and +tag in the local part: what addresses of one person share.
    pub canonical: String,
}

impl Email {
    pub fn parse(text: &str) -> Option<Self> {
        let given = text.trim().to_owned();
        if given.len() > EMAIL_CHARS_MAX || !email_address::EmailAddress::is_valid(&given) {
            return None;
        }
        let key = given.to_lowercase();
        let (local, domain) = key.rsplit_once('@')?;
        let local = local.split('+').next().unwrap_or(local).replace('.', "");
        let canonical = format!("{local}@{domain}");
        Some(Self { given, key, canonical })
    }
}

/// The form in which handles are compared: NFKC, lower case, letters that look alike folded together, separators out.
pub fn handle_key(handle: &str) -> String {
    handle
        .nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !matches!(c, '_' | '-' | '.'))
        .map(|c| match c {
            '0' => 'o',
            '1' | 'i' => 'l',
            '5' => 's',
            c => c,
        })
        .collect()
}

/// Wants a handle of ASCII letters, digits, `_` and `-`, beginning with a letter or digit.
pub fn check_handle(fields: &mut Fields, handle: &str) {
    fields.chars("/handle", handle, HANDLE_CHARS);
    let plain = handle.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if !plain || !handle.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        fields.refuse("/handle", "A handle has letters, digits, _ and - only, and begins with a letter or digit.");
    }
    let key = handle_key(handle);
    if key.is_empty() || RESERVED.iter().any(|name| handle_key(name) == key) {
        fields.refuse("/handle", "This handle is reserved.");
    }
}

/// Wants a password that is long enough and not made of the account's own words (NIST SP 800-63B-4, 3.1.1.2: length
/// counts, composition rules do not).
pub fn check_password(fields: &mut Fields, password: &str, chars_min: usize, own_words: &[&str]) {
    check_new_password(fields, "/password", password, chars_min, own_words);
}

/// The same for a field of another name.
pub fn check_new_password(fields: &mut Fields, pointer: &str, password: &str, chars_min: usize, own_words: &[&str]) {
    fields.chars(pointer, password, chars_min..=PASSWORD_CHARS_MAX);
    let lower = password.to_lowercase();
    let distinct: std::collections::HashSet<char> = lower.chars().collect();
    let repeats_own =
        own_words.iter().any(|word| word.len() >= 4 && lower.replace(&word.to_lowercase(), "").chars().count() < chars_min / 2);
    if distinct.len() < 5 || repeats_own || lower.replace("password", "").chars().count() < chars_min / 2 {
        fields.refuse(pointer, "This password is too easy to guess.");
    }
}

/// Whether the operator makes an administrator of an account that is there. False when it is one already.
pub fn may_promote(role: Role, knows_password: bool) -> Result<bool, Refusal> {
    match role {
        Role::Administrator => Ok(false),
        _ if knows_password => Ok(true),
        _ => Err(Refusal::AddressTaken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_person_share_a_canonical_form() {
        let canonical = |text| Email::parse(text).map(|email| email.canonical);
        assert_eq!(canonical("Ada.Lovelace+shop@Example.org"), Some("adalovelace@example.org".to_owned()));
        assert_eq!(canonical("adalovelace@example.org"), Some("adalovelace@example.org".to_owned()));
        for bad in ["", "ada", "ada@", "@example.org", "a b@example.org", "ada@example.org\r\nBcc: x@example.org"] {
            assert_eq!(Email::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn handles() {
        let good = |handle: &str| {
            let mut fields = Fields::default();
            check_handle(&mut fields, handle);
            fields.done().is_ok()
        };
        for (handle, expected) in [
            ("ada", true),
            ("Ada_L-99", true),
            ("ab", false),
            ("_ada", false),
            ("ada lovelace", false),
            ("аda", false),
            ("admin", false),
            ("Adm1n", false),
            ("st4ff", true),
            ("a".repeat(31).as_str(), false),
            ("---", false),
        ] {
            assert_eq!(good(handle), expected, "{handle}");
        }
        assert_eq!(handle_key("A-d_a0"), handle_key("adao"));
    }

    #[test]
    fn passwords() {
        let good = |password: &str| {
            let mut fields = Fields::default();
            check_password(&mut fields, password, 12, &["ada-lovelace", "ada@example.org"]);
            fields.done().is_ok()
        };
        for (password, expected) in [
            ("twelve chars", true),
            ("eleven char", false),
            ("aaaaaaaaaaaa", false),
            ("passwordpassword", false),
            ("Ada-Lovelace1", false),
            ("correct horse battery", true),
            ("        ", false),
        ] {
            assert_eq!(good(password), expected, "{password}");
        }
    }

    #[test]
    fn who_knows_the_password_is_who_the_operator_means() {
        for (role, knows_password, expected) in [
            (Role::Administrator, true, Ok(false)),
            (Role::Administrator, false, Ok(false)),
            (Role::Member, true, Ok(true)),
            (Role::Moderator, true, Ok(true)),
            (Role::Member, false, Err(Refusal::AddressTaken)),
            (Role::Moderator, false, Err(Refusal::AddressTaken)),
        ] {
            assert_eq!(may_promote(role, knows_password), expected, "{role:?} {knows_password}");
        }
    }
}
