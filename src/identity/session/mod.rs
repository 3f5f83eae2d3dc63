//! A session: one device on which a member is signed in.

pub mod api;
pub mod jobs;
pub mod rules;
pub mod store;
pub mod tokens;
