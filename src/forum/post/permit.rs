//! Asks the one function that decides permissions about posts.

use super::{rules::PostRow, store::Thread};
use crate::{
    identity::{
        Actor, group_access,
        permission::{Action, Object, can},
    },
    kit::{Conn, Problem},
};

/// What the permission function needs to know of a post.
pub fn object(question: &PostRow, post: &PostRow, group: Option<crate::identity::permission::GroupAccess>) -> Object {
    Object {
        group,
        author_id: Some(post.author_id),
        asker_id: Some(question.author_id),
        state: post.state,
        closed: question.closed_at.is_some(),
        locked: question.locked_at.is_some(),
    }
}

/// Allows `action` on the post, or answers why not. An answer is seen only where its question is. Returns what was asked
/// about, for further questions.
pub async fn permit(conn: &mut Conn, actor: Option<&Actor>, action: Action, thread: &Thread) -> Result<Object, Problem> {
    let group = match thread.question.group_id {
        Some(id) => group_access::find(conn, id, actor.map(|actor| actor.member_id)).await?,
        None => None,
    };
    can(actor, Action::See, &object(&thread.question, &thread.question, group)).map_err(|denied| denied.problem(thread.noun()))?;
    let object = object(&thread.question, &thread.post, group);
    can(actor, action, &object).map_err(|denied| denied.problem(thread.noun()))?;
    Ok(object)
}
