//! Accepting the answer that helped.

use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};

use super::rules;
use crate::{
    domain::{ApiTag, PostId, PostKind},
    events,
    forum::post::{self, Refusal, permit, store},
    identity::{Member, permission::Action},
    kit::{Kit, Problem},
};

/// Operations on a question's accepted answer: set it, and take it back.
pub struct AcceptanceApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct AcceptAnswer {
    /// An answer of this question.
    answer_id: PostId,
}

#[derive(ApiResponse)]
enum Accepted {
    /// It is so now.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(prefix_path = "/questions", tag = "ApiTag::Forum")]
impl AcceptanceApi {
    /// Accept an answer
    ///
    /// By the asker at any time, of their own answer after 48 hours; by staff after 7 days. Accepting another one moves
    /// the award.
    ///
    /// For a question of somebody whose trust is still 0, the points wait, at least 7 days, until they reach trust 1;
    /// when they have not by then, the points are taken back.
    #[oai(path = "/:question_id/accepted-answer", method = "put", operation_id = "accept_answer")]
    async fn accept_answer(&self, member: Member, question_id: Path<PostId>, body: Json<AcceptAnswer>) -> Result<Accepted, Problem> {
        let (actor, id, now) = (member.0, question_id.0, self.kit.clock.now());
        let mut tx = actor.begin(&self.kit).await?;
        let question = store::find_thread_of_for_update(&mut tx, id, PostKind::Question).await?;
        permit(&mut tx, Some(&actor), Action::Accept, &question).await?;
        let thread = store::find_thread_of_for_update(&mut tx, body.answer_id, PostKind::Answer).await?;
        permit(&mut tx, Some(&actor), Action::See, &thread).await?;
        let (question, answer) = (question.post, thread.post);
        if answer.question_id != id {
            return Err(Problem::not_found("answer"));
        }
        if !answer.is_published() || !question.is_published() {
            return Err(Refusal::NotPublished.into());
        }
        if question.accepted_answer_id == Some(answer.id) {
            return Ok(Accepted::Done);
        }
        rules::may_accept(&question, &answer, actor.member_id, now)?;
        let before = match question.accepted_answer_id {
            Some(before) => post::find(&mut tx, before).await?,
            None => None,
        };
        store::set_accepted(&mut tx, id, Some((answer.id, now))).await?;
        events::publish_at(&mut tx, &rules::acceptance_events(&question, before.as_ref(), Some(&answer), now)).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(Accepted::Done)
    }

    /// Take back the acceptance
    ///
    /// Does nothing when no answer is accepted.
    #[oai(path = "/:question_id/accepted-answer", method = "delete", operation_id = "unaccept_answer")]
    async fn unaccept_answer(&self, member: Member, question_id: Path<PostId>) -> Result<Accepted, Problem> {
        let (actor, id, now) = (member.0, question_id.0, self.kit.clock.now());
        let mut tx = actor.begin(&self.kit).await?;
        let thread = store::find_thread_of_for_update(&mut tx, id, PostKind::Question).await?;
        permit(&mut tx, Some(&actor), Action::Accept, &thread).await?;
        let Some(accepted) = thread.post.accepted_answer_id else { return Ok(Accepted::Done) };
        let answer = post::find(&mut tx, accepted).await?;
        store::set_accepted(&mut tx, id, None).await?;
        events::publish_at(&mut tx, &rules::acceptance_events(&thread.post, answer.as_ref(), None, now)).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(Accepted::Done)
    }
}
