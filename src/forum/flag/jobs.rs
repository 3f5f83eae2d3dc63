//! Regular work on flags.

use std::time::Duration;

use super::store;
use crate::kit::{Kit, Problem, background::Job};

/// Ends the locks that flags put on questions.
pub const UNLOCK_QUESTIONS: Job =
    Job { name: "unlock_questions", every: Duration::from_secs(60), run: |kit| Box::pin(unlock_questions(kit)) };

async fn unlock_questions(kit: Kit) -> Result<(), Problem> {
    let mut tx = kit.db.begin().await?;
    store::unlock_due(&mut tx, kit.clock.now()).await?;
    tx.commit().await
}
