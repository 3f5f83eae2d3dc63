//! Who may change a comment.

use chrono::{DateTime, Utc};

use crate::{
    domain::MemberId,
    forum::post::rules::{Refusal, is_editable},
    identity::Actor,
    kit::Problem,
};

/// Authors may edit for a while, moderators always.
pub fn may_edit(actor: &Actor, author: MemberId, moderates: bool, created_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Problem> {
    may_delete(actor, author, moderates)?;
    if !moderates && !is_editable(actor.trust, created_at, now) {
        return Err(Refusal::EditWindowClosed.into());
    }
    Ok(())
}

/// Lets authors and moderators delete a comment; 403 for others. `moderates`: the comment's group, or everywhere.
pub fn may_delete(actor: &Actor, author: MemberId, moderates: bool) -> Result<(), Problem> {
    if actor.member_id == author || moderates { Ok(()) } else { Err(Problem::forbidden("You may not do this.")) }
}
