//! Keeps boards and their scores, and counts them anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::NaiveDate;
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use super::{
    expected::EXPECTED,
    rules::{BoardKey, Sum},
};
use crate::{
    domain::{GroupId, LeaderboardId, MemberId, Metric},
    kit::{
        Conn,
        db::{self, CachedExt},
        outbox,
    },
    schema::{leaderboard, leaderboard_bucket, member},
};

/// New boards of one statement.
const BOARDS_A_STATEMENT: usize = 1_000;

/// SQL: whether member `m` is on the boards.
macro_rules! listed {
    () => {
        "(m.on_leaderboards and m.role = 'member' and m.erased_at is null)"
    };
}

/// Adds sums to scores. Boards and scores that do not exist begin; boards of deleted groups do not.
pub async fn add(conn: &mut Conn, sums: &BTreeMap<(BoardKey, MemberId), Sum>) -> QueryResult<()> {
    if sums.is_empty() {
        return Ok(());
    }
    let keys: BTreeSet<BoardKey> = sums.keys().map(|(key, _)| *key).collect();
    let boards = bump(conn, &keys).await?;
    let mut changes = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for ((key, member_id), sum) in sums {
        let Some(board) = boards.get(key) else { continue };
        changes.0.push(board.id);
        changes.1.push(*member_id);
        changes.2.push(sum.amount);
        changes.3.push(sum.reached_at);
        changes.4.push(board.version);
    }
    diesel::sql_query(concat!(
        "insert into leaderboard_score (leaderboard_id, member_id, score, reached_at, listed, version)
         select s.board, s.member, s.amount, s.reached_at, ",
        listed!(),
        ", s.version
         from unnest($1, $2, $3, $4, $5) as s (board, member, amount, reached_at, version)
         join member m on m.id = s.member
         on conflict (leaderboard_id, member_id) do update set
           score = leaderboard_score.score + excluded.score,
           reached_at = greatest(leaderboard_score.reached_at, excluded.reached_at),
           listed = excluded.listed,
           version = excluded.version"
    ))
    .bind::<Array<SqlUuid>, _>(changes.0)
    .bind::<Array<SqlUuid>, _>(changes.1)
    .bind::<Array<BigInt>, _>(changes.2)
    .bind::<Array<Timestamptz>, _>(changes.3)
    .bind::<Array<BigInt>, _>(changes.4)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Bumped {
    /// Which of the keys asked for, counted from 1.
    #[diesel(sql_type = BigInt)]
    ordinal: i64,
    #[diesel(sql_type = SqlUuid)]
    id: LeaderboardId,
    #[diesel(sql_type = BigInt)]
    version: i64,
}

/// Gives each board its next version.
async fn bump(conn: &mut Conn, keys: &BTreeSet<BoardKey>) -> QueryResult<BTreeMap<BoardKey, Bumped>> {
    let bumped: Vec<Bumped> = diesel::sql_query(
        "with wanted as (
           select * from unnest($1, $2, $3, $4, $5) with ordinality as w (id, metric, period, starts_on, group_id, ordinal)
           where not exists (select from user_group g where g.id = w.group_id and g.deleted_at is not null)
         ), bumped as (
           insert into leaderboard (id, metric, period, starts_on, group_id, version)
           select id, metric, period, starts_on, group_id, 1 from wanted order by ordinal
           on conflict (metric, period, starts_on, group_id) do update set version = leaderboard.version + 1
           returning *
         )
         select w.ordinal, b.id, b.version from bumped b
         join wanted w on w.metric = b.metric and w.period = b.period and w.starts_on = b.starts_on
           and w.group_id is not distinct from b.group_id",
    )
    .bind::<Array<SqlUuid>, _>(keys.iter().map(|_| LeaderboardId::new()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(keys.iter().map(|key| key.metric.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(keys.iter().map(|key| key.period).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(keys.iter().map(|key| key.starts_on).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(keys.iter().map(|key| key.group_id).collect::<Vec<_>>())
    .cached()
    .load(conn)
    .await?;
    let keys: Vec<_> = keys.iter().copied().collect();
    let board = |row: Bumped| Some((*keys.get(row.ordinal as usize - 1)?, row));
    Ok(bumped.into_iter().filter_map(board).collect())
}

/// Lists members who keep on the boards, and unlists staff, the erased, and those who keep off.
pub async fn relist(conn: &mut Conn, members: BTreeSet<MemberId>) -> QueryResult<()> {
    if members.is_empty() {
        return Ok(());
    }
    diesel::sql_query(concat!(
        "with moved as (
           select s.leaderboard_id, s.member_id, ",
        listed!(),
        " as listed
           from leaderboard_score s join member m on m.id = s.member_id
           where s.member_id = any ($1) and s.listed <> ",
        listed!(),
        "
         ), bumped as (
           update leaderboard set version = version + 1 where id in (select leaderboard_id from moved) returning id, version
         )
         update leaderboard_score s set listed = moved.listed, version = bumped.version
         from moved join bumped on bumped.id = moved.leaderboard_id
         where s.leaderboard_id = moved.leaderboard_id and s.member_id = moved.member_id"
    ))
    .bind::<Array<SqlUuid>, _>(members.into_iter().collect::<Vec<_>>())
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Whom those of `members` who were merged were merged into.
pub async fn find_merged(conn: &mut Conn, members: BTreeSet<MemberId>) -> QueryResult<BTreeMap<MemberId, MemberId>> {
    if members.is_empty() {
        return Ok(BTreeMap::new());
    }
    let merged: Vec<(MemberId, Option<MemberId>)> = member::table
        .filter(member::id.eq_any(members))
        .filter(member::merged_into.is_not_null())
        .select((member::id, member::merged_into))
        .load(conn)
        .await?;
    Ok(merged.into_iter().filter_map(|(id, into)| Some((id, into?))).collect())
}

/// Deletes the boards of groups that have ended, with their scores.
pub async fn delete_of_groups(conn: &mut Conn, groups: BTreeSet<GroupId>) -> QueryResult<()> {
    if groups.is_empty() {
        return Ok(());
    }
    diesel::delete(leaderboard::table.filter(leaderboard::group_id.eq_any(groups.into_iter().map(Some)))).execute(conn).await?;
    Ok(())
}

/// Counts every board anew from the books, in the caller's transaction. Readers go on; events wait until it commits.
/// Returns how many scores were wrong.
pub async fn rebuild(conn: &mut Conn) -> QueryResult<usize> {
    // A delivery that is under way may take longer than requests wait.
    db::allow_whole_tables(conn, Duration::from_secs(1_800)).await?;
    outbox::hold(conn).await?;
    recount(conn, None).await
}

/// Counts every board's buckets anew, in the caller's transaction. Events wait until it commits. Returns how many there are.
pub async fn rebuild_buckets(conn: &mut Conn) -> QueryResult<usize> {
    db::allow_whole_tables(conn, Duration::from_secs(1_800)).await?;
    outbox::hold(conn).await?;
    diesel::delete(leaderboard_bucket::table).execute(conn).await?;
    let boards = diesel::sql_query(
        "insert into leaderboard_bucket (leaderboard_id, lowest, members)
         select leaderboard_id, 1, count(*) from leaderboard_score where listed and score > 0 group by 1",
    )
    .execute(conn)
    .await?;
    diesel::sql_query("select divide_leaderboard_buckets(array(select b from leaderboard_bucket b where members > 2000))")
        .execute(conn)
        .await?;
    Ok(boards)
}

/// Counts the scores of some members anew, or of all, while no event is delivered. Who was merged into one of them is to be
/// named, too. Returns how many were wrong.
pub async fn recount(conn: &mut Conn, members: Option<&[MemberId]>) -> QueryResult<usize> {
    conn.batch_execute("drop table if exists recount").await?;
    diesel::sql_query(format!("create temporary table recount on commit drop as with {EXPECTED} select * from due"))
        .bind::<Nullable<Array<SqlUuid>>, _>(members)
        .execute(conn)
        .await?;
    conn.batch_execute("analyze recount").await?;
    let missing: Vec<BoardRow> = diesel::sql_query(
        "select distinct metric, period, starts_on, group_id from recount
         except select metric, period, starts_on, group_id from leaderboard order by 1, 2, 3, 4",
    )
    .load(conn)
    .await?;
    for boards in missing.chunks(BOARDS_A_STATEMENT) {
        let rows = boards.iter().map(|board| {
            (
                leaderboard::id.eq(LeaderboardId::new()),
                leaderboard::metric.eq(board.metric),
                leaderboard::period.eq(&board.period),
                leaderboard::starts_on.eq(board.starts_on),
                leaderboard::group_id.eq(board.group_id),
                leaderboard::version.eq(0),
            )
        });
        diesel::insert_into(leaderboard::table).values(rows.collect::<Vec<_>>()).execute(conn).await?;
    }
    diesel::sql_query(concat!(
        "with due as (
           select b.id as leaderboard_id, b.metric, r.member_id, r.score, r.reached_at,
                  ",
        listed!(),
        " as listed
           from recount r join leaderboard b on b.metric = r.metric and b.period = r.period and b.starts_on = r.starts_on
             and coalesce(b.group_id, $1) = coalesce(r.group_id, $1)
           join member m on m.id = r.member_id
         ), wrong as (
           -- An acceptance that was taken back has left no date to compare.
           select coalesce(d.leaderboard_id, s.leaderboard_id) as leaderboard_id, coalesce(d.member_id, s.member_id) as member_id,
                  coalesce(d.score, 0) as score, coalesce(d.reached_at, s.reached_at) as reached_at, coalesce(d.listed, s.listed) as listed
           from due d
           full join (select * from leaderboard_score where $2::uuid[] is null or member_id = any($2)) s
             on s.leaderboard_id = d.leaderboard_id and s.member_id = d.member_id
           where s.member_id is null or s.score <> coalesce(d.score, 0)
             or (d.metric <> 'accepted_answers' and s.reached_at <> d.reached_at) or s.listed <> coalesce(d.listed, s.listed)
         ), bumped as (
           update leaderboard set version = version + 1 where id in (select leaderboard_id from wrong) returning id, version
         )
         insert into leaderboard_score (leaderboard_id, member_id, score, reached_at, listed, version)
         select w.leaderboard_id, w.member_id, w.score, w.reached_at, w.listed, b.version
         from wrong w join bumped b on b.id = w.leaderboard_id
         on conflict (leaderboard_id, member_id) do update set
           score = excluded.score, reached_at = excluded.reached_at, listed = excluded.listed, version = excluded.version"
    ))
    .bind::<SqlUuid, _>(Uuid::nil())
    .bind::<Nullable<Array<SqlUuid>>, _>(members)
    .execute(conn)
    .await
}

#[derive(QueryableByName)]
struct BoardRow {
    #[diesel(sql_type = Text)]
    metric: Metric,
    #[diesel(sql_type = Text)]
    period: String,
    #[diesel(sql_type = Date)]
    starts_on: NaiveDate,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    group_id: Option<GroupId>,
}
