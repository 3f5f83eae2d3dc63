//! Following: what a member wants to hear of, and to find again.

pub mod api;
pub mod rules;
pub mod store;
