//! Sanctions in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::rules::{NewSanction, SanctionKind, Target};
use crate::{
    domain::{MemberId, PostId, ReviewItemId, Role, SanctionId},
    kit::{Conn, db::CachedExt, pagination::Request, time},
    schema::{member, sanction},
};

/// A member, whom nobody else decides on until the transaction ends; None for who has gone.
pub async fn lock_target(conn: &mut Conn, id: MemberId) -> QueryResult<Option<Target>> {
    let living = member::table.filter(member::id.eq(id)).filter(member::erased_at.is_null());
    let columns = (member::id, member::role, member::merged_into.is_not_null());
    let found = living.select(columns).for_no_key_update().first(conn).await.optional()?;
    Ok(found.map(|(id, role, merged)| Target { id, role, merged }))
}

/// Whether the same moderator imposed the like since then, for the same reason.
pub async fn was_imposed(conn: &mut Conn, new: &NewSanction, since: DateTime<Utc>) -> QueryResult<bool> {
    let like = sanction::table
        .filter(sanction::member_id.eq(new.member_id))
        .filter(sanction::kind.eq(new.kind))
        .filter(sanction::reason.eq(&new.reason))
        .filter(sanction::imposed_by.is_not_distinct_from(new.imposed_by))
        .filter(sanction::starts_at.gt(since))
        .filter(sanction::lifted_at.is_null());
    diesel::select(diesel::dsl::exists(like)).get_result(conn).await
}

/// Inserts a sanction.
pub async fn insert(conn: &mut Conn, new: &NewSanction) -> QueryResult<()> {
    diesel::insert_into(sanction::table)
        .values((
            sanction::id.eq(new.id),
            sanction::member_id.eq(new.member_id),
            sanction::kind.eq(new.kind),
            sanction::reason.eq(&new.reason),
            sanction::note.eq(&new.note),
            sanction::imposed_by.eq(new.imposed_by),
            sanction::review_item_id.eq(new.review_item_id),
            sanction::starts_at.eq(new.starts_at),
            sanction::ends_at.eq(new.ends_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// A sanction, with who is under it, who imposed it and which post it is about.
#[derive(QueryableByName, Debug)]
pub struct Row {
    #[diesel(sql_type = SqlUuid)]
    pub id: SanctionId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Text)]
    pub role: Role,
    #[diesel(sql_type = Text)]
    pub kind: SanctionKind,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Text)]
    pub note: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub imposed_by: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub review_item_id: Option<ReviewItemId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub post_id: Option<PostId>,
    #[diesel(sql_type = Timestamptz)]
    pub starts_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ends_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub lifted_at: Option<DateTime<Utc>>,
}

/// SQL: sanctions `s` with what [`Row`] wants; the rest is a condition.
macro_rules! select_sanctions {
    ($rest:literal) => {
        concat!(
            "select s.id, s.member_id, m.role, s.kind, s.reason, s.note, by.handle as imposed_by, s.review_item_id, i.post_id,
                    s.starts_at, s.ends_at, s.lifted_at
             from sanction s join member m on m.id = s.member_id
             left join member by on by.id = s.imposed_by left join review_item i on i.id = s.review_item_id ",
            $rest
        )
    };
}

/// A sanction, locked until the end of the transaction.
pub async fn find_for_update(conn: &mut Conn, id: SanctionId) -> QueryResult<Option<Row>> {
    diesel::sql_query(select_sanctions!("where s.id = $1 for update of s"))
        .bind::<SqlUuid, _>(id)
        .cached()
        .get_result(conn)
        .await
        .optional()
}

/// A member's sanctions, the newest first.
pub async fn list(conn: &mut Conn, member_id: MemberId, request: &Request<i64>) -> QueryResult<Vec<Row>> {
    let text = if request.back() {
        select_sanctions!("where s.member_id = $1 and (s.starts_at, s.id) > ($2, $3) order by s.starts_at, s.id limit $4")
    } else {
        select_sanctions!("where s.member_id = $1 and (s.starts_at, s.id) < ($2, $3) order by s.starts_at desc, s.id desc limit $4")
    };
    let (key, id) = request.seek.as_ref().map_or((i64::MAX, Uuid::max()), |seek| (seek.key, seek.id));
    diesel::sql_query(text)
        .bind::<SqlUuid, _>(member_id)
        .bind::<Timestamptz, _>(time::of_micros(key))
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(request.rows())
        .cached()
        .load(conn)
        .await
}

/// Ends a sanction at `now`.
pub async fn lift(conn: &mut Conn, id: SanctionId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(sanction::table.find(id)).set(sanction::lifted_at.eq(now)).execute(conn).await?;
    Ok(())
}

/// Lifts what a review item brought: only what flags did by themselves, or everything. Returns what was lifted.
pub async fn lift_of_item(conn: &mut Conn, item: ReviewItemId, automatic_only: bool, now: DateTime<Utc>) -> QueryResult<Vec<Uuid>> {
    let running = sanction::table
        .filter(sanction::review_item_id.eq(item))
        .filter(sanction::lifted_at.is_null())
        .filter(sanction::ends_at.is_null().or(sanction::ends_at.gt(now)));
    let lift = sanction::lifted_at.eq(now);
    if automatic_only {
        diesel::update(running.filter(sanction::imposed_by.is_null())).set(lift).returning(sanction::id).load(conn).await
    } else {
        diesel::update(running).set(lift).returning(sanction::id).load(conn).await
    }
}
