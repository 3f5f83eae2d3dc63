//! What we say: questions, answers, comments, votes, tags, search; flags, reviews, sanctions; reputation.

pub mod flag;
pub mod post;
pub mod question;
pub mod review;
pub mod sanction;
pub mod trust;

use poem_openapi::OpenApi;

use crate::{
    app::Job,
    events::Event,
    kit::{Kit, outbox::Listener, verify::Check},
};

pub fn api(kit: &Kit) -> impl OpenApi + use<> {
    (
        flag::api::FlagApi { kit: kit.clone() },
        review::api::ReviewApi { kit: kit.clone() },
        sanction::api::SanctionApi { kit: kit.clone() },
        trust::api::TrustApi { kit: kit.clone() },
    )
}

/// Who in this feature reacts to events, in order.
pub fn listeners() -> Vec<Box<dyn Listener<Event>>> {
    vec![Box::new(trust::TrustListener)]
}

/// Regular work.
pub fn jobs() -> Vec<Job> {
    vec![flag::job(), trust::job()]
}

/// What must always hold.
pub fn checks() -> Vec<&'static Check> {
    review::checks::CHECKS.iter().collect()
}
