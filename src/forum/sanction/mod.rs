//! Sanctions: what moderators do to people rather than to posts.

pub mod api;
pub mod rules;
pub mod store;
