//! Answers, and which of them is accepted.

pub mod acceptance_api;
pub mod api;
pub mod list;
pub mod member_api;
pub mod member_list;
pub mod rules;
pub mod store;
