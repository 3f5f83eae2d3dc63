//! Posts in PostgreSQL. Whoever locks an answer locks its question first, so that no two writers of a thread wait for each other.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, Bool, Int2, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

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

/// SQL: the post `$1` and its question, which comes first, as [`PostRow`]s.
macro_rules! thread_rows {
    () => {
        "select p.id, p.kind, p.question_id, p.group_id, p.author_id, p.title, p.state, c.up_votes, c.down_votes, l.answer_count,
                p.accepted_answer_id, p.accepted_at, p.closed_at, p.locked_at, p.created_at, p.version
         from post p join post_counter c on c.post_id = p.id join question_listing l on l.question_id = p.question_id
         where p.id = $1 or p.id = (select question_id from post where id = $1) order by p.kind desc"
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
    diesel::sql_query(thread_rows!()).bind::<SqlUuid, _>(id).cached().load(conn).await.map(Thread::of)
}

/// The post and its question, both locked, the question first; rows that only point at them need not wait.
pub async fn find_thread_for_update(conn: &mut Conn, id: PostId) -> QueryResult<Option<Thread>> {
    // All three, or what others counted while this one waited would not be seen: a row that is not locked is read as it was before.
    diesel::sql_query(concat!(thread_rows!(), " for no key update")).bind::<SqlUuid, _>(id).cached().load(conn).await.map(Thread::of)
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
            settle_listings(conn, &[post.question_id]).await?;
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

/// Notes that something happened in a question's thread.
pub async fn touch(conn: &mut Conn, question: PostId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query("update question_listing set active_at = greatest(active_at, $2) where question_id = $1")
        .bind::<SqlUuid, _>(question)
        .bind::<Timestamptz, _>(now)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// What a post says, as it was written.
pub async fn find_markdown(conn: &mut Conn, id: PostId) -> QueryResult<String> {
    #[derive(QueryableByName)]
    struct Body {
        #[diesel(sql_type = Text)]
        body_markdown: String,
    }
    let body: Body =
        diesel::sql_query("select body_markdown from post where id = $1").bind::<SqlUuid, _>(id).cached().get_result(conn).await?;
    Ok(body.body_markdown)
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

/// Counts what lists show of these questions' threads anew, after more than one thing may have changed there: score, published
/// answers with their scores and authors, last activity.
pub async fn settle_listings(conn: &mut Conn, questions: &[PostId]) -> QueryResult<()> {
    diesel::sql_query(
        "update question_listing l
         set score = t.score, answer_count = t.answers, answers_score = t.answers_score, participants = t.participants, active_at = t.active_at
         from (
           select q.id, c.score, count(a.id) as answers, coalesce(sum(ac.score), 0) as answers_score,
                  count(distinct a.author_id) filter (where a.author_id <> q.author_id) as participants,
                  greatest(q.created_at, q.edited_at, max(a.created_at), max(a.edited_at)) as active_at
           from post q join post_counter c on c.post_id = q.id
           left join post a on a.question_id = q.id and a.kind = 'answer' and a.state = 'published'
           left join post_counter ac on ac.post_id = a.id
           where q.id = any($1) group by q.id, c.score
         ) t where l.question_id = t.id",
    )
    .bind::<Array<SqlUuid>, _>(questions)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}
