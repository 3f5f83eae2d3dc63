//! Regular work on the points book.

use std::time::Duration;

use super::{postings, store};
use crate::kit::{Kit, Problem, background::Job};

const MEMBERS_A_BATCH: i64 = 200;

/// Activates points whose waiting time is over, and expires those whose time has come. Opening a wallet does the same,
/// so a late job delays what a statement shows and nothing else.
pub const SETTLE_LOTS: Job = Job { name: "settle_lots", every: Duration::from_secs(30), run: |kit| Box::pin(settle_lots(kit)) };

async fn settle_lots(kit: Kit) -> Result<(), Problem> {
    let now = kit.clock.now();
    loop {
        let members = store::find_members_due(&mut *kit.db.read().await?, now, MEMBERS_A_BATCH).await?;
        if members.is_empty() {
            return Ok(());
        }
        for member in members {
            let mut tx = kit.db.begin().await?;
            postings::open_wallet(&mut tx, member, now).await?;
            tx.commit().await?;
            kit.outbox.wake();
        }
    }
}
