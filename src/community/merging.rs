//! Two members become one in groups and in what they are told, and two again.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use super::{group::store as groups, notification::store as notifications};
use crate::{
    identity::merge::{
        Merge, Merging,
        rules::{MergeOutcome, Moved},
    },
    kit::{Conn, Problem},
};

/// The community's part in merges. What somebody does not want to be told remains the account's own choice.
pub struct CommunityMerging;

impl Merging for CommunityMerging {
    fn merge<'a>(&'a self, conn: &'a mut Conn, merge: &'a Merge, outcome: &'a mut MergeOutcome) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            outcome.moves(Moved::Memberships, groups::take_memberships(conn, merge).await?);
            outcome.moves(Moved::Notifications, notifications::take(conn, merge).await?);
            Ok(())
        })
    }

    fn undo<'a>(&'a self, conn: &'a mut Conn, merge: &'a Merge, _now: DateTime<Utc>) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            groups::give_memberships(conn, merge).await?;
            Ok(notifications::give(conn, merge).await?)
        })
    }
}
