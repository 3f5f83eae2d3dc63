//! Flagging posts.

use chrono::{DateTime, Utc};
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};

use super::{
    rules::{self, Consequence, FlagReason, Flagger, Refusal, Thresholds},
    store::{self, NewFlag},
};
use crate::{
    domain::{ApiTag, FlagId, PostId, PostKind, ReviewItemId, SanctionId},
    forum::{
        post::{self, PostState, Thread},
        sanction::{
            self,
            rules::{AUTOMATIC_SILENCE_HOURS, NewSanction, SanctionKind},
        },
    },
    identity::{Actor, Member, permission::Action, site_settings},
    kit::{Conn, Kit, Problem, problem::Fields, text::Text},
};

/// Operations that flag a question or an answer.
pub struct FlagApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct FlagPost {
    reason: FlagReason,
    /// For the moderators: at most 1000 characters, and at least 10 for the reason `other`.
    note: Option<Text>,
}

/// A flag as the flagger sees it.
#[derive(Object)]
struct FlagView {
    id: FlagId,
    post_id: PostId,
    reason: FlagReason,
    note: String,
    created_at: DateTime<Utc>,
}

#[derive(ApiResponse)]
enum FlagAnswer {
    /// Flagged; moderators will see it.
    #[oai(status = 201)]
    Flagged(Json<FlagView>),
}

#[OpenApi(tag = "ApiTag::Moderation")]
impl FlagApi {
    /// Flag a question
    ///
    /// Tells the moderators of it. Enough weight of flags hides a post until they have looked. One open flag for each
    /// member and post; not on one's own.
    #[oai(path = "/questions/:question_id/flags", method = "post", operation_id = "flag_question")]
    async fn flag_question(&self, member: Member, question_id: Path<PostId>, body: Json<FlagPost>) -> Result<FlagAnswer, Problem> {
        self.flag(member.0, PostKind::Question, question_id.0, body.0).await
    }

    /// Flag an answer
    ///
    /// As flag_question does a question.
    #[oai(path = "/answers/:answer_id/flags", method = "post", operation_id = "flag_answer")]
    async fn flag_answer(&self, member: Member, answer_id: Path<PostId>, body: Json<FlagPost>) -> Result<FlagAnswer, Problem> {
        self.flag(member.0, PostKind::Answer, answer_id.0, body.0).await
    }
}

impl FlagApi {
    async fn flag(&self, actor: Actor, kind: PostKind, id: PostId, body: FlagPost) -> Result<FlagAnswer, Problem> {
        let noun = kind.as_str();
        let note = body.note.map(|note| note.0).unwrap_or_default();
        let mut fields = Fields::default();
        rules::check_note(&mut fields, body.reason, &note);

        let least = Thresholds::from(&*site_settings::current(&self.kit).await?);
        let now = self.kit.clock.now();
        let mut tx = actor.begin(&self.kit).await?;
        let thread = post::find_thread_for_update(&mut tx, id).await?.filter(|thread| thread.post.kind == kind);
        let thread = thread.ok_or_else(|| Problem::not_found(noun))?;
        post::permit(&mut tx, Some(&actor), Action::Flag, &thread).await?;
        if actor.silenced {
            return Err(Refusal::Silenced.into());
        }
        if !thread.post.is_published() {
            return Err(Refusal::NotPublished.into());
        }
        fields.done()?;
        self.kit.limits.take(rules::FLAG, &actor.caller())?;

        let record = store::find_record(&mut tx, actor.member_id).await?;
        let staff = actor.is_staff();
        let weight = rules::weight(Flagger { trust: actor.trust, staff, upheld: record.upheld, declined: record.declined });
        let item = store::join_item(&mut tx, id, weight, now).await?;
        let flag = NewFlag {
            id: FlagId::new(),
            post_id: id,
            flagger_id: actor.member_id,
            review_item_id: item,
            reason: body.reason,
            note: &note,
            weight,
            created_at: now,
        };
        if !store::insert(&mut tx, &flag).await? {
            return Err(Refusal::Already.into());
        }
        let context = store::find_context(&mut tx, &thread.post, staff, thread.question.locked_at.is_some(), now).await?;
        for consequence in rules::consequences(&context, least) {
            carry_out(&mut tx, consequence, &thread, item, now).await?;
        }
        let view = FlagView { id: flag.id, post_id: id, reason: body.reason, note: note.clone(), created_at: now };
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(FlagAnswer::Flagged(Json(view)))
    }
}

async fn carry_out(
    conn: &mut Conn,
    consequence: Consequence,
    thread: &Thread,
    item: ReviewItemId,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    match consequence {
        Consequence::HidePost => {
            post::change_state(conn, &thread.post, PostState::Hidden, Some(item), now).await?;
            store::note_hidden(conn, item, now).await?;
        }
        Consequence::LockQuestion => store::lock_question(conn, thread.question.id, item, now).await?,
        Consequence::SilenceAuthor => {
            let silence = NewSanction {
                id: SanctionId::new(),
                member_id: thread.post.author_id,
                kind: SanctionKind::Silence,
                reason: "Flagged by several members.".to_owned(),
                note: "Several members flagged what you wrote. A moderator will look at it.".to_owned(),
                imposed_by: None,
                review_item_id: Some(item),
                starts_at: now,
                ends_at: sanction::rules::end(now, Some(AUTOMATIC_SILENCE_HOURS)),
            };
            sanction::store::insert(conn, &silence).await?;
        }
    }
    Ok(())
}
