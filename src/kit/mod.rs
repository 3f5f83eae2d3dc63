//! What every feature stands on, and what knows none of their rules.
//!
//! [`Kit`] is handed to each API; it is cheap to clone.

pub mod admission;
pub mod answer_cache;
pub mod background;
pub mod cache;
pub mod cache_control;
pub mod catalogue;
pub mod change_feed;
pub mod changes;
pub mod clock;
pub mod commits;
pub mod compress;
pub mod console;
pub mod csv_list;
pub mod db;
pub mod deadlocks;
pub mod embedded;
pub mod erasure;
pub mod etag;
pub mod html;
pub mod idempotency;
pub mod job_failures;
pub mod jobs;
pub mod json_text;
pub mod liveness;
pub mod markdown;
pub mod outbox;
pub mod pagination;
pub mod problem;
pub mod rate_limits;
pub mod redis;
pub mod request_headers;
pub mod request_limits;
pub mod secret;
pub mod server;
pub mod shutdown;
pub mod slug;
pub mod spec;
pub mod sqlstate;
pub mod telemetry;
pub mod text;
pub mod time;
pub mod verify;
pub mod wakeup;

use std::{ops::Deref, sync::Arc};

use chrono_tz::Tz;

pub use self::{
    clock::Clock,
    db::{Conn, Db, Tx},
    problem::{Problem, ProblemKind},
};

/// The shared parts of a running server.
#[derive(Clone)]
pub struct Kit(Arc<Parts>);

/// What a [`Kit`] holds.
#[derive(Clone)]
pub struct Parts {
    pub db: Db,
    /// Connections for what no request waits for.
    pub background_db: Db,
    pub redis: redis::Redis,
    pub clock: Clock,
    pub cursors: pagination::Cursors,
    pub cache: cache::Cache,
    pub changes: change_feed::ChangeFeed,
    pub outbox: wakeup::Wakeup,
    pub limits: rate_limits::RateLimits,
    pub metrics: telemetry::Metrics,
    /// Of work in the background.
    pub failures: job_failures::JobFailures,
    /// Where the programme's days, weeks and months begin.
    pub time_zone: Tz,
}

impl Kit {
    /// A kit of these parts, which its clones share.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The kit for work that no request waits for: it has connections of its own, so that neither waits for the other.
    pub fn in_background(&self) -> Self {
        Self::new(Parts { db: self.background_db.clone(), ..Parts::clone(self) })
    }
}

impl Deref for Kit {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
