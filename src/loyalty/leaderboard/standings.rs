//! Who stands where, from PostgreSQL: the truth about leaderboards.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use futures_util::{Stream, TryStreamExt};

use super::rules::{BoardKey, Stretch, ranks};
use crate::{
    domain::{GroupId, LeaderboardId, MemberId},
    kit::{
        Conn,
        db::{self, CachedExt},
    },
    schema::member,
};

/// A board as far as readers need it.
#[derive(QueryableByName, Clone, Copy, Debug)]
pub struct Board {
    #[diesel(sql_type = SqlUuid)]
    pub id: LeaderboardId,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    /// Versions of different epochs cannot be compared.
    #[diesel(sql_type = BigInt)]
    pub epoch: i64,
}

/// SQL: a number that is another one after the database went back to an earlier point, by which way ever: restoring files
/// and failing over start another server process, restoring a dump fills another table.
macro_rules! epoch {
    () => {
        "hashtextextended(concat_ws(' ', extract(epoch from pg_postmaster_start_time()), pg_relation_filenode('leaderboard'),
           (select oid from pg_database where datname = current_database())), 0)"
    };
}

#[derive(QueryableByName)]
struct GroupRow {
    #[diesel(sql_type = SqlUuid)]
    id: GroupId,
}

/// The group of this slug, unless `viewer` may not know of it.
pub async fn find_group(conn: &mut Conn, slug: &str, viewer: Option<MemberId>, sees_all: bool) -> QueryResult<Option<GroupId>> {
    let group: Option<GroupRow> = diesel::sql_query(
        "select g.id from user_group g
         where g.slug = $1 and g.deleted_at is null and (not g.private or $3 or exists (
           select from membership s where s.group_id = g.id and s.member_id = $2 and s.state = 'active'))",
    )
    .bind::<Text, _>(slug)
    .bind::<Nullable<SqlUuid>, _>(viewer)
    .bind::<Bool, _>(sees_all)
    .cached()
    .get_result(conn)
    .await
    .optional()?;
    Ok(group.map(|group| group.id))
}

/// None while nobody has scored.
pub async fn find_board(conn: &mut Conn, key: &BoardKey) -> QueryResult<Option<Board>> {
    diesel::sql_query(concat!(
        "select id, version, ",
        epoch!(),
        " as epoch from leaderboard
         where metric = $1 and period = $2 and starts_on = $3 and group_id is not distinct from $4"
    ))
    .bind::<Text, _>(key.metric)
    .bind::<Text, _>(key.period)
    .bind::<Date, _>(key.starts_on)
    .bind::<Nullable<SqlUuid>, _>(key.group_id)
    .cached()
    .get_result(conn)
    .await
    .optional()
}

/// SQL: how many of board $1 have a score above `e.score`: all of the buckets above, and of its own those who are better.
macro_rules! higher {
    () => {
        "(select coalesce(sum(b.members), 0)::bigint from leaderboard_bucket b where b.leaderboard_id = $1 and b.lowest > e.score)
         + (select count(*) from leaderboard_score o where o.leaderboard_id = $1 and o.listed and o.score > e.score
            and o.score <= coalesce((select min(b.lowest) - 1 from leaderboard_bucket b
                                     where b.leaderboard_id = $1 and b.lowest > e.score), 9223372036854775807))"
    };
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
    #[diesel(sql_type = BigInt)]
    score: i64,
    /// How many have a higher score, where it was counted.
    #[diesel(sql_type = Nullable<BigInt>)]
    higher: Option<i64>,
}

#[derive(QueryableByName)]
struct ScoreRank {
    #[diesel(sql_type = BigInt)]
    score: i64,
    #[diesel(sql_type = BigInt)]
    higher: i64,
}

/// The best `most`, and the caller's own rank.
pub async fn top(conn: &mut Conn, board: LeaderboardId, most: usize, me: Option<MemberId>) -> QueryResult<Stretch> {
    let places: Vec<Place> = diesel::sql_query(
        "select member_id, score, null::bigint as higher from leaderboard_score where leaderboard_id = $1 and listed and score > 0
         order by score desc, reached_at, member_id limit $2",
    )
    .bind::<SqlUuid, _>(board)
    .bind::<BigInt, _>(most as i64)
    .cached()
    .load(conn)
    .await?;
    let me = match me {
        Some(me) => score_rank(conn, board, me).await?.map(|mine| (mine.higher + 1, mine.score)),
        None => None,
    };
    Ok(Stretch { places: places.into_iter().map(|place| (place.member_id, place.score)).collect(), before: 0, higher: 0, me })
}

/// The caller with `reach` neighbours on either side; nobody when the caller is not on the board.
pub async fn around(conn: &mut Conn, board: LeaderboardId, me: MemberId, reach: usize) -> QueryResult<Stretch> {
    // Equals are looked for apart from who is better: each is a stretch of the index, however many are equal. Two scores are
    // enough to rank all places.
    let places: Vec<Place> = diesel::sql_query(concat!(
        "with me as (
           select * from leaderboard_score where leaderboard_id = $1 and member_id = $2 and listed and score > 0
         ), above as (
           select s.* from me, lateral (
             (select o.* from leaderboard_score o
              where o.leaderboard_id = $1 and o.listed and o.score = me.score and (o.reached_at, o.member_id) < (me.reached_at, me.member_id)
              order by o.reached_at desc, o.member_id desc limit $3)
             union all
             (select o.* from leaderboard_score o where o.leaderboard_id = $1 and o.listed and o.score > me.score
              order by o.score, o.reached_at desc, o.member_id desc limit $3)
             order by score, reached_at desc, member_id desc limit $3) s
         ), below as (
           select s.* from me, lateral (
             (select o.* from leaderboard_score o
              where o.leaderboard_id = $1 and o.listed and o.score = me.score and (o.reached_at, o.member_id) > (me.reached_at, me.member_id)
              order by o.reached_at, o.member_id limit $3)
             union all
             (select o.* from leaderboard_score o where o.leaderboard_id = $1 and o.listed and o.score > 0 and o.score < me.score
              order by o.score desc, o.reached_at, o.member_id limit $3)
             order by score desc, reached_at, member_id limit $3) s
         ), stretch as (
           table above union all table me union all table below
         ), ranked as (
           select e.score, ",
        higher!(),
        " as higher from (select distinct score from stretch order by score desc limit 2) e
         )
         select s.member_id, s.score, r.higher from stretch s left join ranked r on r.score = s.score
         order by s.score desc, s.reached_at, s.member_id"
    ))
    .bind::<SqlUuid, _>(board)
    .bind::<SqlUuid, _>(me)
    .bind::<BigInt, _>(reach as i64)
    .cached()
    .load(conn)
    .await?;
    let [first, ..] = places.as_slice() else { return Ok(Stretch::default()) };
    let higher = first.higher.unwrap_or_default();
    // Who has the next lower score stands behind all who have a higher one.
    let next = places.iter().enumerate().find(|(_, place)| place.score < first.score);
    let before = next.and_then(|(at, place)| Some(place.higher? - at as i64)).unwrap_or(higher);
    let mut stretch = Stretch { places: places.iter().map(|place| (place.member_id, place.score)).collect(), before, higher, me: None };
    stretch.me = places.iter().zip(ranks(&stretch)).find(|(place, _)| place.member_id == me).map(|(place, rank)| (rank, place.score));
    Ok(stretch)
}

/// A member's score, and how many have a higher one.
async fn score_rank(conn: &mut Conn, board: LeaderboardId, of: MemberId) -> QueryResult<Option<ScoreRank>> {
    diesel::sql_query(concat!(
        "select e.score, ",
        higher!(),
        " as higher from leaderboard_score e where e.leaderboard_id = $1 and e.member_id = $2 and e.listed and e.score > 0"
    ))
    .bind::<SqlUuid, _>(board)
    .bind::<SqlUuid, _>(of)
    .cached()
    .get_result(conn)
    .await
    .optional()
}

/// Handle and display name of each.
pub async fn names(conn: &mut Conn, members: &[MemberId]) -> QueryResult<BTreeMap<MemberId, (String, String)>> {
    let names: Vec<(MemberId, String, String)> =
        member::table.filter(member::id.eq_any(members)).select((member::id, member::handle, member::display_name)).load(conn).await?;
    Ok(names.into_iter().map(|(id, handle, display_name)| (id, (handle, display_name))).collect())
}

/// A row of a board, for a copy of it.
#[derive(QueryableByName)]
pub struct BoardEntry {
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = BigInt)]
    pub score: i64,
    #[diesel(sql_type = Timestamptz)]
    pub reached_at: DateTime<Utc>,
    /// Whether it shows.
    #[diesel(sql_type = Bool)]
    pub shown: bool,
    /// The board's version in this snapshot.
    #[diesel(sql_type = BigInt)]
    pub board_version: i64,
}

/// The board as it is in this snapshot.
pub async fn find_by_id(conn: &mut Conn, board: LeaderboardId) -> QueryResult<Option<Board>> {
    diesel::sql_query(concat!("select id, version, ", epoch!(), " as epoch from leaderboard where id = $1"))
        .bind::<SqlUuid, _>(board)
        .cached()
        .get_result(conn)
        .await
        .optional()
}

/// At most `most` rows that changed after `version`.
pub async fn changes(conn: &mut Conn, board: LeaderboardId, version: i64, most: usize) -> QueryResult<Vec<BoardEntry>> {
    diesel::sql_query(
        "select s.member_id, s.score, s.reached_at, s.listed and s.score > 0 as shown, b.version as board_version
         from leaderboard b join leaderboard_score s on s.leaderboard_id = b.id
         where b.id = $1 and s.version > $2 limit $3",
    )
    .bind::<SqlUuid, _>(board)
    .bind::<BigInt, _>(version)
    .bind::<BigInt, _>(most as i64)
    .cached()
    .load(conn)
    .await
}

/// All rows that show, in one snapshot. Takes as long as it takes: for background work.
pub async fn all_rows(conn: &mut Conn, board: LeaderboardId) -> QueryResult<impl Stream<Item = QueryResult<BoardEntry>> + '_> {
    db::allow(conn, Duration::from_secs(300)).await?;
    diesel::sql_query(
        "select s.member_id, s.score, s.reached_at, true as shown, b.version as board_version
         from leaderboard b join leaderboard_score s on s.leaderboard_id = b.id
         where b.id = $1 and s.listed and s.score > 0",
    )
    .bind::<SqlUuid, _>(board)
    .load_stream(conn)
    .await
    .map(TryStreamExt::into_stream)
}
