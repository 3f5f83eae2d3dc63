//! Votes in PostgreSQL. The post is locked, so that two requests of one voter come one after the other.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Int2, Int4, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::Vote;
use crate::{
    domain::{MemberId, PostId, VoteId},
    identity::Actor,
    kit::{Conn, db::CachedExt},
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: VoteId,
    #[diesel(sql_type = Int2)]
    value: i16,
}

/// A member's vote on a post; None where they have not voted.
pub async fn find(conn: &mut Conn, post: PostId, member: MemberId) -> QueryResult<Option<Vote>> {
    let rows: Vec<Row> = diesel::sql_query("select id, value from vote where post_id = $1 and member_id = $2")
        .bind::<SqlUuid, _>(post)
        .bind::<SqlUuid, _>(member)
        .cached()
        .load(conn)
        .await?;
    Ok(rows.into_iter().next().map(|row| Vote { id: row.id, value: row.value }))
}

/// Removes a vote, without counting it.
pub async fn delete(conn: &mut Conn, id: VoteId) -> QueryResult<()> {
    diesel::sql_query("delete from vote where id = $1").bind::<SqlUuid, _>(id).cached().execute(conn).await?;
    Ok(())
}

/// Adds a vote, without counting it.
pub async fn insert(conn: &mut Conn, vote: Vote, post: PostId, voter: &Actor, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query("insert into vote (id, post_id, member_id, voter_trust, value, cast_at) values ($1, $2, $3, $4, $5, $6)")
        .bind::<SqlUuid, _>(vote.id)
        .bind::<SqlUuid, _>(post)
        .bind::<SqlUuid, _>(voter.member_id)
        .bind::<Int2, _>(voter.trust)
        .bind::<Int2, _>(vote.value)
        .bind::<Timestamptz, _>(now)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// How many votes a post has, each way.
#[derive(QueryableByName)]
pub struct Tally {
    #[diesel(sql_type = Int4)]
    pub up_votes: i32,
    #[diesel(sql_type = Int4)]
    pub down_votes: i32,
}

/// Adds to a post's counters.
pub async fn count(conn: &mut Conn, post: PostId, (up, down): (i32, i32)) -> QueryResult<Tally> {
    diesel::sql_query("update post set up_votes = up_votes + $2, down_votes = down_votes + $3 where id = $1 returning up_votes, down_votes")
        .bind::<SqlUuid, _>(post)
        .bind::<Int4, _>(up)
        .bind::<Int4, _>(down)
        .cached()
        .get_result(conn)
        .await
}
