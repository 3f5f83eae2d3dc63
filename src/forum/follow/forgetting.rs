//! Members who are erased follow nothing.

use futures_util::future::BoxFuture;

use super::store;
use crate::{
    events::Event,
    kit::{
        Conn,
        outbox::{Listener, Occurrence},
    },
    words::MemberId,
};

pub struct Forgetting;

impl Listener<Event> for Forgetting {
    fn name(&self) -> &'static str {
        "follow forgetting"
    }

    fn hear<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Occurrence<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let erased = |occurrence: &Occurrence<Event>| match occurrence.event {
                Event::MemberErased { member_id } => Some(member_id),
                _ => None,
            };
            let members: Vec<MemberId> = batch.iter().filter_map(erased).collect();
            if !members.is_empty() {
                store::forget(conn, &members).await?;
            }
            Ok(())
        })
    }
}
