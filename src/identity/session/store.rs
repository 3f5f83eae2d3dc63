//! Sessions and their refresh tokens in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Timestamptz},
};
use diesel_async::RunQueryDsl;

use crate::{
    domain::{MemberId, SessionId},
    kit::{Conn, db::CachedExt, pagination::Request, secret},
    schema::{member, refresh_token, session},
};

/// Where a session begins.
pub struct Device {
    pub user_agent: String,
    /// The keyed hash of its network.
    pub network: Vec<u8>,
}

/// Inserts a session.
pub async fn insert(
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

/// Inserts the hash of a refresh token; nothing where it is there already.
pub async fn insert_refresh_token(conn: &mut Conn, token: &str, session_id: SessionId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::insert_into(refresh_token::table)
        .values((refresh_token::hash.eq(secret::hash(token)), refresh_token::session_id.eq(session_id), refresh_token::issued_at.eq(now)))
        // It is there when the one before it is sent again.
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// A refresh token and its session, dead or alive.
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

/// Notes the first use of a refresh token, and that its session was used, which now ends at `expires_at`.
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
pub async fn revoke(conn: &mut Conn, id: SessionId, now: DateTime<Utc>) -> QueryResult<bool> {
    let ended = diesel::update(session::table.find(id))
        .filter(session::revoked_at.is_null())
        .set(session::revoked_at.eq(now))
        .cached()
        .execute(conn)
        .await?;
    Ok(ended == 1)
}

/// A session, as its member sees it.
#[derive(Queryable)]
pub struct SessionRow {
    pub id: SessionId,
    pub user_agent: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A page of a member's sessions that are neither revoked nor expired, newest first.
pub async fn list_alive(conn: &mut Conn, member_id: MemberId, now: DateTime<Utc>, request: &Request<()>) -> QueryResult<Vec<SessionRow>> {
    let query = session::table
        .filter(session::member_id.eq(member_id))
        .filter(session::revoked_at.is_null())
        .filter(session::expires_at.gt(now))
        .select((session::id, session::user_agent, session::created_at, session::last_used_at, session::expires_at))
        .limit(request.rows())
        .into_boxed();
    match &request.seek {
        None => query.order(session::id.desc()),
        Some(seek) if seek.back => query.filter(session::id.gt(SessionId(seek.id))).order(session::id.asc()),
        Some(seek) => query.filter(session::id.lt(SessionId(seek.id))).order(session::id.desc()),
    }
    .load(conn)
    .await
}

/// Ends a session of this member; false when there is none such that is alive.
pub async fn revoke_own(conn: &mut Conn, id: SessionId, member_id: MemberId, now: DateTime<Utc>) -> QueryResult<bool> {
    let ended = diesel::update(session::table.find(id))
        .filter(session::member_id.eq(member_id))
        .filter(session::revoked_at.is_null())
        .filter(session::expires_at.gt(now))
        .set(session::revoked_at.eq(now))
        .cached()
        .execute(conn)
        .await?;
    Ok(ended == 1)
}

/// Ends all sessions of a member but one.
pub async fn revoke_others(conn: &mut Conn, member_id: MemberId, keep: SessionId, now: DateTime<Utc>) -> QueryResult<usize> {
    diesel::update(session::table)
        .filter(session::member_id.eq(member_id))
        .filter(session::id.ne(keep))
        .filter(session::revoked_at.is_null())
        .set(session::revoked_at.eq(now))
        .cached()
        .execute(conn)
        .await
}

/// Deletes at most so many sessions that ended before that. Returns how many.
pub async fn delete_ended(conn: &mut Conn, ended_before: DateTime<Utc>, most: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "delete from session where id = any(array(
           select id from session where coalesce(revoked_at, expires_at) < $1 order by coalesce(revoked_at, expires_at) limit $2))",
    )
    .bind::<Timestamptz, _>(ended_before)
    .bind::<BigInt, _>(most)
    .cached()
    .execute(conn)
    .await
}
