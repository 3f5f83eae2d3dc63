//! Commenting.

use chrono::{DateTime, Utc};
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{
    rules,
    store::{self, CommentRow, NewComment},
};
use crate::{
    domain::{ApiTag, CommentId, PostId, PostKind, PostState},
    events::{self, Event},
    forum::post::{
        self, Refusal, event_ref, find_seen,
        mention::{self, Mentions},
        permit,
        rules::COMMENT_CHARS,
    },
    identity::{
        Actor, Member, Visitor,
        member::AuthorView,
        permission::{Action, can},
    },
    kit::{
        Kit, Problem,
        pagination::{Page, Request},
        problem::Fields,
        text::Text,
    },
};

/// Operations on comments: list a post's, write, edit and delete them.
pub struct CommentApi {
    pub kit: Kit,
}

/// A remark under a question or an answer.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct CommentView {
    pub id: CommentId,
    /// The question or answer that it stands under.
    pub post_id: PostId,
    pub body: String,
    /// Safe to show as it is.
    pub body_html: String,
    pub author: AuthorView,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
}

impl From<CommentRow> for CommentView {
    fn from(row: CommentRow) -> Self {
        Self {
            id: row.id,
            post_id: row.post_id,
            body: row.body_markdown,
            body_html: row.body_html,
            author: row.author.into(),
            created_at: row.created_at,
            edited_at: row.edited_at,
        }
    }
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct WriteComment {
    /// Markdown, 1 to 2,000 characters.
    body: Text,
}

#[derive(ApiResponse)]
enum CommentMade {
    /// The comment.
    #[oai(status = 201)]
    Created(Json<CommentView>),
}

#[derive(ApiResponse)]
enum CommentGone {
    /// The comment is gone.
    #[oai(status = 204)]
    Deleted,
}

#[OpenApi(tag = "ApiTag::Forum")]
impl CommentApi {
    /// List the comments of a question
    ///
    /// Oldest first.
    #[oai(path = "/questions/:question_id/comments", method = "get", operation_id = "list_question_comments")]
    async fn list_question_comments(
        &self,
        visitor: Visitor,
        question_id: Path<PostId>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<CommentView>>, Problem> {
        self.list(visitor.0, question_id.0, PostKind::Question, cursor.0, limit.0).await
    }

    /// List the comments of an answer
    ///
    /// Oldest first.
    #[oai(path = "/answers/:answer_id/comments", method = "get", operation_id = "list_answer_comments")]
    async fn list_answer_comments(
        &self,
        visitor: Visitor,
        answer_id: Path<PostId>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<CommentView>>, Problem> {
        self.list(visitor.0, answer_id.0, PostKind::Answer, cursor.0, limit.0).await
    }

    /// Comment on a question
    #[oai(path = "/questions/:question_id/comments", method = "post", operation_id = "comment_on_question")]
    async fn comment_on_question(
        &self,
        member: Member,
        question_id: Path<PostId>,
        body: Json<WriteComment>,
    ) -> Result<CommentMade, Problem> {
        self.comment(member.0, question_id.0, PostKind::Question, &body.body).await
    }

    /// Comment on an answer
    #[oai(path = "/answers/:answer_id/comments", method = "post", operation_id = "comment_on_answer")]
    async fn comment_on_answer(&self, member: Member, answer_id: Path<PostId>, body: Json<WriteComment>) -> Result<CommentMade, Problem> {
        self.comment(member.0, answer_id.0, PostKind::Answer, &body.body).await
    }

    /// Edit a comment
    ///
    /// Authors for a day at trust 0 and 1, for 30 days above; moderators always.
    #[oai(path = "/comments/:comment_id", method = "patch", operation_id = "edit_comment")]
    async fn edit_comment(
        &self,
        member: Member,
        comment_id: Path<CommentId>,
        body: Json<WriteComment>,
    ) -> Result<Json<CommentView>, Problem> {
        let (actor, id, now) = (member.0, comment_id.0, self.kit.clock.now());
        let mut fields = Fields::default();
        let mentions = Mentions::find(&self.kit, &[&body.body]).await?;
        let rendered = post::rules::render(&mut fields, &actor, &body.body, COMMENT_CHARS, &mentions);
        let mut tx = actor.begin(&self.kit).await?;
        let comment = store::find(&mut tx, id).await?.ok_or_else(|| Problem::not_found("comment"))?;
        let moderates = self.permit_change(&mut tx, &actor, &comment).await?;
        rules::may_edit(&actor, comment.author.id, moderates, comment.created_at, now)?;
        fields.done()?;
        store::set_body(&mut tx, id, &body.body, &rendered.html, now).await?;
        if let Some(post) = post::find(&mut tx, comment.post_id).await? {
            mention::record(&mut tx, post.id, Some(id), &mentions).await?;
            let mentioned = post::rules::mention_event(event_ref(&post), Some(id), actor.member_id, mentions.members(&rendered.mentions));
            events::publish(&mut tx, now, mentioned).await?;
        }
        let comment = store::find(&mut tx, id).await?.ok_or_else(|| Problem::not_found("comment"))?;
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(Json(comment.into()))
    }

    /// Delete a comment
    ///
    /// One's own; moderators any.
    #[oai(path = "/comments/:comment_id", method = "delete", operation_id = "delete_comment")]
    async fn delete_comment(&self, member: Member, comment_id: Path<CommentId>) -> Result<CommentGone, Problem> {
        let (actor, id) = (member.0, comment_id.0);
        let mut tx = actor.begin(&self.kit).await?;
        let comment = store::find(&mut tx, id).await?.ok_or_else(|| Problem::not_found("comment"))?;
        let moderates = self.permit_change(&mut tx, &actor, &comment).await?;
        rules::may_delete(&actor, comment.author.id, moderates)?;
        if !store::delete(&mut tx, id).await? {
            return Err(Problem::not_found("comment"));
        }
        tx.commit().await?;
        Ok(CommentGone::Deleted)
    }
}

impl CommentApi {
    async fn list(
        &self,
        actor: Option<Actor>,
        id: PostId,
        kind: PostKind,
        cursor: Option<String>,
        limit: Option<usize>,
    ) -> Result<Json<Page<CommentView>>, Problem> {
        let list = format!("comments?{id}");
        let request: Request<()> = self.kit.cursors.request(&list, cursor.as_deref(), limit)?;
        let mut conn = self.kit.db.read().await?;
        let thread = post::store::find_thread_of(&mut conn, id, kind).await?;
        permit(&mut conn, actor.as_ref(), Action::See, &thread).await?;
        let seek = request.seek.as_ref().map(|seek| seek.id);
        let rows = store::list(&mut conn, id, seek, request.back(), request.rows()).await?;
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| ((), row.id.0), CommentView::from)))
    }

    async fn comment(&self, actor: Actor, id: PostId, kind: PostKind, body: &str) -> Result<CommentMade, Problem> {
        let now = self.kit.clock.now();
        let mut fields = Fields::default();
        let mentions = Mentions::find(&self.kit, &[body]).await?;
        let rendered = post::rules::render(&mut fields, &actor, body, COMMENT_CHARS, &mentions);
        let mut tx = actor.begin(&self.kit).await?;
        let thread = post::store::find_thread_of_for_update(&mut tx, id, kind).await?;
        permit(&mut tx, Some(&actor), Action::Comment, &thread).await?;
        if !thread.post.is_published() || !thread.question.is_published() {
            return Err(Refusal::NotPublished.into());
        }
        fields.done()?;
        post::posting_limits::take(&self.kit, &mut tx, &actor, post::posting_limits::REPLY, body, now).await?;
        let new = NewComment {
            id: CommentId::new(),
            post_id: id,
            author_id: actor.member_id,
            body_markdown: body,
            body_html: &rendered.html,
            at: now,
        };
        store::insert(&mut tx, &new).await?;
        let (post, by) = (event_ref(&thread.post), actor.member_id);
        mention::record(&mut tx, id, Some(new.id), &mentions).await?;
        let mentioned = post::rules::mention_event(post, Some(new.id), by, mentions.members(&rendered.mentions));
        let posted = Event::CommentPosted { post, comment_id: new.id, author_id: by };
        events::publish(&mut tx, now, std::iter::once(posted).chain(mentioned)).await?;
        let comment = store::find(&mut tx, new.id).await?.ok_or_else(|| Problem::not_found("comment"))?;
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(CommentMade::Created(Json(comment.into())))
    }

    /// Wants the post of a comment to be seen and not locked; says whether the actor moderates there.
    async fn permit_change(&self, conn: &mut crate::kit::Conn, actor: &Actor, comment: &CommentRow) -> Result<bool, Problem> {
        let thread = post::find_thread(conn, comment.post_id).await?.ok_or_else(|| Problem::not_found("comment"))?;
        let mut object = find_seen(conn, Some(actor), &thread).await?.ok_or_else(|| Problem::not_found("comment"))?;
        let moderates = can(Some(actor), Action::Moderate, &object).is_ok();
        // About the comment's author and lock, not about the post's.
        object.author_id = Some(comment.author.id);
        object.state = PostState::Published;
        can(Some(actor), Action::EditPost, &object).map_err(|denied| denied.problem("comment"))?;
        Ok(moderates)
    }
}
