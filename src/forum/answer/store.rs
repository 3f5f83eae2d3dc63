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

/// Inserts an answer to a question, in the question's group.
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
        "insert into post (id, kind, question_id, group_id, author_id, body_markdown, body_html, excerpt, renderer, active_at, created_at)
         values ($1, 'answer', $2, $3, $4, $5, $6, $7, $8, $9, $9)",
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
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}
