//! Regular work on awards.

use std::time::Duration;

use super::{listener, store};
use crate::kit::{Kit, Problem, background::Job, outbox};

const AWARDS_A_BATCH: i64 = 100;

/// Looks at what waits for somebody's trust: pays it once they have it, and takes it back when its time has come and
/// they have not.
pub const CONFIRM_AWARDS: Job = Job { name: "confirm_awards", every: Duration::from_secs(60), run: |kit| Box::pin(confirm_awards(kit)) };

async fn confirm_awards(kit: Kit) -> Result<(), Problem> {
    let now = kit.clock.now();
    store::confirm(&mut *kit.db.read().await?).await?;
    loop {
        let mut tx = kit.db.begin().await?;
        if store::find_lapsed(&mut tx, now, 1).await?.is_empty() {
            return Ok(());
        }
        // Deliveries decide on the same awards.
        outbox::hold(&mut tx).await?;
        listener::lapse(&mut tx, kit.time_zone, now, AWARDS_A_BATCH).await?;
        tx.commit().await?;
        kit.outbox.wake();
    }
}
