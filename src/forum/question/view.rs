//! What is shown of a question: one read for the question, one for its answers, one for all comments, if there are any.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, Bool, Int2, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use poem_openapi::Object;

use crate::{
    author_columns,
    domain::{GroupId, GroupRole, MembershipState, PostId, PostState},
    forum::{
        answer::{
            list::{self as answers, AnswerView},
            rules::AnswerOrder,
        },
        comment::{api::CommentView, store as comments},
        post::CloseReason,
    },
    identity::{
        Actor,
        member::{Author, AuthorView},
        permission::{Action, GroupAccess, Object as Permitted, can},
    },
    kit::{
        Conn, Kit, Problem,
        db::CachedExt,
        pagination::Page,
        slug::{self, slug},
    },
    visible_question,
};

/// The group that a question was asked in.
#[derive(Object, Clone, Debug)]
pub struct GroupRef {
    pub slug: String,
    pub name: String,
}

/// Why and since when a question takes no more answers.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct ClosureView {
    pub reason: CloseReason,
    pub since: DateTime<Utc>,
    /// The question that this one repeats, where the caller may see it.
    pub duplicate_of: Option<PostId>,
}

/// A question with all that is shown beside it.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct QuestionView {
    pub id: PostId,
    pub title: String,
    /// The title as part of a URL; empty when nothing is left of it.
    pub slug: String,
    /// The first 200 characters or so of the body, as plain text.
    pub excerpt: String,
    /// Markdown, as it was written.
    pub body: String,
    /// Safe to show as it is.
    pub body_html: String,
    pub tags: Vec<String>,
    pub group: Option<GroupRef>,
    pub author: AuthorView,
    pub state: PostState,
    pub score: i32,
    pub up_votes: i32,
    pub down_votes: i32,
    /// The caller's vote: -1, 0 or 1.
    pub my_vote: i16,
    /// Whether the caller follows it, where one is signed in.
    pub following: Option<bool>,
    pub answer_count: i32,
    pub accepted_answer_id: Option<PostId>,
    pub closed: Option<ClosureView>,
    /// Since when it takes nothing new.
    pub locked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub active_at: DateTime<Utc>,
    /// Goes up with each change; If-Match guards edits by it.
    pub version: i32,
    pub comment_count: i32,
    /// The first 30.
    pub comments: Vec<CommentView>,
    /// The first page of answers, best first.
    pub answers: Page<AnswerView>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body_markdown: String,
    #[diesel(sql_type = Text)]
    body_html: String,
    #[diesel(sql_type = Text)]
    excerpt: String,
    #[diesel(sql_type = Array<Text>)]
    tags: Vec<String>,
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
    following: bool,
    #[diesel(sql_type = Int4)]
    answer_count: i32,
    #[diesel(sql_type = Int4)]
    comment_count: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    accepted_answer_id: Option<PostId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    close_reason: Option<CloseReason>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    duplicate_of: Option<PostId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    locked_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    edited_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    active_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    version: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    group_id: Option<GroupId>,
    #[diesel(sql_type = Nullable<Text>)]
    group_slug: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    group_name: Option<String>,
    #[diesel(sql_type = Bool)]
    group_private: bool,
    #[diesel(sql_type = Bool)]
    group_deleted: bool,
    #[diesel(sql_type = Nullable<Text>)]
    group_role: Option<GroupRole>,
    #[diesel(sql_type = Nullable<Text>)]
    group_state: Option<MembershipState>,
    #[diesel(embed)]
    author: Author,
}

impl Row {
    fn group_access(&self) -> Option<GroupAccess> {
        self.group_id.map(|_| GroupAccess {
            private: self.group_private,
            deleted: self.group_deleted,
            my_role: self.group_role.filter(|_| self.group_state == Some(MembershipState::Active)),
            state: self.group_state,
        })
    }

    fn permitted(&self) -> Permitted {
        Permitted { author_id: Some(self.author.id), state: self.state, ..Permitted::group(self.group_access()) }
    }
}

async fn find(conn: &mut Conn, id: PostId, actor: Option<&Actor>) -> QueryResult<Option<Row>> {
    Ok(diesel::sql_query(concat!(
        "select q.title, q.body_markdown, q.body_html, q.excerpt, q.state, c.score, c.up_votes, c.down_votes, v.value as my_vote,
                f.member_id is not null as following, l.answer_count,
                c.comment_count, q.accepted_answer_id, q.closed_at, q.close_reason, d.id as duplicate_of, q.locked_at, q.created_at,
                q.edited_at, l.active_at, q.version, l.tags,
                q.group_id, g.slug as group_slug, g.name as group_name, coalesce(g.private, false) as group_private,
                g.deleted_at is not null as group_deleted, gm.role as group_role, gm.state as group_state, ",
        author_columns!("m", "r"),
        " from post q
         join post_counter c on c.post_id = q.id
         join question_listing l on l.question_id = q.id
         join member m on m.id = q.author_id
         left join reputation r on r.member_id = m.id
         left join vote v on v.post_id = q.id and v.member_id = $2
         left join question_follow f on f.question_id = q.id and f.member_id = $2
         left join user_group g on g.id = q.group_id
         left join membership gm on gm.group_id = q.group_id and gm.member_id = $2
         left join post d on d.id = q.duplicate_of and ($3 or ",
        visible_question!("d", "$2"),
        ") where q.id = $1 and q.kind = 'question'"
    ))
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<SqlUuid>, _>(actor.map(|actor| actor.member_id))
    .bind::<Bool, _>(actor.is_some_and(Actor::is_staff))
    .cached()
    .load(conn)
    .await?
    .pop())
}

/// The question as `actor` may see it; 404 where there is none for them.
pub async fn read(kit: &Kit, conn: &mut Conn, id: PostId, actor: Option<&Actor>) -> Result<QuestionView, Problem> {
    let row = find(conn, id, actor).await?.ok_or_else(|| Problem::not_found("question"))?;
    let permitted = row.permitted();
    can(actor, Action::See, &permitted).map_err(|denied| denied.problem("question"))?;
    let moderates = can(actor, Action::Moderate, &permitted).is_ok();
    let list = answers::list_name(id, AnswerOrder::Best);
    let first = kit.cursors.request(&list, None, None)?;
    let rows = answers::load_page(conn, id, AnswerOrder::Best, actor, moderates, &first).await?;
    let counts = std::iter::once((id, row.comment_count)).chain(rows.iter().map(|row| (row.id, row.comment_count)));
    let commented: Vec<PostId> = counts.filter(|(_, comments)| *comments > 0).map(|(post, _)| post).collect();
    let comments = comments::first_of(conn, &commented).await?;
    let mut comments: Vec<CommentView> = comments.into_iter().map(CommentView::from).collect();
    let mut answers = answers::page(kit, &list, &first, rows);
    for answer in &mut answers.items {
        answer.comments = comments.extract_if(.., |comment| comment.post_id == answer.id).collect();
    }
    comments.retain(|comment| comment.post_id == id);
    Ok(QuestionView {
        id,
        slug: slug(&row.title, slug::CHARS_MAX),
        title: row.title,
        excerpt: row.excerpt,
        body: row.body_markdown,
        body_html: row.body_html,
        tags: row.tags,
        group: row.group_slug.zip(row.group_name).map(|(slug, name)| GroupRef { slug, name }),
        author: row.author.into(),
        state: row.state,
        score: row.score,
        up_votes: row.up_votes,
        down_votes: row.down_votes,
        my_vote: row.my_vote.unwrap_or(0),
        following: actor.map(|_| row.following),
        answer_count: row.answer_count,
        accepted_answer_id: row.accepted_answer_id,
        closed: row.close_reason.zip(row.closed_at).map(|(reason, since)| ClosureView { reason, since, duplicate_of: row.duplicate_of }),
        locked_at: row.locked_at,
        created_at: row.created_at,
        edited_at: row.edited_at,
        active_at: row.active_at,
        version: row.version,
        comment_count: row.comment_count,
        comments,
        answers,
    })
}
