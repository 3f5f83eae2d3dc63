//! Trust: how far the server lets a member go before a person has to look. It guards against abuse and nothing else; it
//! buys no votes, points or ranking.

pub mod api;
pub mod jobs;
pub mod listener;
pub mod rules;
pub mod store;
