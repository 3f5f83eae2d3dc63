//! Notifications: what happened to a member's things while they were away, told once, and live to whoever listens.

pub mod api;
pub mod jobs;
pub mod listener;
pub mod rules;
pub mod settings_api;
pub mod store;
pub mod streams;
pub mod view;

pub use streams::Streams;
