//! The ladder's own rows in PostgreSQL, and what a member is shown of their place on it.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Int2, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use super::rules::TierCause;
use crate::{
    domain::{MemberId, TierId},
    kit::{Conn, pagination::Request},
    schema::tier,
};

/// A tier of the programme, reached with `threshold` qualifying points.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = tier)]
pub struct Tier {
    pub id: TierId,
    pub rank: i16,
    pub name: String,
    pub threshold: i64,
    pub benefits: String,
    pub created_at: DateTime<Utc>,
    pub version: i32,
}

/// All tiers, lowest first.
pub async fn list(conn: &mut Conn) -> QueryResult<Vec<Tier>> {
    tier::table.order(tier::rank).select(Tier::as_select()).load(conn).await
}

/// All tiers, lowest first; nobody else changes them until the end of the transaction.
pub async fn lock(conn: &mut Conn) -> QueryResult<Vec<Tier>> {
    conn.batch_execute("lock table tier in share row exclusive mode").await?;
    list(conn).await
}

/// Inserts a tier. A unique violation where its name or rank is taken.
pub async fn insert(conn: &mut Conn, new: &Tier) -> QueryResult<()> {
    diesel::insert_into(tier::table).values(new).execute(conn).await?;
    Ok(())
}

/// Writes a tier's name, threshold, benefits and version; ranks stay. A unique violation where the name is taken.
pub async fn update(conn: &mut Conn, changed: &Tier) -> QueryResult<()> {
    diesel::update(tier::table.find(changed.id))
        .set((
            tier::name.eq(&changed.name),
            tier::threshold.eq(changed.threshold),
            tier::benefits.eq(&changed.benefits),
            tier::version.eq(changed.version),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes a tier. Its members keep the rank until they are looked at again.
pub async fn delete(conn: &mut Conn, id: TierId) -> QueryResult<()> {
    diesel::delete(tier::table.find(id)).execute(conn).await?;
    Ok(())
}

/// A move of the past.
#[derive(QueryableByName, Clone, Debug)]
pub struct Move {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Int2)]
    pub from_rank: i16,
    #[diesel(sql_type = Nullable<Text>)]
    pub from_name: Option<String>,
    #[diesel(sql_type = Int2)]
    pub to_rank: i16,
    #[diesel(sql_type = Nullable<Text>)]
    pub to_name: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub qualifying_points: i64,
    #[diesel(sql_type = Text)]
    pub reason: TierCause,
    #[diesel(sql_type = Timestamptz)]
    pub changed_at: DateTime<Utc>,
}

/// A member's moves, newest first.
pub async fn list_history(conn: &mut Conn, member_id: MemberId, request: &Request<DateTime<Utc>>) -> QueryResult<Vec<Move>> {
    let (order, than) = if request.back() { ("asc", ">") } else { ("desc", "<") };
    let (key, id) = request.seek.as_ref().map(|seek| (seek.key, seek.id)).unzip();
    diesel::sql_query(format!(
        "select c.id, c.from_rank, f.name as from_name, c.to_rank, t.name as to_name, c.qualifying_points, c.reason, c.changed_at
         from tier_change c left join tier f on f.rank = c.from_rank left join tier t on t.rank = c.to_rank
         where c.member_id = $1 and ($2 is null or (c.changed_at, c.id) {than} ($2, $3))
         order by c.changed_at {order}, c.id {order} limit $4"
    ))
    .bind::<SqlUuid, _>(member_id)
    .bind::<Nullable<Timestamptz>, _>(key)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(request.rows())
    .load(conn)
    .await
}

/// A rank, and how many members have it.
#[derive(QueryableByName)]
pub struct Headcount {
    #[diesel(sql_type = Int2)]
    pub rank: i16,
    #[diesel(sql_type = BigInt)]
    pub members: i64,
}

/// How many members each tier has; those who never left the ground are not counted.
pub async fn count_members(conn: &mut Conn) -> QueryResult<Vec<Headcount>> {
    diesel::sql_query("select rank, count(*) as members from member_tier where rank > 0 group by rank").load(conn).await
}
