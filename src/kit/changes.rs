//! What changed, as far as looks at the change feed found, and what is made from it.
//!
//! Nothing is dropped when something changes: whoever keeps something asks whether it still holds, which costs a comparison of
//! numbers where nothing changed at all.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Instant,
};

use uuid::Uuid;

/// Keys whose last change is remembered.
const REMEMBERED_MAX: usize = 100_000;
/// The key of a statement that changed too much to name it.
pub const EVERYTHING: Key = Key::Kind(Cow::Borrowed("*"));

/// What was changed, and what an answer shows: a row, or all of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Id(Uuid),
    /// A word of the triggers'.
    Kind(Cow<'static, str>),
}

impl Key {
    /// As the triggers write it.
    pub fn read(text: String) -> Self {
        text.parse().map_or(Self::Kind(text.into()), Self::Id)
    }
}

/// A number that goes up with each look that found something.
pub type Sequence = u64;

/// What the looks found.
#[derive(Default)]
pub struct Changes {
    sequence: Sequence,
    /// Whoever has seen less than this may have missed anything.
    floor: Sequence,
    last: HashMap<Key, Sequence>,
    /// When the last good look was sent.
    pub looked: Option<Instant>,
}

impl Changes {
    /// A look found these.
    pub fn found(&mut self, keys: Vec<Key>) {
        self.sequence += 1;
        if self.last.len() + keys.len() > REMEMBERED_MAX || keys.contains(&EVERYTHING) {
            self.last.clear();
            self.floor = self.sequence;
        } else {
            self.last.extend(keys.into_iter().map(|key| (key, self.sequence)));
        }
    }

    /// Up to where changes are known.
    pub fn sequence(&self) -> Sequence {
        self.sequence
    }

    /// Whether none of the keys changed, as far as is known.
    pub fn none_of(&self, watched: &Watched) -> bool {
        let seen = watched.seen.load(Relaxed);
        if seen == self.sequence {
            return seen >= self.floor;
        }
        let none = seen >= self.floor && watched.keys.iter().all(|key| self.last.get(key).is_none_or(|last| *last <= seen));
        if none {
            watched.seen.store(self.sequence, Relaxed);
        }
        none
    }
}

/// The keys of something that is kept, and up to where it is known that none of them changed.
pub struct Watched {
    keys: Vec<Key>,
    seen: AtomicU64,
}

impl Watched {
    /// What was begun to be read at `seen`.
    pub fn new(keys: Vec<Key>, seen: Sequence) -> Self {
        Self { keys, seen: AtomicU64::new(seen) }
    }

    /// How many keys there are.
    pub fn keys(&self) -> usize {
        self.keys.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(word: &'static str) -> Key {
        Key::Kind(word.into())
    }

    #[test]
    fn what_is_kept_holds_until_one_of_its_keys_changes() {
        let id = Uuid::from_u128(7);
        let keys = [Key::Id(id), kind("tags")];
        for (found, since, holds) in [
            (vec![], 0, true),
            (vec![vec![kind("site")]], 0, true),
            (vec![vec![kind("site"), kind("tags")]], 0, false),
            (vec![vec![Key::read(id.to_string())]], 0, false),
            // Read after it was found.
            (vec![vec![kind("tags")]], 1, true),
            (vec![vec![kind("tags")], vec![kind("site")]], 1, true),
            (vec![vec![kind("tags")], vec![kind("tags")]], 1, false),
            (vec![vec![EVERYTHING]], 0, false),
            (vec![vec![EVERYTHING], vec![kind("site")]], 0, false),
            (vec![vec![EVERYTHING]], 1, true),
        ] {
            let mut changes = Changes::default();
            found.iter().for_each(|keys| changes.found(keys.clone()));
            assert_eq!(changes.none_of(&Watched::new(keys.to_vec(), since)), holds, "{found:?} since {since}");
        }
    }

    #[test]
    fn changes_that_are_forgotten_count_for_everything() {
        let mut changes = Changes::default();
        let site = |since| Watched::new(vec![kind("site")], since);
        let many = |from: u128| (from..from + REMEMBERED_MAX as u128).map(|n| Key::Id(Uuid::from_u128(n))).collect::<Vec<_>>();
        changes.found(many(0));
        assert!(changes.none_of(&site(0)));
        changes.found(many(1_000_000));
        assert!(!changes.none_of(&site(1)));
        assert!(changes.none_of(&site(2)));
        assert!(changes.last.len() <= REMEMBERED_MAX);
    }
}
