//! Flags: members tell moderators of a post. Their weights decide what is looked at first, and what need not wait.

pub mod api;
pub mod jobs;
pub mod rules;
pub mod store;
