//! Texts rendered again: those that an earlier renderer made, and those that name somebody who is gone.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, Int2, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    identity::Handle,
    kit::{
        Conn,
        db::CachedExt,
        markdown::{self, RENDERER, names},
    },
};

/// Texts before this renderer name whoever had the name when they were written.
const RESOLVED_SINCE: i16 = 2;
/// Texts that are rendered in one transaction.
pub const BATCH_TEXTS: i32 = 200;

/// A table of texts, and how its rows are read and written.
pub struct Texts {
    stale: &'static str,
    named: &'static str,
    update: &'static str,
}

/// The texts of questions and answers.
pub const POSTS: Texts = Texts {
    stale: "select id, id as post_id, null::uuid as comment_id, coalesce(title, '') as title, body_markdown,
                   greatest(created_at, edited_at) as written_at, renderer
            from post where renderer < $1 order by renderer, id limit $2 for no key update skip locked",
    named: "select n.post_id as id, m.handle from mention n join member m on m.id = n.member_id
            where n.comment_id is null and n.post_id = any($1)",
    update: "update post set body_html = t.html, excerpt = t.excerpt, renderer = $4
             from unnest($1, $2, $3) as t (id, html, excerpt) where post.id = t.id",
};

/// The texts of comments.
pub const COMMENTS: Texts = Texts {
    stale: "select id, post_id, id as comment_id, '' as title, body_markdown, greatest(created_at, edited_at) as written_at, renderer
            from comment where renderer < $1 order by renderer, id limit $2 for no key update skip locked",
    named: "select n.comment_id as id, m.handle from mention n join member m on m.id = n.member_id where n.comment_id = any($1)",
    update: "update comment set body_html = t.html, renderer = $4 from unnest($1, $2, $3) as t (id, html, excerpt) where comment.id = t.id",
};

#[derive(QueryableByName)]
struct Stale {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    post_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    comment_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body_markdown: String,
    #[diesel(sql_type = Timestamptz)]
    written_at: DateTime<Utc>,
    #[diesel(sql_type = Int2)]
    renderer: i16,
}

/// Renders some texts that an earlier renderer made. Returns how many.
pub async fn render_stale(conn: &mut Conn, texts: &Texts) -> QueryResult<usize> {
    let rows: Vec<Stale> =
        diesel::sql_query(texts.stale).bind::<Int2, _>(RENDERER).bind::<Int4, _>(BATCH_TEXTS).cached().load(conn).await?;
    resolve(conn, rows.iter().filter(|row| row.renderer < RESOLVED_SINCE)).await?;
    let bodies: Vec<(Uuid, &str)> = rows.iter().map(|row| (row.id, row.body_markdown.as_str())).collect();
    render(conn, texts, &bodies).await?;
    Ok(rows.len())
}

/// Keeps whom texts name that were written before names were resolved: members who were there by then.
async fn resolve(conn: &mut Conn, rows: impl Iterator<Item = &Stale>) -> QueryResult<()> {
    let named: Vec<(String, &Stale)> =
        rows.flat_map(|row| names([row.title.as_str(), &row.body_markdown]).into_iter().map(move |name| (name, row))).collect();
    if named.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "insert into mention (member_id, post_id, comment_id)
         select coalesce(m.merged_into, m.id), t.post_id, t.comment_id from unnest($1, $2, $3, $4) as t (handle, post_id, comment_id, written_at)
         join member m on lower(m.handle collate \"C\") = t.handle and m.erased_at is null and m.created_at <= t.written_at
         on conflict do nothing",
    )
    .bind::<Array<Text>, _>(named.iter().map(|(name, _)| name).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(named.iter().map(|(_, row)| row.post_id).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(named.iter().map(|(_, row)| row.comment_id).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(named.iter().map(|(_, row)| row.written_at).collect::<Vec<_>>())
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct NamedIn {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    handle: String,
}

/// Renders these texts with links to the members whom they are known to name.
pub async fn render(conn: &mut Conn, texts: &Texts, bodies: &[(Uuid, &str)]) -> QueryResult<()> {
    if bodies.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = bodies.iter().map(|(id, _)| *id).collect();
    let named: Vec<NamedIn> = diesel::sql_query(texts.named).bind::<Array<SqlUuid>, _>(&ids).cached().load(conn).await?;
    let named: HashMap<(Uuid, Handle), String> = named.into_iter().map(|row| ((row.id, Handle::new(&row.handle)), row.handle)).collect();
    let rendered = bodies.iter().map(|(id, body)| {
        let handle_of = |name: &str| named.get(&(*id, Handle::new(name))).cloned();
        // What a stricter renderer refuses is shown as it was written.
        markdown::render(body, &handle_of).map_or_else(|_| markdown::plain(body), |text| (text.html, text.text_start))
    });
    let (html, excerpts): (Vec<String>, Vec<String>) = rendered.unzip();
    diesel::sql_query(texts.update)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(html)
        .bind::<Array<Text>, _>(excerpts)
        .bind::<Int2, _>(RENDERER)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}
