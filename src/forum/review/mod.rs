//! Review: the one queue of what needs a moderator's decision, each decision with its effect, its reason and a way back.

pub mod api;
pub mod checks;
pub mod rules;
pub mod store;
mod view;
