//! Tags count the questions of a group for as long as everybody may see it.

use futures_util::future::BoxFuture;

use super::store;
use crate::{
    domain::GroupId,
    events::Event,
    kit::{
        Conn,
        outbox::{Delivered, Listener},
    },
};

/// Counts the questions of a group's tags anew when the group becomes private, public or ends.
pub struct TagListener;

impl Listener<Event> for TagListener {
    fn name(&self) -> &'static str {
        "tag counts"
    }

    fn react<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let changed = |delivered: &Delivered<Event>| match delivered.event {
                Event::GroupPrivacyChanged { group_id, .. } | Event::GroupDeleted { group_id } => Some(group_id),
                _ => None,
            };
            let groups: Vec<GroupId> = batch.iter().filter_map(changed).collect();
            if !groups.is_empty() {
                let tags = store::of_groups(conn, &groups).await?;
                store::recount(conn, &tags).await?;
            }
            Ok(())
        })
    }
}
