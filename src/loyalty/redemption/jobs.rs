//! Regular work on redemptions.

use std::time::Duration;

use super::{
    rules::RedemptionState,
    store,
    transitions::Transition,
    workflow::{self, TransitionRequest},
};
use crate::kit::{Kit, Problem, background::Job};

const HOLDS_A_BATCH: i64 = 100;

/// Ends holds whose time is over, and gives back what they held.
pub const EXPIRE_HOLDS: Job = Job { name: "expire_holds", every: Duration::from_secs(15), run: |kit| Box::pin(expire_holds(kit)) };

async fn expire_holds(kit: Kit) -> Result<(), Problem> {
    let now = kit.clock.now();
    let overdue = store::find_overdue(&mut *kit.db.read().await?, now, HOLDS_A_BATCH).await?;
    for id in overdue {
        let mut tx = kit.db.begin().await?;
        let row = workflow::found(&mut tx, id).await?;
        let wanted = TransitionRequest { step: Transition::Cancel, by_operator: false, points: None, reason: "" };
        match workflow::apply(&mut tx, &row, wanted, now).await {
            Ok(_) => tx.commit().await?,
            // Somebody has just issued it.
            Err(problem) if problem.status == 409 => tracing::debug!(%problem, %id, held = RedemptionState::Held.as_str()),
            Err(problem) => return Err(problem),
        }
    }
    kit.outbox.wake();
    Ok(())
}
