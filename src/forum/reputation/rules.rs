//! What earns reputation, and how it is taken back. The book is folded in memory over a batch of events: what it must
//! know beforehand is loaded once, what it posts is written once.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    events::{Event, PostRef},
    kit::outbox::Occurrence,
    words,
    words::{GroupId, MemberId, PostId, PostKind, VoteId},
};

const QUESTION_UP: i32 = 5;
const ANSWER_UP: i32 = 10;
const ACCEPTED: i32 = 15;
const ACCEPTING: i32 = 2;
const DOWN_RECEIVED: i32 = -2;
const DOWN_CAST: i32 = -1;
const SPAM: i32 = -100;
/// Most that up votes bring a member in a UTC day; the last one that fits counts in part. Acceptances do not count.
pub const VOTES_DAY_MAX: i64 = 200;

words! {
    /// Why an entry was posted.
    pub enum EntryKind {
        QuestionUpVote = "question_up_vote",
        AnswerUpVote = "answer_up_vote",
        DownVote = "down_vote",
        /// Voting an answer down costs the voter.
        DownVoteCast = "down_vote_cast",
        VoteTakenBack = "vote_taken_back",
        AnswerAccepted = "answer_accepted",
        /// Accepting another's answer.
        AcceptedAnAnswer = "accepted_an_answer",
        AcceptanceTakenBack = "acceptance_taken_back",
        /// The post was hidden or deleted.
        PostWithdrawn = "post_withdrawn",
        PostReturned = "post_returned",
        SpamUpheld = "spam_upheld",
        SpamCleared = "spam_cleared",
    }
}

/// What an entry belongs to, when it is looked for to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// What one vote brought.
    Vote(VoteId),
    /// What being accepted brought a post's author and the asker.
    Acceptance(PostId),
    /// All that a post brought and lost while it was seen.
    Earned(PostId),
    /// What was taken when it left the public eye, less what was given back.
    Withdrawn(PostId),
    Spam(PostId),
}

/// A line of the book.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub member_id: MemberId,
    pub kind: EntryKind,
    pub amount: i32,
    pub post_id: PostId,
    pub source: String,
    pub at: DateTime<Utc>,
    pub group_id: Option<GroupId>,
}

/// The part of the book that a batch needs, kept up to date while the batch is folded.
#[derive(Default)]
pub struct Book {
    balances: HashMap<Account, HashMap<MemberId, i32>>,
    votes_of_day: HashMap<(MemberId, NaiveDate), i64>,
    pub posted: Vec<Entry>,
}

impl Book {
    /// Notes what was posted before the batch.
    pub fn remember(&mut self, account: Account, member: MemberId, amount: i32) {
        *self.balances.entry(account).or_default().entry(member).or_default() += amount;
    }
    pub fn remember_day(&mut self, member: MemberId, day: NaiveDate, amount: i64) {
        *self.votes_of_day.entry((member, day)).or_default() += amount;
    }

    fn post(&mut self, entry: Entry, vote: Option<VoteId>) {
        if entry.amount == 0 {
            return;
        }
        let (post, member, amount) = (entry.post_id, entry.member_id, entry.amount);
        for account in accounts(entry.kind, post, vote) {
            self.remember(account, member, amount);
        }
        if counts_for_day(entry.kind, amount) {
            self.remember_day(member, entry.at.date_naive(), amount.into());
        }
        self.posted.push(entry);
    }

    /// Posts the opposite of what an account holds, for each member.
    fn reverse(&mut self, account: Account, kind: EntryKind, post: PostRef, source: &str, at: DateTime<Utc>) {
        let mut held: Vec<_> = self.balances.get(&account).into_iter().flatten().map(|(member, amount)| (*member, *amount)).collect();
        held.sort_unstable();
        let vote = if let Account::Vote(id) = account { Some(id) } else { None };
        for (member_id, amount) in held {
            let entry =
                Entry { member_id, kind, amount: -amount, post_id: post.id, source: source.to_owned(), at, group_id: post.group_id };
            self.post(entry, vote);
        }
    }

    /// Posts what an event brings.
    pub fn hear(&mut self, occurrence: &Occurrence<Event>) {
        let at = occurrence.at;
        let number = occurrence.number.to_string();
        match &occurrence.event {
            Event::VoteCast { vote_id, post, voter_id, from, to, .. } => {
                let source = vote_id.to_string();
                if *from != 0 {
                    self.reverse(Account::Vote(*vote_id), EntryKind::VoteTakenBack, *post, &source, at);
                }
                let entry = |member_id, kind, amount| Entry {
                    member_id,
                    kind,
                    amount,
                    post_id: post.id,
                    source: source.clone(),
                    at,
                    group_id: post.group_id,
                };
                if *to == 1 {
                    let (kind, amount) = match post.kind {
                        PostKind::Question => (EntryKind::QuestionUpVote, QUESTION_UP),
                        PostKind::Answer => (EntryKind::AnswerUpVote, ANSWER_UP),
                    };
                    let today = self.votes_of_day.get(&(post.author_id, at.date_naive())).copied().unwrap_or(0);
                    let room = (VOTES_DAY_MAX - today).clamp(0, i64::from(amount)) as i32;
                    self.post(entry(post.author_id, kind, room), Some(*vote_id));
                }
                if *to == -1 {
                    self.post(entry(post.author_id, EntryKind::DownVote, DOWN_RECEIVED), Some(*vote_id));
                    if let (Some(voter), PostKind::Answer) = (voter_id, post.kind) {
                        self.post(entry(*voter, EntryKind::DownVoteCast, DOWN_CAST), Some(*vote_id));
                    }
                }
            }
            // Nobody earns anything by accepting their own answer.
            Event::AnswerAccepted { answer, asker_id, .. } if answer.author_id != *asker_id => {
                for (member_id, kind, amount) in
                    [(answer.author_id, EntryKind::AnswerAccepted, ACCEPTED), (*asker_id, EntryKind::AcceptedAnAnswer, ACCEPTING)]
                {
                    let source = number.clone();
                    self.post(Entry { member_id, kind, amount, post_id: answer.id, source, at, group_id: answer.group_id }, None);
                }
            }
            Event::AnswerUnaccepted { answer, .. } => {
                self.reverse(Account::Acceptance(answer.id), EntryKind::AcceptanceTakenBack, *answer, &number, at);
            }
            Event::PostWithdrawn { post, .. } => {
                self.reverse(Account::Earned(post.id), EntryKind::PostWithdrawn, *post, &number, at);
            }
            Event::PostReturned { post, .. } => {
                self.reverse(Account::Withdrawn(post.id), EntryKind::PostReturned, *post, &number, at);
                self.reverse(Account::Spam(post.id), EntryKind::SpamCleared, *post, &number, at);
            }
            // By the event's number: what was undone may be decided again.
            Event::SpamUpheld { post, .. } => self.post(spam_entry(post, EntryKind::SpamUpheld, SPAM, number, at), None),
            Event::SpamCleared { post } => {
                // Its return may have given it back already.
                let held = self.balances.get(&Account::Spam(post.id)).and_then(|held| held.get(&post.author_id)).copied().unwrap_or(0);
                self.post(spam_entry(post, EntryKind::SpamCleared, -held.clamp(SPAM, 0), number, at), None);
            }
            _ => {}
        }
    }
}

fn spam_entry(post: &PostRef, kind: EntryKind, amount: i32, source: String, at: DateTime<Utc>) -> Entry {
    Entry { member_id: post.author_id, kind, amount, post_id: post.id, source, at, group_id: post.group_id }
}

/// Where an entry is counted.
pub fn accounts(kind: EntryKind, post: PostId, vote: Option<VoteId>) -> Vec<Account> {
    use EntryKind::*;
    match kind {
        QuestionUpVote | AnswerUpVote | DownVote | DownVoteCast | VoteTakenBack => {
            vote.map(Account::Vote).into_iter().chain([Account::Earned(post)]).collect()
        }
        AnswerAccepted | AcceptedAnAnswer | AcceptanceTakenBack => vec![Account::Acceptance(post), Account::Earned(post)],
        PostWithdrawn | PostReturned => vec![Account::Earned(post), Account::Withdrawn(post)],
        SpamUpheld | SpamCleared => vec![Account::Spam(post)],
    }
}

/// Whether an entry counts towards what votes may bring in a day: up votes, and those taken back.
pub fn counts_for_day(kind: EntryKind, amount: i32) -> bool {
    use EntryKind::*;
    matches!(kind, QuestionUpVote | AnswerUpVote) || kind == VoteTakenBack && amount < 0
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Story {
        book: Book,
        number: i64,
        answer: PostRef,
        asker: MemberId,
    }

    impl Story {
        fn new() -> Self {
            let answer = PostRef {
                id: PostId::new(),
                kind: PostKind::Answer,
                question_id: PostId::new(),
                author_id: MemberId::new(),
                group_id: None,
            };
            Self { book: Book::default(), number: 0, answer, asker: MemberId::new() }
        }
        fn hears(&mut self, event: Event) {
            self.number += 1;
            self.book.hear(&Occurrence { number: self.number, at: DateTime::from_timestamp(0, 0).unwrap(), event });
        }
        fn votes(&mut self, vote_id: VoteId, voter: Option<MemberId>, from: i16, to: i16) {
            let post = self.answer;
            self.hears(Event::VoteCast { vote_id, post, voter_id: voter, voter_trust: 1, from, to, earns_points: true });
        }
        fn total(&self, member: MemberId) -> i32 {
            self.book.posted.iter().filter(|entry| entry.member_id == member).map(|entry| entry.amount).sum()
        }
    }

    #[test]
    fn everything_can_be_taken_back() {
        let mut story = Story::new();
        let (author, voter, asker, answer) = (story.answer.author_id, MemberId::new(), story.asker, story.answer);
        let (up, down) = (VoteId::new(), VoteId::new());
        story.votes(up, Some(voter), 0, 1);
        assert_eq!(story.total(author), 10);
        story.votes(up, Some(voter), 1, 0);
        assert_eq!(story.total(author), 0);
        story.votes(down, Some(voter), 0, -1);
        assert_eq!((story.total(author), story.total(voter)), (-2, -1));
        story.hears(Event::AnswerAccepted { answer, asker_id: asker, earns_points: true });
        assert_eq!((story.total(author), story.total(asker)), (13, 2));
        story.hears(Event::PostWithdrawn { post: answer, review_item_id: None });
        assert_eq!((story.total(author), story.total(voter), story.total(asker)), (0, 0, 0));
        story.hears(Event::PostReturned { post: answer, review_item_id: None });
        assert_eq!((story.total(author), story.total(voter), story.total(asker)), (13, -1, 2));
        story.hears(Event::AnswerUnaccepted { answer, asker_id: asker });
        assert_eq!((story.total(author), story.total(asker)), (-2, 0));
        story.hears(Event::AnswerUnaccepted { answer, asker_id: asker });
        assert_eq!((story.total(author), story.total(asker)), (-2, 0), "once only");
    }

    #[test]
    fn votes_bring_200_a_day_and_the_last_one_in_part() {
        let mut story = Story::new();
        let author = story.answer.author_id;
        story.book.remember_day(author, NaiveDate::from_ymd_opt(1970, 1, 1).unwrap(), 185);
        let votes = [VoteId::new(), VoteId::new(), VoteId::new()];
        for (vote, expected) in votes.into_iter().zip([10, 15, 15]) {
            story.votes(vote, None, 0, 1);
            assert_eq!(story.total(author), expected);
        }
        story.votes(votes[1], None, 1, 0);
        assert_eq!(story.total(author), 10, "taken back is what was given");
        story.hears(Event::AnswerAccepted { answer: story.answer, asker_id: story.asker, earns_points: true });
        assert_eq!(story.total(author), 25, "acceptances come on top");
    }

    #[test]
    fn spam_costs_until_the_post_is_cleared() {
        let mut story = Story::new();
        let (author, post) = (story.answer.author_id, story.answer);
        story.votes(VoteId::new(), None, 0, 1);
        story.hears(Event::PostWithdrawn { post, review_item_id: None });
        story.hears(Event::SpamUpheld { post, review_item_id: crate::words::ReviewItemId::new() });
        assert_eq!(story.total(author), -100);
        story.hears(Event::PostReturned { post, review_item_id: None });
        assert_eq!(story.total(author), 10);
        let own = Event::AnswerAccepted { answer: post, asker_id: author, earns_points: true };
        story.hears(own);
        assert_eq!(story.total(author), 10, "one's own answer earns nothing");
    }
}
