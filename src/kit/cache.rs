//! Cache of what is read with every request and hardly ever changes. One may be a few seconds old.

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
pub struct Cache(Arc<Mutex<HashMap<TypeId, Entry>>>);

impl Cache {
    fn with<R>(&self, act: impl FnOnce(&mut HashMap<TypeId, Entry>) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The copy, unless it is too old.
    pub fn fresh<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let (at, copy) = self.with(|cache| cache.get(&TypeId::of::<T>()).cloned())?;
        if at.elapsed() < FRESH { copy.downcast().ok() } else { None }
    }

    /// Replaces the copy of this type.
    pub fn keep<T: Send + Sync + 'static>(&self, value: T) -> Arc<T> {
        let copy = Arc::new(value);
        self.with(|cache| cache.insert(TypeId::of::<T>(), (Instant::now(), copy.clone())));
        copy
    }

    /// What was copied has just changed.
    pub fn invalidate<T: 'static>(&self) {
        self.with(|cache| cache.remove(&TypeId::of::<T>()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_a_value_until_it_is_invalidated() {
        let cache = Cache::default();
        assert_eq!(cache.fresh::<u8>(), None);
        cache.keep(7_u8);
        cache.keep("seven");
        cache.keep(8_u8);
        assert_eq!((cache.fresh::<u8>().as_deref(), cache.fresh::<&str>().as_deref()), (Some(&8), Some(&"seven")));
        cache.invalidate::<u8>();
        assert_eq!((cache.fresh::<u8>(), cache.fresh::<&str>().as_deref()), (None, Some(&"seven")));
    }
}
