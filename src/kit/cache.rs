//! Cache of what is read with every request and hardly ever changes. One may be a few seconds old; less, where this server
//! follows the change feed.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

const FRESH: Duration = Duration::from_secs(5);

type Entry = (Instant, Arc<dyn Any + Send + Sync>);

/// One copy of each type.
#[derive(Clone, Default)]
pub struct Cache(Arc<Mutex<Copies>>);

#[derive(Default)]
struct Copies {
    entries: HashMap<TypeId, Entry>,
    /// Goes up whenever something is dropped.
    generation: u64,
}

/// Until when a reading counts: what was read before something was dropped is not kept.
#[derive(Clone, Copy)]
pub struct Reading(u64);

impl Cache {
    fn with<R>(&self, act: impl FnOnce(&mut Copies) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The copy, unless it is too old.
    pub fn fresh<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let (at, copy) = self.with(|copies| copies.entries.get(&TypeId::of::<T>()).cloned())?;
        if at.elapsed() < FRESH { copy.downcast().ok() } else { None }
    }

    /// From here on something is read that is to be kept.
    pub fn begin(&self) -> Reading {
        self.with(|copies| Reading(copies.generation))
    }

    /// Replaces the copy of this type, unless what was read may have changed since.
    pub fn keep<T: Send + Sync + 'static>(&self, reading: Reading, value: T) -> Arc<T> {
        let copy = Arc::new(value);
        self.with(|copies| {
            if copies.generation == reading.0 {
                copies.entries.insert(TypeId::of::<T>(), (Instant::now(), copy.clone()));
            }
        });
        copy
    }

    /// Something that was copied has just changed.
    pub fn clear(&self) {
        self.with(|copies| {
            copies.entries.clear();
            copies.generation += 1;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_a_value_until_something_changes() {
        let cache = Cache::default();
        assert_eq!(cache.fresh::<u8>(), None);
        let reading = cache.begin();
        cache.keep(reading, 7_u8);
        cache.keep(reading, "seven");
        cache.keep(reading, 8_u8);
        assert_eq!((cache.fresh::<u8>().as_deref(), cache.fresh::<&str>().as_deref()), (Some(&8), Some(&"seven")));
        cache.clear();
        assert_eq!((cache.fresh::<u8>(), cache.fresh::<&str>()), (None, None));
        // What was read before is answered, and not kept.
        assert_eq!(*cache.keep(reading, 9_u8), 9);
        assert_eq!(cache.fresh::<u8>(), None);
    }
}
