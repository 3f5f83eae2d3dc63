//! Groups lose members who are erased.

use futures_util::future::BoxFuture;

use super::store;
use crate::{
    events::{self, Event},
    kit::{
        Conn,
        outbox::{Listener, Occurrence},
    },
};

pub struct Leaving;

impl Listener<Event> for Leaving {
    fn name(&self) -> &'static str {
        "group leaving"
    }

    fn hear<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Occurrence<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let members = events::erased_members(batch);
            if !members.is_empty() {
                store::remove_everywhere(conn, &members).await?;
            }
            Ok(())
        })
    }
}
