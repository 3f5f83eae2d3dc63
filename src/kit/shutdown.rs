//! That the server is to stop, and how far it has come with it.

use std::{io, sync::Arc};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// Whether the server is about to stop. Clones share it.
#[derive(Debug, Clone)]
pub struct Shutdown(Arc<watch::Sender<Stage>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Serving,
    /// As before, but others should be asked.
    Leaving,
    /// What is under way ends.
    Draining,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Stage::Serving)))
    }
}

impl Shutdown {
    /// Begins on SIGINT or SIGTERM. A second one ends the process at once.
    pub fn on_signals() -> io::Result<Self> {
        let shutdown = Self::default();
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let begin = shutdown.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
                if begin.has_begun() {
                    std::process::exit(1);
                }
                begin.begin();
            }
        });
        Ok(shutdown)
    }

    /// From here on the server is not ready for more, but serves whoever comes nevertheless.
    pub fn begin(&self) {
        self.reach(Stage::Leaving);
    }

    /// Whether the server is to stop, or stops already.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow() >= Stage::Leaving
    }

    /// Waits until the server is to stop.
    pub async fn begun(&self) {
        self.reached(Stage::Leaving).await;
    }

    /// Nobody is accepted any more, and what goes on for long must end.
    pub fn is_draining(&self) -> bool {
        *self.0.borrow() >= Stage::Draining
    }

    /// Waits until nobody is accepted any more.
    pub async fn draining(&self) {
        self.reached(Stage::Draining).await;
    }

    /// From here on nobody is accepted.
    pub fn drain(&self) {
        self.reach(Stage::Draining);
    }

    fn reach(&self, stage: Stage) {
        self.0.send_if_modified(|reached| {
            let goes_on = *reached < stage;
            *reached = stage.max(*reached);
            goes_on
        });
    }

    async fn reached(&self, stage: Stage) {
        let _ = self.0.subscribe().wait_for(|reached| *reached >= stage).await; // we hold a sender, so it cannot fail
    }
}
