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
    visible_group,
};

/// Similar questions are looked for by this many of a title's rarest words.
const SIMILAR_WORDS: i32 = 5;
/// Similar questions are ranked among this many.
const SIMILAR_CANDIDATES: i32 = 1_000;
const SIMILAR_SHOWN: i32 = 5;

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

/// Questions that share the rarest words of a title, those that share most first. How rare a word is, PostgreSQL has
/// counted (pg_stats); so the cost does not grow with the words that everybody uses.
pub async fn similar(conn: &mut Conn, title: &str, member: Option<MemberId>) -> QueryResult<Vec<CardRow>> {
    let found: Vec<CardRow> = diesel::sql_query(concat!(
        "with common as (
           select w.word, w.share from pg_stats s,
             unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) as w (word, share)
           where s.schemaname = current_schema() and s.tablename = 'post' and s.attname = 'searchable'
         ), words as (
           select '''' || replace(replace(l.lexeme, '\\', '\\\\'), '''', '''''') || '''' as word
           from unnest(to_tsvector('english', $1)) l left join common c on c.word = l.lexeme
           order by c.share nulls first, l.lexeme limit $3
         ), wanted as (
           select to_tsquery('simple', string_agg(word, ' | ')) as query from words
         ), candidate as materialized (
           select p.id, ts_rank(p.searchable, w.query) as rank from wanted w
           join post p on p.searchable @@ w.query and p.kind = 'question' and p.state = 'published' and ",
        visible_group!("p.group_id", "$2"),
        " limit $4
         ), likest as (
           select id, rank from candidate order by rank desc, id desc limit $5
         )
         select ",
        card_columns!(),
        " from likest c join question_listing l on l.question_id = c.id ",
        card_joins!(),
        " order by c.rank desc, c.id desc"
    ))
    .bind::<Text, _>(title)
    .bind::<Nullable<SqlUuid>, _>(member)
    .bind::<Int4, _>(SIMILAR_WORDS)
    .bind::<Int4, _>(SIMILAR_CANDIDATES)
    .bind::<Int4, _>(SIMILAR_SHOWN)
    .cached()
    .load(conn)
    .await?;
    if found.is_empty() { by_spelling(conn, title, member).await } else { Ok(found) }
}

/// Questions whose titles are spelt much like this one.
async fn by_spelling(conn: &mut Conn, title: &str, member: Option<MemberId>) -> QueryResult<Vec<CardRow>> {
    diesel::sql_query(concat!(
        "select ",
        card_columns!(),
        " from (select p.id, similarity(p.title, $1) as likeness from post p
                where p.kind = 'question' and p.state = 'published' and p.title % $1 and ",
        visible_group!("p.group_id", "$2"),
        " order by likeness desc, p.id desc limit $3) s join question_listing l on l.question_id = s.id ",
        card_joins!(),
        " order by s.likeness desc, s.id desc"
    ))
    .bind::<Text, _>(title)
    .bind::<Nullable<SqlUuid>, _>(member)
    .bind::<Int4, _>(SIMILAR_SHOWN)
    .cached()
    .load(conn)
    .await
}

/// The cards of these questions, in no particular order.
pub async fn cards(conn: &mut Conn, ids: &[PostId]) -> QueryResult<Vec<CardRow>> {
    diesel::sql_query(concat!("select ", card_columns!(), " from question_listing l ", card_joins!(), " where l.question_id = any($1)"))
        .bind::<Array<SqlUuid>, _>(ids)
        .cached()
        .load(conn)
        .await
}
