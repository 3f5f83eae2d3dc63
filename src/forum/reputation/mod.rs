//! Reputation: esteem earned from peers, posted from events into an append-only book.

pub mod api;
pub mod checks;
pub mod listener;
pub mod rules;
pub mod store;
