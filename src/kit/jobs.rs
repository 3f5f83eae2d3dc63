//! Regular work of the kit itself.

use std::time::Duration;

use super::{Kit, Problem, background::Job, idempotency};

/// What no feature does.
pub const ALL: [Job; 3] = [DELETE_IDEMPOTENCY_KEYS, TIDY_RATE_LIMITS, PRUNE_CHANGES];

/// Idempotency keys deleted in one statement, well within its time-out.
const KEYS_A_BATCH: usize = 5_000;
const DELETE_IDEMPOTENCY_KEYS: Job = Job {
    name: "delete_expired_idempotency_keys",
    every: Duration::from_secs(600),
    run: |kit| Box::pin(delete_expired_idempotency_keys(kit)),
};

/// Callers who have used nothing of their limits need no memory.
const TIDY_RATE_LIMITS: Job = Job {
    name: "tidy_rate_limits",
    every: Duration::from_secs(600),
    run: |kit| {
        Box::pin(async move {
            kit.limits.tidy();
            Ok(())
        })
    },
};

/// Every server does it, whether it follows the change feed or not.
const PRUNE_CHANGES: Job = Job {
    name: "prune_changes",
    every: Duration::from_secs(60),
    run: |kit| Box::pin(async move { Ok(kit.changes.prune(&mut *kit.db.read().await?).await?) }),
};

async fn delete_expired_idempotency_keys(kit: Kit) -> Result<(), Problem> {
    while idempotency::delete_expired(&mut *kit.db.read().await?, kit.clock.now(), KEYS_A_BATCH).await? == KEYS_A_BATCH {}
    Ok(())
}
