//! Answering.

use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};

use super::{
    list::{self, AnswerView},
    rules::AnswerOrder,
    store,
};
use crate::{
    domain::{ApiTag, PostId, PostKind},
    events::{self, Event},
    forum::{
        follow,
        post::{
            self, PostState, Refusal, event_ref,
            mention::{self, Mentions},
            permit,
            revision::{self, NewRevision},
            rules::{self as post_rules, REASON_CHARS_MAX},
        },
        search_document::{self, Document},
    },
    identity::{
        Member, Visitor,
        audit::{self, AuditEntry},
        permission::{Action, can},
        site_settings,
    },
    kit::{
        Kit, Problem,
        etag::{self, Edited, Tagged},
        json_text::JsonText,
        pagination::Page,
        problem::Fields,
        text::Text,
    },
};

/// Operations on answers: list a question's, post, edit and delete them.
pub struct AnswerApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct WriteAnswer {
    /// Markdown, 20 to 32,000 characters.
    body: Text,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EditAnswer {
    /// Markdown, 20 to 32,000 characters.
    body: Text,
    /// What was changed, and why; at most 300 characters.
    reason: Option<Text>,
}

#[derive(ApiResponse)]
enum AnswerMade {
    /// The answer.
    #[oai(status = 201)]
    Created(JsonText<AnswerView>, #[oai(header = "ETag")] String),
}

#[derive(ApiResponse)]
enum AnswerGone {
    /// The answer is gone.
    #[oai(status = 204)]
    Deleted,
}

#[OpenApi(tag = "ApiTag::Forum")]
impl AnswerApi {
    /// List the answers of a question
    #[oai(path = "/questions/:question_id/answers", method = "get", operation_id = "list_answers")]
    async fn list_answers(
        &self,
        visitor: Visitor,
        question_id: Path<PostId>,
        /// `best` by default.
        sort: Query<Option<AnswerOrder>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<AnswerView>>, Problem> {
        let (actor, id, sort) = (visitor.0, question_id.0, sort.0.unwrap_or(AnswerOrder::Best));
        let list = list::list_name(id, sort);
        let request = self.kit.cursors.request(&list, cursor.0.as_deref(), limit.0)?;
        let mut conn = self.kit.db.read().await?;
        let thread = post::store::find_thread_of(&mut conn, id, PostKind::Question).await?;
        let object = permit(&mut conn, actor.as_ref(), Action::See, &thread).await?;
        let moderates = can(actor.as_ref(), Action::Moderate, &object).is_ok();
        let rows = list::load_page(&mut conn, id, sort, actor.as_ref(), moderates, &request).await?;
        let mut page = list::page(&self.kit, &list, &request, rows);
        list::add_comments(&mut conn, &mut page.items).await?;
        Ok(Json(page))
    }

    /// Answer a question
    #[oai(path = "/questions/:question_id/answers", method = "post", operation_id = "answer_question")]
    async fn answer_question(&self, member: Member, question_id: Path<PostId>, body: Json<WriteAnswer>) -> Result<AnswerMade, Problem> {
        let (actor, now) = (member.0, self.kit.clock.now());
        let site = site_settings::current(&self.kit).await?;
        let mut fields = Fields::default();
        let mentions = Mentions::find(&self.kit, &[&body.body]).await?;
        let rendered = post_rules::render(&mut fields, &actor, &body.body, site.body_chars(), &mentions);
        let mut tx = actor.begin(&self.kit).await?;
        let thread = post::store::find_thread_of_for_update(&mut tx, question_id.0, PostKind::Question).await?;
        permit(&mut tx, Some(&actor), Action::Answer, &thread).await?;
        let question = thread.post;
        if !question.is_published() {
            return Err(Refusal::NotPublished.into());
        }
        fields.done()?;
        post::posting_limits::take(&self.kit, &mut tx, &actor, post::posting_limits::REPLY, &body.body, now).await?;
        let id = PostId::new();
        store::insert(&mut tx, id, &question, actor.member_id, &body.body, &rendered, now).await?;
        search_document::put(&mut tx, &[Document::of(id, "", &body.body, site.language.as_str())]).await?;
        follow::store::follow_question(&mut tx, actor.member_id, question.id, now).await?;
        let post = events::PostRef {
            id,
            kind: PostKind::Answer,
            question_id: question.id,
            author_id: actor.member_id,
            group_id: question.group_id,
        };
        mention::record(&mut tx, id, None, &mentions).await?;
        let mentioned = post_rules::mention_event(post, None, actor.member_id, mentions.members(&rendered.mentions));
        events::publish(&mut tx, now, std::iter::once(Event::AnswerPosted { post }).chain(mentioned)).await?;
        let answer = list::read(&mut tx, id, &actor).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        let Tagged { body, etag } = Tagged::of_view(answer.version, &answer);
        Ok(AnswerMade::Created(body, etag))
    }

    /// Edit an answer
    ///
    /// Authors for a day at trust 0 and 1, for 30 days above; moderators always. If-Match takes the ETag, or `"v"` and
    /// the version.
    #[oai(path = "/answers/:answer_id", method = "patch", operation_id = "edit_answer")]
    async fn edit_answer(
        &self,
        member: Member,
        answer_id: Path<PostId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<EditAnswer>,
    ) -> Result<Edited<AnswerView>, Problem> {
        let (actor, id, now) = (member.0, answer_id.0, self.kit.clock.now());
        let site = site_settings::current(&self.kit).await?;
        let mut fields = Fields::default();
        let mentions = Mentions::find(&self.kit, &[&body.body]).await?;
        let rendered = post_rules::render(&mut fields, &actor, &body.body, site.body_chars(), &mentions);
        let reason = body.reason.as_deref().unwrap_or_default();
        fields.chars("/reason", reason, 0..=REASON_CHARS_MAX);
        let mut tx = actor.begin(&self.kit).await?;
        let thread = post::store::find_thread_of_for_update(&mut tx, id, PostKind::Answer).await?;
        let object = permit(&mut tx, Some(&actor), Action::EditPost, &thread).await?;
        let moderates = can(Some(&actor), Action::Moderate, &object).is_ok();
        post_rules::may_edit(&thread.post, actor.trust, moderates, now)?;
        etag::guard(if_match.0.as_deref(), thread.post.version)?;
        fields.done()?;
        let before = post::store::find_markdown(&mut tx, id).await?;
        if *body.body != before {
            let draft = NewRevision { editor_id: actor.member_id, title: None, body_markdown: &body.body, tags: "", reason, at: now };
            revision::keep(&mut tx, &thread.post, (&before, ""), &draft).await?;
            post::store::set_text(&mut tx, id, None, Some((&body.body, &rendered)), now).await?;
            search_document::put(&mut tx, &[Document::of(id, "", &body.body, site.language.as_str())]).await?;
            mention::record(&mut tx, id, None, &mentions).await?;
            let mentioned = post_rules::mention_event(event_ref(&thread.post), None, actor.member_id, mentions.members(&rendered.mentions));
            events::publish(&mut tx, now, mentioned).await?;
            if thread.post.is_published() {
                post::store::touch(&mut tx, thread.question.id, now).await?;
            }
        }
        let answer = list::read(&mut tx, id, &actor).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(Tagged::of_view(answer.version, &answer).edited())
    }

    /// Delete an answer
    ///
    /// One's own; moderators any. What it earned is reversed.
    #[oai(path = "/answers/:answer_id", method = "delete", operation_id = "delete_answer")]
    async fn delete_answer(&self, member: Member, answer_id: Path<PostId>) -> Result<AnswerGone, Problem> {
        let (actor, now) = (member.0, self.kit.clock.now());
        let mut tx = actor.begin(&self.kit).await?;
        let thread = post::store::find_thread_of_for_update(&mut tx, answer_id.0, PostKind::Answer).await?;
        permit(&mut tx, Some(&actor), Action::DeletePost, &thread).await?;
        let answer = thread.post;
        post::change_state(&mut tx, &answer, PostState::Deleted, None, now).await?;
        if answer.author_id != actor.member_id {
            let detail = serde_json::json!({ "post": event_ref(&answer) });
            audit::record(&mut tx, AuditEntry::new(Some(actor.member_id), "delete_answer", ("post", answer.id.0), "", detail, now)).await?;
        }
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(AnswerGone::Deleted)
    }
}
