//! Key figures in PostgreSQL: sums over tables of all features.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Bool, Double, Int2, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use crate::{
    domain::RewardId,
    kit::{
        Conn,
        db::{CachedExt, take_time},
    },
};

const REWARDS_SHOWN_MAX: i64 = 5;

/// Has the transaction see one instant throughout, and gives it time: who asks for years of a large community waits for them.
/// Before its first statement.
pub async fn take_snapshot(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("set transaction isolation level repeatable read read only").await?;
    take_time(conn).await
}

/// What there is now.
#[derive(QueryableByName, Debug)]
pub struct Totals {
    #[diesel(sql_type = BigInt)]
    pub available: i64,
    #[diesel(sql_type = BigInt)]
    pub pending: i64,
    #[diesel(sql_type = BigInt)]
    pub reserved: i64,
    #[diesel(sql_type = BigInt)]
    pub arrears: i64,
    #[diesel(sql_type = BigInt)]
    pub members: i64,
    #[diesel(sql_type = BigInt)]
    pub open_review_items: i64,
}

/// Points on all accounts, members and undecided reviews, as of now.
pub async fn find_totals(conn: &mut Conn) -> QueryResult<Totals> {
    diesel::sql_query(
        "select w.*, (select count(*) from account) as members,
                (select count(*) from review_item where state <> 'decided') as open_review_items
         from (select coalesce(sum(available), 0)::bigint as available, coalesce(sum(pending), 0)::bigint as pending,
                      coalesce(sum(reserved), 0)::bigint as reserved, coalesce(sum(arrears), 0)::bigint as arrears from wallet) w",
    )
    .cached()
    .get_result(conn)
    .await
}

/// What one step changed. Steps are counted as `width_bucket` counts them: 1 lies between the first two bounds.
#[derive(QueryableByName, Clone, Debug, Default)]
pub struct Flow {
    #[diesel(sql_type = Int4)]
    pub step: i32,
    #[diesel(sql_type = BigInt)]
    pub issued: i64,
    #[diesel(sql_type = BigInt)]
    pub adjusted: i64,
    #[diesel(sql_type = BigInt)]
    pub spent: i64,
    #[diesel(sql_type = BigInt)]
    pub expired: i64,
    #[diesel(sql_type = BigInt)]
    pub clawed_back: i64,
    #[diesel(sql_type = BigInt)]
    pub pending: i64,
    /// Change of what the programme owes, in points.
    #[diesel(sql_type = BigInt)]
    pub liability: i64,
}

/// Movements of points, by step; the last one is everything since the last bound.
pub async fn find_flows(conn: &mut Conn, bounds: &[DateTime<Utc>]) -> QueryResult<Vec<Flow>> {
    diesel::sql_query(
        "with moved as (
           select width_bucket(t.effective_at, $1::timestamptz[]) as step, e.account, sum(e.amount) as points
           from ledger_transaction t join ledger_entry e on e.transaction_id = t.id
           where t.effective_at >= ($1::timestamptz[])[1] group by 1, 2
         )
         select step,
                coalesce(-sum(points) filter (where account in ('issuance', 'opening_import')), 0)::bigint as issued,
                coalesce(-sum(points) filter (where account = 'adjustment'), 0)::bigint as adjusted,
                coalesce(sum(points) filter (where account = 'redeemed'), 0)::bigint as spent,
                coalesce(sum(points) filter (where account = 'breakage'), 0)::bigint as expired,
                coalesce(sum(points) filter (where account = 'clawback'), 0)::bigint as clawed_back,
                coalesce(sum(points) filter (where account = 'pending'), 0)::bigint as pending,
                coalesce(sum(points) filter (where account in ('available', 'pending', 'reserved')), 0)::bigint as liability
         from moved group by step order by step",
    )
    .bind::<Array<Timestamptz>, _>(bounds)
    .cached()
    .load(conn)
    .await
}

/// Redemptions that stand, by step.
#[derive(QueryableByName, Debug)]
pub struct Redeemed {
    #[diesel(sql_type = Int4)]
    pub step: i32,
    #[diesel(sql_type = BigInt)]
    pub redemptions: i64,
}

/// Redemptions that stand, in each step between `bounds`, the first of which is step 1.
pub async fn count_redemptions(conn: &mut Conn, bounds: &[DateTime<Utc>]) -> QueryResult<Vec<Redeemed>> {
    diesel::sql_query(
        "select width_bucket(created_at, $1::timestamptz[]) as step, count(*) as redemptions from redemption
         where created_at >= ($1::timestamptz[])[1] and created_at < $2 and state in ('held', 'issued', 'fulfilled') group by 1 order by 1",
    )
    .bind::<Array<Timestamptz>, _>(bounds)
    .bind::<Nullable<Timestamptz>, _>(bounds.last())
    .cached()
    .load(conn)
    .await
}

/// Questions and answers of a step; without `step`, of the whole range or of the one before it.
#[derive(QueryableByName, Clone, Debug, Default)]
pub struct Talk {
    #[diesel(sql_type = Bool)]
    pub before: bool,
    #[diesel(sql_type = Nullable<Int4>)]
    pub step: Option<i32>,
    #[diesel(sql_type = BigInt)]
    pub questions: i64,
    #[diesel(sql_type = BigInt)]
    pub answers: i64,
    /// Questions that somebody else answered.
    #[diesel(sql_type = BigInt)]
    pub answered: i64,
    #[diesel(sql_type = BigInt)]
    pub solved: i64,
    /// Median time to the first answer, in seconds; None without one.
    #[diesel(sql_type = Nullable<Double>)]
    pub first_answer_s: Option<f64>,
}

/// Questions, answers and how soon they came, in each step between `bounds`, and summed before and within the period.
pub async fn find_talk(conn: &mut Conn, bounds: &[DateTime<Utc>]) -> QueryResult<Vec<Talk>> {
    diesel::sql_query(
        "with posted as (
           select width_bucket(p.created_at, $1::timestamptz[]) as step, p.kind, p.accepted_answer_id is not null as solved,
                  case when p.kind = 'question' then extract(epoch from (
                    select min(a.created_at) from post a
                    where a.question_id = p.id and a.kind = 'answer' and a.state = 'published' and a.author_id <> p.author_id
                      and a.created_at >= p.created_at
                  ) - p.created_at) end::double precision as first_answer_s
           from post p
           where p.created_at >= ($1::timestamptz[])[1] and p.created_at < $2 and p.state = 'published'
         )
         select step = 1 as before, step, count(*) filter (where kind = 'question') as questions,
                count(*) filter (where kind = 'answer') as answers, count(first_answer_s) as answered,
                count(*) filter (where solved) as solved, percentile_cont(0.5) within group (order by first_answer_s) as first_answer_s
         from posted group by grouping sets ((step = 1, step), (step = 1))",
    )
    .bind::<Array<Timestamptz>, _>(bounds)
    .bind::<Nullable<Timestamptz>, _>(bounds.last())
    .cached()
    .load(conn)
    .await
}

/// Members in the range and in the one before it.
#[derive(QueryableByName, Debug)]
pub struct People {
    #[diesel(sql_type = BigInt)]
    pub registered: i64,
    #[diesel(sql_type = BigInt)]
    pub registered_before: i64,
    #[diesel(sql_type = BigInt)]
    pub active: i64,
    #[diesel(sql_type = BigInt)]
    pub active_before: i64,
}

/// `before`, `from` and `until` are when the range before, the range, and the time after it begin.
pub async fn find_people(conn: &mut Conn, before: DateTime<Utc>, from: DateTime<Utc>, until: DateTime<Utc>) -> QueryResult<People> {
    diesel::sql_query(
        "with act as (
           select author_id as member_id, created_at as at from post where created_at >= $1 and created_at < $3 and state = 'published'
           union all select author_id, created_at from comment where created_at >= $1 and created_at < $3 and state = 'published'
           union all select member_id, cast_at from vote where cast_at >= $1 and cast_at < $3 and member_id is not null
           union all select member_id, purchased_at from purchase where purchased_at >= $1 and purchased_at < $3
           union all select member_id, created_at from redemption where created_at >= $1 and created_at < $3
         ), person as (select bool_or(at >= $2) as now, bool_or(at < $2) as before from act group by member_id)
         select a.registered, a.registered_before, p.active, p.active_before
         from (select count(*) filter (where created_at >= $2) as registered, count(*) filter (where created_at < $2) as registered_before
               from account where created_at >= $1 and created_at < $3) a,
              (select count(*) filter (where now) as active, count(*) filter (where before) as active_before from person) p",
    )
    .bind::<Timestamptz, _>(before)
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(until)
    .cached()
    .get_result(conn)
    .await
}

/// A tier, and how many members are in it.
#[derive(QueryableByName, Debug)]
pub struct TierCount {
    #[diesel(sql_type = Int2)]
    pub rank: i16,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub members: i64,
}

/// How many members stand on each step of the ladder, lowest first. Who never left the ground has no row and stands there.
pub async fn count_by_tier(conn: &mut Conn) -> QueryResult<Vec<TierCount>> {
    diesel::sql_query(
        "with above as (
           select t.rank, count(*) as members from member_tier t join member m on m.id = t.member_id
           where t.rank > 0 and m.erased_at is null group by t.rank
         )
         select t.rank, t.name, case when t.rank = 0
                  then (select count(*) from member where erased_at is null and merged_into is null) - coalesce((select sum(members) from above), 0)::bigint
                  else coalesce(a.members, 0) end as members
         from tier t left join above a on a.rank = t.rank order by t.rank",
    )
    .cached()
    .load(conn)
    .await
}

/// A reward, how often it was redeemed, and for how many points in all.
#[derive(QueryableByName, Debug)]
pub struct RewardCount {
    #[diesel(sql_type = SqlUuid)]
    pub id: RewardId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub redemptions: i64,
    #[diesel(sql_type = BigInt)]
    pub points: i64,
}

/// The rewards that were redeemed most.
pub async fn list_top_rewards(conn: &mut Conn, from: DateTime<Utc>, until: DateTime<Utc>) -> QueryResult<Vec<RewardCount>> {
    diesel::sql_query(
        "select w.id, w.name, count(*) as redemptions, sum(r.points)::bigint as points
         from redemption r join reward w on w.id = r.reward_id
         where r.created_at >= $1 and r.created_at < $2 and r.state in ('held', 'issued', 'fulfilled')
         group by w.id order by redemptions desc, points desc, w.id limit $3",
    )
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(until)
    .bind::<BigInt, _>(REWARDS_SHOWN_MAX)
    .cached()
    .load(conn)
    .await
}
