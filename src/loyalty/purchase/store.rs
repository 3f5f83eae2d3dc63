//! Purchases and returns in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int2, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::{
    cap::CappedOrder,
    line::LineRow,
    rules::{NewReturn, Returned},
};
use crate::{
    domain::{MemberId, PartnerId, PurchaseId, ReturnId, RuleId, TransactionId},
    kit::{Conn, Problem, db::CachedExt, pagination::Request},
    loyalty::earning::rules::{Grant, NoPoints},
};

/// A purchase. Amounts are minor units of its currency.
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
    /// When the last of it came back.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub returned_whole_at: Option<DateTime<Utc>>,
    /// From the lots of its points, if it has any.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub available_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct History {
    #[diesel(sql_type = Int2)]
    rank: i16,
    #[diesel(sql_type = Bool)]
    first: bool,
}

/// A member's tier, and whether they have no purchase yet: what was returned whole was none.
pub async fn find_history(conn: &mut Conn, member_id: MemberId) -> QueryResult<(i16, bool)> {
    let History { rank, first } = diesel::sql_query(
        "select coalesce((select rank from member_tier where member_id = $1), 0::smallint) as rank,
                not exists (select from purchase where member_id = $1 and returned_whole_at is null) as first",
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

/// Writes a purchase with its lines. False when the partner's order is there already, and was not returned whole.
pub async fn insert(conn: &mut Conn, new: &PurchaseRow, lines: &[LineRow]) -> QueryResult<bool> {
    let column = |of: fn(&LineRow) -> i64| lines.iter().map(of).collect::<Vec<_>>();
    let Inserted { purchases } = diesel::sql_query(
        "with p as (
           insert into purchase (id, partner_id, order_id, member_id, currency, purchased_at, channel, order_discount_minor, shipping_minor,
                                 tax_minor, gift_card_minor, points_paid_minor, net_minor, points_granted, trace, recorded_at,
                                 no_points_reason)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $25)
           on conflict (partner_id, order_id) where returned_whole_at is null do nothing returning id
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

/// SQL: purchases `p` with when their points become available; a condition follows.
macro_rules! purchase_columns {
    () => {
        "select p.*, (select max(lot.available_at) from ledger_transaction t join lot on lot.transaction_id = t.id
                       where t.source_type = 'purchase' and t.source_id = p.id::text and t.kind = 'earn') as available_at
         from purchase p "
    };
}

/// One purchase; None where there is none.
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

/// The lines of these purchases, in order.
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

/// Whether a return of this name was recorded for the purchase before.
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
    lines: &[Returned],
    whole: bool,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::sql_query(
        "with l as (select * from unnest($7::smallint[], $8::bigint[], $9::bigint[]) as l (line, quantity, points_clawed)
         ), r as (
           insert into purchase_return (id, purchase_id, return_id, returned_at, points_clawed, recorded_at) values ($1, $2, $3, $4, $5, $6)
         ), lines as (
           insert into return_line (purchase_return_id, line, quantity, points_clawed) select $1, l.* from l
         ), whole as (
           update purchase set returned_whole_at = $6 where id = $2 and $10
         )
         update purchase_line p
         set returned_quantity = p.returned_quantity + l.quantity, points_clawed = p.points_clawed + l.points_clawed
         from l where p.purchase_id = $2 and p.line = l.line",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(purchase_id)
    .bind::<Text, _>(&new.return_id)
    .bind::<Timestamptz, _>(new.returned_at)
    .bind::<BigInt, _>(lines.iter().map(|line| line.points_clawed).sum::<i64>())
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Int2>, _>(lines.iter().map(|line| line.line).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(lines.iter().map(|line| line.quantity).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(lines.iter().map(|line| line.points_clawed).collect::<Vec<_>>())
    .bind::<Bool, _>(whole)
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

/// The ledger transactions that granted a purchase's points.
pub async fn find_earned_in(conn: &mut Conn, purchase_id: PurchaseId) -> QueryResult<Vec<TransactionId>> {
    let rows: Vec<Transaction> = diesel::sql_query(
        "select id from ledger_transaction where source_type = 'purchase' and source_id = $1::text and kind = 'earn' order by id",
    )
    .bind::<Text, _>(purchase_id.to_string())
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct Counting {
    #[diesel(sql_type = BigInt)]
    points: i64,
}

/// A purchase's points that count towards a tier, less what its returns took back.
pub async fn find_counting(conn: &mut Conn, purchase_id: PurchaseId) -> QueryResult<i64> {
    let Counting { points } = diesel::sql_query(
        "select coalesce(sum(q.points), 0)::bigint as points from (
           select 'purchase' as source_type, $1::uuid::text as source_id
           union all select 'purchase_return', id::text from purchase_return where purchase_id = $1
         ) s
         join ledger_transaction t on t.source_type = s.source_type and t.source_id = s.source_id
         join qualifying_entry q on q.transaction_id = t.id",
    )
    .bind::<SqlUuid, _>(purchase_id)
    .cached()
    .get_result(conn)
    .await?;
    Ok(points)
}

#[derive(QueryableByName)]
struct CappedRow {
    #[diesel(sql_type = SqlUuid)]
    id: PurchaseId,
    #[diesel(sql_type = Timestamptz)]
    purchased_at: DateTime<Utc>,
    #[diesel(sql_type = Jsonb)]
    trace: Value,
    #[diesel(sql_type = Array<BigInt>)]
    quantities: Vec<i64>,
    #[diesel(sql_type = Array<BigInt>)]
    returned: Vec<i64>,
}

/// A member's purchases by which rules granted something, or wished to, in order: for each rule those since the beginning of
/// its period and before its end.
pub async fn find_capped(
    conn: &mut Conn,
    member_id: MemberId,
    periods: &[(RuleId, DateTime<Utc>, DateTime<Utc>)],
) -> Result<Vec<CappedOrder>, Problem> {
    let (Some(first), Some(last)) = (periods.iter().map(|(_, start, _)| *start).min(), periods.iter().map(|(.., end)| *end).max()) else {
        return Ok(vec![]);
    };
    let rows: Vec<CappedRow> = diesel::sql_query(
        "select p.id, p.purchased_at, p.trace, l.quantities, l.returned
         from purchase p
         cross join lateral (select array_agg(quantity order by line) as quantities, array_agg(returned_quantity order by line) as returned
                             from purchase_line where purchase_id = p.id) l
         where p.member_id = $1 and p.purchased_at >= $5 and p.purchased_at < $6 and exists (
           select from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) as c (rule_id, start, finish)
           where p.purchased_at >= c.start and p.purchased_at < c.finish
             and p.trace @> jsonb_build_array(jsonb_build_object('rule_id', c.rule_id)))
         order by p.purchased_at, p.id",
    )
    .bind::<SqlUuid, _>(member_id)
    .bind::<Array<SqlUuid>, _>(periods.iter().map(|(rule, ..)| *rule).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(periods.iter().map(|(_, start, _)| *start).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(periods.iter().map(|(.., end)| *end).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(first)
    .bind::<Timestamptz, _>(last)
    .cached()
    .load(conn)
    .await?;
    let order = |CappedRow { id, purchased_at, trace, quantities, returned }: CappedRow| {
        let grants = serde_json::from_value(trace).map_err(Problem::internal)?;
        Ok(CappedOrder { id, purchased_at, grants, quantities, returned })
    };
    rows.into_iter().map(order).collect()
}

/// Adds points that a cap had kept back to a purchase, to its lines and to its trace.
pub async fn grant_late(conn: &mut Conn, id: PurchaseId, grant: &Grant) -> Result<(), Problem> {
    diesel::sql_query(
        "with l as (select * from unnest($3::bigint[]) with ordinality as l (points, line)
         ), p as (
           update purchase set points_granted = points_granted + $2, trace = trace || $4 where id = $1
         )
         update purchase_line p set points_granted = p.points_granted + l.points
         from l where p.purchase_id = $1 and p.line = l.line and l.points > 0",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<BigInt, _>(grant.points)
    .bind::<Array<BigInt>, _>(&grant.line_points)
    .bind::<Jsonb, _>(serde_json::to_value([grant]).map_err(Problem::internal)?)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}
