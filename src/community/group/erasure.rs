//! Groups lose members who are erased.

use futures_util::future::BoxFuture;

use super::store;
use crate::{
    events::{self, Event},
    kit::{
        Conn,
        outbox::{Delivered, Listener},
    },
};

/// Takes erased members out of their groups, and gives groups without an owner another one.
pub struct GroupErasure;

impl Listener<Event> for GroupErasure {
    fn name(&self) -> &'static str {
        "group erasure"
    }

    fn react<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let members = events::erased_members(batch);
            if !members.is_empty() {
                store::remove_everywhere(conn, &members).await?;
            }
            Ok(())
        })
    }
}
