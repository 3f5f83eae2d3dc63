//! What an account may look like.

use std::time::Duration;

use unicode_normalization::UnicodeNormalization;

use crate::{
    domain::Role,
    identity::handle::{HANDLE_CHARS, handle_keys},
    kit::{
        Problem,
        problem::Fields,
        rate_limits::{DAY, RateLimit},
    },
    refusals,
};

/// Tries to sign in, from one network.
pub const SIGN_IN: RateLimit = RateLimit::per("sign in", 6, Duration::from_secs(60));
/// Tries at one account, by one network or its member.
pub const PASSWORD: RateLimit = RateLimit::per("password", 10, Duration::from_secs(600));
/// Tries at one account by all: far below the 100 failures of NIST SP 800-63B, 3.2.2, and 144 a day for who has networks
/// without end.
pub const PASSWORD_OF_ALL: RateLimit = RateLimit::every("password of all", 30, Duration::from_secs(600));
/// Tries to join; members who joined count apart.
pub const SIGN_UP_FORM: RateLimit = RateLimit::per("sign-up form", 30, Duration::from_secs(3_600));
/// Members who may join from one network.
pub const SIGN_UP: RateLimit = RateLimit::per("sign up", 3, DAY);

/// Characters of a password.
pub const PASSWORD_CHARS_MAX: usize = 128;
/// Characters of a referral code that somebody brings.
pub const REFERRAL_CODE_CHARS_MAX: usize = 64;
/// Characters of an e-mail address (RFC 5321, 4.5.3.1.3, without its brackets).
pub const EMAIL_CHARS_MAX: usize = 254;
/// Handles that would pass for the company's own voice.
const RESERVED: [&str; 12] =
    ["admin", "administrator", "moderator", "staff", "support", "system", "regulars", "official", "root", "help", "me", "community"];

refusals! {
    /// Why an account cannot be made, signed in to or changed.
    pub enum Refusal {
        Merged = FORBIDDEN "merged" "This account was merged into another: sign in there.",
        HandleTaken = CONFLICT "handle_taken" "Another member has this handle, or one that looks like it." on "member_handle_key_key" "member_handle" "member_handle_word",
        BadCredentials = UNAUTHORIZED "bad_credentials" "The e-mail address or the password is wrong.",
        AddressTaken = CONFLICT "address_taken" "There is an account of this address, with another password.",
        WrongPassword = FORBIDDEN "wrong_password" "This is not your password.",
    }
}

/// 403: only who has its password learns where an account went.
pub fn merged(into: &str) -> Problem {
    let detail = format!("This account is a part of @{into} now: sign in there.");
    Problem::from(Refusal::Merged).because(detail).with("into", into)
}

/// An e-mail address in the three forms in which it is used.
#[derive(Debug, PartialEq)]
pub struct Email {
    pub given: String,
    /// As compared at sign-in.
    pub key: String,
    /// What the addresses of one person share.
    pub canonical: String,
}

impl Email {
    /// Reads an address as people type it; None for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        let given = text.trim().to_owned();
        if text.len() > EMAIL_CHARS_MAX || !email_address::EmailAddress::is_valid(&given) {
            return None;
        }
        let key = given.to_lowercase();
        let canonical = canonical(&given)?;
        Some(Self { given, key, canonical })
    }
}

/// An address without the ways to write it otherwise: NFKC, lower case, quotes and +tag out. Dots count, but at Gmail,
/// which has two names; elsewhere two people may differ by one.
fn canonical(email: &str) -> Option<String> {
    let text = email.nfkc().collect::<String>().to_lowercase();
    let (local, domain) = text.rsplit_once('@')?;
    let local = local.replace(['"', '\\'], "");
    let local = local.split('+').next().filter(|start| !start.is_empty()).unwrap_or(&local);
    let (domain, _) = idna::domain_to_unicode(domain);
    Some(match domain.as_str() {
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", local.replace('.', "")),
        _ => format!("{local}@{domain}"),
    })
}

/// Whether a handle would pass for the company's own voice, in whatever mixture of capitals.
fn is_reserved(handle: &str) -> bool {
    let key = |handle| handle_keys(handle).word.replace(['i', '1'], "l");
    let own = key(handle);
    own.is_empty() || RESERVED.iter().any(|name| key(name) == own)
}

/// Wants a handle of ASCII letters, digits, `_` and `-`, beginning with a letter or digit.
pub fn check_handle(fields: &mut Fields, handle: &str) {
    fields.chars("/handle", handle, HANDLE_CHARS);
    let plain = handle.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if !plain || !handle.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        fields.refuse("/handle", "A handle has letters, digits, _ and - only, and begins with a letter or digit.");
    }
    if is_reserved(handle) {
        fields.refuse("/handle", "This handle is reserved.");
    }
}

/// Wants a password that is long enough and not made of the account's own words (NIST SP 800-63B-4, 3.1.1.2: length
/// counts, composition rules do not).
pub fn check_password(fields: &mut Fields, password: &str, chars_min: usize, own_words: &[&str]) {
    check_new_password(fields, "/password", password, chars_min, own_words);
}

/// Wants what [`check_password`] wants, of the field at `pointer`.
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
        for (addresses, expected) in [
            (&["adalovelace@gmail.com", "Ada.Lovelace+shop@GoogleMail.com", "\"ada.lovelace\"@gmail.com"][..], "adalovelace@gmail.com"),
            (
                &["ada@example.org", "ADA+a+b@example.org", "\"ada\"@example.org", "\"a\\da\"@example.org", "ａｄａ@example.org"][..],
                "ada@example.org",
            ),
            (&["eva@bücher.example", "eva@BÜCHER.example", "eva@xn--bcher-kva.example"][..], "eva@bücher.example"),
            // Where they matter.
            (&["e.vans@company.example"][..], "e.vans@company.example"),
            (&["evans@company.example"][..], "evans@company.example"),
            (&["+shop@example.org"][..], "+shop@example.org"),
        ] {
            for address in addresses {
                assert_eq!(canonical(address).as_deref(), Some(expected), "{address}");
            }
        }
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
