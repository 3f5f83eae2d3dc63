//! What fails in the background, for readiness to tell of.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What fails so often in a row is told of.
const TOLD_FROM: u32 = 2;

/// How often each work has failed in a row. Clones share it.
#[derive(Clone, Default)]
pub struct JobFailures(Arc<Mutex<BTreeMap<&'static str, u32>>>);

impl JobFailures {
    /// Names of what keeps failing, with how often it did so in a row.
    pub fn lasting(&self) -> Vec<(&'static str, u32)> {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rows.iter().filter(|(_, times)| **times >= TOLD_FROM).map(|(name, times)| (*name, *times)).collect()
    }

    /// Notes how often in a row this work has failed; 0 once it succeeds.
    pub fn set(&self, name: &'static str, times: u32) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, times);
    }
}
