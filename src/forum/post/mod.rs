//! Posts: what questions and answers have in common, and what everything that points at either of them needs.

pub mod api;
pub mod checks;
pub mod heat;
pub mod mention;
pub mod permit;
pub mod preview;
pub mod rendering;
pub mod revision;
pub mod rules;
pub mod store;
pub mod turn;

pub use crate::words::PostState;
pub use permit::{find_seen, permit};
pub use rules::{CloseReason, PostRow, Refusal, event_ref};
pub use store::{Thread, change_state, find, find_for_update, find_thread, find_thread_for_update};
