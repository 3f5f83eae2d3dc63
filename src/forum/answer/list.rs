//! What is shown of answers, and in which order.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{BigInt, Bool, Double, Int2, Int4, Int8, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use poem_openapi::Object;

use super::rules::AnswerOrder;
use crate::{
    author_columns,
    domain::{PostId, PostState},
    forum::comment::{api::CommentView, store as comments},
    identity::{
        Actor,
        member::{Author, AuthorView},
    },
    kit::{
        Conn, Kit, Problem,
        db::CachedExt,
        pagination::{Page, Request},
    },
};

/// The sort key of an answer: a share as the bits of an `f64`, then a whole number.
pub type Key = (u64, i64);

/// An answer with all that is shown beside it.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct AnswerView {
    pub id: PostId,
    pub question_id: PostId,
    /// Markdown, as it was written.
    pub body: String,
    /// Safe to show as it is.
    pub body_html: String,
    pub author: AuthorView,
    pub state: PostState,
    pub score: i32,
    pub up_votes: i32,
    pub down_votes: i32,
    /// The caller's vote: -1, 0 or 1.
    pub my_vote: i16,
    /// It is the one that helped.
    pub accepted: bool,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    /// Goes up with each change; If-Match guards edits by it.
    pub version: i32,
    pub comment_count: i32,
    /// The first 30.
    pub comments: Vec<CommentView>,
}

/// An answer as it is shown, with the vote of its reader and its place in the order.
#[derive(QueryableByName, Debug)]
pub struct AnswerRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: PostId,
    #[diesel(sql_type = SqlUuid)]
    question_id: PostId,
    #[diesel(sql_type = Text)]
    body_markdown: String,
    #[diesel(sql_type = Text)]
    body_html: String,
    #[diesel(sql_type = Text)]
    state: PostState,
    #[diesel(sql_type = Int4)]
    score: i32,
    #[diesel(sql_type = Int4)]
    up_votes: i32,
    #[diesel(sql_type = Int4)]
    down_votes: i32,
    #[diesel(sql_type = Nullable<Int2>)]
    my_vote: Option<i16>,
    #[diesel(sql_type = Bool)]
    accepted: bool,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    edited_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Int4)]
    version: i32,
    #[diesel(sql_type = Int4)]
    pub comment_count: i32,
    #[diesel(sql_type = Double)]
    share: f64,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(embed)]
    author: Author,
}

impl From<AnswerRow> for AnswerView {
    fn from(row: AnswerRow) -> Self {
        Self {
            id: row.id,
            question_id: row.question_id,
            body: row.body_markdown,
            body_html: row.body_html,
            author: row.author.into(),
            state: row.state,
            score: row.score,
            up_votes: row.up_votes,
            down_votes: row.down_votes,
            my_vote: row.my_vote.unwrap_or(0),
            accepted: row.accepted,
            created_at: row.created_at,
            edited_at: row.edited_at,
            version: row.version,
            comment_count: row.comment_count,
            comments: Vec::new(),
        }
    }
}

/// SQL: the answers in `ranked` (`a`) with what is shown of them to a reader; the rest is a condition.
macro_rules! answer_rows {
    ($reader:literal, $rest:literal) => {
        concat!(
            " select a.id, p.question_id, p.body_markdown, p.body_html, p.state, c.score, c.up_votes, c.down_votes, v.value as my_vote,
                     q.accepted_answer_id is not distinct from a.id as accepted, p.created_at, p.edited_at, p.version, c.comment_count,
                     a.share, a.number, ",
            author_columns!("m", "r"),
            " from ranked a
             join post p on p.id = a.id
             join post q on q.id = p.question_id
             join post_counter c on c.post_id = a.id
             join member m on m.id = p.author_id
             left join reputation r on r.member_id = m.id
             left join vote v on v.post_id = a.id and v.member_id = ",
            $reader,
            " where ",
            $rest
        )
    };
}

/// Ranks the answers of the question `$1` that are seen, then selects a page. An answer's rank is a share (Wilson's lower bound for
/// `best`, 2 more when it is pinned to the top) and then a number.
macro_rules! ranked_rows {
    ($rest:literal) => {
        concat!(
            "with seen as (
               select a.id, a.state, c.up_votes, c.down_votes, c.score, (c.up_votes + c.down_votes)::float8 as n,
                      (extract(epoch from a.created_at) * 1000000)::bigint as micros
               from post a join post_counter c on c.post_id = a.id
               where a.question_id = $1 and a.kind = 'answer'
                 and (a.state = 'published' or a.state = 'hidden' and ($3 or a.author_id = $4))
             ), pinned as (
               select a.id from seen a where a.id = (select accepted_answer_id from post where id = $1) and not exists (
                 select 1 from seen b where b.state = 'published' and b.id <> a.id and b.score >= a.score + 5 and b.score >= 2 * a.score)
             ), ranked as (
               select a.id,
                 case when $2 <> 'best' then 0 else
                   case when a.id = (select id from pinned) then 2 else 0 end
                   + case when a.up_votes = 0 then 0 else
                       ((a.up_votes + 1.9208) / n - 1.96 * sqrt(a.up_votes * a.down_votes / n + 0.9604) / n) / (1 + 3.8416 / n)
                     end
                 end::float8 as share,
                 case $2 when 'newest' then micros when 'oldest' then -micros else a.score end as number
               from seen a
             )",
            answer_rows!("$4", $rest)
        )
    };
}

/// What cursors of this list are signed for: they are good for no other question or order.
pub fn list_name(question: PostId, sort: AnswerOrder) -> String {
    format!("answers?{question}&{}", sort.as_str())
}

/// A page of a question's answers; hidden ones for their authors and for those who moderate.
pub async fn load_page(
    conn: &mut Conn,
    question: PostId,
    sort: AnswerOrder,
    actor: Option<&Actor>,
    moderates: bool,
    request: &Request<Key>,
) -> QueryResult<Vec<AnswerRow>> {
    let text = if request.back() {
        ranked_rows!("(a.share, a.number, a.id) > ($5, $6, $7) order by a.share, a.number, a.id limit $8")
    } else {
        ranked_rows!("($5 is null or (a.share, a.number, a.id) < ($5, $6, $7)) order by a.share desc, a.number desc, a.id desc limit $8")
    };
    let seek = request.seek.as_ref();
    diesel::sql_query(text)
        .bind::<SqlUuid, _>(question)
        .bind::<Text, _>(sort)
        .bind::<Bool, _>(moderates)
        .bind::<Nullable<SqlUuid>, _>(actor.map(|actor| actor.member_id))
        .bind::<Nullable<Double>, _>(seek.map(|seek| f64::from_bits(seek.key.0)))
        .bind::<Nullable<BigInt>, _>(seek.map(|seek| seek.key.1))
        .bind::<Nullable<SqlUuid>, _>(seek.map(|seek| seek.id))
        .bind::<Int8, _>(request.rows())
        .cached()
        .load(conn)
        .await
}

/// A page of answers, still without their comments.
pub fn page(kit: &Kit, list: &str, request: &Request<Key>, rows: Vec<AnswerRow>) -> Page<AnswerView> {
    kit.cursors.page(list, request, rows, |row| ((row.share.to_bits(), row.number), row.id.0), AnswerView::from)
}

/// Gives answers their first comments.
pub async fn add_comments(conn: &mut Conn, answers: &mut [AnswerView]) -> QueryResult<()> {
    let posts: Vec<PostId> = answers.iter().filter(|answer| answer.comment_count > 0).map(|answer| answer.id).collect();
    for comment in comments::first_of(conn, &posts).await? {
        if let Some(answer) = answers.iter_mut().find(|answer| answer.id == comment.post_id) {
            answer.comments.push(comment.into());
        }
    }
    Ok(())
}

/// One answer, which the caller may see.
pub async fn read(conn: &mut Conn, id: PostId, actor: &Actor) -> Result<AnswerView, Problem> {
    let row: Option<AnswerRow> = diesel::sql_query(concat!(
        "with ranked as (select $1::uuid as id, 0::float8 as share, 0::bigint as number)",
        answer_rows!("$2", "p.kind = 'answer'")
    ))
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(actor.member_id)
    .cached()
    .load(conn)
    .await?
    .pop();
    let mut answers = [AnswerView::from(row.ok_or_else(|| Problem::not_found("answer"))?)];
    add_comments(conn, &mut answers).await?;
    let [answer] = answers;
    Ok(answer)
}
