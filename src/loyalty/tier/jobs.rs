//! Regular work on tiers.

use std::time::Duration;

use super::{qualification::requalify, rules::TierCause, store};
use crate::kit::{Kit, Problem, background::Job};

/// Members whose tiers are looked at in one transaction.
pub const MEMBERS_A_BATCH: i64 = 500;

/// Renews or takes away tiers whose time has ended, every minute.
pub const REVIEW_TIERS: Job = Job { name: "review_tiers", every: Duration::from_secs(60), run: |kit| Box::pin(review(kit)) };

/// Renews or takes away tiers whose time has ended.
async fn review(kit: Kit) -> Result<(), Problem> {
    let now = kit.clock.now();
    loop {
        let mut tx = kit.db.begin().await?;
        let members = store::lock_ended(&mut tx, now, MEMBERS_A_BATCH).await?;
        if members.is_empty() {
            return Ok(());
        }
        requalify(&mut tx, &members, TierCause::Ended, now).await?;
        tx.commit().await?;
        kit.outbox.wake();
    }
}
