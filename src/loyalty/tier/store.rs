//! Members' tiers in PostgreSQL.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int2, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::rules::{TierCause, TierDecision, TierLevel, TierStatus};
use crate::{
    domain::{MemberId, TransactionId},
    kit::{
        Conn,
        db::{self, CachedExt},
    },
};

/// The steps, lowest first.
pub async fn find_ladder(conn: &mut Conn) -> QueryResult<Vec<TierLevel>> {
    diesel::sql_query("select rank, threshold from tier order by rank").cached().load(conn).await
}

/// Points that count towards a tier, earned or (negative) taken back by a ledger transaction.
pub struct Qualifying {
    pub transaction_id: TransactionId,
    pub member_id: MemberId,
    /// Not 0.
    pub points: i64,
    /// The date of what earned them.
    pub at: DateTime<Utc>,
}

/// Inserts points that count towards tiers; of a member whose wallet is open.
pub async fn insert_qualifying(conn: &mut Conn, entries: &[Qualifying]) -> QueryResult<()> {
    if entries.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "insert into qualifying_entry (transaction_id, member_id, points, qualified_at) select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[])",
    )
    .bind::<Array<SqlUuid>, _>(entries.iter().map(|entry| entry.transaction_id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(entries.iter().map(|entry| entry.member_id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(entries.iter().map(|entry| entry.points).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(entries.iter().map(|entry| entry.at).collect::<Vec<_>>())
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Where a member stands, and the whole ladder, lowest first.
#[derive(QueryableByName, Clone, Debug)]
pub struct TierPlacement {
    #[diesel(embed)]
    pub status: TierStatus,
    #[diesel(sql_type = Array<Int2>)]
    ranks: Vec<i16>,
    #[diesel(sql_type = Array<BigInt>)]
    thresholds: Vec<i64>,
}

impl TierPlacement {
    /// The ladder, lowest first.
    pub fn ladder(&self) -> Vec<TierLevel> {
        self.ranks.iter().zip(&self.thresholds).map(|(rank, threshold)| TierLevel { rank: *rank, threshold: *threshold }).collect()
    }
}

/// Where members stand, with the points that count after `window_start`.
pub async fn find_placements(conn: &mut Conn, members: &[MemberId], window_start: DateTime<Utc>) -> QueryResult<Vec<TierPlacement>> {
    diesel::sql_query(
        "select array(select rank from tier order by rank) as ranks, array(select threshold from tier order by rank) as thresholds, m.member_id, coalesce(t.rank, 0::smallint) as rank, t.reached_at, t.valid_until,
                coalesce((select sum(q.points) from qualifying_entry q
                          where q.member_id = m.member_id and q.qualified_at > $2), 0)::bigint as qualifying,
                coalesce((select sum(q.points) from qualifying_entry q
                          where q.member_id = m.member_id and q.qualified_at <= t.reached_at
                            and q.qualified_at > (t.reached_at at time zone 'utc' - interval '12 months') at time zone 'utc'),
                         0)::bigint as at_reaching
         from (select distinct unnest($1::uuid[]) as member_id) m left join member_tier t on t.member_id = m.member_id",
    )
    .bind::<Array<SqlUuid>, _>(members)
    .bind::<Timestamptz, _>(window_start)
    .cached()
    .load(conn)
    .await
}

/// Writes what was decided of members who do not stay as they are, with the history of moves.
pub async fn record(conn: &mut Conn, outcomes: &[(TierStatus, TierDecision)], cause: TierCause, now: DateTime<Utc>) -> QueryResult<()> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let decided = |(status, outcome): &(TierStatus, TierDecision)| match outcome {
        TierDecision::Moves { to_rank, valid_until } => (*to_rank, *valid_until),
        TierDecision::Renewed { valid_until } => (status.rank, *valid_until),
        TierDecision::Stays => (status.rank, status.valid_until),
    };
    let (to_ranks, ends): (Vec<i16>, Vec<Option<DateTime<Utc>>>) = outcomes.iter().map(decided).unzip();
    let statuses = || outcomes.iter().map(|(status, _)| status);
    diesel::sql_query(
        "with d as (
           select * from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::smallint[], $5::bigint[], $6::timestamptz[]) as d (id, member_id, from_rank, to_rank, qualifying, valid_until)
         ), history as (
           insert into tier_change (id, member_id, from_rank, to_rank, qualifying_points, reason, changed_at)
           select id, member_id, from_rank, to_rank, qualifying, $7, $8 from d where from_rank <> to_rank
         )
         insert into member_tier (member_id, rank, reached_at, valid_until)
         select member_id, to_rank, $8, valid_until from d
         on conflict (member_id) do update
           set rank = excluded.rank, reached_at = excluded.reached_at, valid_until = excluded.valid_until",
    )
    .bind::<Array<SqlUuid>, _>(outcomes.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(statuses().map(|status| status.member_id).collect::<Vec<_>>())
    .bind::<Array<Int2>, _>(statuses().map(|status| status.rank).collect::<Vec<_>>())
    .bind::<Array<Int2>, _>(to_ranks)
    .bind::<Array<BigInt>, _>(statuses().map(|status| status.qualifying).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(ends)
    .bind::<Text, _>(cause)
    .bind::<Timestamptz, _>(now)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// The ranks of two members before one is merged into the other.
#[derive(QueryableByName, Clone, Copy)]
pub struct Ranks {
    #[diesel(sql_type = Int2)]
    pub from: i16,
    #[diesel(sql_type = Int2)]
    pub into: i16,
}

/// The ranks of two members; 0 for who never left the ground.
pub async fn find_ranks(conn: &mut Conn, from: MemberId, into: MemberId) -> QueryResult<Ranks> {
    diesel::sql_query(
        "select coalesce((select rank from member_tier where member_id = $1), 0::smallint) as \"from\",
                coalesce((select rank from member_tier where member_id = $2), 0::smallint) as \"into\"",
    )
    .bind::<SqlUuid, _>(from)
    .bind::<SqlUuid, _>(into)
    .cached()
    .get_result(conn)
    .await
}

/// The better tier of two members, or of two like ones that which is held longer, becomes the tier of `into`; `from` has
/// none any more.
pub async fn adopt(conn: &mut Conn, from: MemberId, into: MemberId) -> QueryResult<()> {
    diesel::sql_query(
        "with left_by as (delete from member_tier where member_id = $1 returning rank, reached_at, valid_until)
         insert into member_tier (member_id, rank, reached_at, valid_until) select $2, rank, reached_at, valid_until from left_by
         on conflict (member_id) do update
           set rank = excluded.rank, reached_at = excluded.reached_at, valid_until = excluded.valid_until
           where (member_tier.rank, member_tier.valid_until) < (excluded.rank, excluded.valid_until)",
    )
    .bind::<SqlUuid, _>(from)
    .bind::<SqlUuid, _>(into)
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts members back to where everybody begins.
pub async fn delete_of(conn: &mut Conn, members: &[MemberId]) -> QueryResult<()> {
    diesel::sql_query("delete from member_tier where member_id = any($1)").bind::<Array<SqlUuid>, _>(members).execute(conn).await?;
    Ok(())
}

/// Notes that a member moved on the ladder.
pub async fn insert_change(
    conn: &mut Conn,
    member_id: MemberId,
    (from_rank, to_rank): (i16, i16),
    cause: TierCause,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::sql_query(
        "insert into tier_change (id, member_id, from_rank, to_rank, qualifying_points, reason, changed_at)
         select $1, $2, $3, $4, coalesce(sum(points), 0), $5, $6 from qualifying_entry
         where member_id = $2 and qualified_at > ($6 at time zone 'utc' - interval '12 months') at time zone 'utc'",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(member_id)
    .bind::<Int2, _>(from_rank)
    .bind::<Int2, _>(to_rank)
    .bind::<Text, _>(cause)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
}

/// Members whose tier's time has ended, with their wallets locked. Those in use come next time.
pub async fn lock_ended(conn: &mut Conn, now: DateTime<Utc>, most: i64) -> QueryResult<Vec<MemberId>> {
    let rows: Vec<Locked> = diesel::sql_query(
        "select w.member_id from member_tier t join wallet w on w.member_id = t.member_id
         where t.valid_until <= $1 order by t.valid_until limit $2 for update of w skip locked",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(most)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.member_id).collect())
}

/// Locks the wallets of members.
pub async fn lock_wallets(conn: &mut Conn, members: &[MemberId]) -> QueryResult<()> {
    diesel::sql_query("select member_id from wallet where member_id = any($1::uuid[]) for update")
        .bind::<Array<SqlUuid>, _>(members)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// A member who would move on some ladder.
#[derive(QueryableByName, Clone, Debug)]
pub struct Mover {
    #[diesel(sql_type = Int2)]
    pub from_rank: i16,
    #[diesel(sql_type = Int2)]
    pub to_rank: i16,
    #[diesel(sql_type = Bool)]
    pub at_once: bool,
    /// Some of them, so that they can be moved.
    #[diesel(sql_type = Array<SqlUuid>)]
    pub members: Vec<MemberId>,
}

/// Who would move on `ladder`, by where from and where to: up, or out of a tier that is gone, at once; down later.
pub async fn find_movers(conn: &mut Conn, ladder: &[TierLevel], window_start: DateTime<Utc>) -> QueryResult<Vec<Mover>> {
    // The whole membership is counted, which administrators wait for and nobody else does.
    db::allow(conn, Duration::from_secs(300)).await?;
    diesel::sql_query(
        "with ladder as (select * from unnest($1::smallint[], $2::bigint[]) as l (rank, threshold)),
              sums as (select member_id, sum(points) as points from qualifying_entry where qualified_at > $3 group by member_id),
              status as (
                select coalesce(s.member_id, t.member_id) as member_id, coalesce(t.rank, 0::smallint) as from_rank,
                       coalesce((select max(rank) from ladder where threshold <= coalesce(s.points, 0)), 0::smallint) as to_rank
                from sums s full join member_tier t on t.member_id = s.member_id
              )
         select from_rank, to_rank, to_rank > from_rank or from_rank not in (select rank from ladder) as at_once, array_agg(member_id) as members
         from status where from_rank <> to_rank group by 1, 2 order by 1, 2",
    )
    .bind::<Array<Int2>, _>(ladder.iter().map(|step| step.rank).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(ladder.iter().map(|step| step.threshold).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(window_start)
    .load(conn)
    .await
}

/// The ladder that a programme begins with. Nothing happens where there is one.
pub async fn ensure_default_ladder(conn: &mut Conn, steps: &[(i16, &str, i64)], now: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query(
        "insert into tier (id, rank, name, threshold, created_at)
         select d.*, $5 from unnest($1::uuid[], $2::smallint[], $3::text[], $4::bigint[]) as d where not exists (select from tier) on conflict do nothing",
    )
    .bind::<Array<SqlUuid>, _>(steps.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .bind::<Array<Int2>, _>(steps.iter().map(|step| step.0).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(steps.iter().map(|step| step.1).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(steps.iter().map(|step| step.2).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}
