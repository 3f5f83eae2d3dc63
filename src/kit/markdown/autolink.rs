//! What the Markdown parser leaves as text but readers expect to click: bare web addresses and mentions.

use std::ops::Range;

/// ASCII letters, digits, `_` and `-`: the rule for new handles is in `identity::account`.
pub const HANDLE_CHARS: std::ops::RangeInclusive<usize> = 3..=30;

/// What a part of a text leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Autolink {
    /// `https://example.org/a`: the whole range is the address.
    Address,
    /// `@ada`: the range begins with the sign.
    Mention,
}

/// Finds addresses and mentions in one text, in order, without overlap.
pub fn autolinks(text: &str) -> Vec<(Range<usize>, Autolink)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(step) = text[at..].find(['@', 'h', 'H']) {
        let start = at + step;
        let before = text[..start].chars().next_back();
        let autolink = match text.as_bytes()[start] {
            b'@' => mention(text, start, before).map(|end| (start..end, Autolink::Mention)),
            _ => address(text, start, before).map(|end| (start..end, Autolink::Address)),
        };
        at = match autolink {
            Some((range, autolink)) => {
                let end = range.end;
                found.push((range, autolink));
                end
            }
            None => start + 1,
        };
    }
    found
}

fn mention(text: &str, start: usize, before: Option<char>) -> Option<usize> {
    // A mail address, a path or a doubled sign is no mention.
    if before.is_some_and(|c| c.is_alphanumeric() || "_-./@+".contains(c)) {
        return None;
    }
    let name = &text[start + 1..];
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(name.len());
    let name = name[..end].trim_end_matches('-');
    let fits = HANDLE_CHARS.contains(&name.len()) && name.is_ascii() && name.starts_with(|c: char| c.is_ascii_alphanumeric());
    fits.then_some(start + 1 + name.len())
}

fn address(text: &str, start: usize, before: Option<char>) -> Option<usize> {
    if before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let rest = &text.as_bytes()[start..];
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| rest.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme.as_bytes())))?
        .len();
    let rest = &text[start + scheme..];
    // Asked first, so that a run of broken addresses is not read to its end once for each.
    let begins = rest.starts_with(|c: char| c.is_alphanumeric() || c == '[');
    if !begins {
        return None;
    }
    let end = rest.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"`\\^{}|".contains(c)).unwrap_or(rest.len());
    Some(start + scheme + trim_address(&rest[..end]).len())
}

/// Punctuation at the end belongs to the sentence, and so does a bracket that was opened before the address.
fn trim_address(mut body: &str) -> &str {
    let mut unopened = {
        let count = |c: char| body.matches(c).count();
        count(')').saturating_sub(count('('))
    };
    while let Some(last) = body.chars().next_back() {
        match last {
            ')' if unopened > 0 => unopened -= 1,
            '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~' | ']' => {}
            _ => break,
        }
        body = &body[..body.len() - last.len_utf8()];
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_meant_and_nothing_else() {
        let table: &[(&str, &[&str])] = &[
            ("nothing here", &[]),
            ("see https://a.org/b.", &["https://a.org/b"]),
            ("(https://a.org/b_(c))", &["https://a.org/b_(c)"]),
            ("HTTP://A.org, and", &["HTTP://A.org"]),
            ("xhttps://a.org", &[]),
            ("http://", &[]),
            ("http://.", &[]),
            ("http://<b>", &[]),
            ("ftp://a.org", &[]),
            ("https://[::1]/x", &["https://[::1]/x"]),
            ("https://user@a.org/@b", &["https://user@a.org/@b"]),
            ("https://a.org/?q=ä&r=1!", &["https://a.org/?q=ä&r=1"]),
            ("@ada and @grace-h.", &["@ada", "@grace-h"]),
            ("(@ada)", &["@ada"]),
            ("a@b.org", &[]),
            ("@@ada", &[]),
            ("/@ada", &[]),
            ("@-", &[]),
            ("@ada-", &["@ada"]),
            ("@é @adaé", &[]),
            ("@jo", &[]),
            ("@", &[]),
        ];
        for (text, expected) in table {
            let found: Vec<_> = autolinks(text).into_iter().map(|(r, _)| &text[r]).collect();
            assert_eq!(&found, expected, "{text}");
        }
        assert!(autolinks(&format!("@{}", "a".repeat(31))).is_empty());
    }
}
