//! Trust: how far the server lets a member go before a person has to look. It guards against abuse and nothing else; it
//! buys no votes, points or ranking.

pub mod api;
mod listener;
pub mod rules;
pub mod store;

use std::time::Duration;

pub use listener::TrustListener;

use crate::kit::background::Job;

pub fn job() -> Job {
    Job { name: "trust", every: Duration::from_secs(60), run: |kit| Box::pin(listener::evaluate_due(kit)) }
}
