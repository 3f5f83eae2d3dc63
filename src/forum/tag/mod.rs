//! Tags.

pub mod api;
pub mod listener;
pub mod rules;
pub mod store;
