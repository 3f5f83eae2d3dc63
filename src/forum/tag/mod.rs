//! Tags.

pub mod api;
pub mod checks;
pub mod listener;
pub mod rules;
pub mod store;
