//! What redemptions forget when a member is gone.

use futures_util::future::BoxFuture;

use super::store;
use crate::{
    events::Event,
    kit::{
        Conn,
        outbox::{Listener, Occurrence},
    },
};

/// Takes addresses out of the redemptions of erased members.
pub struct Forgetter;

impl Listener<Event> for Forgetter {
    fn name(&self) -> &'static str {
        "redemption"
    }

    fn hear<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Occurrence<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let gone = |occurrence: &Occurrence<Event>| match occurrence.event {
                Event::MemberErased { member_id } => Some(member_id),
                _ => None,
            };
            let members: Vec<_> = batch.iter().filter_map(gone).collect();
            if !members.is_empty() {
                store::forget_addresses(conn, &members).await?;
            }
            Ok(())
        })
    }
}
