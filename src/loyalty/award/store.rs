//! Awards in PostgreSQL.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::rules::{Claim, Paid};
use crate::{
    kit::{Conn, db::CachedExt},
    loyalty::earning::terms::Trigger,
    words::{GroupId, MemberId, PostId, RuleVersionId, TransactionId},
};

/// An award that is not revoked, of a member who is not gone: those neither earn nor owe.
#[derive(QueryableByName, Clone, Debug)]
pub struct Award {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub rule_version_id: RuleVersionId,
    #[diesel(sql_type = Text)]
    pub trigger: Trigger,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub giver_id: Option<MemberId>,
    #[diesel(sql_type = BigInt)]
    pub requested: i64,
    #[diesel(sql_type = BigInt)]
    pub granted: i64,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub transaction_id: Option<TransactionId>,
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Of its post.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub group_id: Option<GroupId>,
    /// Whether its points counted towards a tier.
    #[diesel(sql_type = Bool)]
    pub qualified: bool,
    /// Of its lot, if it was granted.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub available_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
}

macro_rules! award_columns {
    () => {
        "select a.id, a.member_id, a.rule_version_id, a.trigger, a.giver_id, a.requested, a.granted, a.transaction_id, a.day, a.occurred_at,
                a.withdrawn_at, p.group_id, q.transaction_id is not null as qualified, lot.available_at, lot.expires_at
         from award a
         join member m on m.id = a.member_id and m.erased_at is null
         left join post p on p.id = a.post_id
         left join lot on lot.transaction_id = a.transaction_id
         left join qualifying_entry q on q.transaction_id = a.transaction_id
         where a.revoked_at is null and "
    };
}

#[derive(QueryableByName)]
struct Living {
    #[diesel(sql_type = SqlUuid)]
    id: MemberId,
}

/// Those of `members` who have not been erased.
pub async fn find_living(conn: &mut Conn, members: &[MemberId]) -> QueryResult<Vec<MemberId>> {
    let rows: Vec<Living> = diesel::sql_query("select id from member where id = any($1) and erased_at is null")
        .bind::<Array<SqlUuid>, _>(members)
        .cached()
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// What stands, or only waits for its post to come back, of a member's day.
pub async fn find_paid(
    conn: &mut Conn,
    member_id: MemberId,
    trigger: Trigger,
    day: NaiveDate,
    giver_id: Option<MemberId>,
) -> QueryResult<Paid> {
    diesel::sql_query(
        "select count(*) as times, coalesce(bool_or(giver_id = $4), false) as by_giver from award
         where member_id = $1 and trigger = $2 and day = $3 and granted > 0 and revoked_at is null",
    )
    .bind::<SqlUuid, _>(member_id)
    .bind::<Text, _>(trigger)
    .bind::<Date, _>(day)
    .bind::<Nullable<SqlUuid>, _>(giver_id)
    .cached()
    .get_result(conn)
    .await
}

/// The award for a vote or an acceptance.
pub async fn find_of_source(conn: &mut Conn, source_id: Uuid, trigger: Trigger) -> QueryResult<Option<Award>> {
    let rows: Vec<Award> = diesel::sql_query(concat!(award_columns!(), "a.source_id = $1 and a.trigger = $2"))
        .bind::<SqlUuid, _>(source_id)
        .bind::<Text, _>(trigger)
        .cached()
        .load(conn)
        .await?;
    Ok(rows.into_iter().next())
}

/// The awards for a post, in the order of what they were for.
pub async fn find_of_post(conn: &mut Conn, post_id: PostId) -> QueryResult<Vec<Award>> {
    diesel::sql_query(concat!(award_columns!(), "a.post_id = $1 order by a.occurred_at, a.id"))
        .bind::<SqlUuid, _>(post_id)
        .cached()
        .load(conn)
        .await
}

/// What a cap kept from a member on a day, in order.
pub async fn find_suppressed(conn: &mut Conn, member_id: MemberId, trigger: Trigger, day: NaiveDate) -> QueryResult<Vec<Award>> {
    diesel::sql_query(concat!(
        award_columns!(),
        "a.granted = 0 and a.withdrawn_at is null and a.member_id = $1 and a.trigger = $2 and a.day = $3 order by a.occurred_at, a.id"
    ))
    .bind::<SqlUuid, _>(member_id)
    .bind::<Text, _>(trigger)
    .bind::<Date, _>(day)
    .cached()
    .load(conn)
    .await
}

/// An award as decided.
pub struct NewAward<'a> {
    pub id: Uuid,
    pub claim: &'a Claim,
    pub rule_version_id: RuleVersionId,
    pub requested: i64,
    /// The ledger transaction that granted it.
    pub granted_in: Option<TransactionId>,
    pub limited_by: Option<&'static str>,
    pub day: NaiveDate,
    pub occurred_at: DateTime<Utc>,
}

pub async fn insert(conn: &mut Conn, new: &NewAward<'_>) -> QueryResult<()> {
    let NewAward { claim, .. } = new;
    diesel::sql_query(
        "insert into award (id, member_id, rule_version_id, trigger, post_id, giver_id, source_id, requested, granted, limited_by,
                            transaction_id, day, occurred_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(claim.post.author_id)
    .bind::<SqlUuid, _>(new.rule_version_id)
    .bind::<Text, _>(claim.trigger)
    .bind::<SqlUuid, _>(claim.post.id)
    .bind::<SqlUuid, _>(claim.giver_id)
    .bind::<SqlUuid, _>(claim.source_id)
    .bind::<BigInt, _>(new.requested)
    .bind::<BigInt, _>(if new.granted_in.is_some() { new.requested } else { 0 })
    .bind::<Nullable<Text>, _>(new.limited_by)
    .bind::<Nullable<SqlUuid>, _>(new.granted_in)
    .bind::<Date, _>(new.day)
    .bind::<Timestamptz, _>(new.occurred_at)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Pays what a cap had suppressed.
pub async fn grant(conn: &mut Conn, id: Uuid, granted_in: TransactionId) -> QueryResult<()> {
    diesel::sql_query("update award set granted = requested, transaction_id = $2, limited_by = null where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(granted_in)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn revoke(conn: &mut Conn, id: Uuid, at: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query("update award set revoked_at = $2 where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(at)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes an award out of sight, or (without `at`) back; what was granted again stands in `granted_in`.
pub async fn set_withdrawn(conn: &mut Conn, id: Uuid, at: Option<DateTime<Utc>>, granted_in: Option<TransactionId>) -> QueryResult<()> {
    diesel::sql_query("update award set withdrawn_at = $2, transaction_id = coalesce($3, transaction_id) where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Nullable<Timestamptz>, _>(at)
        .bind::<Nullable<SqlUuid>, _>(granted_in)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}
