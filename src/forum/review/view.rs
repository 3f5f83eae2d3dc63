//! Review items as moderators see them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::{
    rules::{Decision, ReviewState},
    store::{Movement, Notice, Row},
};
use crate::{
    domain::{PostId, PostKind, PostState, ReviewItemId, Role},
    forum::flag::rules::{FlagReason, Verdict},
};

/// A flag as moderators see it.
#[derive(Object, Deserialize)]
pub struct FlagOnItem {
    /// The flagger's handle.
    flagger: String,
    reason: FlagReason,
    note: String,
    weight: i32,
    verdict: Verdict,
    created_at: DateTime<Utc>,
}

/// The post that an item is about.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct PostOnItem {
    id: PostId,
    kind: PostKind,
    question_id: PostId,
    /// The question's title.
    title: String,
    /// The first 300 characters of the source.
    excerpt: String,
    state: PostState,
    score: i32,
    created_at: DateTime<Utc>,
    /// The slug of the group that it lies in.
    group: Option<String>,
}

/// Who wrote it.
#[derive(Object)]
pub struct AuthorOnItem {
    handle: String,
    role: Role,
    /// 0 to 4.
    trust: i16,
    /// How often they were sanctioned, ever.
    sanctions: i64,
}

/// What a member gains or loses.
#[derive(Object, Serialize, Clone)]
pub struct MovementView {
    /// The member's handle.
    member: String,
    reputation: i64,
    /// Points that cannot be spent yet.
    points_pending: i64,
    /// Points that can.
    points_available: i64,
}

/// What taking the post away would reverse, or bringing it back would post again, if it were done now.
#[derive(Object)]
pub struct Effect {
    /// Of withdrawing the post by hide, delete, silence, suspend or remove_spam (which costs the author 100 reputation on
    /// top). Empty when it is withdrawn already.
    pub if_withdrawn: Vec<MovementView>,
    /// Of bringing it back by approve, dismiss or restore. Empty when it is published.
    pub if_returned: Vec<MovementView>,
}

/// What needs, or needed, a decision.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ReviewItem {
    pub id: ReviewItemId,
    state: ReviewState,
    /// Sum of the flags' weights.
    weight: i32,
    post: PostOnItem,
    author: AuthorOnItem,
    flags: Vec<FlagOnItem>,
    effect: Effect,
    /// When the flags hid the post by themselves.
    hidden_automatically_at: Option<DateTime<Utc>>,
    /// Until when the flags lock the question.
    locked_until: Option<DateTime<Utc>>,
    /// The handle of the moderator who is looking at it.
    claimed_by: Option<String>,
    claimed_until: Option<DateTime<Utc>>,
    decision: Option<Decision>,
    /// The handle of the moderator who decided.
    decided_by: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    reason: Option<String>,
    /// What the author is told.
    note: Option<String>,
    created_at: DateTime<Utc>,
    /// Send it with the decision: it is refused when something has changed since.
    pub version: i32,
}

/// The effects by post.
pub fn effects(movements: Vec<Movement>) -> HashMap<PostId, Vec<MovementView>> {
    let mut effects: HashMap<PostId, Vec<MovementView>> = HashMap::new();
    for Movement { post_id, handle, reputation, points_pending, points_available } in movements {
        let movement = MovementView { member: handle, reputation, points_pending, points_available };
        effects.entry(post_id).or_default().push(movement);
    }
    effects
}

/// What withdrawing or returning a post would move, whichever its state allows. None: it moves nothing.
pub fn effect(state: PostState, movements: Option<Vec<MovementView>>) -> Effect {
    let movements = movements.unwrap_or_default();
    if state == PostState::Published {
        Effect { if_withdrawn: movements, if_returned: vec![] }
    } else {
        Effect { if_withdrawn: vec![], if_returned: movements }
    }
}

/// An item with what a decision would move.
pub fn view(row: Row, movements: Option<Vec<MovementView>>) -> ReviewItem {
    ReviewItem {
        id: row.id,
        state: row.state,
        weight: row.weight,
        effect: effect(row.post_state, movements),
        post: PostOnItem {
            id: row.post_id,
            kind: row.kind,
            question_id: row.question_id,
            title: row.title,
            excerpt: row.excerpt,
            state: row.post_state,
            score: row.score,
            created_at: row.posted_at,
            group: row.group_slug,
        },
        author: AuthorOnItem { handle: row.author, role: row.author_role, trust: row.author_trust, sanctions: row.author_sanctions },
        flags: serde_json::from_value(row.flags).unwrap_or_default(),
        hidden_automatically_at: row.hidden_at,
        locked_until: row.locked_until,
        claimed_by: row.claimed_by,
        claimed_until: row.claimed_until,
        decision: row.decision,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
        reason: row.reason,
        note: row.note,
        created_at: row.created_at,
        version: row.version,
    }
}

/// What was done about a post of mine.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct MyModeratedPost {
    id: PostId,
    kind: PostKind,
    question_id: PostId,
    /// The question's title, where the caller may see it.
    title: Option<String>,
    /// The post's state now.
    state: PostState,
    /// Absent while flags alone hide the post and nobody has decided.
    decision: Option<Decision>,
    /// What the moderator has to say about it.
    note: Option<String>,
    at: DateTime<Utc>,
}

/// What an author sees of review.
pub fn my_post(notice: Notice) -> MyModeratedPost {
    MyModeratedPost {
        id: notice.post_id,
        kind: notice.kind,
        question_id: notice.question_id,
        title: notice.title,
        state: notice.post_state,
        decision: notice.decision,
        note: notice.note,
        at: notice.at,
    }
}
