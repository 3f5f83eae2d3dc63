//! Regular work on notifications.

use std::time::Duration;

use super::{rules::KEPT_READ, store};
use crate::kit::{Kit, Problem, background::Job};

const NOTIFICATIONS_A_BATCH: i64 = 1_000;

/// Removes what was read long ago.
pub const DELETE_READ_NOTIFICATIONS: Job =
    Job { name: "delete_read_notifications", every: Duration::from_secs(3_600), run: |kit| Box::pin(delete_read_notifications(kit)) };

async fn delete_read_notifications(kit: Kit) -> Result<(), Problem> {
    let read_before = kit.clock.now() - KEPT_READ;
    let mut conn = kit.db.read().await?;
    while store::delete_read(&mut conn, read_before, NOTIFICATIONS_A_BATCH).await? == NOTIFICATIONS_A_BATCH as usize {}
    Ok(())
}
