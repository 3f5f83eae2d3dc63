//! What staff did, to what, and why. Append-only.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{kit::Conn, schema::audit_entry, words::MemberId};

/// An act of staff. `actor_id` is empty for the server's own operator at the command line.
#[derive(Insertable)]
#[diesel(table_name = audit_entry, treat_none_as_default_value = false)]
pub struct AuditEntry<'a> {
    id: Uuid,
    actor_id: Option<MemberId>,
    action: &'a str,
    subject_kind: &'a str,
    subject_id: Uuid,
    reason: &'a str,
    detail: Value,
    created_at: DateTime<Utc>,
}

impl<'a> AuditEntry<'a> {
    pub fn new(
        actor_id: Option<MemberId>,
        action: &'a str,
        subject: (&'a str, Uuid),
        reason: &'a str,
        detail: Value,
        now: DateTime<Utc>,
    ) -> Self {
        Self { id: Uuid::now_v7(), actor_id, action, subject_kind: subject.0, subject_id: subject.1, reason, detail, created_at: now }
    }
}

/// Writes the entry in the transaction of the act.
pub async fn record(conn: &mut Conn, entry: AuditEntry<'_>) -> QueryResult<()> {
    diesel::insert_into(audit_entry::table).values(entry).execute(conn).await?;
    Ok(())
}
