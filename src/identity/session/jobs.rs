//! Regular work on sessions.

use chrono::Duration;

use super::store;
use crate::kit::{Kit, Problem, background::Job};

/// How long an ended session is kept, for whoever looks into a break-in.
const KEPT_ENDED: Duration = Duration::days(90);
const SESSIONS_A_BATCH: i64 = 1_000;

/// Removes sessions that ended long ago, with their refresh tokens.
pub const DELETE_ENDED_SESSIONS: Job =
    Job { name: "delete_ended_sessions", every: std::time::Duration::from_secs(3_600), run: |kit| Box::pin(delete_ended_sessions(kit)) };

async fn delete_ended_sessions(kit: Kit) -> Result<(), Problem> {
    let ended_before = kit.clock.now() - KEPT_ENDED;
    let mut conn = kit.db.read().await?;
    while store::delete_ended(&mut conn, ended_before, SESSIONS_A_BATCH).await? == SESSIONS_A_BATCH as usize {}
    Ok(())
}
