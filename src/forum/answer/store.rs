//! Answers in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult,
    sql_types::{Int2, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    domain::{MemberId, PostId},
    forum::post::PostRow,
    kit::{
        Conn,
        db::CachedExt,
        markdown::{RENDERER, Rendered},
    },
};

/// Inserts an answer to a question, in the question's group, as the first revision of its text, and counts it in the question's listing.
pub async fn insert(
    conn: &mut Conn,
    id: PostId,
    question: &PostRow,
    author: MemberId,
    markdown: &str,
    rendered: &Rendered,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::sql_query(
        "with posted as (
           insert into post (id, kind, question_id, group_id, author_id, body_markdown, body_html, excerpt, renderer, created_at)
           values ($1, 'answer', $2, $3, $4, $5, $6, $7, $8, $9)
         ), revised as (
           insert into revision (post_id, number, editor_id, body_markdown, tags, reason, created_at) values ($1, 1, $4, $5, '', '', $9)
         )
         update question_listing
         set answer_count = answer_count + 1, active_at = greatest(active_at, $9),
             participants = participants + case when $4 = $10 or exists (
               select from post where author_id = $4 and question_id = $2 and kind = 'answer' and state = 'published') then 0 else 1 end
         where question_id = $2",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(question.id)
    .bind::<Nullable<SqlUuid>, _>(question.group_id)
    .bind::<SqlUuid, _>(author)
    .bind::<Text, _>(markdown)
    .bind::<Text, _>(&rendered.html)
    .bind::<Text, _>(&rendered.text_start)
    .bind::<Int2, _>(RENDERER)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(question.author_id)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}
