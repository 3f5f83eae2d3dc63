//! Whether the books add up, as administrators ask: a check takes its time, so a job runs it, and its result stays.

pub mod api;
mod store;

use tokio::sync::watch;

use super::ledger::statement;
use crate::kit::{
    Kit, Problem,
    verify::{self, Check},
};

/// Runs the check that somebody asked for, if any. One server does; should it die, another begins anew.
pub async fn run(kit: Kit, checks: Vec<&'static Check>) -> Result<(), Problem> {
    let mut snapshot = verify::snapshot(&kit.db).await?;
    let Some(id) = store::take(&mut snapshot).await? else { return Ok(()) };
    let (checked, mut progress) = watch::channel(0);
    let found = async {
        let checked = checked;
        verify::run_abreast(&kit.db, &mut snapshot, checks, |_| checked.send_modify(|checked| *checked += 1)).await
    };
    let shown = async {
        while progress.changed().await.is_ok() {
            let checked = *progress.borrow_and_update();
            // What is shown late is shown by the next one.
            if let Ok(mut conn) = kit.db.read().await {
                store::note(&mut conn, id, checked).await?;
            }
        }
        Ok::<_, Problem>(())
    };
    let (findings, shown) = tokio::join!(found, shown);
    let findings = findings?;
    shown?;
    let liability_points = statement::liability(&mut snapshot).await?;
    Ok(store::end(&mut *kit.db.read().await?, id, &findings, liability_points, kit.clock.now()).await?)
}
