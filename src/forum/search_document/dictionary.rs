//! When the words are counted, and how one that is misspelt is mended.

use std::{collections::HashMap, ops::RangeInclusive};

use chrono::{DateTime, Duration, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Int4, Nullable, Text, Timestamptz},
};
use strsim::osa_distance;

use super::{
    analysis::Word,
    language::{self, Language, Spoken},
};

/// Characters of words that are mended: too much is near to shorter ones.
pub const MENDED_CHARS: RangeInclusive<usize> = 4..=30;
/// Words of a search that are mended.
pub const MENDED_WORDS_MAX: i32 = 5;
/// A word that fewer than one post in this many has mends nothing.
pub const ONE_IN: i32 = 100_000;
/// A word that as many posts have is not taken for a misspelt one, nor for the beginning of another.
pub const COMMON: i32 = 8;
/// How many times as many posts must have a word that mends another one.
pub const COMMONER: i32 = 10;
/// From this many characters on, two may be wrong.
const TWO_WRONG_CHARS_MIN: usize = 8;
/// So many words stand in for one.
const MENDED_MAX: usize = 3;
/// Words are counted again when so much of all is new, or a day after something was;
const NEW_SHARE: i64 = 20;
const COUNTED_EVERY: Duration = Duration::days(1);
/// but not sooner than so long for each document, which is many times what counting takes.
const PAUSE_MS: i64 = 3;

/// When the words were counted, and what was written then and now.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Counted {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub counted_at: Option<DateTime<Utc>>,
    /// How often documents had been written when the words were counted.
    #[diesel(sql_type = BigInt)]
    pub written_then: i64,
    #[diesel(sql_type = BigInt)]
    pub written_now: i64,
    #[diesel(sql_type = BigInt)]
    pub documents: i64,
}

impl Counted {
    /// Whether the words are worth counting.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        let Some(counted_at) = self.counted_at else { return true };
        // PostgreSQL begins its statistics anew after a crash.
        let written = if self.written_now < self.written_then { self.written_now + 1 } else { self.written_now - self.written_then };
        let since = now - counted_at;
        written > 0
            && since >= Duration::milliseconds(PAUSE_MS * self.documents)
            && (written > self.documents / NEW_SHARE || since >= COUNTED_EVERY)
    }
}

/// A word of a search that the dictionary is asked about.
#[derive(Debug, PartialEq)]
pub struct Asked {
    /// Folded.
    pub word: String,
    /// All that a post may have instead.
    pub spellings: Vec<String>,
    /// It may be the beginning of a longer one.
    pub unfinished: bool,
    /// Its spelling may be mended.
    pub mendable: bool,
}

impl Asked {
    /// About this word.
    pub fn about(word: &Word, unfinished: bool) -> Self {
        let folded = word.folded().into_owned();
        let mendable = !word.pair && MENDED_CHARS.contains(&folded.chars().count()) && folded.chars().all(char::is_alphabetic);
        Self { word: folded, spellings: word.spellings(language::all()), unfinished, mendable }
    }
}

/// A word that was asked for, and one that is near to it.
#[derive(QueryableByName, Debug)]
pub struct Neighbour {
    #[diesel(sql_type = Text)]
    pub word: String,
    /// How many posts have the word.
    #[diesel(sql_type = Int4)]
    pub known: i32,
    #[diesel(sql_type = Nullable<Text>)]
    pub neighbour: Option<String>,
    /// How many posts have the neighbour.
    #[diesel(sql_type = Nullable<Int4>)]
    pub documents: Option<i32>,
    /// The codes of the languages that posts are in, parted by spaces; None before words were counted.
    #[diesel(sql_type = Nullable<Text>)]
    pub languages: Option<String>,
}

/// What the dictionary says of the words of a search.
#[derive(Debug, Default)]
pub struct Known {
    words: HashMap<String, Entry>,
    languages: Option<Vec<&'static Language>>,
}

#[derive(Debug, Default)]
struct Entry {
    documents: i32,
    mended: Vec<(String, usize, i32)>,
}

impl Known {
    /// Of the words that may have been meant, those few letters apart that are much commoner, and say something.
    pub fn of(neighbours: Vec<Neighbour>, spoken: &Spoken) -> Self {
        let mut words: HashMap<String, Entry> = HashMap::new();
        let codes = neighbours.first().and_then(|first| first.languages.as_deref());
        let languages = codes.map(|codes| codes.split(' ').map(language::known).collect());
        for Neighbour { word, known, neighbour, documents, .. } in neighbours {
            let wrong_max = if word.chars().count() < TWO_WRONG_CHARS_MIN { 1 } else { 2 };
            let near = neighbour.zip(documents).map(|(near, documents)| (osa_distance(&word, &near), near, documents));
            let entry = words.entry(word).or_default();
            entry.documents = known;
            if let Some((wrong, near, documents)) = near
                && wrong <= wrong_max
                && documents > known * COMMONER
                && !spoken.is_stop_word(&near)
            {
                entry.mended.push((near, wrong, documents));
            }
        }
        for entry in words.values_mut() {
            entry.mended.sort_by_key(|(_, wrong, documents)| (*wrong, -documents));
            entry.mended.truncate(MENDED_MAX);
        }
        Self { words, languages }
    }

    /// At how many posts a word stands, about; 0 where it is not in the dictionary.
    pub fn documents(&self, word: &str) -> i32 {
        self.words.get(word).map_or(0, |entry| entry.documents)
    }

    /// What to look for in place of a word: in the languages that posts are in, with the words that may have been meant.
    pub fn spellings(&self, word: &Word) -> Vec<String> {
        let mut spellings = match &self.languages {
            Some(languages) => word.spellings(languages.iter().copied()),
            None => word.spellings(language::all()),
        };
        let entry = self.words.get(word.folded().as_ref());
        spellings.extend(entry.into_iter().flat_map(|entry| &entry.mended).map(|(word, _, _)| word.clone()));
        spellings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forum::search_document::analysis::words;

    #[test]
    fn a_misspelt_word_is_mended_by_what_is_near_and_common() {
        let near = |word: &str, neighbour: Option<&str>, documents, known| Neighbour {
            word: word.to_owned(),
            known,
            neighbour: neighbour.map(str::to_owned),
            documents: neighbour.map(|_| documents),
            languages: Some("de".to_owned()),
        };
        let neighbours = vec![
            near("fliter", Some("liter"), 2, 0),
            near("fliter", Some("filter"), 64, 0),
            near("fliter", Some("flute"), 900, 0),
            near("fliter", Some("flitter"), 1, 0),
            near("fliter", Some("flier"), 1, 0),
            near("fitter", Some("filter"), 32, 4),
            near("wich", Some("which"), 900, 0),
            near("temperatur", Some("temperature"), 8, 0),
            near("temparatur", Some("temperature"), 8, 0),
            near("note", None, 0, 512),
        ];
        let known = Known::of(neighbours, &Spoken::in_text("", "en"));
        for (word, spellings) in [
            ("fliter", &["de:flit", "fliter", "filter", "liter", "flitter"][..]),
            ("fitter", &["de:fitt", "fitter"]),
            ("wich", &["de:wich", "wich"]),
            ("temparatur", &["de:temparatur", "temparatur", "temperature"]),
            ("unheard", &["de:unheard", "unheard"]),
        ] {
            assert_eq!(known.spellings(&words(word)[0]), spellings, "{word}");
        }
        assert_eq!((known.documents("note"), known.documents("fitter"), known.documents("unheard")), (512, 4, 0));
        assert!(Known::default().spellings(&words("unheard")[0]).len() > 10, "in whatever language, before words were counted");
    }

    #[test]
    fn words_are_counted_when_much_is_new() {
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let counted = |then, now, documents| Counted { counted_at: Some(at), written_then: then, written_now: now, documents };
        for (counted, minutes, expected) in [
            (Counted { counted_at: None, ..counted(0, 0, 0) }, 0, true),
            (counted(100, 100, 100), 3_000, false),
            (counted(100, 101, 10), 1, true),
            (counted(100, 105, 100), 1, false),
            (counted(100, 106, 100), 1, true),
            (counted(100, 101, 100), 24 * 60, true),
            (counted(100, 3, 100), 1, false),
            (counted(100, 7, 100), 1, true),
            (counted(0, 900_000, 1_000_000), 49, false),
            (counted(0, 900_000, 1_000_000), 50, true),
        ] {
            assert_eq!(counted.is_due(at + Duration::minutes(minutes)), expected, "{counted:?} {minutes}");
        }
    }
}
