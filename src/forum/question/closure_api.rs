//! Closing and locking: staff's and group moderators' ways to end a question without hiding it.

use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use serde_json::{Value, json};

use super::{
    rules::{self, Refusal},
    store,
};
use crate::{
    domain::{ApiTag, PostId, PostKind},
    forum::post::{self, CloseReason, Thread, find_seen, permit},
    identity::{
        Actor, Member,
        audit::{self, AuditEntry},
        permission::Action,
    },
    kit::{Conn, Kit, Problem, Tx, problem::Fields, text::Text},
};

/// Characters of the note to a closure.
pub const NOTE_CHARS_MAX: usize = 500;

/// Operations that close and reopen a question, lock and unlock it.
pub struct ClosureApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct CloseQuestion {
    reason: CloseReason,
    /// The question that this one repeats; for duplicates only, and then required.
    duplicate_of: Option<PostId>,
    /// For the record.
    note: Option<Text>,
}

#[derive(ApiResponse)]
enum Done {
    /// It is so now.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(prefix_path = "/questions", tag = "ApiTag::Forum")]
impl ClosureApi {
    /// CloseQuestion a question
    ///
    /// It takes no more answers, and keeps those it has. For staff and the moderators of its group.
    #[oai(path = "/:question_id/closure", method = "put", operation_id = "close_question")]
    async fn close_question(&self, member: Member, question_id: Path<PostId>, body: Json<CloseQuestion>) -> Result<Done, Problem> {
        let (actor, id, now) = (member.0, question_id.0, self.kit.clock.now());
        let (mut tx, thread) = self.moderate(&actor, id).await?;
        let note = body.note.as_deref().unwrap_or_default();
        let mut fields = Fields::default();
        fields.chars("/note", note, 0..=NOTE_CHARS_MAX);
        rules::check_closure(&mut fields, id, body.reason, body.duplicate_of);
        fields.done()?;
        if thread.post.closed_at.is_some() {
            return Err(Refusal::ClosedAlready.into());
        }
        if let Some(target) = body.duplicate_of {
            let target = post::find_thread(&mut tx, target).await?.filter(|thread| thread.post.kind == PostKind::Question);
            let seen = match target {
                Some(target) => find_seen(&mut tx, Some(&actor), &target).await?,
                None => None,
            };
            seen.ok_or_else(|| Problem::invalid_field("/duplicate_of", "There is no such question."))?;
        }
        store::set_closure(&mut tx, id, Some((body.reason, body.duplicate_of, now))).await?;
        let detail = json!({ "reason": body.reason, "duplicate_of": body.duplicate_of });
        self.record(&mut tx, &actor, "close_question", id, note, detail).await?;
        tx.commit().await?;
        Ok(Done::Done)
    }

    /// Reopen a question
    #[oai(path = "/:question_id/closure", method = "delete", operation_id = "reopen_question")]
    async fn reopen_question(&self, member: Member, question_id: Path<PostId>) -> Result<Done, Problem> {
        let (actor, id) = (member.0, question_id.0);
        let (mut tx, thread) = self.moderate(&actor, id).await?;
        if thread.post.closed_at.is_none() {
            return Err(Refusal::NotClosed.into());
        }
        store::set_closure(&mut tx, id, None).await?;
        self.record(&mut tx, &actor, "reopen_question", id, "", json!({})).await?;
        tx.commit().await?;
        Ok(Done::Done)
    }

    /// Lock a question
    ///
    /// It takes no answers, comments, votes or edits from anybody but moderators.
    #[oai(path = "/:question_id/lock", method = "put", operation_id = "lock_question")]
    async fn lock_question(&self, member: Member, question_id: Path<PostId>) -> Result<Done, Problem> {
        self.lock(member.0, question_id.0, true).await
    }

    /// Unlock a question
    #[oai(path = "/:question_id/lock", method = "delete", operation_id = "unlock_question")]
    async fn unlock_question(&self, member: Member, question_id: Path<PostId>) -> Result<Done, Problem> {
        self.lock(member.0, question_id.0, false).await
    }
}

impl ClosureApi {
    async fn moderate(&self, actor: &Actor, id: PostId) -> Result<(Tx, Thread), Problem> {
        let mut tx = actor.begin(&self.kit).await?;
        let thread = post::store::find_thread_of_for_update(&mut tx, id, PostKind::Question).await?;
        permit(&mut tx, Some(actor), Action::Moderate, &thread).await?;
        Ok((tx, thread))
    }

    async fn lock(&self, actor: Actor, id: PostId, locked: bool) -> Result<Done, Problem> {
        let (mut tx, thread) = self.moderate(&actor, id).await?;
        if thread.post.locked_at.is_some() != locked {
            store::set_lock(&mut tx, id, locked.then(|| self.kit.clock.now())).await?;
            let action = if locked { "lock_question" } else { "unlock_question" };
            self.record(&mut tx, &actor, action, id, "", json!({})).await?;
            tx.commit().await?;
        }
        Ok(Done::Done)
    }

    async fn record(&self, conn: &mut Conn, actor: &Actor, action: &str, id: PostId, reason: &str, detail: Value) -> Result<(), Problem> {
        let now = self.kit.clock.now();
        audit::record(conn, AuditEntry::new(Some(actor.member_id), action, ("post", id.0), reason, detail, now)).await?;
        Ok(())
    }
}
