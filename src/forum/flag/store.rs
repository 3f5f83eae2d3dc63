//! Flags in PostgreSQL.

use chrono::{DateTime, Duration, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Bool, Int2, Int4, Interval, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::{FlagContext, FlagReason, LOCK_HOURS};
use crate::{
    domain::{FlagId, MemberId, PostId, ReviewItemId},
    forum::{post::PostRow, question},
    kit::{Conn, db::CachedExt},
    schema::{flag, review_item},
};

/// How many of a member's flags were right, and how many wrong.
#[derive(QueryableByName)]
pub struct FlagRecord {
    #[diesel(sql_type = BigInt)]
    pub upheld: i64,
    #[diesel(sql_type = BigInt)]
    pub declined: i64,
}

/// How often a member's flags were right, and how often wrong.
pub async fn find_record(conn: &mut Conn, flagger: MemberId) -> QueryResult<FlagRecord> {
    diesel::sql_query(
        "select count(*) filter (where verdict = 'upheld') as upheld, count(*) filter (where verdict = 'declined') as declined
         from flag where flagger_id = $1",
    )
    .bind::<SqlUuid, _>(flagger)
    .cached()
    .get_result(conn)
    .await
}

/// A new flag.
#[derive(Insertable)]
#[diesel(table_name = flag)]
pub struct NewFlag<'a> {
    pub id: FlagId,
    pub post_id: PostId,
    pub flagger_id: MemberId,
    pub review_item_id: ReviewItemId,
    pub reason: FlagReason,
    pub note: &'a str,
    pub weight: i32,
    pub created_at: DateTime<Utc>,
}

/// False when the flagger has an open flag on the post already.
pub async fn insert(conn: &mut Conn, new: &NewFlag<'_>) -> QueryResult<bool> {
    let inserted = diesel::insert_into(flag::table)
        .values(new)
        .on_conflict((flag::review_item_id, flag::flagger_id))
        .do_nothing()
        .cached()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}

#[derive(QueryableByName)]
struct FlagContextRow {
    #[diesel(sql_type = BigInt)]
    weight: i64,
    #[diesel(sql_type = BigInt)]
    flaggers: i64,
    #[diesel(sql_type = BigInt)]
    thread_weight: i64,
    #[diesel(sql_type = BigInt)]
    thread_flaggers: i64,
    #[diesel(sql_type = BigInt)]
    author_flaggers: i64,
    #[diesel(sql_type = Int2)]
    author_trust: i16,
    #[diesel(sql_type = Bool)]
    author_is_staff: bool,
    #[diesel(sql_type = Bool)]
    author_is_silenced: bool,
}

/// Where the flags leave a post, its question and its author.
pub async fn find_context(conn: &mut Conn, of: &PostRow, by_staff: bool, locked: bool, now: DateTime<Utc>) -> QueryResult<FlagContext> {
    let row: FlagContextRow = diesel::sql_query(
        "select coalesce(sum(f.weight) filter (where p.id = $1), 0)::bigint as weight,
                count(distinct f.flagger_id) filter (where p.id = $1) as flaggers,
                coalesce(sum(f.weight) filter (where p.question_id = $2), 0)::bigint as thread_weight,
                count(distinct f.flagger_id) filter (where p.question_id = $2) as thread_flaggers,
                count(distinct f.flagger_id) filter (where p.author_id = a.id) as author_flaggers,
                a.trust as author_trust, a.role <> 'member' as author_is_staff,
                exists (select 1 from sanction s where s.member_id = a.id and s.kind <> 'warning' and s.lifted_at is null
                          and (s.ends_at is null or s.ends_at > $4)) as author_is_silenced
         from member a
         left join (flag f join post p on p.id = f.post_id) on f.verdict = 'open' and (p.question_id = $2 or p.author_id = $3)
         where a.id = $3 group by a.id",
    )
    .bind::<SqlUuid, _>(of.id)
    .bind::<SqlUuid, _>(of.question_id)
    .bind::<SqlUuid, _>(of.author_id)
    .bind::<Timestamptz, _>(now)
    .cached()
    .get_result(conn)
    .await?;
    Ok(FlagContext {
        weight: row.weight,
        flaggers: row.flaggers,
        by_staff,
        thread_weight: row.thread_weight,
        thread_flaggers: row.thread_flaggers,
        locked,
        author_flaggers: row.author_flaggers,
        author_trust: row.author_trust,
        author_is_staff: row.author_is_staff,
        author_is_silenced: row.author_is_silenced,
    })
}

#[derive(QueryableByName)]
struct ItemRow {
    #[diesel(sql_type = SqlUuid)]
    id: ReviewItemId,
}

/// The post's undecided review item with so much more weight; a new one where there is none.
pub async fn join_item(conn: &mut Conn, post: PostId, weight: i32, now: DateTime<Utc>) -> QueryResult<ReviewItemId> {
    let row: ItemRow = diesel::sql_query(
        "insert into review_item (id, post_id, weight, created_at) values ($1, $2, $3, $4)
         on conflict (post_id) where state <> 'decided'
         do update set weight = review_item.weight + excluded.weight, version = review_item.version + 1
         returning id",
    )
    .bind::<SqlUuid, _>(ReviewItemId::new())
    .bind::<SqlUuid, _>(post)
    .bind::<Int4, _>(weight)
    .bind::<Timestamptz, _>(now)
    .cached()
    .get_result(conn)
    .await?;
    Ok(row.id)
}

/// Notes in the item that flags hid the post.
pub async fn note_hidden(conn: &mut Conn, item: ReviewItemId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(review_item::table.find(item)).set(review_item::hidden_at.eq(now)).execute(conn).await?;
    Ok(())
}

/// Locks a question for [`LOCK_HOURS`].
pub async fn lock_question(conn: &mut Conn, id: PostId, item: ReviewItemId, now: DateTime<Utc>) -> QueryResult<()> {
    question::store::set_lock(conn, id, Some(now)).await?;
    diesel::update(review_item::table.find(item))
        .set(review_item::locked_until.eq(now + Duration::hours(LOCK_HOURS)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Unlocks the questions whose time is up, unless somebody has locked them anew.
pub async fn unlock_due(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<usize> {
    diesel::sql_query(
        "with due as (
           select i.id, p.question_id, i.locked_until - $2 as locked_at
           from review_item i join post p on p.id = i.post_id where i.locked_until <= $1
         ), over as (update review_item set locked_until = null where id in (select id from due))
         update post q set locked_at = null, version = q.version + 1 from due where q.id = due.question_id and q.locked_at = due.locked_at",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Interval, _>(diesel::data_types::PgInterval::from_microseconds(LOCK_HOURS * 3_600_000_000))
    .execute(conn)
    .await
}

/// Sets what review made of an item's flags.
pub async fn set_verdict(conn: &mut Conn, item: ReviewItemId, verdict: super::rules::Verdict) -> QueryResult<()> {
    diesel::sql_query("update flag set verdict = $2 where review_item_id = $1")
        .bind::<SqlUuid, _>(item)
        .bind::<Text, _>(verdict)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}
