//! The part of a text that shows why it was found.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use pulldown_cmark_escape::escape_html;

use super::rules::Query;
use crate::{
    forum::search_document::{
        analysis::{Word, words},
        language::Language,
    },
    kit::text::start_of,
};

/// Words of a snippet; of a writing without spaces, characters.
const WORDS: usize = 30;
/// Of them, before the first one that matches.
const WORDS_BEFORE: usize = 5;
/// A snippet has no more bytes of text.
const BYTES_MAX: usize = 600;

/// The stretch of `text` with most of what `query` looks for, as HTML that is safe to show, each match in `<mark>`.
pub fn snippet_html(text: &str, language: &Language, query: &Query) -> String {
    let words = words(text);
    let wanted: HashSet<&str> = query.shown.iter().map(String::as_str).collect();
    let matches = |word: &Word| {
        let begins = |lexeme: &str| query.shown_prefixes.iter().any(|prefix| lexeme.starts_with(prefix));
        let fits = |lexeme: &str| wanted.contains(lexeme) || begins(lexeme);
        fits(&word.folded()) || word.lexemes(language).iter().any(|lexeme| fits(lexeme))
    };
    let mut known: HashMap<&str, bool> = HashMap::new();
    let found: Vec<usize> = (0..words.len()).filter(|n| *known.entry(&words[*n].written).or_insert_with(|| matches(&words[*n]))).collect();
    let shown = best_stretch(&found, words.len());
    let marks: Vec<Range<usize>> = found.iter().filter(|n| shown.contains(n)).map(|n| words[*n].range.clone()).collect();
    // Whole at both ends, what stands before the first word and after the last one belongs to it; but no run of symbols fills a page.
    let first = marks.first().map_or(0, |mark| mark.start);
    let mut start = if shown.start == 0 { 0 } else { words[shown.start].range.start };
    if first.saturating_sub(start) > BYTES_MAX / 2 {
        start = first;
    }
    let end = if shown.end == words.len() { text.len() } else { words[shown.end - 1].range.end };
    let end = start + start_of(&text[start..end], BYTES_MAX).len();
    let start = end - text[start..end].trim_start().len();
    let end = start + text[start..end].trim_end().len();
    let marks: Vec<Range<usize>> = marks.into_iter().filter(|mark| mark.start >= start && mark.end <= end).collect();
    let html = marked(&text[start..end], start, &marks);
    let (before, after) = (text[..start].trim(), text[end..].trim());
    format!("{}{html}{}", if before.is_empty() { "" } else { "… " }, if after.is_empty() { "" } else { " …" })
}

/// The words to show: those after the match that most others follow.
fn best_stretch(found: &[usize], words: usize) -> Range<usize> {
    let followers = |at: &usize| found.partition_point(|other| *other < found[*at] + WORDS - WORDS_BEFORE) - at;
    // The first of those that are equally good.
    let best = (0..found.len()).rev().max_by_key(followers).map_or(0, |at| found[at]);
    let start = best.saturating_sub(WORDS_BEFORE).min(words.saturating_sub(WORDS));
    start..words.min(start + WORDS)
}

/// `text`, which begins at `offset`, as HTML with these ranges marked; neighbours become one mark.
fn marked(text: &str, offset: usize, ranges: &[Range<usize>]) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    let escape = |html: &mut String, text: &str| escape_html(html, text).expect("a String takes everything");
    let mut done = 0;
    let mut ranges = ranges.iter().map(|range| range.start - offset..range.end - offset).peekable();
    while let Some(mut range) = ranges.next() {
        while let Some(next) = ranges.next_if(|next| next.start <= range.end) {
            range.end = range.end.max(next.end);
        }
        escape(&mut html, &text[done..range.start]);
        html.push_str("<mark>");
        escape(&mut html, &text[range.clone()]);
        html.push_str("</mark>");
        done = range.end;
    }
    escape(&mut html, &text[done..]);
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        forum::{
            search::rules::parse,
            search_document::{
                dictionary::Known,
                language::{self, Spoken},
            },
        },
        kit::problem::Fields,
    };

    #[test]
    fn a_snippet_shows_what_was_looked_for() {
        let english = Spoken::in_text("", "en");
        let long = format!("{}the grinder that grinds{}", "one two ".repeat(40), " three four".repeat(40));
        for (query, text, expected) in [
            ("grinder", "<b>grinder</b> & 'co'", "&lt;b&gt;<mark>grinder</mark>&lt;/b&gt; &amp; &#39;co&#39;"),
            ("grinders", " Two grinders, one GRINDER. ", "Two <mark>grinders</mark>, one <mark>GRINDER</mark>."),
            ("gri", "the grinder", "the <mark>grinder</mark>"),
            ("brew.conf", "in /etc/brew.conf", "in /etc/<mark>brew</mark>.<mark>conf</mark>"),
            ("muehle", "Die Mühle", "Die <mark>Mühle</mark>"),
            ("咖啡机", "我的咖啡机坏了", "我的<mark>咖啡机</mark>坏了"),
            ("of", "cup of coffee", "cup <mark>of</mark> coffee"),
            ("nothing", "Some words.", "Some words."),
            ("nothing", "", ""),
        ] {
            let query = parse(&mut Fields::default(), query, &english).query(&Known::default());
            assert_eq!(snippet_html(text, language::known("en"), &query), expected, "{text}");
        }
        let query = parse(&mut Fields::default(), "grinder", &english).query(&Known::default());
        let snippet = snippet_html(&long, language::known("en"), &query);
        assert!(
            snippet.starts_with("… ") && snippet.ends_with(" …") && snippet.contains("two the <mark>grinder</mark> that "),
            "{snippet}"
        );
        assert_eq!(snippet.split_whitespace().count(), WORDS + 2);
        let noisy = format!("{} grinder {}", "!".repeat(5_000), "😀".repeat(5_000));
        let snippet = snippet_html(&noisy, language::known("en"), &query);
        assert!(snippet.contains("<mark>grinder</mark>") && snippet.len() < 2 * BYTES_MAX, "{snippet}");
    }
}
