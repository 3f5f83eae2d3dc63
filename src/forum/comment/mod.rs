//! Comments, one level under a question or an answer.

pub mod api;
pub mod rules;
pub mod store;
