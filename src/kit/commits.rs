//! When this process last committed a transaction: who wrote, and who heard of it, reads what was written.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

/// The last commit through any of the pools that share it.
#[derive(Clone, Default)]
pub struct Commits(Arc<Mutex<Option<Instant>>>);

impl Commits {
    /// Something was committed, or may have been.
    pub fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// The instant by which the last commit was done; None where there was none.
    pub fn last(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
