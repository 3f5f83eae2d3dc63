//! Posts: what questions and answers have in common, and what everything that points at either of them needs.

pub mod checks;
pub mod jobs;
pub mod mention;
pub mod permit;
pub mod posting_limits;
pub mod preview_api;
pub mod rendering;
pub mod revision;
pub mod revision_api;
pub mod rules;
pub mod store;

pub use crate::domain::PostState;
pub use permit::{find_seen, permit};
pub use rules::{CloseReason, PostRow, Refusal, event_ref};
pub use store::{Thread, change_state, find, find_for_update, find_thread, find_thread_for_update};
