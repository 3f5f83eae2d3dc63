//! Waking whoever delivers events.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

const IDLE_POLL: Duration = Duration::from_secs(1);

/// Rings when events were committed, so that the leader need not wait for its next look.
#[derive(Clone, Default)]
pub struct Wakeup(Arc<Notify>);

impl Wakeup {
    /// Has events looked for at once, or as soon as the present look is over.
    pub fn wake(&self) {
        self.0.notify_one();
    }
    /// Returns when it rings, or after a while.
    pub async fn woken(&self) {
        let _ = tokio::time::timeout(IDLE_POLL, self.0.notified()).await;
    }
}
