//! What we say: questions, answers, comments, votes, tags, search; flags, reviews, sanctions; reputation.

pub mod answer;
pub mod comment;
pub mod erasure;
pub mod flag;
pub mod follow;
mod merging;
pub mod post;
pub mod question;
pub mod reputation;
pub mod review;
pub mod sanction;
pub mod search;
pub mod search_document;
pub mod tag;
pub mod trust;
pub mod vote;

pub use merging::ForumMerging;
use poem_openapi::OpenApi;

use crate::{
    events::Event,
    kit::{
        Kit,
        background::Job,
        outbox::Listener,
        verify::{Check, Repair},
    },
};

/// The operations of the forum.
pub fn api(kit: &Kit) -> impl OpenApi + use<> {
    (
        question::api::QuestionApi { kit: kit.clone() },
        question::closure_api::ClosureApi { kit: kit.clone() },
        answer::api::AnswerApi { kit: kit.clone() },
        answer::member_api::MemberAnswerApi { kit: kit.clone() },
        answer::acceptance_api::AcceptanceApi { kit: kit.clone() },
        vote::api::VoteApi { kit: kit.clone() },
        comment::api::CommentApi { kit: kit.clone() },
        post::revision_api::RevisionApi { kit: kit.clone() },
        post::preview_api::PreviewApi { kit: kit.clone() },
        tag::api::TagApi { kit: kit.clone() },
        search::api::SearchApi { kit: kit.clone() },
        reputation::api::ReputationApi { kit: kit.clone() },
        // Nested: a tuple of APIs has at most 16.
        (
            flag::api::FlagApi { kit: kit.clone() },
            review::api::ReviewApi { kit: kit.clone() },
            sanction::api::SanctionApi { kit: kit.clone() },
            trust::api::TrustApi { kit: kit.clone() },
            follow::api::FollowApi { kit: kit.clone() },
        ),
    )
}

/// Who in this feature reacts to events, in order.
pub fn listeners() -> Vec<Box<dyn Listener<Event>>> {
    vec![
        Box::new(reputation::listener::ReputationListener),
        Box::new(trust::listener::TrustListener),
        Box::new(tag::listener::TagListener),
        Box::new(erasure::ForumErasure),
    ]
}

/// Unlocks questions, evaluates trust, renders and indexes stale texts anew, and counts words.
pub fn jobs() -> Vec<Job> {
    vec![
        flag::jobs::UNLOCK_QUESTIONS,
        trust::jobs::EVALUATE_TRUST,
        post::jobs::RENDER_STALE_TEXTS,
        search_document::jobs::INDEX_STALE_POSTS,
        search_document::jobs::COUNT_WORDS,
    ]
}

/// What must always hold.
pub fn checks() -> Vec<&'static Check> {
    post::checks::CHECKS
        .iter()
        .chain(search_document::checks::CHECKS)
        .chain(tag::checks::CHECKS)
        .chain(reputation::checks::CHECKS)
        .chain(&review::checks::CHECKS)
        .collect()
}

/// What puts right what does not.
pub fn repairs() -> Vec<&'static Repair> {
    post::checks::REPAIRS
        .iter()
        .chain(search_document::checks::REPAIRS)
        .chain(tag::checks::REPAIRS)
        .chain(reputation::checks::REPAIRS)
        .collect()
}

/// What this feature refuses.
pub fn problems() -> impl Iterator<Item = &'static crate::kit::ProblemKind> {
    [
        answer::rules::Refusal::KINDS,
        flag::rules::Refusal::KINDS,
        follow::rules::Refusal::KINDS,
        post::mention::Refusal::KINDS,
        post::rules::Refusal::KINDS,
        question::rules::Refusal::KINDS,
        review::rules::Refusal::KINDS,
        sanction::rules::Refusal::KINDS,
        search::rules::Refusal::KINDS,
        tag::rules::Refusal::KINDS,
        trust::rules::Refusal::KINDS,
    ]
    .into_iter()
    .flatten()
}
