//! Events that wait to be delivered.

use std::time::{Duration, Instant};

use anyhow::ensure;
use regulars::kit::outbox::LEADER_LOCK;

use crate::databases::{Databases, Session};

const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until no event waits, on a connection of its own.
pub fn done(session: &Session) -> anyhow::Result<()> {
    let begun = Instant::now();
    while session.rows("select exists (select from outbox_event)")? != ["f"] {
        ensure!(begun.elapsed() < PATIENCE, "events still wait after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
    ensure!(session.rows("select exists (select from parked_event)")? == ["f"], "an event was parked");
    Ok(())
}

/// Events that have been told, delivered or not.
pub fn told(databases: &Databases) -> anyhow::Result<u64> {
    Ok(databases.one("select last_value from outbox_event_id_seq")?.parse()?)
}

/// Events wait until this is dropped: the server finds that somebody else delivers them.
pub struct Held {
    _leader: Session,
}

impl Held {
    /// Waits for what is being delivered.
    pub fn hold(databases: &Databases) -> anyhow::Result<Self> {
        let leader = databases.session()?;
        leader.sql(&format!("select pg_advisory_lock({LEADER_LOCK})"))?;
        Ok(Self { _leader: leader })
    }
}
