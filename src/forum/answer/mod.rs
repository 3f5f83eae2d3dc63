//! Answers, and which of them is accepted.

pub mod acceptance;
pub mod api;
pub mod of_member;
pub mod rules;
pub mod store;
pub mod view;
