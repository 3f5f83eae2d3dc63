//! Rewards, stocks and codes in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int2, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::{LimitPeriod, RewardKind};
use crate::{
    domain::{MemberId, PartnerId, RedemptionId, RewardId},
    kit::{Conn, db::CachedExt, pagination},
    schema::{reward, reward_stock},
};

/// A reward with its stock.
#[derive(QueryableByName, Clone, Debug)]
pub struct RewardRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: RewardId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub description: String,
    #[diesel(sql_type = Text)]
    pub kind: RewardKind,
    #[diesel(sql_type = BigInt)]
    pub price_points: i64,
    /// Minor units of `currency`, or per cent of a percentage coupon; None where the kind has none.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub face_value: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    #[diesel(sql_type = Int2)]
    pub tier_rank_min: i16,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub available_from: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub available_until: Option<DateTime<Utc>>,
    /// None: no limit.
    #[diesel(sql_type = Nullable<Int4>)]
    pub per_member_max: Option<i32>,
    #[diesel(sql_type = Text)]
    pub per_member_period: LimitPeriod,
    #[diesel(sql_type = Bool)]
    pub needs_approval: bool,
    #[diesel(sql_type = Bool)]
    pub refundable: bool,
    #[diesel(sql_type = BigInt)]
    pub cost_minor: i64,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub archived_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    /// Whose key made it; None for the programme.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub partner_id: Option<PartnerId>,
    /// None: unlimited.
    #[diesel(sql_type = Nullable<Int4>)]
    pub supplied: Option<i32>,
    /// None: unlimited.
    #[diesel(sql_type = Nullable<Int4>)]
    pub stock_left: Option<i32>,
}

/// A new reward; its stock is set apart.
#[derive(Insertable)]
#[diesel(table_name = reward, treat_none_as_default_value = false)]
pub struct NewReward<'a> {
    pub id: RewardId,
    pub name: &'a str,
    pub description: &'a str,
    pub kind: RewardKind,
    pub price_points: i64,
    /// Minor units of `currency`, or per cent of a percentage coupon; None where the kind has none.
    pub face_value: Option<i64>,
    pub currency: Option<&'a str>,
    pub tier_rank_min: i16,
    pub available_from: Option<DateTime<Utc>>,
    pub available_until: Option<DateTime<Utc>>,
    /// None: no limit.
    pub per_member_max: Option<i32>,
    pub per_member_period: LimitPeriod,
    pub needs_approval: bool,
    pub refundable: bool,
    pub cost_minor: i64,
    pub created_at: DateTime<Utc>,
    pub partner_id: Option<PartnerId>,
}

/// None when the name is taken.
pub async fn insert(conn: &mut Conn, new: &NewReward<'_>) -> QueryResult<Option<RewardId>> {
    diesel::insert_into(reward::table).values(new).on_conflict_do_nothing().returning(reward::id).get_result(conn).await.optional()
}

/// Writes what may be edited; false when the name is taken.
pub async fn update(conn: &mut Conn, row: &RewardRow) -> QueryResult<bool> {
    let taken = reward::table.filter(reward::name.eq(&row.name)).filter(reward::id.ne(row.id));
    if diesel::select(diesel::dsl::exists(taken)).get_result(conn).await? {
        return Ok(false);
    }
    diesel::update(reward::table.find(row.id))
        .set((
            reward::name.eq(&row.name),
            reward::description.eq(&row.description),
            reward::price_points.eq(row.price_points),
            reward::tier_rank_min.eq(row.tier_rank_min),
            reward::available_from.eq(row.available_from),
            reward::available_until.eq(row.available_until),
            reward::per_member_max.eq(row.per_member_max),
            reward::per_member_period.eq(row.per_member_period),
            reward::needs_approval.eq(row.needs_approval),
            reward::refundable.eq(row.refundable),
            reward::cost_minor.eq(row.cost_minor),
            reward::version.eq(reward::version + 1),
        ))
        .execute(conn)
        .await?;
    Ok(true)
}

/// Takes a reward out of the catalogue for good, and counts the version up.
pub async fn archive(conn: &mut Conn, id: RewardId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(reward::table.find(id))
        .set((reward::archived_at.eq(now), reward::version.eq(reward::version + 1)))
        .execute(conn)
        .await?;
    Ok(())
}

/// One reward with its stock, even an archived one; None where there is none.
pub async fn find(conn: &mut Conn, id: RewardId) -> QueryResult<Option<RewardRow>> {
    diesel::sql_query(
        "select r.*, s.supplied, s.available as stock_left from reward r left join reward_stock s on s.reward_id = r.id where r.id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .cached()
    .get_result(conn)
    .await
    .optional()
}

/// The reward, locked against other editors.
pub async fn lock(conn: &mut Conn, id: RewardId) -> QueryResult<Option<RewardRow>> {
    let locked: Option<RewardId> = reward::table.find(id).select(reward::id).for_no_key_update().first(conn).await.optional()?;
    match locked {
        Some(id) => find(conn, id).await,
        None => Ok(None),
    }
}

/// A page of rewards by price. `at` leaves out what is not on offer then and what is archived, `maker` what others made.
pub async fn list(
    conn: &mut Conn,
    at: Option<DateTime<Utc>>,
    maker: Option<PartnerId>,
    request: &pagination::Request<i64>,
) -> QueryResult<Vec<RewardRow>> {
    let (price, id) = request.seek.as_ref().map(|seek| (seek.key, seek.id)).unzip();
    diesel::sql_query(
        "select r.*, s.supplied, s.available as stock_left
         from (
           (select * from reward where not $4 and ($1 is null or (price_points, id) > ($1, $2)) and ($6 is null or partner_id = $6) and ($5 is null or
              archived_at is null and (available_from is null or available_from <= $5) and (available_until is null or available_until > $5))
            order by price_points, id limit $3)
           union all
           (select * from reward where $4 and (price_points, id) < ($1, $2) and ($6 is null or partner_id = $6) and ($5 is null or
              archived_at is null and (available_from is null or available_from <= $5) and (available_until is null or available_until > $5))
            order by price_points desc, id desc limit $3)
         ) r left join reward_stock s on s.reward_id = r.id
         order by case when $4 then r.price_points end desc, case when $4 then r.id end desc, r.price_points, r.id",
    )
    .bind::<Nullable<BigInt>, _>(price)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(request.rows())
    .bind::<Bool, _>(request.back())
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(maker)
    .cached()
    .load(conn)
    .await
}

/// What decides which rewards a member can have.
#[derive(QueryableByName, Clone, Copy, Debug, Default)]
pub struct MemberMeans {
    #[diesel(sql_type = BigInt)]
    pub available: i64,
    #[diesel(sql_type = Int2)]
    pub tier_rank: i16,
}

/// A member's available points and tier rank; 0 where they have none.
pub async fn means(conn: &mut Conn, member: MemberId) -> QueryResult<MemberMeans> {
    diesel::sql_query(
        "select coalesce((select available from wallet where member_id = $1), 0)::bigint as available,
                coalesce((select rank from member_tier where member_id = $1), 0)::smallint as tier_rank",
    )
    .bind::<SqlUuid, _>(member)
    .cached()
    .get_result(conn)
    .await
}

/// Sets how many there are in all. Returns how many are left; None when more than that are taken already.
pub async fn set_supplied(conn: &mut Conn, id: RewardId, supplied: i32) -> QueryResult<Option<i32>> {
    let updated: Option<i32> = diesel::update(reward_stock::table.find(id))
        .filter((reward_stock::available - reward_stock::supplied).ge(-supplied))
        .set((reward_stock::supplied.eq(supplied), reward_stock::available.eq(reward_stock::available - reward_stock::supplied + supplied)))
        .returning(reward_stock::available)
        .get_result(conn)
        .await
        .optional()?;
    if updated.is_some() {
        return Ok(updated);
    }
    let begun: Option<StockLeft> = diesel::sql_query(
        "insert into reward_stock (reward_id, supplied, available)
         select $1, $2, $2 - taken from (
           select count(*) as taken from redemption where reward_id = $1 and stocked and state not in ('cancelled', 'expired')) d
         where taken <= $2 on conflict do nothing returning available as stock_left",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Int4, _>(supplied)
    .get_result(conn)
    .await
    .optional()?;
    Ok(begun.map(|row| row.stock_left))
}

/// Makes a reward unlimited.
pub async fn drop_stock(conn: &mut Conn, id: RewardId) -> QueryResult<()> {
    diesel::delete(reward_stock::table.find(id)).execute(conn).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct StockLeft {
    #[diesel(sql_type = Int4)]
    stock_left: i32,
}

/// Takes one; false when none is left. A reward without a stock is not asked.
pub async fn take_one(conn: &mut Conn, id: RewardId) -> QueryResult<bool> {
    let taken = diesel::update(reward_stock::table.find(id))
        .filter(reward_stock::available.gt(0))
        .set(reward_stock::available.eq(reward_stock::available - 1))
        .cached()
        .execute(conn)
        .await?;
    Ok(taken == 1)
}

/// Puts one back into a reward's stock; nothing where it has none.
pub async fn put_back_one(conn: &mut Conn, id: RewardId) -> QueryResult<()> {
    diesel::update(reward_stock::table.find(id))
        .set(reward_stock::available.eq(reward_stock::available + 1))
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Code {
    #[diesel(sql_type = Text)]
    code: String,
}

/// A code of a request that is there already.
#[derive(QueryableByName, Debug)]
pub struct Duplicate {
    /// Its place in the request.
    #[diesel(sql_type = BigInt)]
    pub at: i64,
    #[diesel(sql_type = Text)]
    pub code: String,
    /// The first place of the same code in the request.
    #[diesel(sql_type = BigInt)]
    pub first_at: i64,
    /// The name of the reward that has it.
    #[diesel(sql_type = Nullable<Text>)]
    pub pool: Option<String>,
    /// Whose that reward is; the programme's if nobody's.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub partner_id: Option<PartnerId>,
}

/// Those of the codes that a pool has already, or that come a second time.
pub async fn find_duplicates(conn: &mut Conn, codes: &[String]) -> QueryResult<Vec<Duplicate>> {
    diesel::sql_query(
        "with given as (
           select at - 1 as at, code, code_key(code) as key, min(at) over (partition by code_key(code)) - 1 as first_at
           from unnest($1::text[]) with ordinality as g (code, at))
         select g.at, g.code, g.first_at, r.name as pool, r.partner_id
         from given g
         left join coupon_code c on c.key = g.key and not c.is_duplicate
         left join reward r on r.id = c.reward_id
         where c.key is not null or g.first_at < g.at
         order by g.at",
    )
    .bind::<Array<Text>, _>(codes)
    .load(conn)
    .await
}

/// Adds codes to a pool, and as many to its stock. Returns how many are free now; None when a pool has got one of them in
/// this moment.
pub async fn add_codes(conn: &mut Conn, id: RewardId, codes: &[String]) -> QueryResult<Option<i32>> {
    let added = diesel::sql_query(
        "insert into coupon_code (reward_id, code) select $1, unnest($2::text[]) on conflict (key) where not is_duplicate do nothing",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Array<Text>, _>(codes)
    .execute(conn)
    .await?;
    if added < codes.len() {
        return Ok(None);
    }
    let left: StockLeft = diesel::sql_query(
        "insert into reward_stock (reward_id, supplied, available) values ($1, $2, $2)
         on conflict (reward_id) do update set
           supplied = reward_stock.supplied + excluded.supplied, available = reward_stock.available + excluded.available
         returning available as stock_left",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Int4, _>(added as i32)
    .get_result(conn)
    .await?;
    Ok(Some(left.stock_left))
}

/// Gives a free code to a redemption. Others that look at the same time take other codes.
pub async fn claim_code(conn: &mut Conn, id: RewardId, redemption: RedemptionId) -> QueryResult<Option<String>> {
    let claimed: Option<Code> = diesel::sql_query(
        "update coupon_code set redemption_id = $2
         where (reward_id, code) = (
           select reward_id, code from coupon_code where reward_id = $1 and redemption_id is null and not is_duplicate
           limit 1 for update skip locked)
         returning code",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(redemption)
    .cached()
    .get_result(conn)
    .await
    .optional()?;
    Ok(claimed.map(|row| row.code))
}

/// Returns a code that nobody has seen to its pool.
pub async fn release_code(conn: &mut Conn, redemption: RedemptionId) -> QueryResult<()> {
    diesel::sql_query("update coupon_code set redemption_id = null where redemption_id = $1")
        .bind::<SqlUuid, _>(redemption)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}
