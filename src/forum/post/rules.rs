//! What a post is, and in which states.

use std::ops::RangeInclusive;

use chrono::{DateTime, Duration, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};

use super::mention::Mentions;
use crate::{
    domain::{CommentId, GroupId, MemberId, PostId, PostKind, PostState, ReviewItemId},
    events::{Event, PostRef},
    identity::Actor,
    kit::{
        markdown::{self, Rendered},
        problem::Fields,
    },
    refusals, text_enum,
};

text_enum! {
    /// Why a question takes no more answers.
    pub enum CloseReason {
        Duplicate = "duplicate",
        NeedsDetail = "needs_detail",
        OffTopic = "off_topic",
        Other = "other",
    }
}

refusals! {
    /// Why something is refused to a post.
    pub enum Refusal {
        NotPublished = CONFLICT "post_not_published" "This post is hidden or deleted.",
        DuplicatePost = CONFLICT "duplicate_post" "You have posted the same words a moment ago.",
        EditWindowClosed = FORBIDDEN "edit_window_closed" "The time in which you may edit this yourself is over.",
        OwnPost = FORBIDDEN "own_post" "This is for the posts of others.",
    }
}

/// Characters of a comment.
pub const COMMENT_CHARS: RangeInclusive<usize> = 1..=2_000;
/// Characters of the reason for an edit.
pub const REASON_CHARS_MAX: usize = 300;
/// Links in a body at trust 0.
const NEWCOMER_LINKS_MAX: usize = 2;
const MENTIONS_MAX: usize = 10;
const NEWCOMER_MENTIONS_MAX: usize = 2;
/// An author's corrections within this time of the last revision make no new one.
const GRACE_MINUTES: i64 = 5;

/// A question or an answer, as rules need to know it.
#[derive(QueryableByName, Clone, Debug, PartialEq)]
pub struct PostRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: PostId,
    #[diesel(sql_type = Text)]
    pub kind: PostKind,
    /// Its own id when it is a question.
    #[diesel(sql_type = SqlUuid)]
    pub question_id: PostId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub group_id: Option<GroupId>,
    #[diesel(sql_type = SqlUuid)]
    pub author_id: MemberId,
    /// Questions have one, answers none.
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
    #[diesel(sql_type = Text)]
    pub state: PostState,
    #[diesel(sql_type = Int4)]
    pub up_votes: i32,
    #[diesel(sql_type = Int4)]
    pub down_votes: i32,
    /// Published answers of its question.
    #[diesel(sql_type = Int4)]
    pub answer_count: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub accepted_answer_id: Option<PostId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub accepted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub closed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub locked_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    pub version: i32,
}

impl PostRow {
    /// Whether the post is neither hidden nor deleted.
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

/// What others must hear of the members whom a text of `by` names, if it names any.
pub fn mention_event(post: PostRef, comment_id: Option<CommentId>, by: MemberId, members: Vec<MemberId>) -> Option<Event> {
    (!members.is_empty()).then_some(Event::MembersMentioned { post, comment_id, by, members })
}

/// What others must hear when `answer` stops being the one that `question` accepts. It no longer counts on the day on
/// which it was accepted.
pub fn unaccepted_events(question: &PostRow, answer: &PostRow, now: DateTime<Utc>) -> Vec<(DateTime<Utc>, Event)> {
    let asker_id = question.author_id;
    let mut events = vec![(now, Event::AnswerUnaccepted { answer: event_ref(answer), asker_id })];
    if answer.author_id != asker_id {
        let changed = Event::AcceptedAnswersChanged { member_id: answer.author_id, amount: -1, group_id: answer.group_id };
        events.push((question.accepted_at.unwrap_or(now), changed));
    }
    events
}

/// Checks and renders what somebody wrote, with links to those whom it mentions. What is refused lands in `fields`.
pub fn render(fields: &mut Fields, actor: &Actor, text: &str, chars: RangeInclusive<usize>, mentions: &Mentions) -> Rendered {
    fields.chars("/body", text, chars);
    let rendered = markdown::render(text, &|name| mentions.handle_of(name)).unwrap_or_else(|refused| {
        fields.refuse("/body", refused.to_string());
        Rendered { html: String::new(), links: 0, mentions: Vec::new(), text_start: String::new() }
    });
    let newcomer = actor.is_newcomer();
    if newcomer && rendered.links > NEWCOMER_LINKS_MAX {
        fields.refuse("/body", format!("New members may set {NEWCOMER_LINKS_MAX} links in a post."));
    }
    let mentions_max = if newcomer { NEWCOMER_MENTIONS_MAX } else { MENTIONS_MAX };
    if rendered.mentions.len() > mentions_max {
        fields.refuse("/body", format!("A post may mention {mentions_max} members."));
    }
    rendered
}

/// How long members may edit what they wrote: a day at trust 0 and 1, 30 days above.
pub fn edit_window(trust: i16) -> Duration {
    if trust <= 1 { Duration::hours(24) } else { Duration::days(30) }
}

/// Whether an author may still edit, by the clock.
pub fn is_editable(trust: i16, created_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - created_at <= edit_window(trust)
}

/// Whether a post that somebody has the right to edit may be edited now.
pub fn may_edit(post: &PostRow, trust: i16, moderates: bool, now: DateTime<Utc>) -> Result<(), Refusal> {
    if post.state == PostState::Deleted {
        return Err(Refusal::NotPublished);
    }
    if !moderates && !is_editable(trust, post.created_at, now) {
        return Err(Refusal::EditWindowClosed);
    }
    Ok(())
}

/// Whether an edit belongs to the last revision: the same person still at it.
pub fn is_grace(editor: MemberId, last_editor: MemberId, last_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    editor == last_editor && now - last_at <= Duration::minutes(GRACE_MINUTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_have_their_time() {
        let asked = DateTime::from_timestamp(0, 0).unwrap();
        for (trust, hours, expected) in [(0, 24, true), (1, 25, false), (2, 25, true), (2, 720, true), (4, 721, false)] {
            assert_eq!(is_editable(trust, asked, asked + Duration::hours(hours)), expected, "{trust} {hours}");
        }
        let (ada, bea) = (MemberId::new(), MemberId::new());
        for (editor, minutes, expected) in [(ada, 5, true), (ada, 6, false), (bea, 1, false)] {
            assert_eq!(is_grace(editor, ada, asked, asked + Duration::minutes(minutes)), expected, "{minutes}");
        }
    }
}
