//! Purchases that partners report, and their returns. Points are decided and recorded with them, in one transaction.

pub mod api;
mod cap;
pub mod checks;
mod line;
pub mod recording;
pub mod rules;
pub mod store;

pub use self::recording::{NewPurchase, Recorded, RecordedReturn, record, record_return};
