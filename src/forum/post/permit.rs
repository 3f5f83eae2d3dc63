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

/// What further questions about the post need, if the actor may know of it. An answer is seen only where its question is.
pub async fn find_seen(conn: &mut Conn, actor: Option<&Actor>, thread: &Thread) -> Result<Option<Object>, Problem> {
    let group = match thread.question.group_id {
        Some(id) => group_access::find(conn, id, actor.map(|actor| actor.member_id)).await?,
        None => None,
    };
    let [question, post] = [&thread.question, &thread.post].map(|post| object(&thread.question, post, group));
    Ok([question, post].iter().all(|object| can(actor, Action::See, object).is_ok()).then_some(post))
}

/// Allows `action` on the post, or answers why not: 404 where the actor may not know of it. Returns what was asked about, for
/// further questions.
pub async fn permit(conn: &mut Conn, actor: Option<&Actor>, action: Action, thread: &Thread) -> Result<Object, Problem> {
    let object = find_seen(conn, actor, thread).await?.ok_or_else(|| Problem::not_found(thread.noun()))?;
    can(actor, action, &object).map_err(|denied| denied.problem(thread.noun()))?;
    Ok(object)
}
