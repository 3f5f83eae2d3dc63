//! Members who are erased follow nothing.

use futures_util::future::BoxFuture;

use super::store;
use crate::{
    events::{self, Event},
    kit::{
        Conn,
        outbox::{Listener, Occurrence},
    },
};

pub struct Forgetting;

impl Listener<Event> for Forgetting {
    fn name(&self) -> &'static str {
        "follow forgetting"
    }

    fn hear<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Occurrence<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let members = events::erased_members(batch);
            if !members.is_empty() {
                store::forget(conn, &members).await?;
            }
            Ok(())
        })
    }
}
