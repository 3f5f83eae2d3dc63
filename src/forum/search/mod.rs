//! Full-text search over questions and answers.

pub mod api;
pub mod rules;
pub mod snippet;
pub mod store;
