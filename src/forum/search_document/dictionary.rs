//! When the words are counted, and how one that is misspelt is mended.

use std::{collections::HashMap, ops::RangeInclusive};

use chrono::{DateTime, Duration, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Int4, Nullable, Text, Timestamptz},
};
use strsim::osa_distance;

use super::{analysis::Word, language::is_stop_word};

/// Characters of words in the dictionary.
pub const WORD_CHARS: RangeInclusive<usize> = 4..=30;
/// A word that fewer than one post in this many has mends nothing.
pub const ONE_IN: i32 = 100_000;
/// A word that as many posts have is not taken for a misspelt one.
pub const COMMON: i32 = 8;
/// How many times as many posts must have a word that mends another one.
pub const COMMONER: i32 = 10;
/// From this many characters on, two may be wrong.
const TWO_WRONG_CHARS_MIN: usize = 8;
/// So many words stand in for one.
const MENDED_MAX: usize = 3;
/// Words are counted again when so much of all is new.
const NEW_SHARE: i64 = 20;
const COUNTED_EVERY: Duration = Duration::days(1);

/// When the words were counted, and what was written then and now.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Counted {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub counted_at: Option<DateTime<Utc>>,
    /// How often documents had been written when the words were counted.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub written_then: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub written_now: i64,
    #[diesel(sql_type = BigInt)]
    pub documents: i64,
}

impl Counted {
    /// Whether so much was written since, or some of it so long ago, that the words are worth counting: at what counting costs, a
    /// document is read about so often as it is new.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        let (Some(counted_at), Some(then)) = (self.counted_at, self.written_then) else { return true };
        // PostgreSQL begins its statistics anew after a crash.
        let written = if self.written_now < then { self.written_now + 1 } else { self.written_now - then };
        written > 0 && (written > self.documents / NEW_SHARE || now - counted_at >= COUNTED_EVERY)
    }
}

/// A word of a search whose spelling may be mended.
#[derive(Debug, PartialEq)]
pub struct Spelt {
    /// Folded.
    pub word: String,
    /// All that a post may have instead.
    pub spellings: Vec<String>,
    /// It may be the beginning of a longer one.
    pub unfinished: bool,
}

impl Spelt {
    /// The word, if it is of the kind that the dictionary has.
    pub fn of(word: &Word, unfinished: bool) -> Option<Self> {
        let folded = word.folded().into_owned();
        let fits = WORD_CHARS.contains(&folded.chars().count()) && folded.chars().all(char::is_alphabetic);
        fits.then(|| Self { word: folded, spellings: word.alternatives(), unfinished })
    }
}

/// A word near to one that was asked for.
#[derive(QueryableByName, Debug)]
pub struct Neighbour {
    #[diesel(sql_type = Text)]
    pub word: String,
    #[diesel(sql_type = Text)]
    pub neighbour: String,
    /// How many posts have the neighbour.
    #[diesel(sql_type = Int4)]
    pub documents: i32,
    /// How many have the word.
    #[diesel(sql_type = Int4)]
    pub known: i32,
}

/// The words that may have been meant, by those that were written: few letters apart, and much commoner.
pub fn mended(mut neighbours: Vec<Neighbour>) -> HashMap<String, Vec<String>> {
    let distance = |near: &Neighbour| osa_distance(&near.word, &near.neighbour);
    neighbours.retain(|near| {
        let wrong_max = if near.word.chars().count() < TWO_WRONG_CHARS_MIN { 1 } else { 2 };
        distance(near) <= wrong_max && !is_stop_word(&near.neighbour) && near.documents > near.known * COMMONER
    });
    neighbours.sort_by_key(|near| (distance(near), -near.documents));
    let mut mended: HashMap<String, Vec<String>> = HashMap::new();
    for near in neighbours {
        let words = mended.entry(near.word).or_default();
        if words.len() < MENDED_MAX {
            words.push(near.neighbour);
        }
    }
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_is_mended_by_what_is_near_and_common() {
        let near = |word: &str, neighbour: &str, documents, known| Neighbour {
            word: word.to_owned(),
            neighbour: neighbour.to_owned(),
            documents,
            known,
        };
        let mended = mended(vec![
            near("fliter", "liter", 2, 0),
            near("fliter", "filter", 64, 0),
            near("fliter", "flute", 900, 0),
            near("fliter", "flitter", 1, 0),
            near("fliter", "fitter", 32, 4),
            near("wich", "which", 900, 0),
            near("temperatur", "temperature", 8, 0),
            near("temparatur", "temperature", 8, 0),
        ]);
        assert_eq!((&mended["fliter"][..], mended.get("wich")), (&["filter", "liter", "flitter"].map(str::to_owned)[..], None));
        assert_eq!((&mended["temperatur"], &mended["temparatur"]), (&vec!["temperature".to_owned()], &vec!["temperature".to_owned()]));
    }

    #[test]
    fn words_are_counted_when_much_is_new() {
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let counted = |then, now, documents| Counted { counted_at: Some(at), written_then: Some(then), written_now: now, documents };
        for (counted, hours, expected) in [
            (Counted { counted_at: None, written_then: None, written_now: 0, documents: 0 }, 0, true),
            (counted(100, 100, 100), 48, false),
            (counted(100, 101, 10), 0, true),
            (counted(100, 105, 100), 0, false),
            (counted(100, 106, 100), 0, true),
            (counted(100, 101, 100), 24, true),
            (counted(100, 3, 100), 0, false),
            (counted(100, 7, 100), 0, true),
        ] {
            assert_eq!(counted.is_due(at + Duration::hours(hours)), expected, "{counted:?} {hours}");
        }
    }
}
