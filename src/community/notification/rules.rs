//! Which events are news, and to whom.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::{
    domain::{CommentId, GroupId, MemberId, MembershipState, PostId, RedemptionId},
    events::{Event, PostRef},
    kit::outbox::Delivered,
    text_enum,
};

/// Members told of one mention each, a text.
pub const MENTIONS_MAX: usize = 10;
/// Read ones are kept for so long.
pub const KEPT_READ: Duration = Duration::days(90);

text_enum! {
    /// What a notification tells.
    pub enum NotificationKind {
        /// A question that the member follows has answers.
        QuestionAnswered = "question_answered",
        /// A post of the member's has comments.
        PostCommented = "post_commented",
        /// Somebody named the member in a post or a comment.
        Mentioned = "mentioned",
        /// The member's answer was accepted.
        AnswerAccepted = "answer_accepted",
        /// A post of the member's was hidden by review.
        PostHidden = "post_hidden",
        /// A post of the member's that was hidden came back.
        PostRestored = "post_restored",
        TierChanged = "tier_changed",
        /// A redemption went on without the member's doing.
        RedemptionChanged = "redemption_changed",
        /// Points that had to wait can be spent.
        PointsAvailable = "points_available",
        /// Staff corrected the member's points.
        PointsAdjusted = "points_adjusted",
        ReferralRewarded = "referral_rewarded",
        /// Somebody asks to join a group that the member leads.
        GroupRequested = "group_requested",
        /// The member's request to join was granted.
        GroupGranted = "group_granted",
        GroupInvited = "group_invited",
    }
}

/// Who is to hear.
#[derive(Clone, Debug, PartialEq)]
pub enum Audience {
    Member(MemberId),
    /// Everybody who follows the question.
    Followers(PostId),
    /// The members of these names; they need not exist.
    Members(Vec<MemberId>),
    /// Owner and moderators of the group.
    Leaders(GroupId),
}

/// Something to insert, as far as one event knows.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    pub kind: NotificationKind,
    pub audience: Audience,
    /// Unread news of one kind about the same is told as one.
    pub about: Uuid,
    pub source: Uuid,
    /// Who did it; never told themselves.
    pub actor_id: Option<MemberId>,
    pub question_id: Option<PostId>,
    pub post_id: Option<PostId>,
    pub comment_id: Option<CommentId>,
    pub group_id: Option<GroupId>,
    pub redemption_id: Option<RedemptionId>,
    /// Points, or the rank of a tier.
    pub amount: Option<i64>,
    pub detail: Option<String>,
    pub at: DateTime<Utc>,
}

impl News {
    fn new(kind: NotificationKind, audience: Audience, about: Uuid, source: Uuid, at: DateTime<Utc>) -> Self {
        Self {
            kind,
            audience,
            about,
            source,
            actor_id: None,
            question_id: None,
            post_id: None,
            comment_id: None,
            group_id: None,
            redemption_id: None,
            amount: None,
            detail: None,
            at,
        }
    }

    fn on(self, post: &PostRef) -> Self {
        Self { question_id: Some(post.question_id), post_id: Some(post.id), ..self }
    }

    fn by(self, actor: MemberId) -> Self {
        Self { actor_id: Some(actor), ..self }
    }

    fn of(self, amount: i64, detail: Option<&str>) -> Self {
        Self { amount: Some(amount), detail: detail.map(str::to_owned), ..self }
    }
}

/// What an event is to whom.
pub fn news(delivered: &Delivered<Event>) -> Vec<News> {
    use NotificationKind::*;
    let at = delivered.at;
    // Of things that may happen again, the event's number tells them apart.
    let number = Uuid::from_u128(delivered.number as u128);
    let to = |kind, member: MemberId, about, source| News::new(kind, Audience::Member(member), about, source, at);
    match &delivered.event {
        Event::AnswerPosted { post } => {
            let followers = Audience::Followers(post.question_id);
            vec![News::new(QuestionAnswered, followers, post.question_id.0, post.id.0, at).on(post).by(post.author_id)]
        }
        Event::CommentPosted { post, comment_id, author_id } => {
            let news = to(PostCommented, post.author_id, post.id.0, comment_id.0).on(post).by(*author_id);
            vec![News { comment_id: Some(*comment_id), ..news }]
        }
        Event::MembersMentioned { post, comment_id, by, members } => {
            let text = comment_id.map_or(post.id.0, |id| id.0);
            let members = Audience::Members(members.iter().take(MENTIONS_MAX).copied().collect());
            vec![News { comment_id: *comment_id, ..News::new(Mentioned, members, text, text, at).on(post).by(*by) }]
        }
        Event::AnswerAccepted { answer, asker_id, .. } if *asker_id != answer.author_id => {
            vec![to(AnswerAccepted, answer.author_id, answer.id.0, answer.id.0).on(answer)]
        }
        Event::PostWithdrawn { post, review_item_id: Some(_) } => vec![to(PostHidden, post.author_id, post.id.0, number).on(post)],
        Event::PostReturned { post, review_item_id: Some(_) } => vec![to(PostRestored, post.author_id, post.id.0, number).on(post)],
        Event::TierChanged { member_id, from_rank, to_rank } => {
            let direction = if to_rank > from_rank { "up" } else { "down" };
            vec![to(TierChanged, *member_id, member_id.0, number).of((*to_rank).into(), Some(direction))]
        }
        Event::RedemptionChanged { redemption_id, member_id, state, by_member: false } => {
            let news = to(RedemptionChanged, *member_id, redemption_id.0, number);
            vec![News { redemption_id: Some(*redemption_id), detail: Some(state.clone()), ..news }]
        }
        Event::PointsActivated { member_id, points } => vec![to(PointsAvailable, *member_id, member_id.0, number).of(*points, None)],
        Event::PointsAdjusted { member_id, transaction_id, points, reason } => {
            vec![to(PointsAdjusted, *member_id, transaction_id.0, transaction_id.0).of(*points, Some(reason))]
        }
        Event::ReferralRewarded { referral_id, shares } => shares
            .iter()
            .map(|(member_id, points)| to(ReferralRewarded, *member_id, referral_id.0, referral_id.0).of(*points, None))
            .collect(),
        Event::MembershipChanged { group_id, member_id, by, from, to: state } => {
            let (kind, audience) = match (from, state) {
                (_, Some(MembershipState::Requested)) => (GroupRequested, Audience::Leaders(*group_id)),
                (Some(MembershipState::Requested), Some(MembershipState::Active)) => (GroupGranted, Audience::Member(*member_id)),
                (_, Some(MembershipState::Invited)) => (GroupInvited, Audience::Member(*member_id)),
                _ => return vec![],
            };
            vec![News { group_id: Some(*group_id), ..News::new(kind, audience, group_id.0, number, at).by(*by) }]
        }
        _ => vec![],
    }
}

/// News for one member; several of one kind about the same are one.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNotification {
    pub member_id: MemberId,
    /// Of the latest.
    pub news: News,
    /// The latest first, each once.
    pub sources: Vec<Uuid>,
    /// Of all that came together, in the order of the events.
    pub amount: Option<i64>,
}

/// Puts together what each member is to hear. Nobody hears of themselves; who is named in a post hears that, and not
/// also that it was posted.
pub fn notifications(told: Vec<(MemberId, News)>) -> Vec<NewNotification> {
    let named: Vec<(MemberId, Uuid)> =
        told.iter().filter(|(_, news)| news.kind == NotificationKind::Mentioned).map(|(member, news)| (*member, news.source)).collect();
    let mut notifications: Vec<NewNotification> = Vec::new();
    for (member_id, news) in told {
        if news.actor_id == Some(member_id) || news.kind != NotificationKind::Mentioned && named.contains(&(member_id, news.source)) {
            continue;
        }
        let same =
            |draft: &&mut NewNotification| (draft.member_id, draft.news.kind, draft.news.about) == (member_id, news.kind, news.about);
        match notifications.iter_mut().find(same) {
            Some(draft) if draft.sources.contains(&news.source) => {}
            Some(draft) => {
                draft.sources.insert(0, news.source);
                draft.amount = match (draft.amount, news.amount) {
                    (Some(before), Some(more)) if news.kind == NotificationKind::PointsAvailable => Some(before + more),
                    (_, latest) => latest,
                };
                draft.news = news;
            }
            None => notifications.push(NewNotification { member_id, sources: vec![news.source], amount: news.amount, news }),
        }
    }
    notifications
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PostKind;

    fn post(author_id: MemberId) -> PostRef {
        PostRef { id: PostId::new(), kind: PostKind::Answer, question_id: PostId::new(), author_id, group_id: None }
    }

    fn told(event: Event) -> Vec<NotificationKind> {
        news(&Delivered { number: 7, at: DateTime::UNIX_EPOCH, event }).into_iter().map(|news| news.kind).collect()
    }

    #[test]
    fn some_events_are_news() {
        use MembershipState::*;
        use NotificationKind::*;
        let (ada, bea) = (MemberId::new(), MemberId::new());
        let answer = post(ada);
        let redemption = |by_member| Event::RedemptionChanged {
            redemption_id: RedemptionId::new(),
            member_id: ada,
            state: "issued".to_owned(),
            by_member,
        };
        let group_id = GroupId::new();
        let membership = |from, to| Event::MembershipChanged { group_id, member_id: ada, by: bea, from, to };
        for (event, expected) in [
            (Event::AnswerPosted { post: answer }, vec![QuestionAnswered]),
            (Event::QuestionAsked { post: answer }, vec![]),
            (Event::AnswerAccepted { answer, asker_id: bea }, vec![AnswerAccepted]),
            (Event::AnswerAccepted { answer, asker_id: ada }, vec![]),
            (Event::PostWithdrawn { post: answer, review_item_id: None }, vec![]),
            (Event::PostWithdrawn { post: answer, review_item_id: Some(crate::domain::ReviewItemId::new()) }, vec![PostHidden]),
            (redemption(true), vec![]),
            (redemption(false), vec![RedemptionChanged]),
            (membership(None, Some(Requested)), vec![GroupRequested]),
            (membership(Some(Requested), Some(Active)), vec![GroupGranted]),
            (membership(Some(Requested), None), vec![]),
            (membership(None, Some(Active)), vec![]),
            (membership(None, Some(Invited)), vec![GroupInvited]),
            (membership(Some(Active), Some(Banned)), vec![]),
        ] {
            assert_eq!(told(event.clone()), expected, "{event:?}");
        }
    }

    #[test]
    fn news_about_the_same_are_one() {
        let (ada, bea) = (MemberId::new(), MemberId::new());
        let about = Uuid::now_v7();
        let news = |kind, source: u128, actor, points| {
            let news = News::new(kind, Audience::Member(ada), about, Uuid::from_u128(source), DateTime::UNIX_EPOCH).of(points, None);
            (ada, News { actor_id: Some(actor), ..news })
        };
        use NotificationKind::{Mentioned, PointsAvailable, QuestionAnswered};
        for (told, expected) in [
            (vec![news(QuestionAnswered, 1, ada, 0)], vec![]),
            (vec![news(QuestionAnswered, 1, bea, 0), news(QuestionAnswered, 2, bea, 0)], vec![(QuestionAnswered, vec![2, 1], 0)]),
            (vec![news(QuestionAnswered, 1, bea, 0), news(QuestionAnswered, 1, bea, 0)], vec![(QuestionAnswered, vec![1], 0)]),
            (vec![news(QuestionAnswered, 1, bea, 0), news(Mentioned, 1, bea, 0)], vec![(Mentioned, vec![1], 0)]),
            (vec![news(PointsAvailable, 1, bea, 30), news(PointsAvailable, 2, bea, 12)], vec![(PointsAvailable, vec![2, 1], 42)]),
        ] {
            let notifications: Vec<_> = notifications(told)
                .into_iter()
                .map(|draft| (draft.news.kind, draft.sources.iter().map(Uuid::as_u128).collect::<Vec<_>>(), draft.amount.unwrap_or(0)))
                .collect();
            assert_eq!(notifications, expected);
        }
    }
}
