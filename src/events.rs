//! The events that features publish to each other. An event states a fact in the past tense; who reacts to it stands in
//! `app`.

use chrono::{DateTime, Utc};
use diesel::QueryResult;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        CommentId, GroupId, MemberId, MembershipState, PostId, PostKind, PurchaseId, RedemptionId, ReferralId, ReviewItemId, TransactionId,
        VoteId,
    },
    kit::{
        Conn,
        outbox::{self, Delivered, OutboxEvent},
    },
};

/// A post as far as others need to know it.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct PostRef {
    pub id: PostId,
    pub kind: PostKind,
    pub question_id: PostId,
    pub author_id: MemberId,
    pub group_id: Option<GroupId>,
}

/// What happened, with the ids of whom and what it happened to. Listeners look up the rest.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    MemberRegistered {
        member_id: MemberId,
        referral_code: Option<String>,
    },
    /// The person is gone; what they wrote stays without a name.
    MemberErased {
        member_id: MemberId,
        /// What they were called, the handle first: to be taken out of texts, and then forgotten.
        #[serde(default)]
        names: Vec<String>,
        /// The handle that stands in its place.
        #[serde(default)]
        stand_in: String,
    },
    /// A member came onto the leaderboards or left them: by choice, or by becoming or ceasing to be staff.
    LeaderboardListingChanged {
        member_id: MemberId,
        listed: bool,
    },
    QuestionAsked {
        post: PostRef,
    },
    AnswerPosted {
        post: PostRef,
    },
    CommentPosted {
        post: PostRef,
        comment_id: CommentId,
        author_id: MemberId,
    },
    /// A post, or a comment on it, names members.
    MembersMentioned {
        post: PostRef,
        comment_id: Option<CommentId>,
        by: MemberId,
        members: Vec<MemberId>,
    },
    /// A vote was cast, changed or taken back: `from` and `to` are -1, 0 or 1. Imported voters are unknown.
    VoteCast {
        vote_id: VoteId,
        post: PostRef,
        voter_id: Option<MemberId>,
        from: i16,
        to: i16,
    },
    AnswerAccepted {
        answer: PostRef,
        asker_id: MemberId,
    },
    AnswerUnaccepted {
        answer: PostRef,
        asker_id: MemberId,
    },
    /// A post left the public eye (hidden by review, or deleted): what it earned is reversed.
    PostWithdrawn {
        post: PostRef,
        review_item_id: Option<ReviewItemId>,
    },
    /// A withdrawn post came back: what was reversed is posted again.
    PostReturned {
        post: PostRef,
        review_item_id: Option<ReviewItemId>,
    },
    /// Upheld as spam.
    SpamUpheld {
        post: PostRef,
        review_item_id: ReviewItemId,
    },
    /// Not spam after all: the decision was undone.
    SpamCleared {
        post: PostRef,
    },
    ReputationChanged {
        member_id: MemberId,
        amount: i64,
        group_id: Option<GroupId>,
    },
    /// Accepted answers of a member went up or down by one.
    AcceptedAnswersChanged {
        member_id: MemberId,
        amount: i64,
        group_id: Option<GroupId>,
    },
    /// Points earned (or, negative, clawed back), whether spendable yet or not. Spending is no such change.
    PointsEarned {
        member_id: MemberId,
        points: i64,
        group_id: Option<GroupId>,
    },
    /// Points that had to wait can be spent from now on.
    PointsActivated {
        member_id: MemberId,
        points: i64,
    },
    /// Staff corrected a balance.
    PointsAdjusted {
        member_id: MemberId,
        transaction_id: TransactionId,
        points: i64,
        reason: String,
    },
    /// What each side got.
    ReferralRewarded {
        referral_id: ReferralId,
        shares: Vec<(MemberId, i64)>,
    },
    PurchaseRecorded {
        purchase_id: PurchaseId,
        member_id: MemberId,
    },
    PurchaseReturned {
        purchase_id: PurchaseId,
        member_id: MemberId,
        /// Nothing of it is left.
        whole: bool,
    },
    TierChanged {
        member_id: MemberId,
        from_rank: i16,
        to_rank: i16,
    },
    RedemptionChanged {
        redemption_id: RedemptionId,
        member_id: MemberId,
        state: String,
        /// By the member's own doing.
        by_member: bool,
    },
    /// Somebody stands otherwise with a group; nothing is nothing to do with it.
    MembershipChanged {
        group_id: GroupId,
        member_id: MemberId,
        by: MemberId,
        from: Option<MembershipState>,
        to: Option<MembershipState>,
    },
    /// A group became invisible to others, or visible to everybody.
    GroupPrivacyChanged {
        group_id: GroupId,
        private: bool,
    },
    GroupDeleted {
        group_id: GroupId,
    },
}

impl Event {
    /// The post whose votes, acceptance or visibility changed, if this tells of one. What that comes to is decided by
    /// the post as it stands when somebody listens, not by what the event says.
    pub fn changed_post(&self) -> Option<PostRef> {
        match *self {
            Self::VoteCast { post, .. }
            | Self::AnswerAccepted { answer: post, .. }
            | Self::AnswerUnaccepted { answer: post, .. }
            | Self::PostWithdrawn { post, .. }
            | Self::PostReturned { post, .. }
            | Self::SpamUpheld { post, .. }
            | Self::SpamCleared { post } => Some(post),
            _ => None,
        }
    }
}

impl OutboxEvent for Event {
    /// What listeners decide on together has one name. All that happens in a thread is one aggregate: its question is
    /// locked by whoever votes, accepts, hides or answers there.
    fn aggregate(&self) -> String {
        match self {
            Self::MemberRegistered { member_id, .. }
            | Self::MemberErased { member_id, .. }
            | Self::LeaderboardListingChanged { member_id, .. } => {
                format!("member:{member_id}")
            }
            Self::CommentPosted { comment_id, .. } | Self::MembersMentioned { comment_id: Some(comment_id), .. } => {
                format!("comment:{comment_id}")
            }
            Self::QuestionAsked { post }
            | Self::AnswerPosted { post }
            | Self::MembersMentioned { post, .. }
            | Self::VoteCast { post, .. }
            | Self::AnswerAccepted { answer: post, .. }
            | Self::AnswerUnaccepted { answer: post, .. }
            | Self::PostWithdrawn { post, .. }
            | Self::PostReturned { post, .. }
            | Self::SpamUpheld { post, .. }
            | Self::SpamCleared { post } => format!("thread:{}", post.question_id),
            // Sums, which come out right in any order.
            Self::ReputationChanged { member_id, .. } => format!("reputation:{member_id}"),
            Self::AcceptedAnswersChanged { member_id, .. } => format!("accepted-answers:{member_id}"),
            // Whoever moves a member's points has their wallet open.
            Self::PointsEarned { member_id, .. }
            | Self::PointsActivated { member_id, .. }
            | Self::PointsAdjusted { member_id, .. }
            | Self::PurchaseRecorded { member_id, .. }
            | Self::PurchaseReturned { member_id, .. } => format!("wallet:{member_id}"),
            Self::ReferralRewarded { referral_id, .. } => format!("referral:{referral_id}"),
            Self::TierChanged { member_id, .. } => format!("tier:{member_id}"),
            Self::RedemptionChanged { redemption_id, .. } => format!("redemption:{redemption_id}"),
            Self::MembershipChanged { group_id, .. } | Self::GroupPrivacyChanged { group_id, .. } | Self::GroupDeleted { group_id } => {
                format!("group:{group_id}")
            }
        }
    }
}

/// The members who were erased in a batch.
pub fn erased_members(batch: &[Delivered<Event>]) -> Vec<MemberId> {
    let erased = |delivered: &Delivered<Event>| match delivered.event {
        Event::MemberErased { member_id, .. } => Some(member_id),
        _ => None,
    };
    batch.iter().filter_map(erased).collect()
}

/// Tells what happened, in the transaction in which it happened.
pub async fn publish(conn: &mut Conn, at: DateTime<Utc>, events: impl IntoIterator<Item = Event>) -> QueryResult<()> {
    let events: Vec<_> = events.into_iter().map(|event| (at, event)).collect();
    outbox::write(conn, &events).await
}

/// Tells of things that happened at several times, as imports do.
pub async fn publish_at(conn: &mut Conn, events: &[(DateTime<Utc>, Event)]) -> QueryResult<()> {
    outbox::write(conn, events).await
}
