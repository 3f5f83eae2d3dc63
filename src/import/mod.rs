//! Bringing in what another system knows: members, posts, purchases; and an invented community to look at.
//!
//! The house stands beside `app`, above the features, because a dump holds rows of several of them. [`dump`] and
//! [`purchase_csv`] only read files; [`stackexchange`] and [`purchases`] write, a batch a transaction, and everything
//! under the name it had where it came from, so that a second run adds only what is missing.

pub mod dump;
pub mod purchase_csv;
pub mod purchases;
mod report;
pub mod seed;
pub mod stackexchange;

use std::time::Duration;

use crate::{
    app::App,
    kit::{Problem, outbox},
};

pub use report::{FileError, Meter, Report, Tally};

const EVENTS_A_BATCH: i32 = 500;
/// Between two looks at events that another process delivers.
const POLL: Duration = Duration::from_millis(200);

/// Delivers what an import has told, or waits for the server that does, until nothing waits.
///
/// # Errors
/// When the database is gone.
pub async fn deliver(app: &App) -> Result<(), Problem> {
    let listeners = app.listeners();
    let meter = Meter::start("events", outbox::waiting(&mut *app.kit.db.read().await?).await? as u64);
    loop {
        let delivered = outbox::deliver(&app.kit, &listeners, EVENTS_A_BATCH).await?;
        meter.advance(delivered as u64);
        if delivered == 0 {
            if outbox::waiting(&mut *app.kit.db.read().await?).await? == 0 {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

fn quoted(text: &str) -> String {
    format!("`{}`", shortened(text))
}

/// Fit for one line of a message, whatever the file says.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(41).collect();
    if short.chars().count() > 40 {
        short.pop();
        short.push('…');
    }
    short
}
