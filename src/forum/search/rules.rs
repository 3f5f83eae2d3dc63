//! How a search is written: words as in web search engines, and filters such as `tag:rust is:solved`.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::{
    forum::search_document::{
        analysis::{Word, words},
        language::is_stop_word,
    },
    kit::{problem::Fields, rate_limits::RateLimit},
};

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
/// A last word of fewer characters is not taken for the beginning of a longer one.
const PREFIX_CHARS_MIN: usize = 3;

/// What becomes of a post that has a phrase.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    /// It is found.
    Required,
    /// It comes sooner: of words that say little.
    Optional,
    /// It is left out.
    Excluded,
}

/// Words that follow each other; mostly one.
#[derive(Debug, PartialEq)]
struct Phrase {
    words: Vec<Word>,
    role: Role,
    /// The last word may be unfinished.
    unfinished: bool,
}

/// A search, taken apart.
#[derive(Debug, Default, PartialEq)]
pub struct Search {
    /// A post is found by all that is wanted in one of these.
    choices: Vec<Vec<Phrase>>,
    /// Something is asked for besides the filters; perhaps nothing that can be found.
    pub has_text: bool,
    pub tag: Option<String>,
    pub author: Option<String>,
    pub group: Option<String>,
    pub solved: Option<bool>,
    pub after: Option<DateTime<Utc>>,
    pub before: Option<DateTime<Utc>>,
}

/// Takes a search apart. What is refused lands in `fields`.
pub fn parse(fields: &mut Fields, query: &str) -> Search {
    let mut search = Search { choices: vec![Vec::new()], ..Search::default() };
    let tokens = tokens(query);
    for (n, token) in tokens.iter().enumerate() {
        let Token { text, quoted, excluded } = *token;
        if !quoted && !excluded && search.take_filter(fields, text) {
            continue;
        }
        search.has_text = true;
        if !quoted && !excluded && text.eq_ignore_ascii_case("or") {
            search.choices.push(Vec::new());
            continue;
        }
        let words = words(text);
        let Some(last) = words.last() else { continue };
        let says_little = !quoted && words.len() == 1 && is_stop_word(&last.written);
        let role = if excluded { Role::Excluded } else { [Role::Required, Role::Optional][usize::from(says_little)] };
        let unfinished = n + 1 == tokens.len()
            && (role, quoted) == (Role::Required, false)
            && !last.pair
            && last.range.end == text.len()
            && last.written.chars().all(char::is_alphanumeric)
            && last.written.chars().count() >= PREFIX_CHARS_MIN;
        if let Some(choice) = search.choices.last_mut() {
            choice.push(Phrase { words, role, unfinished });
        }
    }
    for choice in &mut search.choices {
        // Where all words say little, they are what is meant.
        if !choice.iter().any(|phrase| phrase.role == Role::Required) {
            choice.iter_mut().filter(|phrase| phrase.role == Role::Optional).for_each(|phrase| phrase.role = Role::Required);
        }
    }
    let finds = |choice: &Vec<Phrase>| choice.iter().any(|phrase| phrase.role == Role::Required);
    // "a or -b" would find nearly everything.
    let some_find = search.choices.iter().any(finds);
    search.choices.retain(|choice| if some_find { finds(choice) } else { !choice.is_empty() });
    search
}

#[derive(Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    quoted: bool,
    excluded: bool,
}

/// What stands between spaces, or between quotes; a quote that is never closed is none.
fn tokens(query: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = query.trim_start();
    while !rest.is_empty() {
        let bare = rest.strip_prefix('-').unwrap_or(rest);
        let excluded = bare.len() < rest.len();
        let quoted = bare.strip_prefix('"').and_then(|inner| inner.split_once('"'));
        let (text, after) = quoted.unwrap_or_else(|| bare.split_at(bare.find(char::is_whitespace).unwrap_or(bare.len())));
        tokens.push(Token { text, quoted: quoted.is_some(), excluded });
        rest = after.trim_start();
    }
    tokens
}

impl Search {
    /// Whether the token is a filter. One that has no value is a word with a colon.
    fn take_filter(&mut self, fields: &mut Fields, token: &str) -> bool {
        let Some((name, value)) = token.split_once(':') else { return false };
        if value.is_empty() || value.starts_with(':') {
            return false;
        }
        match (name, value) {
            ("tag", tag) => self.tag = Some(tag.to_lowercase()),
            ("author", handle) => self.author = Some(handle.trim_start_matches('@').to_owned()),
            ("group", slug) => self.group = Some(slug.to_owned()),
            ("is", "solved") => self.solved = Some(true),
            ("is", "unsolved") => self.solved = Some(false),
            ("is", _) => fields.refuse("q", "is: takes solved or unsolved."),
            ("after" | "before", day) => match NaiveDate::parse_from_str(day, "%Y-%m-%d") {
                // PostgreSQL knows no time before 4713 BC.
                Ok(day) if (1..=9_999).contains(&day.year()) => {
                    let start = day.and_time(chrono::NaiveTime::MIN).and_utc();
                    *(if name == "after" { &mut self.after } else { &mut self.before }) = Some(start);
                }
                _ => fields.refuse("q", format!("{name}: takes a day such as 2026-03-31.")),
            },
            _ => return false,
        }
        true
    }

    fn phrases(&self) -> impl Iterator<Item = &Phrase> {
        self.choices.iter().flatten()
    }

    /// The words that a post must have, whose spelling may be mended, and whether each may be unfinished.
    pub fn spelt(&self) -> Vec<(&Word, bool)> {
        let required = self.phrases().filter(|phrase| phrase.role == Role::Required);
        required.filter(|phrase| phrase.words.len() == 1).map(|phrase| (&phrase.words[0], phrase.unfinished)).collect()
    }

    /// What to look for, where `mended` has other spellings of words by their folded ones.
    pub fn query(&self, mended: &HashMap<String, Vec<String>>) -> Query {
        let mut query = Query::default();
        let alternatives = |word: &Word| {
            let mut all = word.alternatives();
            all.extend(mended.get(word.folded().as_ref()).into_iter().flatten().cloned());
            all
        };
        let choices = self.choices.iter().map(|choice| {
            let wanted = choice.iter().filter(|phrase| phrase.role != Role::Optional);
            let parts = wanted.map(|phrase| {
                let not = if phrase.role == Role::Excluded { "!" } else { "" };
                format!("{not}({})", phrase.to_tsquery(&alternatives))
            });
            format!("({})", parts.collect::<Vec<_>>().join(" & "))
        });
        query.required = choices.collect::<Vec<_>>().join(" | ");
        let optional = self.phrases().filter(|phrase| phrase.role == Role::Optional);
        let optional = optional.map(|phrase| phrase.to_tsquery(&alternatives)).collect::<Vec<_>>().join(" | ");
        query.optional = Some(optional).filter(|optional| !optional.is_empty());
        for phrase in self.phrases().filter(|phrase| phrase.role == Role::Required) {
            query.shown.extend(phrase.words.iter().flat_map(&alternatives));
            query.shown_prefixes.extend(phrase.prefix());
        }
        query
    }
}

impl Phrase {
    /// What the last word begins with, where it may be unfinished, or where it is one character of a writing without spaces.
    fn prefix(&self) -> Option<String> {
        let last = self.words.last()?;
        let single = last.pair && last.written.chars().count() == 1 && !self.ends_in_a_run();
        (self.unfinished || single).then(|| last.folded().into_owned())
    }

    /// Whether the last word is but the end of the pair before it.
    fn ends_in_a_run(&self) -> bool {
        match self.words.as_slice() {
            [.., before, last] => last.pair && before.pair && before.range.end >= last.range.start,
            _ => false,
        }
    }

    fn to_tsquery(&self, alternatives: &impl Fn(&Word) -> Vec<String>) -> String {
        let mut words: Vec<String> = Vec::with_capacity(self.words.len());
        for word in &self.words {
            let all = alternatives(word).iter().map(|lexeme| format!("'{lexeme}'")).collect::<Vec<_>>();
            words.push(format!("({})", all.join(" | ")));
        }
        if self.ends_in_a_run() {
            words.pop();
        }
        if let (Some(prefix), Some(last)) = (self.prefix(), words.last_mut()) {
            *last = format!("({last} | '{prefix}':*)");
        }
        words.join(" <-> ")
    }
}

/// What to look for, as `tsquery`s.
#[derive(Debug, Default, PartialEq)]
pub struct Query {
    pub required: String,
    /// What comes sooner.
    pub optional: Option<String>,
    /// What is highlighted: lexemes.
    pub shown: Vec<String>,
    /// And what begins like this.
    pub shown_prefixes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(query: &str) -> (Search, bool) {
        let mut fields = Fields::default();
        let search = parse(&mut fields, query);
        (search, fields.done().is_ok())
    }

    /// The query with one spelling a word.
    fn asked(query: &str) -> String {
        let (search, _) = parsed(query);
        let written = |word: &Word| vec![word.folded().into_owned()];
        let choice = |choice: &Vec<Phrase>| {
            let sign = |phrase: &Phrase| match phrase.role {
                Role::Required => "",
                Role::Optional => "~",
                Role::Excluded => "-",
            };
            choice.iter().map(|phrase| format!("{}{}", sign(phrase), phrase.to_tsquery(&written))).collect::<Vec<_>>().join(" ")
        };
        search.choices.iter().map(choice).collect::<Vec<_>>().join(" OR ").replace(['(', ')', '\''], "")
    }

    #[test]
    fn searches_are_taken_apart() {
        for (query, expected) in [
            ("burr grin", "burr grin | grin:*"),
            ("of", "of"),
            ("an of", "an of"),
            ("cup of coffee", "cup ~of coffee | coffee:*"),
            ("\"cup of coffee\"", "cup <-> of <-> coffee"),
            ("\"burr grinder", "burr grinder | grinder:*"),
            ("burr -blade", "burr -blade"),
            ("burr -\"dull blade\"", "burr -dull <-> blade"),
            ("burr or blade mill", "burr OR blade mill | mill:*"),
            ("or", ""),
            ("burr or -blade", "burr"),
            ("-blade", "-blade"),
            ("c++", "c++"),
            ("brew.conf", "brew <-> conf | conf:*"),
            ("std::vec", "std <-> vec | vec:*"),
            ("what is: the", "what is the"),
            ("tag: x:y", "tag x <-> y"),
            ("咖啡机", "咖啡 <-> 啡机"),
            ("机", "机 | 机:*"),
            ("espresso机", "espresso <-> 机 | 机:*"),
            ("tag:Rust is:solved author:@ada", ""),
            ("'; drop table post; --", "drop table post"),
            ("' | & ! ( :* \\", ""),
            ("", ""),
        ] {
            assert_eq!(asked(query), expected, "{query}");
        }
        for (query, fine) in [
            ("is:what", false),
            ("is: what", true),
            ("after:2026-02-30 x", false),
            ("before:-9999-01-01 x", false),
            ("after:+99999-01-01 x", false),
            ("before::x", true),
        ] {
            assert_eq!(parsed(query).1, fine, "{query}");
        }
        let (search, _) = parsed("tag:Rust is:solved author:@ada group:g before:2026-01-02 why");
        assert_eq!((search.tag.as_deref(), search.author.as_deref(), search.solved), (Some("rust"), Some("ada"), Some(true)));
        assert_eq!((search.group.as_deref(), search.before.map(|at| at.timestamp())), (Some("g"), Some(1_767_312_000)));
        assert!(!parsed("is:solved").0.has_text && parsed("is:solved ?").0.has_text);
    }

    #[test]
    fn words_are_looked_for_in_many_spellings() {
        let (search, _) = parsed("the grindrs -Häuser");
        let spelt: Vec<_> = search.spelt().into_iter().map(|(word, unfinished)| (word.written.as_str(), unfinished)).collect();
        assert_eq!(spelt, [("grindrs", false)]);
        let query = search.query(&HashMap::from([("grindrs".to_owned(), vec!["grinders".to_owned()])]));
        assert!(query.required.contains("'grindrs'") && query.required.contains("'grinders'"), "{query:?}");
        assert!(query.required.contains("!((") && query.required.contains("'haus'"), "{query:?}");
        assert!(query.optional.is_some_and(|optional| optional.contains("'the'")));
        assert!(query.shown.contains(&"grinders".to_owned()) && !query.shown.contains(&"haus".to_owned()));
    }
}
