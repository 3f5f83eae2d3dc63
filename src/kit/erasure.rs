//! Where personal data lies, and what becomes of it when its person is erased: one list, which every feature adds its own
//! columns to, erasure walks, and a test holds against every column of the database.

use diesel::{
    QueryResult,
    sql_types::{Array, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Conn;

/// Columns that may tell who somebody was, or that hold texts which do not.
#[derive(Debug)]
pub struct PersonalColumns {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    pub on_erasure: OnErasure,
}

/// What becomes of the columns.
#[derive(Debug)]
pub enum OnErasure {
    /// This statement deletes or empties it; `$1` is a list of members.
    Erased(&'static str),
    /// Code writes it anew: which.
    Rewritten(&'static str),
    /// It stays, because it tells of nobody, or must be kept: why.
    Kept(&'static str),
}

/// Columns that `sql` deletes or empties; `$1` is a list of members.
pub const fn erased(table: &'static str, columns: &'static [&'static str], sql: &'static str) -> PersonalColumns {
    PersonalColumns { table, columns, on_erasure: OnErasure::Erased(sql) }
}

/// Columns that code writes anew: `by` names it.
pub const fn rewritten(table: &'static str, columns: &'static [&'static str], by: &'static str) -> PersonalColumns {
    PersonalColumns { table, columns, on_erasure: OnErasure::Rewritten(by) }
}

/// Columns that stay: `why`.
pub const fn kept(table: &'static str, columns: &'static [&'static str], why: &'static str) -> PersonalColumns {
    PersonalColumns { table, columns, on_erasure: OnErasure::Kept(why) }
}

/// Erases what these members left in these columns, in the order of the list.
pub async fn walk(conn: &mut Conn, columns: impl IntoIterator<Item = &PersonalColumns>, members: &[Uuid]) -> QueryResult<()> {
    for columns in columns {
        if let OnErasure::Erased(sql) = columns.on_erasure {
            diesel::sql_query(sql).bind::<Array<SqlUuid>, _>(members).execute(conn).await?;
        }
    }
    Ok(())
}

/// What the machinery itself keeps.
pub const PERSONAL_COLUMNS: &[PersonalColumns] = &[
    erased(
        "idempotency_key",
        &["caller", "operation", "key", "request_hash"],
        "delete from idempotency_key where caller in (select 'member:' || id from unnest($1) as m (id))",
    ),
    // A partner that sends again still learns that it was done.
    erased(
        "idempotency_key",
        &["body"],
        "update idempotency_key set body = ((body::jsonb - 'ship_to' - 'code') || '{\"handle\": \"erased\", \"reason\": \"\"}')::text
         where body::jsonb ? 'handle' and body::jsonb ->> 'member_id' in (select id::text from unnest($1) as m (id))",
    ),
    kept("outbox_event", &["aggregate", "kind", "payload"], "gone once delivered"),
    kept("parked_event", &["aggregate", "kind", "payload", "error"], "gone once an operator has them delivered"),
    kept("change", &["key"], "ids, for a minute or two"),
    kept("server_secret", &["purpose", "secret"], "the server's own"),
    kept("import_progress", &["source", "stage"], "names of files"),
];
