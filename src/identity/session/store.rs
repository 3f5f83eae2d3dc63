//! Sessions of one member in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Timestamptz},
};
use diesel_async::RunQueryDsl;

use crate::{
    kit::{Conn, db::CachedExt, page::Request},
    schema::session,
    words::{MemberId, SessionId},
};

#[derive(Queryable)]
pub struct SessionRow {
    pub id: SessionId,
    pub user_agent: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

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
