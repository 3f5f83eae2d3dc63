//! API keys in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::rules::{self, Term};
use crate::{
    domain::{ApiKeyId, MemberId, PartnerId},
    identity::{
        audit::{self, AuditEntry},
        auth::{API_KEY_PREFIX, Scope},
        partner,
    },
    kit::{Conn, db::CachedExt, pagination::Request, secret},
    schema::{api_key, partner as partner_table},
};

/// So much of a key is shown again, to tell it from others.
const SHOWN_CHARS: usize = 11;

/// A key in plain text, which nobody but its partner keeps.
struct Secret(String);

impl Secret {
    fn new() -> Self {
        Self(format!("{API_KEY_PREFIX}{}", secret::random_token()))
    }
    fn prefix(&self) -> &str {
        &self.0[..SHOWN_CHARS.min(self.0.len())]
    }
}

/// A key with its partner's name: all but its secret.
#[derive(Queryable, Clone)]
pub struct KeyRow {
    pub id: ApiKeyId,
    pub partner_id: PartnerId,
    pub partner: String,
    pub name: String,
    pub prefix: String,
    pub scopes: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
}

impl KeyRow {
    /// From when to when the key works.
    pub fn term(&self) -> Term {
        Term { created_at: self.created_at, expires_at: self.expires_at, revoked_at: self.revoked_at }
    }
}

/// A key that was just made, with the only copy of its secret.
pub struct NewKey {
    pub id: ApiKeyId,
    pub partner_id: PartnerId,
    pub secret: String,
}

/// For the operator: makes a key, and its partner when there is none of that name.
pub async fn create_key(
    conn: &mut Conn,
    partner_name: &str,
    key_name: &str,
    scopes: &[Scope],
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> QueryResult<NewKey> {
    let partner_id = match partner::store::insert(conn, partner_name, now).await? {
        Some(id) => id,
        None => partner_table::table.filter(partner_table::name.eq(partner_name)).select(partner_table::id).first(conn).await?,
    };
    insert(conn, None, partner_id, key_name, scopes, expires_at, now).await
}

/// Makes a key, and notes who did.
pub async fn insert(
    conn: &mut Conn,
    actor_id: Option<MemberId>,
    partner_id: PartnerId,
    name: &str,
    scopes: &[Scope],
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> QueryResult<NewKey> {
    let (id, key) = (ApiKeyId::new(), Secret::new());
    let scopes = rules::join_scopes(scopes);
    diesel::insert_into(api_key::table)
        .values((
            api_key::id.eq(id),
            api_key::partner_id.eq(partner_id),
            api_key::name.eq(name),
            api_key::prefix.eq(key.prefix()),
            api_key::hash.eq(secret::hash(&key.0)),
            api_key::scopes.eq(&scopes),
            api_key::created_at.eq(now),
            api_key::expires_at.eq(expires_at),
        ))
        .execute(conn)
        .await?;
    let detail = json!({ "partner_id": partner_id, "name": name, "scopes": scopes, "expires_at": expires_at });
    audit::record(conn, AuditEntry::new(actor_id, "create_api_key", ("api_key", id.0), "", detail, now)).await?;
    Ok(NewKey { id, partner_id, secret: key.0 })
}

#[diesel::dsl::auto_type(no_type_alias)]
fn columns() -> _ {
    (
        api_key::id,
        api_key::partner_id,
        partner_table::name,
        api_key::name,
        api_key::prefix,
        api_key::scopes,
        api_key::created_at,
        api_key::expires_at,
        api_key::revoked_at,
        api_key::last_used_at,
    )
}

/// A page of a partner's keys, or of everybody's, newest first.
pub async fn list(conn: &mut Conn, partner_id: Option<PartnerId>, request: &Request<()>) -> QueryResult<Vec<KeyRow>> {
    let mut query = api_key::table.inner_join(partner_table::table).select(columns()).limit(request.rows()).into_boxed();
    if let Some(partner_id) = partner_id {
        query = query.filter(api_key::partner_id.eq(partner_id));
    }
    match &request.seek {
        None => query.order(api_key::id.desc()),
        Some(seek) if seek.back => query.filter(api_key::id.gt(ApiKeyId(seek.id))).order(api_key::id.asc()),
        Some(seek) => query.filter(api_key::id.lt(ApiKeyId(seek.id))).order(api_key::id.desc()),
    }
    .load(conn)
    .await
}

/// Locked until the end of the transaction.
pub async fn lock(conn: &mut Conn, id: ApiKeyId) -> QueryResult<Option<KeyRow>> {
    api_key::table.inner_join(partner_table::table).filter(api_key::id.eq(id)).select(columns()).for_update().first(conn).await.optional()
}

/// Has a key end at this time.
pub async fn set_expiry(conn: &mut Conn, id: ApiKeyId, at: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(api_key::table.find(id)).set(api_key::expires_at.eq(at)).cached().execute(conn).await?;
    Ok(())
}

/// Gives a key another name and other scopes, as [`join_scopes`](super::rules::join_scopes) stores them.
pub async fn update(conn: &mut Conn, id: ApiKeyId, name: &str, scopes: &str) -> QueryResult<()> {
    diesel::update(api_key::table.find(id)).set((api_key::name.eq(name), api_key::scopes.eq(scopes))).cached().execute(conn).await?;
    Ok(())
}

/// Ends a key at `now`.
pub async fn revoke(conn: &mut Conn, id: ApiKeyId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(api_key::table.find(id)).set(api_key::revoked_at.eq(now)).cached().execute(conn).await?;
    Ok(())
}
