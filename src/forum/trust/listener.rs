//! Notes whose trust something bears on, and computes it soon after, many members at a time.

use futures_util::future::BoxFuture;

use super::{rules, store};
use crate::{
    events::Event,
    kit::{
        Conn, Kit, Problem,
        outbox::{Listener, Occurrence},
    },
    words::MemberId,
};

const BATCH_MEMBERS: i64 = 200;

pub struct TrustListener;

impl Listener<Event> for TrustListener {
    fn name(&self) -> &'static str {
        "trust"
    }

    fn hear<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Occurrence<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
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

/// Computes the trust of everybody who is due.
pub async fn evaluate_due(kit: Kit) -> Result<(), Problem> {
    loop {
        let now = kit.clock.now();
        let mut tx = kit.db.begin().await?;
        let due = store::take_due(&mut tx, now, BATCH_MEMBERS).await?;
        if due.is_empty() {
            return Ok(());
        }
        let rows = store::find_facts(&mut tx, &due, now).await?;
        let mut levels = Vec::with_capacity(rows.len());
        let mut later = Vec::new();
        for row in rows {
            let facts = row.facts(now);
            levels.push((row.member_id, rules::level(&facts)));
            if let Some(at) = rules::next_look(&facts, row.joined_at, now) {
                later.push((row.member_id, at));
            }
        }
        store::set_trust(&mut tx, &levels).await?;
        store::mark_due(&mut tx, later).await?;
        tx.commit().await?;
    }
}
