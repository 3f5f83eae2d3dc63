//! Revisions: every state that a post's text was in.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Int4, Int8, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::{PostRow, is_grace};
use crate::{
    author_columns,
    domain::{MemberId, PostId},
    identity::member::Author,
    kit::{Conn, db::CachedExt},
};

/// The text of a post at some time.
pub struct NewRevision<'a> {
    pub editor_id: MemberId,
    pub title: Option<&'a str>,
    pub body_markdown: &'a str,
    /// Names of tags, separated by spaces; empty for answers.
    pub tags: &'a str,
    pub reason: &'a str,
    pub at: DateTime<Utc>,
}

/// Inserts the revision of this number; where there is one, it gets this text instead.
pub async fn insert(conn: &mut Conn, post: PostId, number: i32, draft: &NewRevision<'_>) -> QueryResult<()> {
    diesel::sql_query(
        "insert into revision (post_id, number, editor_id, title, body_markdown, tags, reason, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (post_id, number) do update
           set title = excluded.title, body_markdown = excluded.body_markdown, tags = excluded.tags",
    )
    .bind::<SqlUuid, _>(post)
    .bind::<Int4, _>(number)
    .bind::<SqlUuid, _>(draft.editor_id)
    .bind::<Nullable<Text>, _>(draft.title)
    .bind::<Text, _>(draft.body_markdown)
    .bind::<Text, _>(draft.tags)
    .bind::<Text, _>(draft.reason)
    .bind::<Timestamptz, _>(draft.at)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = Int4)]
    number: i32,
    #[diesel(sql_type = SqlUuid)]
    editor_id: MemberId,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

/// Keeps an edit of `post`: as a new revision, or within the last one while its editor is still at it. An imported post
/// gets its first revision now.
pub async fn keep(conn: &mut Conn, post: &PostRow, (body_before, tags_before): (&str, &str), draft: &NewRevision<'_>) -> QueryResult<()> {
    let last: Option<Last> =
        diesel::sql_query("select number, editor_id, created_at from revision where post_id = $1 order by number desc limit 1")
            .bind::<SqlUuid, _>(post.id)
            .cached()
            .load(conn)
            .await?
            .pop();
    let number = match last {
        Some(last) if is_grace(draft.editor_id, last.editor_id, last.created_at, draft.at) => last.number,
        Some(last) => last.number + 1,
        None => {
            let original = NewRevision {
                editor_id: post.author_id,
                title: post.title.as_deref(),
                body_markdown: body_before,
                tags: tags_before,
                reason: "",
                at: post.created_at,
            };
            insert(conn, post.id, 1, &original).await?;
            2
        }
    };
    insert(conn, post.id, number, draft).await
}

/// A revision with its editor. Tags are separated by spaces.
#[derive(QueryableByName)]
pub struct RevisionRow {
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
    #[diesel(sql_type = Text)]
    pub body_markdown: String,
    #[diesel(sql_type = Text)]
    pub tags: String,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(embed)]
    pub editor: Author,
}

/// Newest first; those before `before`, or with `back` those after it in reverse order.
pub async fn list(conn: &mut Conn, post: PostId, seek: Option<i32>, back: bool, rows: i64) -> QueryResult<Vec<RevisionRow>> {
    let text = if back {
        concat!(
            "select v.number, v.title, v.body_markdown, v.tags, v.reason, v.created_at, ",
            author_columns!("m", "r"),
            " from revision v join member m on m.id = v.editor_id left join reputation r on r.member_id = m.id
             where v.post_id = $1 and v.number > $2 order by v.number limit $3"
        )
    } else {
        concat!(
            "select v.number, v.title, v.body_markdown, v.tags, v.reason, v.created_at, ",
            author_columns!("m", "r"),
            " from revision v join member m on m.id = v.editor_id left join reputation r on r.member_id = m.id
             where v.post_id = $1 and v.number < $2 order by v.number desc limit $3"
        )
    };
    diesel::sql_query(text)
        .bind::<SqlUuid, _>(post)
        .bind::<Int4, _>(seek.unwrap_or(i32::MAX))
        .bind::<Int8, _>(rows)
        .cached()
        .load(conn)
        .await
}
