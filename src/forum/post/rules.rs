//! What a post is, and in which states.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;

use crate::{
    events::{Event, PostRef},
    refusals, words,
    words::{GroupId, MemberId, PostId, PostKind, PostState, ReviewItemId},
};

words! {
    /// Why a question takes no more answers.
    pub enum CloseReason {
        Duplicate = "duplicate",
        NeedsDetail = "needs_detail",
        OffTopic = "off_topic",
        Other = "other",
    }
}

refusals! {
    pub enum Refusal {
        Locked = CONFLICT "question_locked" "This question is locked.",
        Closed = CONFLICT "question_closed" "This question is closed and takes no more answers.",
        NotPublished = CONFLICT "post_not_published" "This post is hidden or deleted.",
        OwnPost = FORBIDDEN "own_post" "Nobody votes on their own posts.",
        Silenced = FORBIDDEN "silenced" "You may not write for now.",
    }
}

/// A question or an answer, as rules need to know it.
#[derive(QueryableByName, Clone, Debug, PartialEq)]
#[diesel(table_name = crate::schema::post)]
pub struct PostRow {
    pub id: PostId,
    pub kind: PostKind,
    /// Its own id when it is a question.
    pub question_id: PostId,
    pub group_id: Option<GroupId>,
    pub author_id: MemberId,
    /// Questions have one, answers none.
    pub title: Option<String>,
    pub body_markdown: String,
    pub state: PostState,
    pub up_votes: i32,
    pub down_votes: i32,
    pub score: i32,
    pub comment_count: i32,
    /// Published answers of a question.
    pub answer_count: i32,
    pub accepted_answer_id: Option<PostId>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub hot_key: f64,
    pub active_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub close_reason: Option<CloseReason>,
    pub duplicate_of: Option<PostId>,
    pub locked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub version: i32,
}

impl PostRow {
    pub fn is_published(&self) -> bool {
        self.state == PostState::Published
    }
}

/// A post as events tell of it.
pub fn event_ref(post: &PostRow) -> PostRef {
    PostRef { id: post.id, kind: post.kind, question_id: post.question_id, author_id: post.author_id, group_id: post.group_id }
}

/// What others must hear when `post` goes from its state to another one. Only the public eye counts: from hidden to
/// deleted nobody hears anything.
pub fn state_event(post: &PostRow, to: PostState, review_item_id: Option<ReviewItemId>) -> Option<Event> {
    match (post.is_published(), to == PostState::Published) {
        (true, false) => Some(Event::PostWithdrawn { post: event_ref(post), review_item_id }),
        (false, true) => Some(Event::PostReturned { post: event_ref(post), review_item_id }),
        _ => None,
    }
}

/// What others must hear when `answer` stops being the accepted one.
pub fn unaccepted_events(answer: &PostRow, asker_id: MemberId) -> Vec<Event> {
    let mut events = vec![Event::AnswerUnaccepted { answer: event_ref(answer), asker_id }];
    if answer.author_id != asker_id {
        events.push(Event::AcceptedAnswersChanged { member_id: answer.author_id, amount: -1, group_id: answer.group_id });
    }
    events
}
