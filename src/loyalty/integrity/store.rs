//! Checks of integrity in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    prelude::*,
    sql_types::{BigInt, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    domain::MemberId,
    kit::{Conn, db::CachedExt, verify::Finding},
    schema::integrity_check,
};

/// Held by who runs a check; arbitrary, but ours.
const RUNNER_LOCK: i64 = 7_270_004;

/// Asks for a check, unless one is waiting or running.
pub async fn request(conn: &mut Conn, by: MemberId, total: i32, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::insert_into(integrity_check::table)
        .values((
            integrity_check::id.eq(Uuid::now_v7()),
            integrity_check::requested_by.eq(by),
            integrity_check::requested_at.eq(now),
            integrity_check::total.eq(total),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// A check that waits or runs, and how many invariants it has looked at.
#[derive(Queryable)]
pub struct Running {
    pub requested_at: DateTime<Utc>,
    pub checked: i32,
    pub total: i32,
}

/// The check that waits or runs, if there is one.
pub async fn find_running(conn: &mut Conn) -> QueryResult<Option<Running>> {
    integrity_check::table
        .filter(integrity_check::ended_at.is_null())
        .select((integrity_check::requested_at, integrity_check::checked, integrity_check::total))
        .first(conn)
        .await
        .optional()
}

/// A check that has ended: its findings as JSON, and the points that the programme owes.
#[derive(Queryable)]
pub struct Ended {
    pub at: Option<DateTime<Utc>>,
    pub findings: Option<Value>,
    pub liability_points: Option<i64>,
}

/// The latest check that ended.
pub async fn find_ended(conn: &mut Conn) -> QueryResult<Option<Ended>> {
    integrity_check::table
        .filter(integrity_check::ended_at.is_not_null())
        .order(integrity_check::ended_at.desc())
        .select((integrity_check::ended_at, integrity_check::findings, integrity_check::liability_points))
        .first(conn)
        .await
        .optional()
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The check that waits, for the caller's transaction alone.
pub async fn take(conn: &mut Conn) -> QueryResult<Option<Uuid>> {
    let taken: Option<Taken> = diesel::sql_query("select id from integrity_check where ended_at is null and pg_try_advisory_xact_lock($1)")
        .bind::<BigInt, _>(RUNNER_LOCK)
        .cached()
        .get_result(conn)
        .await
        .optional()?;
    Ok(taken.map(|taken| taken.id))
}

/// Notes how far a check has come.
pub async fn note(conn: &mut Conn, id: Uuid, checked: i32) -> QueryResult<()> {
    diesel::update(integrity_check::table.find(id)).set(integrity_check::checked.eq(checked)).cached().execute(conn).await?;
    Ok(())
}

/// Writes what a check found, unless it has ended before.
pub async fn end(conn: &mut Conn, id: Uuid, findings: &[Finding], liability_points: i64, now: DateTime<Utc>) -> QueryResult<()> {
    let findings = serde_json::to_value(findings).map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
    diesel::update(integrity_check::table.find(id).filter(integrity_check::ended_at.is_null()))
        .set((
            integrity_check::ended_at.eq(now),
            integrity_check::findings.eq(findings),
            integrity_check::liability_points.eq(liability_points),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
