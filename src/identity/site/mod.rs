//! The site: what a company sets about its community, effective without a restart.

pub mod api;
pub mod rules;
pub mod store;

use std::sync::Arc;

pub use rules::Site;

use crate::kit::{Kit, Problem};

/// The settings, at most a few seconds old. Not while holding a connection: this may need one.
pub async fn current(kit: &Kit) -> Result<Arc<Site>, Problem> {
    if let Some(site) = kit.copies.fresh() {
        return Ok(site);
    }
    let site: Site = store::find(&mut *kit.db.read().await?).await?;
    Ok(kit.copies.keep(site))
}
