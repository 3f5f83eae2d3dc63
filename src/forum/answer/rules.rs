//! When an answer may be accepted, and what follows from it.

use chrono::{DateTime, Duration, Utc};

use crate::{
    domain::MemberId,
    events::Event,
    forum::post::{PostRow, event_ref, rules::unaccepted_events},
    refusals, text_enum,
};

text_enum! {
    /// Orders of answers.
    pub enum AnswerOrder {
        /// The accepted one first, unless another leads it by 5 votes and has twice as many; then by the lower bound of
        /// the share of up votes (Wilson, 95 %).
        Best = "best",
        Newest = "newest",
        Oldest = "oldest",
        Score = "score",
    }
}

/// Askers wait this long before they accept their own answer.
const OWN_AFTER_HOURS: i64 = 48;
/// Staff wait this long before they accept for the asker.
const STAFF_AFTER_DAYS: i64 = 7;

refusals! {
    /// Why an answer cannot be accepted.
    pub enum Refusal {
        OwnTooSoon = CONFLICT "own_answer_too_soon" "Your own answer can be accepted 48 hours after you wrote it.",
        StaffTooSoon = CONFLICT "accept_too_soon" "Staff may accept for the asker 7 days after the question was asked.",
        OwnAnswer = FORBIDDEN "own_post" "Only askers may accept an answer of their own.",
    }
}

/// Whether `actor`, the asker or one of the staff, may accept this answer now.
pub fn may_accept(question: &PostRow, answer: &PostRow, actor: MemberId, now: DateTime<Utc>) -> Result<(), Refusal> {
    let (asks, answers) = (question.author_id == actor, answer.author_id == actor);
    match (asks, answers) {
        (true, true) if now - answer.created_at < Duration::hours(OWN_AFTER_HOURS) => Err(Refusal::OwnTooSoon),
        (true, _) => Ok(()),
        (false, true) => Err(Refusal::OwnAnswer),
        (false, false) if now - question.created_at < Duration::days(STAFF_AFTER_DAYS) => Err(Refusal::StaffTooSoon),
        (false, false) => Ok(()),
    }
}

/// What others hear, and of when, as the acceptance moves. Askers are not counted for answers of their own.
pub fn acceptance_events(
    question: &PostRow,
    from: Option<&PostRow>,
    to: Option<&PostRow>,
    now: DateTime<Utc>,
) -> Vec<(DateTime<Utc>, Event)> {
    let asker_id = question.author_id;
    let mut events = from.map(|answer| unaccepted_events(question, answer, now)).unwrap_or_default();
    if let Some(answer) = to {
        events.push((now, Event::AnswerAccepted { answer: event_ref(answer), asker_id }));
        if answer.author_id != asker_id {
            events.push((now, Event::AcceptedAnswersChanged { member_id: answer.author_id, amount: 1, group_id: answer.group_id }));
        }
    }
    events
}
