//! Regular work on posts.

use std::time::Duration;

use super::rendering::{BATCH_TEXTS, COMMENTS, POSTS, render_stale};
use crate::kit::{Kit, Problem, background::Job};

/// Renders texts anew that an earlier renderer made, every minute.
pub const RENDER_STALE_TEXTS: Job =
    Job { name: "render_stale_texts", every: Duration::from_secs(60), run: |kit| Box::pin(render_stale_texts(kit)) };

async fn render_stale_texts(kit: Kit) -> Result<(), Problem> {
    for texts in [&POSTS, &COMMENTS] {
        loop {
            let mut tx = kit.db.begin().await?;
            let rendered = render_stale(&mut tx, texts).await?;
            tx.commit().await?;
            if rendered < BATCH_TEXTS as usize {
                break;
            }
        }
    }
    Ok(())
}
