//! Whether a connection to PostgreSQL still answers. A network may swallow a connection without a word, and then a statement
//! would wait for its answer for ever, and so would everybody who is given the connection after it.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel_async::{AsyncConnection, AsyncPgConnection};

/// What an answer may take on its way, beyond the time that PostgreSQL itself allows the statement.
const ON_THE_WAY: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(250);
const NOTHING_RUNS: u64 = u64::MAX;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

fn now_ms() -> u64 {
    START.elapsed().as_millis() as u64
}

/// When a connection of a pool last fell silent. The network has swallowed its elders, too.
#[derive(Clone, Default)]
pub struct Silence(Arc<AtomicU64>);

/// What one connection does. The connection has it as its instrumentation, its driver shares it.
#[derive(Clone)]
pub struct Liveness(Arc<Beat>);

struct Beat {
    opened_ms: u64,
    /// Since when the statement runs that has not been answered.
    running_since_ms: AtomicU64,
    /// How long one may run.
    within_ms: AtomicU64,
    silence: Silence,
}

impl Liveness {
    /// For a connection that has just been opened. `silence` is what its pool shares.
    pub fn new(silence: Silence) -> Self {
        Self(Arc::new(Beat {
            opened_ms: now_ms(),
            running_since_ms: AtomicU64::new(NOTHING_RUNS),
            within_ms: AtomicU64::new(u64::MAX),
            silence,
        }))
    }

    /// That of a connection which [`super::db`] opened; for any other one, a pulse that nobody feels.
    pub fn of(conn: &mut AsyncPgConnection) -> Self {
        conn.instrumentation().downcast_ref::<Self>().cloned().unwrap_or_else(|| Self::new(Silence::default()))
    }

    /// From now on, PostgreSQL ends each statement after so long.
    pub fn expect_within(&self, statement: Duration) {
        self.0.within_ms.store((statement + ON_THE_WAY).as_millis() as u64, Relaxed);
    }

    /// Whether somebody else may have the connection. Not when a statement was abandoned before its answer, by a time-out
    /// or by a client that went away: the answer may never come.
    pub fn is_sound(&self) -> bool {
        self.0.running_since_ms.load(Relaxed) == NOTHING_RUNS && self.0.opened_ms >= self.0.silence.0.load(Relaxed)
    }

    /// Keeps the connection going, until it ends or falls silent. Whoever waits for an answer then gets an error.
    pub async fn drive(self, connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
        tokio::select! {
            ended = connection => if let Err(error) = ended {
                tracing::debug!(%error, "a database connection ended");
            },
            () = self.fails() => {
                self.0.silence.0.store(now_ms(), Relaxed);
                tracing::warn!("a database connection is silent and was given up");
            }
        }
    }

    async fn fails(&self) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            looks.tick().await;
            let since_ms = self.0.running_since_ms.load(Relaxed);
            if now_ms().saturating_sub(since_ms) > self.0.within_ms.load(Relaxed) {
                return;
            }
        }
    }
}

impl Instrumentation for Liveness {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => self.0.running_since_ms.store(now_ms(), Relaxed),
            InstrumentationEvent::FinishQuery { .. } => self.0.running_since_ms.store(NOTHING_RUNS, Relaxed),
            _ => {}
        }
    }
}
