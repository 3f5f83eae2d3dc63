//! The site: what a company sets about its community, effective without a restart.

pub mod api;
pub mod rules;
pub mod store;

use std::sync::Arc;

pub use rules::SiteSettings;

use crate::kit::{Kit, Problem};

/// The settings, at most a few seconds old. Not while holding a connection: this may need one.
pub async fn current(kit: &Kit) -> Result<Arc<SiteSettings>, Problem> {
    if let Some(site) = kit.cache.fresh() {
        return Ok(site);
    }
    let reading = kit.cache.begin();
    let site: SiteSettings = store::find(&mut *kit.db.read().await?).await?;
    Ok(kit.cache.keep(reading, site))
}
