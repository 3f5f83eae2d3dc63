//! Asking, reading, editing and deleting questions.

use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};

use super::{
    list::{self, CardRow, Filter, QuestionCard, QuestionOrder},
    rules::{self, Refusal},
    similar,
    store::{self, NewQuestion},
    view::{self, QuestionView},
};
use crate::{
    domain::{ApiTag, PostId, PostKind},
    events::{self, Event, PostRef},
    forum::{
        follow,
        post::{
            self, PostState, event_ref,
            mention::{self, Mentions},
            permit,
            revision::{self, NewRevision},
            rules::{self as post_rules, REASON_CHARS_MAX},
        },
        search_document::{self, Document, language::Spoken},
        tag,
    },
    identity::{
        Handle, Member, Visitor,
        audit::{self, AuditEntry},
        group_access,
        permission::{Action, Object as Permitted, can},
        site_settings,
    },
    kit::{
        Kit, Problem,
        etag::{self, Conditional, Edited, Tagged},
        json_text::JsonText,
        pagination::Page,
        problem::Fields,
        text::Text,
    },
};

/// Characters of a title to which similar questions are searched.
pub const SIMILAR_TITLE_CHARS: std::ops::RangeInclusive<usize> = 10..=300;

/// Characters of a body to which similar questions are searched.
pub const SIMILAR_BODY_CHARS: std::ops::RangeInclusive<usize> = 0..=2_000;

/// Operations on questions: list, ask, read, edit and delete them, and find similar ones.
pub struct QuestionApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct AskQuestion {
    /// 15 to 150 characters.
    title: Text,
    /// Markdown, 20 to 32,000 characters.
    body: Text,
    /// 1 to 5 tags. Synonyms become the tags that they stand for; new ones are made.
    tags: Vec<Text>,
    /// The slug of the group to ask in; absent for the whole community.
    group: Option<Text>,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EditQuestion {
    title: Option<Text>,
    /// Markdown.
    body: Option<Text>,
    /// In place of the tags it has.
    tags: Option<Vec<Text>>,
    /// What was changed, and why; at most 300 characters.
    reason: Option<Text>,
}

#[derive(ApiResponse)]
enum QuestionMade {
    /// The question.
    #[oai(status = 201)]
    Created(JsonText<QuestionView>, #[oai(header = "ETag")] String, #[oai(header = "Location")] String),
}

#[derive(ApiResponse)]
enum QuestionGone {
    /// The question is gone.
    #[oai(status = 204)]
    Deleted,
}

/// Questions like another one.
#[derive(Object)]
struct SimilarQuestions {
    /// At most 5, the most similar first.
    items: Vec<QuestionCard>,
}

#[OpenApi(prefix_path = "/questions", tag = "ApiTag::Forum")]
impl QuestionApi {
    /// List questions
    ///
    /// Those of private groups for their members only.
    #[oai(path = "/", method = "get", operation_id = "list_questions")]
    #[allow(clippy::too_many_arguments)]
    async fn list_questions(
        &self,
        visitor: Visitor,
        /// `hot` by default.
        sort: Query<Option<QuestionOrder>>,
        /// The name of a tag.
        tag: Query<Option<String>>,
        /// The slug of a group.
        group: Query<Option<String>>,
        /// The handle of a member; 404 when nobody has it.
        author: Query<Option<Handle>>,
        /// Those only that the caller follows: by themselves, by a tag, or by being in their group.
        followed: Query<Option<bool>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<QuestionCard>>, Problem> {
        let (actor, sort) = (visitor.0, sort.0.unwrap_or(QuestionOrder::Hot));
        let follower = if followed.0 == Some(true) { Some(actor.as_ref().ok_or_else(nobody)?.member_id) } else { None };
        let list = format!("questions?{}&{:?}&{:?}&{:?}&{follower:?}", sort.as_str(), tag.0, group.0, author.0);
        let request = self.kit.cursors.request(&list, cursor.0.as_deref(), limit.0)?;
        let mut conn = self.kit.db.read().await?;
        let mut filter = Filter::default();
        if let Some(name) = &tag.0 {
            let name = tag::rules::normalise(name).unwrap_or_default();
            let Some(tag) = tag::store::resolve(&mut conn, &name).await? else { return Ok(Json(Page::empty())) };
            filter.tag = Some((tag.id, tag.question_count));
        }
        if let Some(slug) = &group.0 {
            filter.group = Some(group_access::find_visible(&mut conn, slug, actor.as_ref()).await?.0);
        }
        if let Some(handle) = &author.0 {
            filter.author = Some(handle.find(&mut conn).await?);
        }
        if let Some(follower) = follower {
            filter.followed = Some(follow::store::count_questions(&mut conn, follower, list::SORTED_QUESTIONS_MAX).await?);
        }
        let rows = list::load(&mut conn, sort, filter, actor.as_ref(), &request).await?;
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| (row.key(sort), row.id.0), QuestionCard::from)))
    }

    /// Ask a question
    #[oai(path = "/", method = "post", operation_id = "ask_question")]
    async fn ask_question(&self, member: Member, body: Json<AskQuestion>) -> Result<QuestionMade, Problem> {
        let (actor, now) = (member.0, self.kit.clock.now());
        let site = site_settings::current(&self.kit).await?;
        let mut fields = Fields::default();
        let title = body.title.trim();
        fields.chars("/title", &body.title, site.title_chars());
        let mentions = Mentions::find(&self.kit, &[title, &body.body]).await?;
        let rendered = post_rules::render(&mut fields, &actor, &body.body, site.body_chars(), &mentions);
        let tags = tag::rules::normalise_all(&mut fields, &body.tags);

        let mut tx = actor.begin(&self.kit).await?;
        let (group_id, access) = match &body.group {
            Some(slug) => group_access::find_visible(&mut tx, slug, Some(&actor)).await.map(|(id, access)| (Some(id), Some(access)))?,
            None => (None, None),
        };
        can(Some(&actor), Action::Ask, &Permitted::group(access)).map_err(|denied| denied.problem("group"))?;
        fields.done()?;
        post::posting_limits::take(&self.kit, &mut tx, &actor, post::posting_limits::ASK, &body.body, now).await?;

        let id = PostId::new();
        let tags = tag::store::find_or_create(&mut tx, &tags, now).await?;
        let new = NewQuestion { id, group_id, author_id: actor.member_id, title, body_markdown: &body.body, rendered: &rendered, at: now };
        store::insert(&mut tx, &new).await?;
        search_document::put(&mut tx, &[Document::of(id, title, &body.body, site.language.as_str())]).await?;
        tag::store::set_tags(&mut tx, id, &tags).await?;
        follow::store::follow_question(&mut tx, actor.member_id, id, now).await?;
        let names = tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(" ");
        let draft =
            NewRevision { editor_id: actor.member_id, title: Some(title), body_markdown: &body.body, tags: &names, reason: "", at: now };
        revision::insert(&mut tx, id, 1, &draft).await?;
        let post = PostRef { id, kind: PostKind::Question, question_id: id, author_id: actor.member_id, group_id };
        mention::record(&mut tx, id, None, &mentions).await?;
        let mentioned = post_rules::mention_event(post, None, actor.member_id, mentions.members(&rendered.mentions));
        events::publish(&mut tx, now, std::iter::once(Event::QuestionAsked { post }).chain(mentioned)).await?;
        let question = view::read(&self.kit, &mut tx, id, Some(&actor)).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        let Tagged { body, etag } = Tagged::of_view(question.version, &question);
        Ok(QuestionMade::Created(body, etag, format!("/api/v1/questions/{id}")))
    }

    /// Find questions like one
    ///
    /// For somebody who is about to ask: perhaps it was asked before.
    #[oai(path = "/similar", method = "get", operation_id = "similar_questions")]
    async fn similar_questions(
        &self,
        visitor: Visitor,
        /// 10 to 300 characters.
        title: Query<String>,
        /// Markdown, at most 2,000 characters: what is written so far, or its beginning.
        body: Query<Option<String>>,
    ) -> Result<Json<SimilarQuestions>, Problem> {
        let body = body.0.unwrap_or_default();
        if body.chars().count() > *SIMILAR_BODY_CHARS.end() {
            return Err(Refusal::BodyTooLong.into());
        }
        if title.trim().chars().count() < *SIMILAR_TITLE_CHARS.start() || title.chars().count() > *SIMILAR_TITLE_CHARS.end() {
            return Err(Refusal::BadTitle.into());
        }
        let site = site_settings::current(&self.kit).await?;
        let spoken = Spoken::in_text(&format!("{}\n{body}", *title), site.language.as_str());
        let mut conn = self.kit.db.read().await?;
        let member = visitor.0.map(|actor| actor.member_id);
        let rows: Vec<CardRow> = similar::find(&mut conn, (title.trim(), &body), &spoken, member).await?;
        Ok(Json(SimilarQuestions { items: rows.into_iter().map(QuestionCard::from).collect() }))
    }

    /// Read a question
    ///
    /// With its tags, its first comments, and the first page of its answers with theirs, the accepted one first.
    #[oai(path = "/:question_id", method = "get", operation_id = "get_question")]
    async fn get_question(
        &self,
        visitor: Visitor,
        question_id: Path<PostId>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Conditional<QuestionView>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let question = view::read(&self.kit, &mut conn, question_id.0, visitor.0.as_ref()).await?;
        Ok(Tagged::of_view(question.version, &question).read(if_none_match.0.as_deref()))
    }

    /// Edit a question
    ///
    /// Askers for a day at trust 0 and 1, for 30 days above; moderators always. If-Match takes the ETag, or `"v"` and the
    /// version.
    #[oai(path = "/:question_id", method = "patch", operation_id = "edit_question")]
    async fn edit_question(
        &self,
        member: Member,
        question_id: Path<PostId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<EditQuestion>,
    ) -> Result<Edited<QuestionView>, Problem> {
        let (actor, id, now) = (member.0, question_id.0, self.kit.clock.now());
        let site = site_settings::current(&self.kit).await?;
        let mut fields = Fields::default();
        let title = body.title.as_deref().map(str::trim);
        if let Some(title) = &body.title {
            fields.chars("/title", title, site.title_chars());
        }
        let mentions = Mentions::find(&self.kit, &[title.unwrap_or_default(), body.body.as_deref().unwrap_or_default()]).await?;
        let rendered = body.body.as_deref().map(|text| post_rules::render(&mut fields, &actor, text, site.body_chars(), &mentions));
        let tags = body.tags.as_deref().map(|names| tag::rules::normalise_all(&mut fields, names));
        let reason = body.reason.as_deref().unwrap_or_default();
        fields.chars("/reason", reason, 0..=REASON_CHARS_MAX);

        let mut tx = actor.begin(&self.kit).await?;
        let thread = post::store::find_thread_of_for_update(&mut tx, id, PostKind::Question).await?;
        let object = permit(&mut tx, Some(&actor), Action::EditPost, &thread).await?;
        let before = thread.post;
        let moderates = can(Some(&actor), Action::Moderate, &object).is_ok();
        post_rules::may_edit(&before, actor.trust, moderates, now)?;
        etag::guard(if_match.0.as_deref(), before.version)?;
        fields.done()?;

        let body_before = post::store::find_markdown(&mut tx, id).await?;
        let tags_before = tag::store::names_of(&mut tx, id).await?;
        let tags = match tags {
            Some(names) => Some(tag::store::find_or_create(&mut tx, &names, now).await?),
            None => None,
        };
        let mut tags_after: Vec<&str> = tags.iter().flatten().map(|tag| tag.name.as_str()).collect();
        tags_after.sort_unstable();
        let tags_change = tags.is_some() && tags_after != sorted(&tags_before);
        let new_title = title.filter(|title| Some(*title) != before.title.as_deref());
        let new_body = body.body.as_deref().filter(|text| *text != body_before);
        if tags_change || new_title.is_some() || new_body.is_some() {
            let names = if tags_change { tags_after.join(" ") } else { tags_before.join(" ") };
            let markdown = new_body.unwrap_or(&body_before);
            let draft = NewRevision {
                editor_id: actor.member_id,
                title: new_title.or(before.title.as_deref()),
                body_markdown: markdown,
                tags: &names,
                reason,
                at: now,
            };
            revision::keep(&mut tx, &before, (&body_before, &tags_before.join(" ")), &draft).await?;
            post::store::set_text(&mut tx, id, new_title, new_body.zip(rendered.as_ref()), now).await?;
            let title = draft.title.unwrap_or_default();
            search_document::put(&mut tx, &[Document::of(id, title, markdown, site.language.as_str())]).await?;
            mention::record(&mut tx, id, None, &mentions).await?;
            if let Some(text) = rendered.as_ref().filter(|_| new_body.is_some()) {
                let mentioned = post_rules::mention_event(event_ref(&before), None, actor.member_id, mentions.members(&text.mentions));
                events::publish(&mut tx, now, mentioned).await?;
            }
            if let Some(tags) = tags.filter(|_| tags_change) {
                tag::store::replace_tags(&mut tx, &before, &tags).await?;
            }
            post::store::touch(&mut tx, id, now).await?;
        }
        let question = view::read(&self.kit, &mut tx, id, Some(&actor)).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(Tagged::of_view(question.version, &question).edited())
    }

    /// Delete a question
    ///
    /// Askers while nobody has helped: not with an accepted answer, two answers, or an answer that others found useful.
    /// Moderators always.
    #[oai(path = "/:question_id", method = "delete", operation_id = "delete_question")]
    async fn delete_question(&self, member: Member, question_id: Path<PostId>) -> Result<QuestionGone, Problem> {
        let (actor, id, now) = (member.0, question_id.0, self.kit.clock.now());
        let mut tx = actor.begin(&self.kit).await?;
        let thread = post::store::find_thread_of_for_update(&mut tx, id, PostKind::Question).await?;
        let object = permit(&mut tx, Some(&actor), Action::DeletePost, &thread).await?;
        let question = thread.post;
        if can(Some(&actor), Action::Moderate, &object).is_err() {
            let best = store::best_answer_score(&mut tx, id).await?;
            if !rules::may_asker_delete(&question, best) {
                return Err(Refusal::HasAnswers.into());
            }
        }
        post::change_state(&mut tx, &question, PostState::Deleted, None, now).await?;
        if question.author_id != actor.member_id {
            let detail = serde_json::json!({ "post": event_ref(&question) });
            audit::record(&mut tx, AuditEntry::new(Some(actor.member_id), "delete_question", ("post", id.0), "", detail, now)).await?;
        }
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(QuestionGone::Deleted)
    }
}

fn nobody() -> Problem {
    Problem::unauthorized("Sign in to see what you follow.")
}

fn sorted(names: &[String]) -> Vec<&str> {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    names
}
