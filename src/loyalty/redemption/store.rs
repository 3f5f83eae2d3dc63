//! Redemptions in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::RedemptionState;
use crate::{
    domain::{MemberId, PartnerId, RedemptionId, RewardId, TransactionId},
    kit::{Conn, db::CachedExt, pagination},
    loyalty::reward::rules::RewardKind,
    schema::{external_member, redemption},
};

/// A redemption with what it is of.
#[derive(QueryableByName, Clone, Debug)]
pub struct RedemptionRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: RedemptionId,
    #[diesel(sql_type = SqlUuid)]
    pub reward_id: RewardId,
    #[diesel(sql_type = Text)]
    pub reward_name: String,
    #[diesel(sql_type = Text)]
    pub reward_kind: RewardKind,
    #[diesel(sql_type = Bool)]
    pub refundable: bool,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Text)]
    pub handle: String,
    /// Whose system redeemed it; None: the member.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub partner_id: Option<PartnerId>,
    #[diesel(sql_type = BigInt)]
    pub points: i64,
    #[diesel(sql_type = Text)]
    pub state: RedemptionState,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub held_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    pub stocked: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub code: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub ship_to: Option<String>,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub resolved_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Int4)]
    pub version: i32,
}

/// A redemption to be inserted.
#[derive(Insertable)]
#[diesel(table_name = redemption, treat_none_as_default_value = false)]
pub struct NewRedemption<'a> {
    pub id: RedemptionId,
    pub reward_id: RewardId,
    pub member_id: MemberId,
    /// Whose system redeems it; None: the member.
    pub partner_id: Option<PartnerId>,
    pub points: i64,
    pub state: RedemptionState,
    pub held_until: Option<DateTime<Utc>>,
    pub stocked: bool,
    pub ship_to: Option<&'a str>,
    pub created_at: DateTime<Utc>,
}

/// Inserts a redemption.
pub async fn insert(conn: &mut Conn, new: &NewRedemption<'_>) -> QueryResult<()> {
    diesel::insert_into(redemption::table).values(new).cached().execute(conn).await?;
    Ok(())
}

/// SQL: what [`RedemptionRow`] wants of redemption `d`, reward `r` and member `m`.
macro_rules! columns {
    () => {
        "select d.id, d.reward_id, r.name as reward_name, r.kind as reward_kind, r.refundable, d.member_id, m.handle, d.partner_id,
                d.points, d.state, d.held_until, d.stocked, d.code, d.ship_to, d.reason, d.created_at, d.resolved_at, d.version "
    };
}

/// One redemption; None where there is none.
pub async fn find(conn: &mut Conn, id: RedemptionId) -> QueryResult<Option<RedemptionRow>> {
    diesel::sql_query(concat!(
        columns!(),
        "from redemption d join reward r on r.id = d.reward_id join member m on m.id = d.member_id where d.id = $1"
    ))
    .bind::<SqlUuid, _>(id)
    .cached()
    .get_result(conn)
    .await
    .optional()
}

/// The redemption whose code somebody presents, however it is written; of several, one that is not used.
pub async fn find_presented(conn: &mut Conn, code: &str) -> QueryResult<Option<RedemptionRow>> {
    diesel::sql_query(concat!(
        columns!(),
        "from redemption d join reward r on r.id = d.reward_id join member m on m.id = d.member_id
         where code_key(d.code) = code_key($1) and d.state <> 'held' order by d.state = 'issued' desc, d.id desc limit 1"
    ))
    .bind::<Text, _>(code)
    .cached()
    .get_result(conn)
    .await
    .optional()
}

/// Which redemptions a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub member_id: Option<MemberId>,
    pub state: Option<RedemptionState>,
    pub reward_id: Option<RewardId>,
}

/// A page, newest first.
pub async fn list(conn: &mut Conn, filter: &Filter, request: &pagination::Request<()>) -> QueryResult<Vec<RedemptionRow>> {
    diesel::sql_query(concat!(
        columns!(),
        "from (
           (select * from redemption where not $5 and ($4 is null or id < $4) and ($1 is null or member_id = $1)
              and ($2 is null or state = $2) and ($3 is null or reward_id = $3) order by id desc limit $6)
           union all
           (select * from redemption where $5 and id > $4 and ($1 is null or member_id = $1)
              and ($2 is null or state = $2) and ($3 is null or reward_id = $3) order by id limit $6)
         ) d join reward r on r.id = d.reward_id join member m on m.id = d.member_id
         order by case when $5 then d.id end, d.id desc"
    ))
    .bind::<Nullable<SqlUuid>, _>(filter.member_id)
    .bind::<Nullable<Text>, _>(filter.state)
    .bind::<Nullable<SqlUuid>, _>(filter.reward_id)
    .bind::<Nullable<SqlUuid>, _>(request.seek.as_ref().map(|seek| seek.id))
    .bind::<Bool, _>(request.back())
    .bind::<BigInt, _>(request.rows())
    .cached()
    .load(conn)
    .await
}

/// How many redemptions count against a member's limit since `since`.
pub async fn count_for_limit(conn: &mut Conn, reward: RewardId, member: MemberId, since: DateTime<Utc>) -> QueryResult<i64> {
    use RedemptionState::{Fulfilled, Held, Issued};
    redemption::table
        .filter(redemption::reward_id.eq(reward))
        .filter(redemption::member_id.eq(member))
        .filter(redemption::state.eq_any([Held, Issued, Fulfilled]))
        .filter(redemption::created_at.ge(since))
        .count()
        .get_result(conn)
        .await
}

/// What a step changes.
pub struct RedemptionChange<'a> {
    pub state: RedemptionState,
    pub points: i64,
    pub code: Option<&'a str>,
    pub reason: &'a str,
    /// Set where nothing leads on from the state.
    pub resolved_at: Option<DateTime<Utc>>,
}

/// Writes what a transition changes, and counts the version up.
pub async fn update(conn: &mut Conn, id: RedemptionId, change: &RedemptionChange<'_>) -> QueryResult<()> {
    diesel::update(redemption::table.find(id))
        .set((
            redemption::state.eq(change.state),
            redemption::points.eq(change.points),
            redemption::held_until.eq(None::<DateTime<Utc>>),
            redemption::code.eq(change.code),
            redemption::reason.eq(change.reason),
            redemption::resolved_at.eq(change.resolved_at),
            redemption::version.eq(redemption::version + 1),
        ))
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Gives a redemption its code.
pub async fn set_code(conn: &mut Conn, id: RedemptionId, code: &str) -> QueryResult<()> {
    diesel::update(redemption::table.find(id)).set(redemption::code.eq(code)).cached().execute(conn).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: TransactionId,
}

/// The ledger transaction that held (`hold`) or spent (`redeem`) a redemption's points.
pub async fn find_transaction(conn: &mut Conn, id: RedemptionId, kind: &str) -> QueryResult<TransactionId> {
    let found: Found = diesel::sql_query(
        "select id from ledger_transaction where source_type = 'redemption' and source_id = $1 and kind = $2 and leg = ''",
    )
    .bind::<Text, _>(id.to_string())
    .bind::<Text, _>(kind)
    .cached()
    .get_result(conn)
    .await?;
    Ok(found.id)
}

/// Some redemptions whose holds are over, longest first.
pub async fn find_overdue(conn: &mut Conn, now: DateTime<Utc>, most: i64) -> QueryResult<Vec<RedemptionId>> {
    redemption::table
        .filter(redemption::state.eq(RedemptionState::Held))
        .filter(redemption::held_until.le(now))
        .order(redemption::held_until)
        .limit(most)
        .select(redemption::id)
        .load(conn)
        .await
}

/// The member whom a partner knows by this name.
pub async fn find_external(conn: &mut Conn, partner: PartnerId, external_id: &str) -> QueryResult<Option<MemberId>> {
    external_member::table.find((partner, external_id)).select(external_member::member_id).first(conn).await.optional()
}

/// What a member has under way.
pub async fn find_held(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<RedemptionId>> {
    redemption::table
        .filter(redemption::member_id.eq(member))
        .filter(redemption::state.eq(RedemptionState::Held))
        .select(redemption::id)
        .load(conn)
        .await
}
