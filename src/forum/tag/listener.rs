//! Tags count the questions of a group for as long as everybody may see it.

use futures_util::future::BoxFuture;

use super::store;
use crate::{
    events::Event,
    kit::{
        Conn,
        outbox::{Listener, Occurrence},
    },
    words::GroupId,
};

pub struct TagCounts;

impl Listener<Event> for TagCounts {
    fn name(&self) -> &'static str {
        "tag counts"
    }

    fn hear<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Occurrence<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let changed = |occurrence: &Occurrence<Event>| match occurrence.event {
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
