//! What earns reputation, and how it is taken back. The book is brought in line with posts as they stand, in memory:
//! what must be known beforehand is loaded once, what is posted is written once. In whichever order others tell of what
//! happened, the same comes out.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Bool, Int4, Nullable, Timestamptz, Uuid as SqlUuid},
};

use crate::{
    domain::{GroupId, MemberId, PostId, PostKind, VoteId},
    text_enum,
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

text_enum! {
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

/// What an entry is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryCause {
    Votes,
    Acceptance,
    /// The post left the public eye: all that the two above brought is gone meanwhile.
    Withdrawal,
    Spam,
}

impl EntryKind {
    /// What the entry is reckoned with: entries of one cause and post are settled together.
    pub fn cause(self) -> EntryCause {
        use EntryKind::*;
        match self {
            QuestionUpVote | AnswerUpVote | DownVote | DownVoteCast | VoteTakenBack => EntryCause::Votes,
            AnswerAccepted | AcceptedAnAnswer | AcceptanceTakenBack => EntryCause::Acceptance,
            PostWithdrawn | PostReturned => EntryCause::Withdrawal,
            SpamUpheld | SpamCleared => EntryCause::Spam,
        }
    }
}

/// A post as it stands, as far as it bears on reputation.
#[derive(Clone, Copy, Debug)]
pub struct ScoredPost {
    pub id: PostId,
    pub kind: PostKind,
    pub author_id: MemberId,
    pub asker_id: MemberId,
    pub group_id: Option<GroupId>,
    pub published: bool,
    /// Since when it is the accepted answer, if it is.
    pub accepted_at: Option<DateTime<Utc>>,
    /// Removed as spam.
    pub spam: bool,
}

/// A vote that stands, and that the book does not know.
#[derive(Clone, Copy, Debug)]
pub struct NewVote {
    pub id: VoteId,
    pub post_id: PostId,
    /// None for a vote of somebody unknown.
    pub voter_id: Option<MemberId>,
    /// 1 or -1.
    pub value: i16,
    pub cast_at: DateTime<Utc>,
}

/// What a vote that no longer stands has brought a member.
#[derive(Clone, Debug)]
pub struct GoneVote {
    /// Its id.
    pub source: String,
    pub post_id: PostId,
    pub member_id: MemberId,
    /// Points of reputation.
    pub amount: i32,
}

/// A line of the book.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub member_id: MemberId,
    pub kind: EntryKind,
    /// 0 for an up vote on a day that was full already.
    pub amount: i32,
    pub post_id: PostId,
    pub source: String,
    pub at: DateTime<Utc>,
    pub group_id: Option<GroupId>,
}

/// A line of the book of reputation that changed hands.
#[derive(QueryableByName, Clone, Copy, Debug)]
pub struct MovedEntry {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub post_id: Option<PostId>,
    #[diesel(sql_type = Int4)]
    pub amount: i32,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Posted after the merge that is undone.
    #[diesel(sql_type = Bool)]
    pub later: bool,
}

/// The part of the book that some posts need, kept up to date while they are settled.
#[derive(Default)]
pub struct Book {
    held: HashMap<(PostId, EntryCause), HashMap<MemberId, i32>>,
    votes_of_day: HashMap<(MemberId, NaiveDate), i64>,
    pub posted: Vec<Entry>,
}

impl Book {
    /// Notes what was posted before.
    pub fn remember(&mut self, post: PostId, cause: EntryCause, member: MemberId, amount: i32) {
        *self.held.entry((post, cause)).or_default().entry(member).or_default() += amount;
    }
    /// Notes what votes gave a member on a day (UTC) before, for the day's cap.
    pub fn remember_day(&mut self, member: MemberId, day: NaiveDate, amount: i64) {
        *self.votes_of_day.entry((member, day)).or_default() += amount;
    }

    fn post(&mut self, post: &ScoredPost, member_id: MemberId, kind: EntryKind, amount: i32, source: &str, at: DateTime<Utc>) {
        self.remember(post.id, kind.cause(), member_id, amount);
        if counts_for_day(kind, amount) {
            self.remember_day(member_id, at.date_naive(), amount.into());
        }
        let (source, group_id) = (source.to_owned(), post.group_id);
        self.posted.push(Entry { member_id, kind, amount, post_id: post.id, source, at, group_id });
    }

    /// Posts what a vote brings. Votes come in the order in which they were cast.
    pub fn count(&mut self, post: &ScoredPost, vote: &NewVote) {
        let source = vote.id.to_string();
        if vote.value == 1 {
            let (kind, amount) = match post.kind {
                PostKind::Question => (EntryKind::QuestionUpVote, QUESTION_UP),
                PostKind::Answer => (EntryKind::AnswerUpVote, ANSWER_UP),
            };
            let today = self.votes_of_day.get(&(post.author_id, vote.cast_at.date_naive())).copied().unwrap_or(0);
            let room = (VOTES_DAY_MAX - today).clamp(0, i64::from(amount)) as i32;
            return self.post(post, post.author_id, kind, room, &source, vote.cast_at);
        }
        self.post(post, post.author_id, EntryKind::DownVote, DOWN_RECEIVED, &source, vote.cast_at);
        if let (Some(voter), PostKind::Answer) = (vote.voter_id, post.kind) {
            self.post(post, voter, EntryKind::DownVoteCast, DOWN_CAST, &source, vote.cast_at);
        }
    }

    /// Takes back what a vote had brought.
    pub fn discount(&mut self, post: &ScoredPost, vote: &GoneVote, at: DateTime<Utc>) {
        self.post(post, vote.member_id, EntryKind::VoteTakenBack, -vote.amount, &vote.source, at);
    }

    /// Posts what is due for a post, its votes aside, and is not in the book; takes back what is in it and not due.
    /// `source` is new each time.
    pub fn settle(&mut self, post: &ScoredPost, source: &str, at: DateTime<Utc>) {
        // Nobody earns anything by accepting their own answer.
        let accepted_at = post.accepted_at.filter(|_| post.author_id != post.asker_id);
        for member in self.members(post) {
            let mut due = 0;
            if accepted_at.is_some() {
                due += if member == post.author_id { ACCEPTED } else { 0 };
                due += if member == post.asker_id { ACCEPTING } else { 0 };
            }
            let missing = due - self.held(post.id, EntryCause::Acceptance, member);
            let earned = if member == post.author_id { EntryKind::AnswerAccepted } else { EntryKind::AcceptedAnAnswer };
            let kind = if missing > 0 { earned } else { EntryKind::AcceptanceTakenBack };
            self.post_missing(post, member, kind, missing, source, accepted_at.filter(|_| missing > 0).unwrap_or(at));

            let earned = self.held(post.id, EntryCause::Votes, member) + self.held(post.id, EntryCause::Acceptance, member);
            let due = if post.published { 0 } else { -earned };
            let missing = due - self.held(post.id, EntryCause::Withdrawal, member);
            let kind = if post.published { EntryKind::PostReturned } else { EntryKind::PostWithdrawn };
            self.post_missing(post, member, kind, missing, source, at);

            let due = if post.spam && member == post.author_id { SPAM } else { 0 };
            let missing = due - self.held(post.id, EntryCause::Spam, member);
            let kind = if missing > 0 { EntryKind::SpamCleared } else { EntryKind::SpamUpheld };
            self.post_missing(post, member, kind, missing, source, at);
        }
    }

    fn post_missing(&mut self, post: &ScoredPost, member: MemberId, kind: EntryKind, missing: i32, source: &str, at: DateTime<Utc>) {
        if missing != 0 {
            self.post(post, member, kind, missing, source, at);
        }
    }

    /// Everybody whom a post brings or brought something.
    fn members(&self, post: &ScoredPost) -> BTreeSet<MemberId> {
        let causes = [EntryCause::Votes, EntryCause::Acceptance, EntryCause::Withdrawal, EntryCause::Spam];
        let held = causes.iter().filter_map(|cause| self.held.get(&(post.id, *cause))).flat_map(HashMap::keys).copied();
        held.chain([post.author_id, post.asker_id]).collect()
    }

    fn held(&self, post: PostId, cause: EntryCause, member: MemberId) -> i32 {
        self.held.get(&(post, cause)).and_then(|held| held.get(&member)).copied().unwrap_or(0)
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

    const THEN: DateTime<Utc> = DateTime::UNIX_EPOCH;

    struct Story {
        book: Book,
        number: i64,
        answer: ScoredPost,
    }

    impl Story {
        fn new() -> Self {
            let answer = ScoredPost {
                id: PostId::new(),
                kind: PostKind::Answer,
                author_id: MemberId::new(),
                asker_id: MemberId::new(),
                group_id: None,
                published: true,
                accepted_at: None,
                spam: false,
            };
            Self { book: Book::default(), number: 0, answer }
        }
        fn votes(&mut self, value: i16, voter_id: Option<MemberId>) -> VoteId {
            let id = VoteId::new();
            self.book.count(&self.answer, &NewVote { id, post_id: self.answer.id, voter_id, value, cast_at: THEN });
            id
        }
        fn takes_back(&mut self, vote: VoteId) {
            let source = vote.to_string();
            let gone: Vec<_> = self.book.posted.iter().filter(|entry| entry.source == source).cloned().collect();
            for Entry { post_id, member_id, amount, .. } in gone {
                self.book.discount(&self.answer, &GoneVote { source: source.clone(), post_id, member_id, amount }, THEN);
            }
        }
        fn settles(&mut self, change: impl Fn(&mut ScoredPost)) {
            change(&mut self.answer);
            self.number += 1;
            self.book.settle(&self.answer, &self.number.to_string(), THEN);
        }
        fn total(&self, member: MemberId) -> i32 {
            self.book.posted.iter().filter(|entry| entry.member_id == member).map(|entry| entry.amount).sum()
        }
    }

    #[test]
    fn everything_can_be_taken_back() {
        let mut story = Story::new();
        let (author, voter, asker) = (story.answer.author_id, MemberId::new(), story.answer.asker_id);
        let up = story.votes(1, Some(voter));
        assert_eq!(story.total(author), 10);
        story.takes_back(up);
        assert_eq!(story.total(author), 0);
        story.votes(-1, Some(voter));
        assert_eq!((story.total(author), story.total(voter)), (-2, -1));
        let totals = |story: &Story| (story.total(author), story.total(voter), story.total(asker));
        story.settles(|answer| answer.accepted_at = Some(THEN));
        assert_eq!(totals(&story), (13, -1, 2));
        story.settles(|answer| answer.published = false);
        assert_eq!(totals(&story), (0, 0, 0));
        story.settles(|answer| answer.published = true);
        assert_eq!(totals(&story), (13, -1, 2));
        story.settles(|answer| answer.accepted_at = None);
        assert_eq!(totals(&story), (-2, -1, 0));
        let entries = story.book.posted.len();
        story.settles(|_| {});
        assert_eq!((totals(&story), story.book.posted.len()), ((-2, -1, 0), entries), "once only");
    }

    /// Whatever is heard late finds the post as it stands.
    #[test]
    fn what_happens_while_a_post_is_hidden_counts_when_it_returns() {
        let mut story = Story::new();
        let author = story.answer.author_id;
        story.settles(|answer| answer.published = false);
        story.votes(1, None);
        story.settles(|answer| answer.accepted_at = Some(THEN));
        assert_eq!(story.total(author), 0);
        story.settles(|answer| answer.published = true);
        assert_eq!(story.total(author), 25);
    }

    #[test]
    fn votes_bring_200_a_day_and_the_last_one_in_part() {
        let mut story = Story::new();
        let author = story.answer.author_id;
        story.book.remember_day(author, THEN.date_naive(), 185);
        let votes: Vec<_> = [10, 15, 15]
            .into_iter()
            .map(|expected| {
                let vote = story.votes(1, None);
                assert_eq!(story.total(author), expected);
                vote
            })
            .collect();
        story.takes_back(votes[1]);
        assert_eq!(story.total(author), 10, "taken back is what was given");
        story.settles(|answer| answer.accepted_at = Some(THEN));
        assert_eq!(story.total(author), 25, "acceptances come on top");
    }

    #[test]
    fn spam_costs_until_the_post_is_cleared() {
        let mut story = Story::new();
        let author = story.answer.author_id;
        story.votes(1, None);
        story.settles(|answer| (answer.published, answer.spam) = (false, true));
        assert_eq!(story.total(author), -100);
        story.settles(|answer| (answer.published, answer.spam) = (true, false));
        assert_eq!(story.total(author), 10);
        story.settles(|answer| (answer.asker_id, answer.accepted_at) = (author, Some(THEN)));
        assert_eq!(story.total(author), 10, "one's own answer earns nothing");
    }
}
