//! What staff did, to what, and why. Append-only.

pub mod api;
pub mod store;

pub use store::{AuditEntry, record, record_all};
