//! Computes trust, many members at a time.

use std::time::Duration;

use super::{rules, store};
use crate::kit::{Kit, Problem, background::Job};

const BATCH_MEMBERS: i64 = 200;

/// Evaluates the trust of members who are due, every minute.
pub const EVALUATE_TRUST: Job = Job { name: "trust", every: Duration::from_secs(60), run: |kit| Box::pin(evaluate_due(kit)) };

/// Computes the trust of everybody who is due.
async fn evaluate_due(kit: Kit) -> Result<(), Problem> {
    loop {
        let now = kit.clock.now();
        let mut tx = kit.db.begin().await?;
        let due = store::take_due(&mut tx, now, BATCH_MEMBERS).await?;
        if due.is_empty() {
            return Ok(());
        }
        let rows = store::find_facts(&mut tx, &due, now).await?;
        let mut levels = Vec::with_capacity(rows.len());
        let mut later = Vec::new();
        for row in rows {
            let facts = row.facts(now);
            levels.push((row.member_id, rules::level(&facts)));
            if let Some(at) = rules::next_look(&facts, row.joined_at, now) {
                later.push((row.member_id, at));
            }
        }
        store::set_trust(&mut tx, &levels).await?;
        store::mark_due(&mut tx, later).await?;
        tx.commit().await?;
    }
}
