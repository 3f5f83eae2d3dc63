//! One person who was two members becomes one: what the one had becomes the other's, until that is undone.
//!
//! Identity begins and ends a merge; what lies in other features they move themselves ([`Merging`]), in the same transaction.

pub mod api;
pub mod rules;
pub mod run;
pub mod store;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use self::rules::MergeOutcome;
use crate::{
    domain::{MemberId, MergeId},
    kit::{Conn, Problem},
};

/// Two members who become one.
#[derive(Clone, Copy, Debug)]
pub struct Merge {
    pub id: MergeId,
    /// Whose everything goes over.
    pub from: MemberId,
    /// Whose it becomes.
    pub into: MemberId,
    pub at: DateTime<Utc>,
}

/// A feature's part in merges. No event is delivered and no other merge goes on meanwhile; the members' rows are locked.
pub trait Merging: Send + Sync {
    /// Moves what is the feature's own, notes how to move it back (see [`store`]), and says what it was.
    fn merge<'a>(&'a self, conn: &'a mut Conn, merge: &'a Merge, outcome: &'a mut MergeOutcome) -> BoxFuture<'a, Result<(), Problem>>;

    /// Whether it could still be moved back.
    fn may_undo<'a>(&'a self, _conn: &'a mut Conn, _merge: &'a Merge) -> BoxFuture<'a, Result<bool, Problem>> {
        Box::pin(async { Ok(true) })
    }

    /// Moves exactly that back, at `now`. 409 when it no longer can be.
    fn undo<'a>(&'a self, conn: &'a mut Conn, merge: &'a Merge, now: DateTime<Utc>) -> BoxFuture<'a, Result<(), Problem>>;
}

/// Everybody who takes part, in order; undoing goes in the same order.
pub type MergeParticipants = Arc<[Box<dyn Merging>]>;
