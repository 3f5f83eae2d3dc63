//! Accounts, sessions and refresh tokens in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Bool, Text},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::rules::{Email, handle_keys};
use crate::{
    identity::member::handle::find_retired,
    kit::{Conn, db::CachedExt, secret},
    schema::{account, member, refresh_token, session},
    words::{MemberId, Role, SessionId},
};

#[derive(Insertable)]
#[diesel(table_name = member)]
pub struct NewMember<'a> {
    pub id: MemberId,
    pub handle: &'a str,
    pub handle_key: String,
    pub display_name: &'a str,
    pub role: Role,
    pub created_at: DateTime<Utc>,
}

/// Whether somebody has this handle, or one that passes for it, or had it until they were erased.
pub async fn is_handle_taken(conn: &mut Conn, handle: &str, now: DateTime<Utc>) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Bool)]
        taken: bool,
    }
    let keys = handle_keys(handle);
    let Taken { taken } = diesel::sql_query(
        "select exists (select 1 from member where translate(lower(handle collate \"C\"), '05-_', 'os') = $1)
             or exists (select 1 from member where handle_key = $2) as taken",
    )
    .bind::<Text, _>(&keys.word)
    .bind::<Text, _>(&keys.shape)
    .cached()
    .get_result(conn)
    .await?;
    Ok(taken || !find_retired(conn, &[handle], now).await?.is_empty())
}

pub async fn is_email_known(conn: &mut Conn, email: &Email) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(account::table.filter(account::email_key.eq(&email.key)))).get_result(conn).await
}

pub async fn insert_member(conn: &mut Conn, new: &NewMember<'_>) -> QueryResult<()> {
    diesel::insert_into(member::table).values(new).execute(conn).await?;
    Ok(())
}

pub async fn insert_account(
    conn: &mut Conn,
    member_id: MemberId,
    email: &Email,
    password_hash: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(account::table)
        .values((
            account::id.eq(Uuid::now_v7()),
            account::member_id.eq(member_id),
            account::email.eq(&email.given),
            account::email_key.eq(&email.key),
            account::email_hash.eq(secret::hash(&email.key)),
            account::email_canonical.eq(&email.canonical),
            account::password_hash.eq(password_hash),
            account::created_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(Queryable)]
pub struct Credentials {
    pub member_id: MemberId,
    pub password_hash: String,
}

/// The handle of the member whom this one was merged into, if it was.
pub async fn find_merged_into(conn: &mut Conn, member_id: MemberId) -> QueryResult<Option<String>> {
    let whole = diesel::alias!(member as whole);
    member::table
        .inner_join(whole.on(whole.field(member::id).nullable().eq(member::merged_into)))
        .filter(member::id.eq(member_id))
        .select(whole.field(member::handle))
        .first(conn)
        .await
        .optional()
}

pub async fn find_credentials(conn: &mut Conn, email_key: &str) -> QueryResult<Option<Credentials>> {
    account::table
        .filter(account::email_key.eq(email_key))
        .select((account::member_id, account::password_hash))
        .first(conn)
        .await
        .optional()
}

/// Whether somebody signed in to the account from there, as far as sessions are kept.
pub async fn knows_network(conn: &mut Conn, email_key: &str, network: &[u8]) -> QueryResult<bool> {
    let sessions = account::table
        .inner_join(session::table.on(session::member_id.eq(account::member_id)))
        .filter(account::email_key.eq(email_key))
        .filter(session::network.eq(network));
    diesel::select(diesel::dsl::exists(sessions)).get_result(conn).await
}

pub async fn find_password_hash(conn: &mut Conn, member_id: MemberId) -> QueryResult<Option<String>> {
    account::table.filter(account::member_id.eq(member_id)).select(account::password_hash).first(conn).await.optional()
}

/// Whether this is the hash of the member's password. It stays so, and the member stays, until the transaction ends.
pub async fn holds_password(conn: &mut Conn, member_id: MemberId, hash: &str) -> QueryResult<bool> {
    // The member first, as whoever erases them does.
    member::table.find(member_id).select(member::id).for_key_share().first::<MemberId>(conn).await?;
    let current: Option<String> = account::table
        .filter(account::member_id.eq(member_id))
        .select(account::password_hash)
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    Ok(current.as_deref() == Some(hash))
}

pub async fn update_password_hash(conn: &mut Conn, member_id: MemberId, hash: &str) -> QueryResult<()> {
    diesel::update(account::table)
        .filter(account::member_id.eq(member_id))
        .set(account::password_hash.eq(hash))
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Where a session begins.
pub struct Device {
    pub user_agent: String,
    /// The keyed hash of its network.
    pub network: Vec<u8>,
}

pub async fn insert_session(
    conn: &mut Conn,
    id: SessionId,
    member_id: MemberId,
    device: &Device,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(session::table)
        .values((
            session::id.eq(id),
            session::member_id.eq(member_id),
            session::user_agent.eq(&device.user_agent),
            session::network.eq(&device.network),
            session::created_at.eq(now),
            session::last_used_at.eq(now),
            session::expires_at.eq(expires_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn insert_refresh_token(conn: &mut Conn, token: &str, session_id: SessionId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::insert_into(refresh_token::table)
        .values((refresh_token::hash.eq(secret::hash(token)), refresh_token::session_id.eq(session_id), refresh_token::issued_at.eq(now)))
        // It is there when the one before it is sent again.
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(Queryable)]
pub struct Refresh {
    pub session_id: SessionId,
    pub member_id: MemberId,
    pub used_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The token with its session, locked so that of two refreshes one comes second.
pub async fn find_refresh_token(conn: &mut Conn, token: &str) -> QueryResult<Option<Refresh>> {
    let living = member::table.filter(member::id.eq(session::member_id)).filter(member::merged_into.is_null());
    refresh_token::table
        .inner_join(session::table)
        .filter(refresh_token::hash.eq(secret::hash(token)))
        .filter(diesel::dsl::exists(living))
        .select((refresh_token::session_id, session::member_id, refresh_token::used_at, session::expires_at, session::revoked_at))
        .for_update()
        .first(conn)
        .await
        .optional()
}

pub async fn use_refresh_token(
    conn: &mut Conn,
    token: &str,
    session_id: SessionId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<()> {
    // Its first use counts: trying it again and again keeps nothing alive.
    diesel::update(refresh_token::table.find(secret::hash(token)))
        .filter(refresh_token::used_at.is_null())
        .set(refresh_token::used_at.eq(now))
        .cached()
        .execute(conn)
        .await?;
    diesel::update(session::table.find(session_id))
        .set((session::last_used_at.eq(now), session::expires_at.eq(expires_at)))
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends a session; true when it was alive.
pub async fn revoke_session(conn: &mut Conn, id: SessionId, now: DateTime<Utc>) -> QueryResult<bool> {
    let ended = diesel::update(session::table.find(id))
        .filter(session::revoked_at.is_null())
        .set(session::revoked_at.eq(now))
        .cached()
        .execute(conn)
        .await?;
    Ok(ended == 1)
}
