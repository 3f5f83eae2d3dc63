//! The settings in PostgreSQL: one row.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::rules::SiteSettings;
use crate::{kit::Conn, schema::site};

/// The settings as they are.
pub async fn find(conn: &mut Conn) -> QueryResult<SiteSettings> {
    site::table.select(SiteSettings::as_select()).first(conn).await
}

/// The settings, locked until the end of the transaction.
pub async fn lock(conn: &mut Conn) -> QueryResult<SiteSettings> {
    site::table.select(SiteSettings::as_select()).for_update().first(conn).await
}

/// Replaces the settings.
pub async fn update(conn: &mut Conn, changed: &SiteSettings) -> QueryResult<()> {
    diesel::update(site::table).set(changed).execute(conn).await?;
    Ok(())
}
