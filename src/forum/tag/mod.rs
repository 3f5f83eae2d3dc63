//! Tags.

pub mod api;
pub mod rules;
pub mod store;
