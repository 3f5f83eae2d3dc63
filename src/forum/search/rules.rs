//! How a search is written: words as in web search engines, and filters such as `tag:rust is:solved`.

use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::{
    forum::search_document::{
        analysis::{IN_TITLE, Word, any_of, quoted, words},
        dictionary::{Asked, COMMON, Known},
        language::Spoken,
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

/// Where even the rarest word of a search is at more posts, those that have all of them in their titles are likeliest.
const TITLES_FROM: i32 = 10_000;

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

/// Takes a search apart, by which words say little. What is refused lands in `fields`.
pub fn parse(fields: &mut Fields, query: &str, spoken: &Spoken) -> Search {
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
        let ends = n + 1 == tokens.len();
        // Of "doesn't" and "l'eau", each part is a word of its own; but whoever leaves them out means the whole.
        let parts: Vec<&str> = if quoted || excluded { vec![text] } else { text.split(['\'', '’']).collect() };
        for (n, part) in parts.iter().enumerate() {
            let words = words(part);
            let Some(last) = words.last() else { continue };
            let says_little = !quoted && words.len() == 1 && spoken.is_stop_word(&last.written);
            let role = if excluded { Role::Excluded } else { [Role::Required, Role::Optional][usize::from(says_little)] };
            let unfinished = ends
                && n + 1 == parts.len()
                && (role, quoted) == (Role::Required, false)
                && !last.pair
                && last.range.end == part.len()
                && last.written.chars().all(char::is_alphanumeric)
                && last.written.chars().count() >= PREFIX_CHARS_MIN;
            if let Some(choice) = search.choices.last_mut() {
                choice.push(Phrase { words, role, unfinished });
            }
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

    /// What the dictionary is to be asked about: the words that a post must have.
    pub fn asked(&self) -> Vec<Asked> {
        let required = self.phrases().filter(|phrase| phrase.role == Role::Required);
        let single = required.filter_map(|phrase| Some((phrase, <&[Word; 1]>::try_from(phrase.words.as_slice()).ok()?)));
        single.map(|(phrase, [word])| Asked::about(word, phrase.unfinished)).collect()
    }

    /// What to look for, by what the dictionary knows of the words.
    pub fn query(&self, known: &Known) -> Query {
        let mut query = Query::default();
        let spellings = |word: &Word| known.spellings(word);
        let choices = self.choices.iter().map(|choice| {
            let wanted = choice.iter().filter(|phrase| phrase.role != Role::Optional);
            let parts = wanted.map(|phrase| {
                let not = if phrase.role == Role::Excluded { "!" } else { "" };
                format!("{not}({})", phrase.to_tsquery(&spellings, known))
            });
            format!("({})", parts.collect::<Vec<_>>().join(" & "))
        });
        query.required = choices.collect::<Vec<_>>().join(" | ");
        let optional = self.phrases().filter(|phrase| phrase.role == Role::Optional);
        let optional = optional.map(|phrase| phrase.to_tsquery(&spellings, known)).collect::<Vec<_>>().join(" | ");
        query.optional = Some(optional).filter(|optional| !optional.is_empty());
        query.titles = self.titles(&spellings, known);
        for phrase in self.phrases().filter(|phrase| phrase.role == Role::Required) {
            query.shown.extend(phrase.words.iter().flat_map(&spellings));
            query.shown_prefixes.extend(phrase.prefix(known));
        }
        query
    }

    /// Posts that have all the words in their titles, where each of them is common.
    fn titles(&self, spellings: &impl Fn(&Word) -> Vec<String>, known: &Known) -> Option<String> {
        let [choice] = self.choices.as_slice() else { return None };
        let in_title = |phrase: &Phrase| match (phrase.role, phrase.words.as_slice()) {
            (Role::Optional, _) => Some(None),
            (Role::Required, [word]) if known.documents(&word.folded()) >= TITLES_FROM => {
                let in_title: Vec<String> = spellings(word).iter().map(|spelling| format!("{IN_TITLE}{spelling}")).collect();
                Some(Some(any_of(&in_title)))
            }
            _ => None,
        };
        let words: Vec<Option<String>> = choice.iter().map(in_title).collect::<Option<_>>()?;
        Some(words.into_iter().flatten().collect::<Vec<_>>().join(" & "))
    }
}

impl Phrase {
    /// What the last word begins with, where it may be unfinished, or where it is one character of a writing without spaces.
    fn prefix(&self, known: &Known) -> Option<String> {
        let last = self.words.last()?;
        let unfinished = self.unfinished && known.documents(&last.folded()) < COMMON;
        let single = last.pair && last.written.chars().count() == 1 && !self.ends_in_a_run();
        (unfinished || single).then(|| last.folded().into_owned())
    }

    /// Whether the last word is but the end of the pair before it.
    fn ends_in_a_run(&self) -> bool {
        match self.words.as_slice() {
            [.., before, last] => last.pair && before.pair && before.range.end >= last.range.start,
            _ => false,
        }
    }

    fn to_tsquery(&self, spellings: &impl Fn(&Word) -> Vec<String>, known: &Known) -> String {
        let mut words: Vec<String> = self.words.iter().map(|word| any_of(&spellings(word))).collect();
        if self.ends_in_a_run() {
            words.pop();
        }
        if let (Some(prefix), Some(last)) = (self.prefix(known), words.last_mut()) {
            *last = format!("({last} | {}:*)", quoted(&prefix));
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
    /// What is looked for first, and alone if enough is found.
    pub titles: Option<String>,
    /// What is highlighted: lexemes.
    pub shown: Vec<String>,
    /// And what begins like this.
    pub shown_prefixes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forum::search_document::dictionary::Neighbour;

    fn english() -> Spoken {
        Spoken::in_text("", "en")
    }

    fn parsed(query: &str) -> (Search, bool) {
        let mut fields = Fields::default();
        let search = parse(&mut fields, query, &english());
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
            choice
                .iter()
                .map(|phrase| format!("{}{}", sign(phrase), phrase.to_tsquery(&written, &Known::default())))
                .collect::<Vec<_>>()
                .join(" ")
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
            ("my grinder doesn't start", "~my grinder ~doesn ~t start | start:*"),
            ("l'eau", "l eau | eau:*"),
            ("water -l'eau", "water -l <-> eau"),
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
        let asked = search.asked();
        assert_eq!(asked.iter().map(|asked| (asked.word.as_str(), asked.unfinished)).collect::<Vec<_>>(), [("grindrs", false)]);
        let neighbour = |word: &str, known, neighbour: Option<&str>| Neighbour {
            word: word.to_owned(),
            known,
            neighbour: neighbour.map(str::to_owned),
            documents: neighbour.map(|_| 64),
            languages: Some("de".to_owned()),
        };
        let query = search.query(&Known::of(vec![neighbour("grindrs", 0, Some("grinders"))], &english()));
        assert!(query.required.contains("'grindrs'") && query.required.contains("'grinders'"), "{query:?}");
        assert!(query.required.contains("!((") && query.required.contains("'de:haus'"), "{query:?}");
        assert!(query.optional.is_some_and(|optional| optional.contains("'the'")));
        assert!(query.shown.contains(&"grinders".to_owned()) && !query.shown.contains(&"de:haus".to_owned()));

        // What many posts have is no beginning; what very many have is looked for in titles first.
        let query = |text, known| {
            let neighbours = vec![neighbour("burr", known, None), neighbour("mill", 20_000, None)];
            parsed(text).0.query(&Known::of(neighbours, &english()))
        };
        for (text, known, unfinished, titles) in [
            ("burr", 7, true, None),
            ("burr", 8, false, None),
            ("the burr", 9_999, false, None),
            ("the burr", 10_000, false, Some("('^burr' | '^de:burr')")),
            ("mill burr", 10_000, false, Some("('^de:mill' | '^mill') & ('^burr' | '^de:burr')")),
            ("mill burr", 9_999, false, None),
            ("mill -burr", 10_000, false, None),
            ("mill or burr", 10_000, false, None),
            ("\"burr mill\"", 10_000, false, None),
        ] {
            let query = query(text, known);
            assert_eq!((query.shown_prefixes.len() == 1, query.titles.as_deref()), (unfinished, titles), "{text} {known}");
        }
    }
}
