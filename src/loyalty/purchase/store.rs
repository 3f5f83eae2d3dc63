//! Purchases and returns in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int2, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::{NewReturn, rules::Returned};
use crate::{
    kit::{Conn, db::CachedExt, page::Request},
    loyalty::earning::rules::NoPoints,
    words::{MemberId, PartnerId, PurchaseId, ReturnId, TransactionId},
};

#[derive(QueryableByName, Clone, Debug)]
pub struct PurchaseRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: PurchaseId,
    #[diesel(sql_type = SqlUuid)]
    pub partner_id: PartnerId,
    #[diesel(sql_type = Text)]
    pub order_id: String,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Text)]
    pub currency: String,
    #[diesel(sql_type = Timestamptz)]
    pub purchased_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    pub channel: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub order_discount_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub shipping_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub tax_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub gift_card_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub points_paid_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub net_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub points_granted: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub no_points_reason: Option<NoPoints>,
    #[diesel(sql_type = Jsonb)]
    pub trace: Value,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    /// From the lot of its points, if it has any.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub available_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName, Clone, Debug)]
pub struct LineRow {
    #[diesel(sql_type = SqlUuid)]
    pub purchase_id: PurchaseId,
    #[diesel(sql_type = Int2)]
    pub line: i16,
    #[diesel(sql_type = Text)]
    pub sku: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub category: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub quantity: i64,
    #[diesel(sql_type = BigInt)]
    pub unit_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub discount_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub net_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub points_granted: i64,
    #[diesel(sql_type = BigInt)]
    pub returned_quantity: i64,
    #[diesel(sql_type = BigInt)]
    pub points_clawed: i64,
}

#[derive(QueryableByName)]
struct History {
    #[diesel(sql_type = Int2)]
    rank: i16,
    #[diesel(sql_type = Bool)]
    first: bool,
}

/// A member's tier, and whether they have no purchase yet.
pub async fn find_history(conn: &mut Conn, member_id: MemberId) -> QueryResult<(i16, bool)> {
    let History { rank, first } = diesel::sql_query(
        "select coalesce((select rank from member_tier where member_id = $1), 0::smallint) as rank,
                not exists (select from purchase where member_id = $1) as first",
    )
    .bind::<SqlUuid, _>(member_id)
    .cached()
    .get_result(conn)
    .await?;
    Ok((rank, first))
}

#[derive(QueryableByName)]
struct Inserted {
    #[diesel(sql_type = BigInt)]
    purchases: i64,
}

/// Writes a purchase with its lines. False when the partner's order is there already.
pub async fn insert(conn: &mut Conn, new: &PurchaseRow, lines: &[LineRow]) -> QueryResult<bool> {
    let column = |of: fn(&LineRow) -> i64| lines.iter().map(of).collect::<Vec<_>>();
    let Inserted { purchases } = diesel::sql_query(
        "with p as (
           insert into purchase (id, partner_id, order_id, member_id, currency, purchased_at, channel, order_discount_minor, shipping_minor,
                                 tax_minor, gift_card_minor, points_paid_minor, net_minor, points_granted, trace, recorded_at,
                                 no_points_reason)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $25)
           on conflict (partner_id, order_id) do nothing returning id
         ), lines as (
           insert into purchase_line (purchase_id, line, sku, category, quantity, unit_minor, discount_minor, net_minor, points_granted)
           select p.id, l.* from p, unnest($17::smallint[], $18::text[], $19::text[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[]) as l
         )
         select count(*) as purchases from p",
    )
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.partner_id)
    .bind::<Text, _>(&new.order_id)
    .bind::<SqlUuid, _>(new.member_id)
    .bind::<Text, _>(&new.currency)
    .bind::<Timestamptz, _>(new.purchased_at)
    .bind::<Nullable<Text>, _>(&new.channel)
    .bind::<BigInt, _>(new.order_discount_minor)
    .bind::<BigInt, _>(new.shipping_minor)
    .bind::<BigInt, _>(new.tax_minor)
    .bind::<BigInt, _>(new.gift_card_minor)
    .bind::<BigInt, _>(new.points_paid_minor)
    .bind::<BigInt, _>(new.net_minor)
    .bind::<BigInt, _>(new.points_granted)
    .bind::<Jsonb, _>(&new.trace)
    .bind::<Timestamptz, _>(new.recorded_at)
    .bind::<Array<Int2>, _>(lines.iter().map(|line| line.line).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| &line.sku).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(lines.iter().map(|line| line.category.as_ref()).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(column(|line| line.quantity))
    .bind::<Array<BigInt>, _>(column(|line| line.unit_minor))
    .bind::<Array<BigInt>, _>(column(|line| line.discount_minor))
    .bind::<Array<BigInt>, _>(column(|line| line.net_minor))
    .bind::<Array<BigInt>, _>(column(|line| line.points_granted))
    .bind::<Nullable<Text>, _>(new.no_points_reason)
    .cached()
    .get_result(conn)
    .await?;
    Ok(purchases == 1)
}

macro_rules! purchase_columns {
    () => {
        "select p.*, lot.available_at from purchase p
         left join ledger_transaction t on t.source_type = 'purchase' and t.source_id = p.id::text and t.kind = 'earn' and t.leg = ''
         left join lot on lot.transaction_id = t.id "
    };
}

pub async fn find(conn: &mut Conn, id: PurchaseId) -> QueryResult<Option<PurchaseRow>> {
    let rows: Vec<PurchaseRow> =
        diesel::sql_query(concat!(purchase_columns!(), "where p.id = $1")).bind::<SqlUuid, _>(id).cached().load(conn).await?;
    Ok(rows.into_iter().next())
}

/// A member's purchases, latest first.
pub async fn list_of_member(conn: &mut Conn, member_id: MemberId, request: &Request<DateTime<Utc>>) -> QueryResult<Vec<PurchaseRow>> {
    let (order, than) = if request.back() { ("asc", ">") } else { ("desc", "<") };
    diesel::sql_query(format!(
        "{}where p.member_id = $1 and ($2::timestamptz is null or (p.purchased_at, p.id) {than} ($2::timestamptz, $3::uuid))
         order by p.purchased_at {order}, p.id {order} limit $4",
        purchase_columns!()
    ))
    .bind::<SqlUuid, _>(member_id)
    .bind::<Nullable<Timestamptz>, _>(request.seek.as_ref().map(|seek| seek.key))
    .bind::<Nullable<SqlUuid>, _>(request.seek.as_ref().map(|seek| seek.id))
    .bind::<BigInt, _>(request.rows())
    .load(conn)
    .await
}

pub async fn find_lines(conn: &mut Conn, purchases: &[PurchaseId]) -> QueryResult<Vec<LineRow>> {
    diesel::sql_query("select * from purchase_line where purchase_id = any($1::uuid[]) order by purchase_id, line")
        .bind::<Array<SqlUuid>, _>(purchases)
        .cached()
        .load(conn)
        .await
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Bool)]
    known: bool,
}

pub async fn is_return_known(conn: &mut Conn, purchase_id: PurchaseId, return_id: &str) -> QueryResult<bool> {
    let Known { known } =
        diesel::sql_query("select exists (select from purchase_return where purchase_id = $1 and return_id = $2) as known")
            .bind::<SqlUuid, _>(purchase_id)
            .bind::<Text, _>(return_id)
            .cached()
            .get_result(conn)
            .await?;
    Ok(known)
}

/// Writes a return with its lines, and counts it on the lines of the purchase.
pub async fn insert_return(
    conn: &mut Conn,
    id: ReturnId,
    purchase_id: PurchaseId,
    new: &NewReturn,
    points_clawed: i64,
    lines: &[Returned],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::sql_query(
        "with l as (select * from unnest($7::smallint[], $8::bigint[], $9::bigint[]) as l (line, quantity, points_clawed)
         ), r as (
           insert into purchase_return (id, purchase_id, return_id, returned_at, points_clawed, recorded_at) values ($1, $2, $3, $4, $5, $6)
         ), lines as (
           insert into return_line (purchase_return_id, line, quantity, points_clawed) select $1, l.* from l
         )
         update purchase_line p
         set returned_quantity = p.returned_quantity + l.quantity, points_clawed = p.points_clawed + l.points_clawed
         from l where p.purchase_id = $2 and p.line = l.line",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(purchase_id)
    .bind::<Text, _>(&new.return_id)
    .bind::<Timestamptz, _>(new.returned_at)
    .bind::<BigInt, _>(points_clawed)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Int2>, _>(lines.iter().map(|line| line.line).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(lines.iter().map(|line| line.quantity).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(lines.iter().map(|line| line.points_clawed).collect::<Vec<_>>())
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Transaction {
    #[diesel(sql_type = SqlUuid)]
    id: TransactionId,
}

/// The ledger transaction that granted a purchase's points, if it earned any.
pub async fn find_earn(conn: &mut Conn, purchase_id: PurchaseId) -> QueryResult<Option<TransactionId>> {
    let rows: Vec<Transaction> = diesel::sql_query(
        "select id from ledger_transaction where source_type = 'purchase' and source_id = $1::text and kind = 'earn' and leg = ''",
    )
    .bind::<Text, _>(purchase_id.to_string())
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().next().map(|row| row.id))
}
