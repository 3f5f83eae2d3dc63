//! Posts in PostgreSQL. Whoever locks an answer locks its question first, so that no two writers wait for each other.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Bool, Double, Int2, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::hotness::{Hotness, hot_key};
use super::rules::{PostRow, state_event, unaccepted_events};
use crate::{
    domain::{MemberId, PostId, PostKind, PostState, ReviewItemId},
    events,
    kit::{
        Conn, Problem,
        db::CachedExt,
        markdown::{RENDERER, Rendered},
    },
};

/// With a member's id, identifies the lock of those who post; arbitrary, but ours.
const AUTHOR_LOCK: i32 = 7_270_003;

/// The columns of [`PostRow`], of the table under the name `p`.
macro_rules! post_columns {
    () => {
        "p.id, p.kind, p.question_id, p.group_id, p.author_id, p.title, p.body_markdown, p.state, p.up_votes, p.down_votes, p.score,
         p.comment_count, p.answer_count, p.accepted_answer_id, p.accepted_at, p.hot_key, p.active_at, p.closed_at, p.close_reason,
         p.duplicate_of, p.locked_at, p.created_at, p.edited_at, p.deleted_at, p.version"
    };
}

/// A post with the question it belongs to, which is itself when it is one.
#[derive(Clone, Debug)]
pub struct Thread {
    pub question: PostRow,
    pub post: PostRow,
}

impl Thread {
    fn of(mut rows: Vec<PostRow>) -> Option<Self> {
        // The question comes first.
        let post = rows.pop()?;
        let question = rows.pop().unwrap_or_else(|| post.clone());
        Some(Self { question, post })
    }

    /// What the post is called in sentences.
    pub fn noun(&self) -> &'static str {
        self.post.kind.as_str()
    }
}

/// A post in whatever state; None where there is no such id.
pub async fn find(conn: &mut Conn, id: PostId) -> QueryResult<Option<PostRow>> {
    Ok(find_thread(conn, id).await?.map(|thread| thread.post))
}

/// The post, locked together with its question.
pub async fn find_for_update(conn: &mut Conn, id: PostId) -> QueryResult<Option<PostRow>> {
    Ok(find_thread_for_update(conn, id).await?.map(|thread| thread.post))
}

/// A post with its question, in whatever states; None where there is no such id.
pub async fn find_thread(conn: &mut Conn, id: PostId) -> QueryResult<Option<Thread>> {
    diesel::sql_query(concat!(
        "select ",
        post_columns!(),
        " from post p where p.id = $1 or p.id = (select question_id from post where id = $1) order by p.kind desc"
    ))
    .bind::<SqlUuid, _>(id)
    .cached()
    .load(conn)
    .await
    .map(Thread::of)
}

/// The post and its question, both locked, the question first; rows that only point at them need not wait.
pub async fn find_thread_for_update(conn: &mut Conn, id: PostId) -> QueryResult<Option<Thread>> {
    diesel::sql_query(concat!(
        "select ",
        post_columns!(),
        " from post p where p.id = $1 or p.id = (select question_id from post where id = $1) order by p.kind desc for no key update"
    ))
    .bind::<SqlUuid, _>(id)
    .cached()
    .load(conn)
    .await
    .map(Thread::of)
}

/// The thread of a post that must be of this kind; 404 when there is none.
pub async fn find_thread_of(conn: &mut Conn, id: PostId, kind: PostKind) -> Result<Thread, Problem> {
    of_kind(find_thread(conn, id).await?, kind)
}

/// A post of this kind with its question, both locked until the end of the transaction; 404 where there is none.
pub async fn find_thread_of_for_update(conn: &mut Conn, id: PostId, kind: PostKind) -> Result<Thread, Problem> {
    of_kind(find_thread_for_update(conn, id).await?, kind)
}

fn of_kind(thread: Option<Thread>, kind: PostKind) -> Result<Thread, Problem> {
    thread.filter(|thread| thread.post.kind == kind).ok_or_else(|| Problem::not_found(kind.as_str()))
}

/// Publishes, hides or deletes a post that [`find_for_update`] has locked, with everything that follows: the counters of
/// its question or tags, the question's order in lists, and the acceptance it loses when it leaves the public eye.
///
/// Tells PostWithdrawn, PostReturned, AnswerUnaccepted and AcceptedAnswersChanged itself. Does nothing when the post is in
/// that state already.
pub async fn change_state(
    conn: &mut Conn,
    post: &PostRow,
    to: PostState,
    review_item_id: Option<ReviewItemId>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if post.state == to {
        return Ok(());
    }
    diesel::sql_query("update post set state = $2, deleted_at = $3, version = version + 1 where id = $1")
        .bind::<SqlUuid, _>(post.id)
        .bind::<Text, _>(to)
        .bind::<Nullable<Timestamptz>, _>((to == PostState::Deleted).then_some(now))
        .cached()
        .execute(conn)
        .await?;
    let Some(event) = state_event(post, to, review_item_id) else { return Ok(()) };
    let step = if to == PostState::Published { 1 } else { -1 };
    let mut events = Vec::new();
    match post.kind {
        PostKind::Question => count_in_tags(conn, post.id, step).await?,
        PostKind::Answer => {
            if let Some(question) = find(conn, post.question_id).await?
                && question.accepted_answer_id == Some(post.id)
            {
                set_accepted(conn, question.id, None).await?;
                events.extend(unaccepted_events(&question, post, now));
            }
            count_answer(conn, post.question_id, step, now).await?;
            settle_activity(conn, post.question_id).await?;
            update_hotness(conn, &[post.question_id]).await?;
        }
    }
    events.push((now, event));
    events::publish_at(conn, &events).await?;
    Ok(())
}

/// Whether a member has posted these very words since then, and has not deleted them. Until the transaction ends, nobody
/// posts as this member beside it.
pub async fn has_posted(conn: &mut Conn, author: MemberId, body: &str, since: DateTime<Utc>) -> QueryResult<bool> {
    // A statement of its own: the next one sees what whoever held the lock before has posted.
    diesel::sql_query("select pg_advisory_xact_lock($1, hashtext($2))")
        .bind::<Int4, _>(AUTHOR_LOCK)
        .bind::<Text, _>(author.to_string())
        .cached()
        .execute(conn)
        .await?;
    #[derive(QueryableByName)]
    struct Posted {
        #[diesel(sql_type = Bool)]
        posted: bool,
    }
    let row: Posted = diesel::sql_query(
        "select exists (select 1 from post where author_id = $1 and created_at > $3 and body_markdown = $2 and state <> 'deleted')
             or exists (select 1 from comment where author_id = $1 and created_at > $3 and body_markdown = $2 and state <> 'deleted')
             as posted",
    )
    .bind::<SqlUuid, _>(author)
    .bind::<Text, _>(body)
    .bind::<Timestamptz, _>(since)
    .cached()
    .get_result(conn)
    .await?;
    Ok(row.posted)
}

/// Adds `step` to the question counts of a question's tags, if everybody may see its group. That the group stays as it
/// is, is made sure of until the transaction ends. While the news of its last change is under way, the counts may be off
/// by that; [`tag::listener`](crate::forum::tag::listener) counts anew when it arrives.
pub async fn count_in_tags(conn: &mut Conn, question: PostId, step: i32) -> QueryResult<()> {
    diesel::sql_query(
        "with open_group as materialized (
           select g.id from user_group g where g.id = (select group_id from post where id = $1) and not g.private and g.deleted_at is null
           for share
         ), counted as (
           select t.id from tag t join question_tag q on q.tag_id = t.id join post p on p.id = q.question_id
           where q.question_id = $1 and (p.group_id is null or p.group_id in (select id from open_group)) order by t.name
           -- Others who refer to these tags need not wait: two members who ask about one thing would wait for each other.
           for no key update of t
         )
         update tag set question_count = greatest(question_count + $2, 0) where id in (select id from counted)",
    )
    .bind::<SqlUuid, _>(question)
    .bind::<Int4, _>(step)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Counts an answer that came or went, which makes the question active.
pub async fn count_answer(conn: &mut Conn, question: PostId, step: i32, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query("update post set answer_count = answer_count + $2, active_at = greatest(active_at, $3) where id = $1")
        .bind::<SqlUuid, _>(question)
        .bind::<Int4, _>(step)
        .bind::<Timestamptz, _>(now)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that something happened in a question's thread.
pub async fn touch(conn: &mut Conn, question: PostId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query("update post set active_at = greatest(active_at, $2) where id = $1")
        .bind::<SqlUuid, _>(question)
        .bind::<Timestamptz, _>(now)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Replaces what a post says: its title, and its body as it was written and rendered, where they are given.
pub async fn set_text(
    conn: &mut Conn,
    id: PostId,
    title: Option<&str>,
    body: Option<(&str, &Rendered)>,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let (markdown, rendered) = body.unzip();
    diesel::sql_query(
        "update post set title = coalesce($2, title), body_markdown = coalesce($3, body_markdown), body_html = coalesce($4, body_html),
           excerpt = coalesce($7, excerpt), renderer = case when $3 is null then renderer else $5 end, edited_at = $6,
           version = version + 1
         where id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Text>, _>(title)
    .bind::<Nullable<Text>, _>(markdown)
    .bind::<Nullable<Text>, _>(rendered.map(|rendered| &rendered.html))
    .bind::<Int2, _>(RENDERER)
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<Text>, _>(rendered.map(|rendered| &rendered.text_start))
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets when the question was last active from what is still to be seen of it.
async fn settle_activity(conn: &mut Conn, question: PostId) -> QueryResult<()> {
    diesel::sql_query(
        "update post q set active_at = greatest(q.created_at, q.edited_at, (
           select max(greatest(a.created_at, a.edited_at)) from post a
           where a.question_id = q.id and a.kind = 'answer' and a.state = 'published'))
         where q.id = $1",
    )
    .bind::<SqlUuid, _>(question)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets which answer solves the question and since when, or that none does.
pub async fn set_accepted(conn: &mut Conn, question: PostId, accepted: Option<(PostId, DateTime<Utc>)>) -> QueryResult<()> {
    let (answer, at) = accepted.unzip();
    diesel::sql_query(
        "update post set accepted_answer_id = $2, accepted_at = $3, accepted_earns_points = true, version = version + 1 where id = $1",
    )
    .bind::<SqlUuid, _>(question)
    .bind::<Nullable<SqlUuid>, _>(answer)
    .bind::<Nullable<Timestamptz>, _>(at)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct HotnessRow {
    #[diesel(sql_type = SqlUuid)]
    id: PostId,
    #[diesel(sql_type = Int4)]
    score: i32,
    #[diesel(sql_type = BigInt)]
    answers_score: i64,
    #[diesel(sql_type = BigInt)]
    participants: i64,
    #[diesel(sql_type = Timestamptz)]
    asked_at: DateTime<Utc>,
}

/// Sets the places of questions in the list "hot" anew: after votes, answers and acceptances.
pub async fn update_hotness(conn: &mut Conn, questions: &[PostId]) -> QueryResult<()> {
    let rows: Vec<HotnessRow> = diesel::sql_query(
        "select q.id, q.score, q.created_at as asked_at, coalesce(sum(a.score), 0) as answers_score,
                count(distinct a.author_id) filter (where a.author_id <> q.author_id) as participants
         from post q left join post a on a.question_id = q.id and a.kind = 'answer' and a.state = 'published'
         where q.id = any($1) group by q.id",
    )
    .bind::<Array<SqlUuid>, _>(questions)
    .cached()
    .load(conn)
    .await?;
    let hotness = |row: &HotnessRow| Hotness {
        score: row.score.into(),
        answers_score: row.answers_score,
        participants: row.participants,
        asked_at: row.asked_at,
    };
    diesel::sql_query("update post set hot_key = h.hot_key from unnest($1, $2) as h (id, hot_key) where post.id = h.id")
        .bind::<Array<SqlUuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
        .bind::<Array<Double>, _>(rows.iter().map(|row| hot_key(&hotness(row))).collect::<Vec<_>>())
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}
