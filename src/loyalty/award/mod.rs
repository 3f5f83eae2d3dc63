//! Points for answers that helped: granted when an answer is accepted or voted up, taken back when it no longer is.
//! (design/loyalty.md, 7)

pub mod checks;
pub mod jobs;
pub mod listener;
pub mod rules;
pub mod store;

pub use listener::Awards;

/// The noun of awards in the ledger; the source's id is the award's.
pub const SOURCE: &str = "award";
