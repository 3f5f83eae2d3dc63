//! Voting.

use poem_openapi::{Object, OpenApi, param::Path, payload::Json};

use super::{
    rules::{self, VOTE, VOTE_ON_AUTHOR, Vote},
    store::{self, Tally},
};
use crate::{
    domain::{ApiTag, PostId, PostKind, VoteId},
    events,
    forum::post::{self, Refusal, event_ref, permit},
    identity::{Actor, Member, permission::Action},
    kit::{Kit, Problem},
};

/// Operations that vote on a question or an answer, or take the vote back.
pub struct VoteApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct CastVote {
    /// 1 for useful, -1 for not useful, 0 to take the vote back.
    #[oai(validator(minimum(value = "-1"), maximum(value = "1")))]
    value: i16,
}

/// How a post stands after a vote.
#[derive(Object)]
struct VoteCount {
    score: i32,
    up_votes: i32,
    down_votes: i32,
    /// The caller's vote: -1, 0 or 1.
    my_vote: i16,
}

#[OpenApi(tag = "ApiTag::Forum")]
impl VoteApi {
    /// Vote on a question
    ///
    /// Sending the same vote again changes nothing.
    #[oai(path = "/questions/:question_id/vote", method = "put", operation_id = "vote_on_question")]
    async fn vote_on_question(&self, member: Member, question_id: Path<PostId>, body: Json<CastVote>) -> Result<Json<VoteCount>, Problem> {
        self.vote(member.0, question_id.0, PostKind::Question, body.value).await
    }

    /// Vote on an answer
    ///
    /// Sending the same vote again changes nothing.
    #[oai(path = "/answers/:answer_id/vote", method = "put", operation_id = "vote_on_answer")]
    async fn vote_on_answer(&self, member: Member, answer_id: Path<PostId>, body: Json<CastVote>) -> Result<Json<VoteCount>, Problem> {
        self.vote(member.0, answer_id.0, PostKind::Answer, body.value).await
    }
}

impl VoteApi {
    async fn vote(&self, actor: Actor, id: PostId, kind: PostKind, value: i16) -> Result<Json<VoteCount>, Problem> {
        let now = self.kit.clock.now();
        let mut tx = actor.begin(&self.kit).await?;
        let thread = post::store::find_thread_of_for_update(&mut tx, id, kind).await?;
        permit(&mut tx, Some(&actor), Action::Vote, &thread).await?;
        let post = &thread.post;
        if !post.is_published() || !thread.question.is_published() {
            return Err(Refusal::NotPublished.into());
        }
        let old = store::find(&mut tx, id, actor.member_id).await?;
        let from = old.map_or(0, |vote| vote.value);
        let mut tally = Tally { up_votes: post.up_votes, down_votes: post.down_votes };
        if from != value {
            self.kit.limits.take(VOTE, &actor.caller())?;
            if value != 0 {
                self.kit.limits.take(VOTE_ON_AUTHOR, &format!("{} on {}", actor.caller(), post.author_id))?;
            }
            let new = (value != 0).then(|| Vote { id: VoteId::new(), value });
            tally = store::replace(&mut tx, post, old, new, &actor, now).await?;
            events::publish(&mut tx, now, rules::events(event_ref(post), &actor, old, new)).await?;
            tx.commit().await?;
            self.kit.outbox.wake();
        }
        let Tally { up_votes, down_votes } = tally;
        Ok(Json(VoteCount { score: up_votes - down_votes, up_votes, down_votes, my_vote: value }))
    }
}
