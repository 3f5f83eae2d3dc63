//! Audit entries in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{Nullable, Text},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    domain::MemberId,
    kit::{Conn, pagination::Request},
    schema::{audit_entry, member},
};

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
    /// An entry of what `actor_id` (None: the operator, or the programme itself) did to a subject, which is a kind and
    /// an id.
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
    record_all(conn, &[entry]).await
}

/// A statement binds 65,535 values at most, and an entry has eight.
const ENTRIES_A_STATEMENT: usize = 5_000;

/// Inserts entries, many with one statement.
pub async fn record_all(conn: &mut Conn, entries: &[AuditEntry<'_>]) -> QueryResult<()> {
    for entries in entries.chunks(ENTRIES_A_STATEMENT) {
        diesel::insert_into(audit_entry::table).values(entries).execute(conn).await?;
    }
    Ok(())
}

/// Which entries are wanted: None for all.
#[derive(Clone, Debug)]
pub struct Filter {
    pub actor: Option<MemberId>,
    pub action: Option<String>,
    pub subject: Option<Uuid>,
}

/// An entry, with the handle of who acted and a name of what they acted on, where either still has one.
#[derive(Queryable)]
pub struct AuditRow {
    pub id: Uuid,
    pub actor: Option<String>,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub subject_name: Option<String>,
    pub reason: String,
    pub detail: Value,
    pub created_at: DateTime<Utc>,
}

/// What people call the subject of an entry, as long as there is one.
const SUBJECT_NAME: &str = "case audit_entry.subject_kind
    when 'api_key' then (select name from api_key where id = audit_entry.subject_id)
    when 'earning_rule' then (select name from earning_rule where id = audit_entry.subject_id)
    when 'group' then (select name from user_group where id = audit_entry.subject_id)
    when 'member' then (select handle from member where id = audit_entry.subject_id)
    when 'partner' then (select name from partner where id = audit_entry.subject_id)
    when 'post' then (select q.title from post p join post q on q.id = p.question_id where p.id = audit_entry.subject_id)
    when 'redemption' then (select r.name from redemption d join reward r on r.id = d.reward_id where d.id = audit_entry.subject_id)
    when 'review_item' then (select q.title from review_item i join post p on p.id = i.post_id join post q on q.id = p.question_id
                             where i.id = audit_entry.subject_id)
    when 'reward' then (select name from reward where id = audit_entry.subject_id)
    when 'tag' then (select name from tag where id = audit_entry.subject_id)
    when 'tier' then (select name from tier where id = audit_entry.subject_id)
end";

/// A page of the entries that a filter lets through, newest first.
pub async fn list(conn: &mut Conn, filter: &Filter, request: &Request<()>) -> QueryResult<Vec<AuditRow>> {
    let mut query = audit_entry::table
        .left_join(member::table)
        .select((
            audit_entry::id,
            member::handle.nullable(),
            audit_entry::action,
            audit_entry::subject_kind,
            audit_entry::subject_id,
            sql::<Nullable<Text>>(SUBJECT_NAME),
            audit_entry::reason,
            audit_entry::detail,
            audit_entry::created_at,
        ))
        .limit(request.rows())
        .into_boxed();
    if let Some(actor) = filter.actor {
        query = query.filter(audit_entry::actor_id.eq(actor));
    }
    if let Some(action) = &filter.action {
        query = query.filter(audit_entry::action.eq(action));
    }
    if let Some(subject) = filter.subject {
        query = query.filter(audit_entry::subject_id.eq(subject));
    }
    query = match &request.seek {
        None => query.order(audit_entry::id.desc()),
        Some(seek) if seek.back => query.filter(audit_entry::id.gt(seek.id)).order(audit_entry::id.asc()),
        Some(seek) => query.filter(audit_entry::id.lt(seek.id)).order(audit_entry::id.desc()),
    };
    query.load(conn).await
}
