//! Votes in PostgreSQL. The post is locked, so that two requests of one voter come one after the other.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Int2, Int4, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::{Vote, deltas};
use crate::{
    domain::{MemberId, PostId, VoteId},
    forum::post::PostRow,
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

/// How many votes a post has, each way.
#[derive(QueryableByName)]
pub struct Tally {
    #[diesel(sql_type = Int4)]
    pub up_votes: i32,
    #[diesel(sql_type = Int4)]
    pub down_votes: i32,
}

/// Puts the vote `new` in the place of `old`, and counts that: at the post, and at its question's listing.
pub async fn replace(
    conn: &mut Conn,
    post: &PostRow,
    old: Option<Vote>,
    new: Option<Vote>,
    voter: &Actor,
    now: DateTime<Utc>,
) -> QueryResult<Tally> {
    let (up, down) = deltas(old.map_or(0, |vote| vote.value), new.map_or(0, |vote| vote.value));
    diesel::sql_query(
        "with gone as (
           delete from vote where id = $3 and $4 is null
         ), changed as (
           update vote set id = $4, value = $5, cast_at = $6, voter_trust = $7 where id = $3 and $4 is not null
         ), added as (
           insert into vote (id, post_id, member_id, value, cast_at, voter_trust)
           select $4, $1, $8, $5, $6, $7 where $3 is null and $4 is not null
         ), listed as (
           update question_listing
           set score = score + case when question_id = $1 then $9 - $10 else 0 end,
               answers_score = answers_score + case when question_id = $1 then 0 else $9 - $10 end
           where question_id = $2
         )
         update post_counter set up_votes = up_votes + $9, down_votes = down_votes + $10 where post_id = $1 returning up_votes, down_votes",
    )
    .bind::<SqlUuid, _>(post.id)
    .bind::<SqlUuid, _>(post.question_id)
    .bind::<Nullable<SqlUuid>, _>(old.map(|vote| vote.id))
    .bind::<Nullable<SqlUuid>, _>(new.map(|vote| vote.id))
    .bind::<Nullable<Int2>, _>(new.map(|vote| vote.value))
    .bind::<Timestamptz, _>(now)
    .bind::<Int2, _>(voter.trust)
    .bind::<SqlUuid, _>(voter.member_id)
    .bind::<Int4, _>(up)
    .bind::<Int4, _>(down)
    .cached()
    .get_result(conn)
    .await
}
