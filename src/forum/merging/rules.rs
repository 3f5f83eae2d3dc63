//! What others hear of posts, votes and reputation that change hands with a merge.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Int2, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};

use crate::{
    domain::{GroupId, MemberId, PostId, PostKind, VoteId},
    events::{Event, PostRef},
};

/// A vote that comes or goes with a merge, and its post.
#[derive(QueryableByName, Clone, Copy, Debug)]
pub struct MovedVote {
    #[diesel(sql_type = SqlUuid)]
    pub vote_id: VoteId,
    #[diesel(sql_type = SqlUuid)]
    pub voter_id: MemberId,
    /// 1 or -1.
    #[diesel(sql_type = Int2)]
    pub value: i16,
    #[diesel(sql_type = Timestamptz)]
    pub cast_at: DateTime<Utc>,
    #[diesel(sql_type = SqlUuid)]
    pub post_id: PostId,
    #[diesel(sql_type = Text)]
    pub kind: PostKind,
    #[diesel(sql_type = SqlUuid)]
    pub question_id: PostId,
    #[diesel(sql_type = SqlUuid)]
    pub author_id: MemberId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub group_id: Option<GroupId>,
}

/// Of votes that are gone, or that are there again.
pub fn vote_events(votes: &[MovedVote], again: bool) -> impl Iterator<Item = Event> {
    votes.iter().map(move |vote| {
        let (from, to) = if again { (0, vote.value) } else { (vote.value, 0) };
        let MovedVote { post_id: id, kind, question_id, author_id, group_id, .. } = *vote;
        Event::VoteCast {
            vote_id: vote.vote_id,
            post: PostRef { id, kind, question_id, author_id, group_id },
            voter_id: Some(vote.voter_id),
            from,
            to,
        }
    })
}

/// An answer of one of two members that a question of somebody accepts.
#[derive(QueryableByName, Clone, Copy, Debug)]
pub struct AcceptedAnswer {
    #[diesel(sql_type = SqlUuid)]
    pub post_id: PostId,
    #[diesel(sql_type = SqlUuid)]
    pub question_id: PostId,
    #[diesel(sql_type = SqlUuid)]
    pub author_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub asker_id: MemberId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub group_id: Option<GroupId>,
    #[diesel(sql_type = Timestamptz)]
    pub accepted_at: DateTime<Utc>,
}

impl AcceptedAnswer {
    /// Whether it is another's question: askers are not counted for answers of their own.
    pub fn counts(&self) -> bool {
        self.author_id != self.asker_id
    }
}

/// The answers whose acceptance counts on one side only, as they are on the other.
pub fn turned(before: &[AcceptedAnswer], after: &[AcceptedAnswer]) -> Vec<AcceptedAnswer> {
    let counted: BTreeMap<PostId, bool> = before.iter().map(|answer| (answer.post_id, answer.counts())).collect();
    after.iter().filter(|answer| counted.get(&answer.post_id).is_some_and(|counted| *counted != answer.counts())).copied().collect()
}

/// Of answers whose acceptance counts now, or no longer does.
pub fn acceptance_events(turned: &[AcceptedAnswer]) -> impl Iterator<Item = Event> {
    turned.iter().map(|it| {
        let AcceptedAnswer { post_id: id, question_id, author_id, asker_id, group_id, .. } = *it;
        let answer = PostRef { id, kind: PostKind::Answer, question_id, author_id, group_id };
        if it.counts() { Event::AnswerAccepted { answer, asker_id } } else { Event::AnswerUnaccepted { answer, asker_id } }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_esteemed_for_accepting_their_own_answer() {
        let (ada, twin, cid) = (MemberId::new(), MemberId::new(), MemberId::new());
        let (post_id, accepted_at) = (PostId::new(), DateTime::UNIX_EPOCH);
        let accepted =
            |author_id, asker_id| AcceptedAnswer { post_id, question_id: PostId::new(), author_id, asker_id, group_id: None, accepted_at };
        for (before, after, expected) in [
            (accepted(twin, cid), accepted(ada, cid), None),
            (accepted(twin, ada), accepted(ada, ada), Some(false)),
            (accepted(ada, twin), accepted(ada, ada), Some(false)),
            (accepted(ada, ada), accepted(twin, ada), Some(true)),
            (accepted(ada, ada), accepted(ada, ada), None),
        ] {
            let turned = turned(&[before], &[after]);
            let told = acceptance_events(&turned).map(|event| matches!(event, Event::AnswerAccepted { .. })).next();
            assert_eq!(told, expected, "{before:?} {after:?}");
        }
    }
}
