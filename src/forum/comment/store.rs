//! Comments in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, Int2, Int4, Int8, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    author_columns,
    domain::{CommentId, MemberId, PostId},
    identity::member::Author,
    kit::{Conn, db::CachedExt, markdown::RENDERER},
};

/// Comments shown with their post; more are a list of their own.
pub const SHOWN_WITH_POST: i64 = 30;

/// A published comment, as it is shown.
#[derive(QueryableByName, Debug)]
pub struct CommentRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: CommentId,
    #[diesel(sql_type = SqlUuid)]
    pub post_id: PostId,
    #[diesel(sql_type = Text)]
    pub body_markdown: String,
    #[diesel(sql_type = Text)]
    pub body_html: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub edited_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    pub author: Author,
}

/// SQL: comments `c` of `from`, with their authors; the rest is a condition.
macro_rules! comment_rows {
    ($from:literal, $rest:literal) => {
        concat!(
            "select c.id, c.post_id, c.body_markdown, c.body_html, c.created_at, c.edited_at, ",
            author_columns!("m", "r"),
            " from ",
            $from,
            " join member m on m.id = c.author_id left join reputation r on r.member_id = m.id ",
            $rest
        )
    };
}

/// A published comment.
pub async fn find(conn: &mut Conn, id: CommentId) -> QueryResult<Option<CommentRow>> {
    Ok(diesel::sql_query(comment_rows!("comment c", "where c.id = $1 and c.state = 'published'"))
        .bind::<SqlUuid, _>(id)
        .cached()
        .load(conn)
        .await?
        .pop())
}

/// The first comments of each of these posts.
pub async fn first_of(conn: &mut Conn, posts: &[PostId]) -> QueryResult<Vec<CommentRow>> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    diesel::sql_query(comment_rows!(
        "unnest($1) as p (id) cross join lateral (
           select * from comment c where c.post_id = p.id and c.state = 'published' order by c.id limit $2
         ) c",
        "order by c.id"
    ))
    .bind::<Array<SqlUuid>, _>(posts)
    .bind::<Int8, _>(SHOWN_WITH_POST)
    .cached()
    .load(conn)
    .await
}

/// Comments of a post, oldest first, after `seek`; or, going back, before it in reverse order.
pub async fn list(conn: &mut Conn, post: PostId, seek: Option<uuid::Uuid>, back: bool, rows: i64) -> QueryResult<Vec<CommentRow>> {
    let text = if back {
        comment_rows!(
            "comment c",
            "where c.post_id = $1 and c.state = 'published' and ($2 is null or c.id < $2) order by c.id desc limit $3"
        )
    } else {
        comment_rows!("comment c", "where c.post_id = $1 and c.state = 'published' and ($2 is null or c.id > $2) order by c.id limit $3")
    };
    diesel::sql_query(text).bind::<SqlUuid, _>(post).bind::<Nullable<SqlUuid>, _>(seek).bind::<Int8, _>(rows).cached().load(conn).await
}

/// A comment to be inserted.
pub struct NewComment<'a> {
    pub id: CommentId,
    pub post_id: PostId,
    pub author_id: MemberId,
    pub body_markdown: &'a str,
    pub body_html: &'a str,
    pub at: DateTime<Utc>,
}

/// Inserts a comment, and counts it at its post.
pub async fn insert(conn: &mut Conn, new: &NewComment<'_>) -> QueryResult<()> {
    diesel::sql_query(
        "with counted as (update post_counter set comment_count = comment_count + 1 where post_id = $2)
         insert into comment (id, post_id, author_id, body_markdown, body_html, renderer, created_at)
         values ($1, $2, $3, $4, $5, $7, $6)",
    )
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.post_id)
    .bind::<SqlUuid, _>(new.author_id)
    .bind::<Text, _>(new.body_markdown)
    .bind::<Text, _>(new.body_html)
    .bind::<Timestamptz, _>(new.at)
    .bind::<Int2, _>(RENDERER)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a comment another text, edited at `now`.
pub async fn set_body(conn: &mut Conn, id: CommentId, markdown: &str, html: &str, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query("update comment set body_markdown = $2, body_html = $3, edited_at = $4, renderer = $5 where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(markdown)
        .bind::<Text, _>(html)
        .bind::<Timestamptz, _>(now)
        .bind::<Int2, _>(RENDERER)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes a published comment away, and counts that; false when it is gone already.
pub async fn delete(conn: &mut Conn, id: CommentId) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Gone {
        #[diesel(sql_type = Int4)]
        gone: i32,
    }
    let gone: Vec<Gone> = diesel::sql_query(
        "with gone as (update comment set state = 'deleted' where id = $1 and state = 'published' returning post_id)
         update post_counter c set comment_count = comment_count - 1 from gone where c.post_id = gone.post_id returning 1 as gone",
    )
    .bind::<SqlUuid, _>(id)
    .cached()
    .load(conn)
    .await?;
    Ok(gone.iter().any(|row| row.gone == 1))
}
