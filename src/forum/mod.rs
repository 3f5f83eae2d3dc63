//! What we say: questions, answers, comments, votes, tags, search; flags, reviews, sanctions; reputation.

pub mod post;
pub mod question;

use poem_openapi::OpenApi;

use crate::{
    app::Job,
    events::Event,
    kit::{Kit, outbox::Listener, verify::Check},
};

pub fn api(_kit: &Kit) -> impl OpenApi + use<> {
    ((), ())
}

/// Who in this feature reacts to events, in order.
pub fn listeners() -> Vec<Box<dyn Listener<Event>>> {
    vec![]
}

/// Regular work.
pub fn jobs() -> Vec<Job> {
    vec![]
}

/// What must always hold.
pub fn checks() -> Vec<&'static Check> {
    vec![]
}
