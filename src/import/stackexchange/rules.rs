//! How what a dump says becomes ours.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::{
    domain::MemberId,
    identity::{handle::HANDLE_CHARS, member::rules::DISPLAY_NAME_CHARS, site_settings::rules::BODY_CHARS_MAX},
    kit::{html, markdown},
};

/// Characters of what a member says of themselves; more are cut.
pub const BIO_CHARS_MAX: usize = 1_000;
/// Characters of a title; more are cut.
pub const TITLE_CHARS_MAX: usize = 300;
/// Characters of a tag's description; more are cut.
pub const DESCRIPTION_CHARS_MAX: usize = 1_000;

/// The id of what `name` is called in `source`: always the same one, so that what was erased here does not come back
/// with another run, and ordered by when it was made, as all our ids are.
pub fn id(source: &str, table: &str, name: &str, at: DateTime<Utc>) -> Uuid {
    let hash = Sha256::digest(format!("{source}\n{table}\n{name}"));
    let mut random = [0; 10];
    random.copy_from_slice(&hash[..10]);
    Builder::from_unix_timestamp_millis(at.timestamp_millis().max(0) as u64, &random).into_uuid()
}

/// A handle from what people see and the number they had: `ada-lovelace-17`. The next attempts are for when that one, or
/// one that looks like it, is taken.
pub fn handle(display_name: &str, number: &str, attempt: usize) -> String {
    let end = match attempt {
        0 => format!("-{number}"),
        again => format!("-{number}-{again}"),
    };
    let plain: String = display_name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let mut start = if words.is_empty() { "member".to_owned() } else { words.join("-") };
    start.truncate(HANDLE_CHARS.end() - end.len());
    start.trim_end_matches('-').to_owned() + &end
}

/// On one line, without what turns text around or hides in it, and not too long. None when nothing is left.
pub fn display_name(text: &str) -> Option<String> {
    let hidden =
        |c: char| c.is_control() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    // Tabs and line ends are control characters that part words, so words are parted first.
    let visible = text.split_whitespace().map(|word| word.replace(hidden, "")).filter(|word| !word.is_empty());
    let words = visible.collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then(|| cut(&words, *DISPLAY_NAME_CHARS.end()))
}

/// A short text about somebody or something, from HTML; empty when it cannot be converted.
pub fn about(html: Option<&str>, chars_max: usize) -> String {
    html.and_then(|html| html::to_markdown(html).ok()).map(|text| cut(&text, chars_max)).unwrap_or_default()
}

fn cut(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        None => text.to_owned(),
        Some(_) => text.chars().take(chars_max - 1).collect::<String>().trim_end().to_owned() + "…",
    }
}

/// A body as it is kept.
pub struct Body {
    pub markdown: String,
    pub html: String,
    /// The first words as plain text.
    pub excerpt: String,
}

/// A post's body, which dumps hold as HTML.
///
/// # Errors
/// A sentence when it cannot be converted or shown.
pub fn body_of_html(html: &str) -> Result<Body, String> {
    body_of_markdown(html::to_markdown(html).map_err(|refused| refused.to_string())?, &markdown::nobody)
}

/// A comment's body, which dumps hold as Markdown. `handle_of` links whom it mentions.
///
/// # Errors
/// A sentence when it cannot be shown.
pub fn body_of_markdown(markdown: String, handle_of: &dyn Fn(&str) -> Option<String>) -> Result<Body, String> {
    let chars = markdown.chars().count();
    if chars > BODY_CHARS_MAX {
        return Err(format!("The text has {chars} characters, more than {BODY_CHARS_MAX}."));
    }
    let rendered = markdown::render(&markdown, handle_of).map_err(|refused| refused.to_string())?;
    Ok(Body { markdown, html: rendered.html, excerpt: rendered.text_start })
}

/// Somebody who takes part in a thread.
#[derive(Debug, Clone, PartialEq)]
pub struct Participant {
    pub id: MemberId,
    pub handle: String,
    pub display_name: String,
}

const NAME_ENDS: &[char] = &[',', ':', ';', '!', '?', '(', ')', '[', ']', '<', '>', '"', '*', '`', '/', '\\', '&', '@'];
/// Fewer letters of a name may be anybody's.
const BEGINNING_CHARS_MIN: usize = 3;

/// Puts handles in the place of the names by which a comment calls those who take part in its thread: `@AdaLovelace`, or a
/// beginning of it that only one of them has. Returns the text, and who is named.
pub fn call_by_handle<'a>(text: &str, participants: &'a [Participant]) -> (String, Vec<&'a Participant>) {
    let mut named: Vec<&Participant> = Vec::new();
    let mut parts = text.split('@');
    let mut called = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let begins = !called.ends_with(|c: char| c.is_alphanumeric() || "_-./@+".contains(c));
        let token = part.split(|c: char| c.is_whitespace() || NAME_ENDS.contains(&c)).next().unwrap_or_default();
        let name = token.trim_end_matches(['.', '\'', '’', '-', '_', '…']);
        let name = name.strip_suffix("'s").or_else(|| name.strip_suffix("’s")).unwrap_or(name);
        called.push('@');
        match meant(name, participants).filter(|_| begins) {
            Some(participant) => {
                called += &participant.handle;
                called += &part[name.len()..];
                if !named.contains(&participant) {
                    named.push(participant);
                }
            }
            None => called += part,
        }
    }
    (called, named)
}

fn meant<'a>(name: &str, participants: &'a [Participant]) -> Option<&'a Participant> {
    let squeezed = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    let wanted = squeezed(name);
    let only = |fits: &dyn Fn(&str) -> bool| {
        let mut found = participants.iter().filter(|participant| fits(&squeezed(&participant.display_name)));
        found.next().filter(|_| found.next().is_none())
    };
    let begins = |own: &str| wanted.chars().count() >= BEGINNING_CHARS_MIN && own.starts_with(&wanted);
    let exact = participants.iter().any(|participant| squeezed(&participant.display_name) == wanted);
    match (wanted.is_empty(), exact) {
        (true, _) => None,
        (false, true) => only(&|own| own == wanted),
        (false, false) => only(&begins),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identity::account::rules::check_handle, kit::problem::Fields};

    #[test]
    fn handles_are_legal_whatever_the_name() {
        for (name, number, attempt, expected) in [
            ("Ada Lovelace", "17", 0, "ada-lovelace-17"),
            ("  Zoë_B. ", "3", 0, "zo-b-3"),
            ("Иван", "3", 0, "member-3"),
            ("", "1", 2, "member-1-2"),
            ("a-very-long-name-that-goes-on-and-on", "123456", 0, "a-very-long-name-that-g-123456"),
            ("admin", "1", 0, "admin-1"),
            ("x", "9223372036854775807", 9, "x-9223372036854775807-9"),
        ] {
            let handle = handle(name, number, attempt);
            assert_eq!(handle, expected);
            let mut fields = Fields::default();
            check_handle(&mut fields, &handle);
            assert!(fields.done().is_ok(), "{handle}");
        }
    }

    #[test]
    fn comments_call_members_by_their_handles() {
        let participants: Vec<Participant> = ["Neil Fein", "Neil Gray", "Mσᶎ", "Ada"]
            .into_iter()
            .enumerate()
            .map(|(n, name)| Participant { id: MemberId::new(), handle: handle(name, &n.to_string(), 0), display_name: name.to_owned() })
            .collect();
        for (text, expected) in [
            ("@NeilFein thanks", "@neil-fein-0 thanks"),
            ("See @neilf: and @ADA's, @Ada.", "See @neil-fein-0: and @ada-3's, @ada-3."),
            ("(@Mσᶎ)", "(@m-2)"),
            // Two begin so; nobody does; too short; an address.
            ("@Neil @nobody-here @media @Ad ada@ada.org @", "@Neil @nobody-here @media @Ad ada@ada.org @"),
        ] {
            assert_eq!(call_by_handle(text, &participants).0, expected);
        }
        assert_eq!(call_by_handle("@ada and @Ada", &participants).1, [&participants[3]]);
    }

    #[test]
    fn names_are_cleaned() {
        for (given, expected) in [(" Ada\t\u{202E}Lovelace\n", Some("Ada Lovelace")), ("\u{200B}", None), ("Иван", Some("Иван"))] {
            assert_eq!(display_name(given).as_deref(), expected);
        }
        assert_eq!(display_name(&"n".repeat(99)).map(|name| name.chars().count()), Some(60));
    }

    #[test]
    fn ids_are_the_same_each_time_and_ordered_by_date() {
        let at = |s| DateTime::from_timestamp(s, 0).unwrap_or_default();
        assert_eq!(id("a", "post", "1", at(5)), id("a", "post", "1", at(5)));
        assert_ne!(id("a", "post", "1", at(5)), id("b", "post", "1", at(5)));
        assert!(id("a", "post", "1", at(5)) < id("a", "post", "2", at(6)));
        assert_eq!(id("a", "post", "1", at(5)).get_version_num(), 7);
    }
}
