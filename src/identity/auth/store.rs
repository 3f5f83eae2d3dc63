//! Callers in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Bytea, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::actor::{Actor, PartnerActor};
use crate::{
    domain::{ApiKeyId, MemberId, PartnerId, SessionId},
    kit::{Conn, db::CachedExt, secret},
    schema::member,
};

/// An API key's last use is noted at most this often.
const LAST_USED_EVERY_S: i64 = 60;

/// The member of a live session, with what moderators have decided about them.
pub async fn find_actor(conn: &mut Conn, session: SessionId, now: DateTime<Utc>) -> QueryResult<Option<Actor>> {
    let actors: Vec<Actor> = diesel::sql_query(
        "select m.id as member_id, s.id as session_id, m.handle, m.role, m.trust, m.created_at as joined_at,
                coalesce(bool_or(x.kind = 'silence'), false) as silenced, coalesce(bool_or(x.kind = 'suspension'), false) as suspended
         from session s
         join member m on m.id = s.member_id and m.erased_at is null and m.merged_into is null
         left join sanction x on x.member_id = m.id and x.lifted_at is null and (x.ends_at is null or x.ends_at > $2)
         where s.id = $1 and s.revoked_at is null and s.expires_at > $2
         group by m.id, s.id",
    )
    .bind::<SqlUuid, _>(session)
    .bind::<Timestamptz, _>(now)
    .cached()
    .load(conn)
    .await?;
    Ok(actors.into_iter().next())
}

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = SqlUuid)]
    id: ApiKeyId,
    #[diesel(sql_type = SqlUuid)]
    partner_id: PartnerId,
    #[diesel(sql_type = Text)]
    scopes: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_used_at: Option<DateTime<Utc>>,
}

/// The partner of a key that is good now. Its use is noted.
pub async fn find_api_key(conn: &mut Conn, key: &str, now: DateTime<Utc>) -> QueryResult<Option<PartnerActor>> {
    let rows: Vec<KeyRow> = diesel::sql_query(
        "select id, partner_id, scopes, last_used_at from api_key
         where hash = $1 and (revoked_at is null or revoked_at > $2) and (expires_at is null or expires_at > $2)",
    )
    .bind::<Bytea, _>(secret::hash(key))
    .bind::<Timestamptz, _>(now)
    .cached()
    .load(conn)
    .await?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    if row.last_used_at.is_none_or(|at| (now - at).num_seconds() >= LAST_USED_EVERY_S) {
        diesel::sql_query("update api_key set last_used_at = $2 where id = $1")
            .bind::<SqlUuid, _>(row.id)
            .bind::<Timestamptz, _>(now)
            .cached()
            .execute(conn)
            .await?;
    }
    let scopes = row.scopes.split(' ').filter_map(|scope| scope.parse().ok()).collect();
    Ok(Some(PartnerActor { partner_id: row.partner_id, key_id: row.id, scopes }))
}

/// Holds the member against being erased or merged until the transaction ends. False when they are gone.
pub async fn hold(conn: &mut Conn, id: MemberId) -> QueryResult<bool> {
    let living = member::table.find(id).filter(member::erased_at.is_null()).filter(member::merged_into.is_null());
    // Of locks that many may have, the one that a merge waits for, which lets orders come meanwhile.
    let held: Option<MemberId> = living.select(member::id).for_share().first(conn).await.optional()?;
    Ok(held.is_some())
}
