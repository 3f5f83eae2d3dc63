//! Questions in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, Int2, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::list::{CardRow, card_columns, card_joins};
use crate::{
    domain::{GroupId, MemberId, PostId},
    forum::post::CloseReason,
    kit::{
        Conn,
        db::CachedExt,
        markdown::{RENDERER, Rendered},
    },
};

/// A question to be inserted.
pub struct NewQuestion<'a> {
    pub id: PostId,
    pub group_id: Option<GroupId>,
    pub author_id: MemberId,
    pub title: &'a str,
    pub body_markdown: &'a str,
    pub rendered: &'a Rendered,
    pub at: DateTime<Utc>,
}

/// Inserts a question.
pub async fn insert(conn: &mut Conn, new: &NewQuestion<'_>) -> QueryResult<()> {
    diesel::sql_query(
        "insert into post (id, kind, question_id, group_id, author_id, title, body_markdown, body_html, excerpt, renderer, created_at)
         values ($1, 'question', $1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind::<SqlUuid, _>(new.id)
    .bind::<Nullable<SqlUuid>, _>(new.group_id)
    .bind::<SqlUuid, _>(new.author_id)
    .bind::<Text, _>(new.title)
    .bind::<Text, _>(new.body_markdown)
    .bind::<Text, _>(&new.rendered.html)
    .bind::<Text, _>(&new.rendered.text_start)
    .bind::<Int2, _>(RENDERER)
    .bind::<Timestamptz, _>(new.at)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Best {
    #[diesel(sql_type = Nullable<Int4>)]
    score: Option<i32>,
}

/// The highest score among a question's published answers.
pub async fn best_answer_score(conn: &mut Conn, question: PostId) -> QueryResult<Option<i32>> {
    let best: Best = diesel::sql_query(
        "select max(c.score) as score from post p join post_counter c on c.post_id = p.id
         where p.question_id = $1 and p.kind = 'answer' and p.state = 'published'",
    )
    .bind::<SqlUuid, _>(question)
    .cached()
    .get_result(conn)
    .await?;
    Ok(best.score)
}

/// Closes a question, or with None opens it again.
pub async fn set_closure(
    conn: &mut Conn,
    question: PostId,
    closure: Option<(CloseReason, Option<PostId>, DateTime<Utc>)>,
) -> QueryResult<()> {
    let (reason, duplicate_of, at) =
        closure.map_or((None, None, None), |(reason, duplicate_of, at)| (Some(reason), duplicate_of, Some(at)));
    diesel::sql_query(
        "with unlinked as (delete from post_link where question_id = $1 and kind = 'duplicate' and related_id is distinct from $3),
              linked as (insert into post_link (question_id, related_id, kind, created_at)
                         select $1, $3, 'duplicate', $4 where $3 is not null on conflict do nothing)
         update post set closed_at = $4, close_reason = $2, duplicate_of = $3, version = version + 1 where id = $1",
    )
    .bind::<SqlUuid, _>(question)
    .bind::<Nullable<Text>, _>(reason)
    .bind::<Nullable<SqlUuid>, _>(duplicate_of)
    .bind::<Nullable<Timestamptz>, _>(at)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Locks a question since `at`, or with None unlocks it.
pub async fn set_lock(conn: &mut Conn, question: PostId, at: Option<DateTime<Utc>>) -> QueryResult<()> {
    diesel::sql_query("update post set locked_at = $2, version = version + 1 where id = $1")
        .bind::<SqlUuid, _>(question)
        .bind::<Nullable<Timestamptz>, _>(at)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// The cards of these questions, in no particular order.
pub async fn cards(conn: &mut Conn, ids: &[PostId]) -> QueryResult<Vec<CardRow>> {
    diesel::sql_query(concat!("select ", card_columns!(), " from question_listing l ", card_joins!(), " where l.question_id = any($1)"))
        .bind::<Array<SqlUuid>, _>(ids)
        .cached()
        .load(conn)
        .await
}
