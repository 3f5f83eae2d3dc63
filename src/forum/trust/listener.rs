//! Notes whose trust something bears on; a job computes it soon after.

use futures_util::future::BoxFuture;

use super::store;
use crate::{
    domain::MemberId,
    events::Event,
    kit::{
        Conn,
        outbox::{Delivered, Listener},
    },
};

/// Notes the members whose trust an event bears on as due.
pub struct TrustListener;

impl Listener<Event> for TrustListener {
    fn name(&self) -> &'static str {
        "trust"
    }

    fn react<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let due: Vec<_> = batch.iter().flat_map(|told| concerned(&told.event).into_iter().map(|member| (member, told.at))).collect();
            if !due.is_empty() {
                store::mark_due(conn, due).await?;
            }
            Ok(())
        })
    }
}

/// Whose trust an event bears on.
fn concerned(event: &Event) -> Vec<MemberId> {
    match event {
        Event::QuestionAsked { post }
        | Event::AnswerPosted { post }
        | Event::PostReturned { post, .. }
        | Event::PostWithdrawn { post, .. } => {
            vec![post.author_id]
        }
        Event::CommentPosted { author_id, .. } => vec![*author_id],
        Event::VoteCast { post, voter_id, .. } => voter_id.iter().copied().chain([post.author_id]).collect(),
        Event::AnswerAccepted { answer, .. } | Event::AnswerUnaccepted { answer, .. } => vec![answer.author_id],
        Event::PurchaseRecorded { member_id, .. } => vec![*member_id],
        _ => vec![],
    }
}
