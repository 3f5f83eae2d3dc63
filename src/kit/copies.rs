//! Copies of what is read with every request and hardly ever changes. One may be a few seconds old.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

const FRESH: Duration = Duration::from_secs(5);

type Kept = (Instant, Arc<dyn Any + Send + Sync>);

/// One copy of each type.
#[derive(Clone, Default)]
pub struct Copies(Arc<Mutex<HashMap<TypeId, Kept>>>);

impl Copies {
    fn with<R>(&self, act: impl FnOnce(&mut HashMap<TypeId, Kept>) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The copy, unless it is too old.
    pub fn fresh<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let (at, copy) = self.with(|copies| copies.get(&TypeId::of::<T>()).cloned())?;
        if at.elapsed() < FRESH { copy.downcast().ok() } else { None }
    }

    pub fn keep<T: Send + Sync + 'static>(&self, value: T) -> Arc<T> {
        let copy = Arc::new(value);
        self.with(|copies| copies.insert(TypeId::of::<T>(), (Instant::now(), copy.clone())));
        copy
    }

    /// What was copied has just changed.
    pub fn forget<T: 'static>(&self) {
        self.with(|copies| copies.remove(&TypeId::of::<T>()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_a_copy_until_it_is_forgotten() {
        let copies = Copies::default();
        assert_eq!(copies.fresh::<u8>(), None);
        copies.keep(7_u8);
        copies.keep("seven");
        copies.keep(8_u8);
        assert_eq!((copies.fresh::<u8>().as_deref(), copies.fresh::<&str>().as_deref()), (Some(&8), Some(&"seven")));
        copies.forget::<u8>();
        assert_eq!((copies.fresh::<u8>(), copies.fresh::<&str>().as_deref()), (None, Some(&"seven")));
    }
}
