//! How a search is written: words as in web search engines, and filters such as `tag:rust is:solved`.

use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::kit::{problem::Fields, rate_limits::RateLimit};

crate::refusals! {
    /// Why nothing is searched for.
    pub enum Refusal {
        BadQuery = BAD_REQUEST "bad_query" "q must have 1 to 300 characters.",
    }
}

/// Searches of somebody who has not signed in.
pub const VISITOR_SEARCH: RateLimit = RateLimit::per("visitor search", 15, Duration::from_secs(60));

/// Characters of a search.
pub const QUERY_CHARS: std::ops::RangeInclusive<usize> = 1..=300;
/// Characters that mark a highlight in a snippet while it is still plain text; for private use, so nobody's own.
pub const MARK_START: char = '\u{E000}';
/// Where a highlight ends that [`MARK_START`] begins.
pub const MARK_END: char = '\u{E001}';

/// A search, taken apart.
#[derive(Debug, Default, PartialEq)]
pub struct Search {
    /// All words but the last one, in websearch syntax.
    pub head: String,
    /// The last word, which may be unfinished; or a last phrase or exclusion, in websearch syntax.
    pub last: String,
    /// The last word as a prefix for `to_tsquery`; empty when it cannot be one.
    pub prefix: String,
    pub tag: Option<String>,
    pub author: Option<String>,
    pub group: Option<String>,
    pub solved: Option<bool>,
    pub after: Option<DateTime<Utc>>,
    pub before: Option<DateTime<Utc>>,
}

impl Search {
    /// The words as they were typed, without filters.
    pub fn text(&self) -> String {
        format!("{} {}", self.head, self.last).trim().to_owned()
    }
}

/// Takes a search apart. What is refused lands in `fields`.
pub fn parse(fields: &mut Fields, query: &str) -> Search {
    let mut search = Search::default();
    let mut words: Vec<&str> = Vec::new();
    for token in query.split_whitespace() {
        match token.split_once(':') {
            Some(("tag", name)) => search.tag = Some(name.to_lowercase()),
            Some(("author", handle)) => search.author = Some(handle.trim_start_matches('@').to_owned()),
            Some(("group", slug)) => search.group = Some(slug.to_owned()),
            Some(("is", "solved")) => search.solved = Some(true),
            Some(("is", "unsolved")) => search.solved = Some(false),
            Some(("is", _)) => fields.refuse("q", "is: takes solved or unsolved."),
            Some((name @ ("after" | "before"), day)) => match NaiveDate::parse_from_str(day, "%Y-%m-%d") {
                // PostgreSQL knows no time before 4713 BC.
                Ok(day) if (1..=9_999).contains(&day.year()) => {
                    let start = day.and_time(chrono::NaiveTime::MIN).and_utc();
                    *(if name == "after" { &mut search.after } else { &mut search.before }) = Some(start);
                }
                _ => fields.refuse("q", format!("{name}: takes a day such as 2026-03-31.")),
            },
            _ => words.push(token),
        }
    }
    // Within quotes the last word belongs to its phrase.
    let quotes = words.iter().map(|word| word.matches('"').count()).sum::<usize>();
    match words.pop() {
        Some(last) if quotes == 0 && !last.starts_with('-') => {
            search.head = words.join(" ");
            search.prefix = prefix(last);
            search.last = last.to_owned();
        }
        Some(last) => {
            words.push(last);
            search.last = words.join(" ");
        }
        None => {}
    }
    search
}

fn prefix(word: &str) -> String {
    let plain = word.chars().count() >= 2 && word.chars().all(char::is_alphanumeric);
    if plain { format!("{word}:*") } else { String::new() }
}

/// A snippet as HTML: everything escaped but the highlights.
pub fn snippet_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    for c in text.chars() {
        match c {
            MARK_START => html.push_str("<mark>"),
            MARK_END => html.push_str("</mark>"),
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_are_taken_apart() {
        let parts = |query| {
            let mut fields = Fields::default();
            let search = parse(&mut fields, query);
            (search.head.clone(), search.last.clone(), search.prefix.clone(), fields.done().is_ok())
        };
        for (query, head, last, prefix, fine) in [
            ("burr grin", "burr", "grin", "grin:*", true),
            ("grin", "", "grin", "grin:*", true),
            ("\"burr grinder", "", "\"burr grinder", "", true),
            ("burr -blade", "", "burr -blade", "", true),
            ("c++", "", "c++", "", true),
            ("tag:Rust is:solved author:@ada", "", "", "", true),
            ("is:what", "", "", "", false),
            ("after:2026-02-30 x", "", "x", "", false),
            ("before:-9999-01-01 x", "", "x", "", false),
            ("after:+99999-01-01 x", "", "x", "", false),
            ("", "", "", "", true),
            ("'; drop table post; --", "", "'; drop table post; --", "", true),
        ] {
            assert_eq!(parts(query), (head.into(), last.into(), prefix.into(), fine), "{query}");
        }
        let search = parse(&mut Fields::default(), "tag:Rust is:solved author:@ada group:g before:2026-01-02 why");
        assert_eq!((search.tag.as_deref(), search.author.as_deref(), search.solved), (Some("rust"), Some("ada"), Some(true)));
        assert_eq!((search.group.as_deref(), search.before.map(|at| at.timestamp())), (Some("g"), Some(1_767_312_000)));
    }

    #[test]
    fn snippets_are_escaped() {
        assert_eq!(snippet_html("<b>\u{E000}grinder\u{E001} & 'co'"), "&lt;b&gt;<mark>grinder</mark> &amp; &#39;co&#39;");
    }
}
