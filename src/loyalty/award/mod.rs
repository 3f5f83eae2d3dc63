//! Points for answers that helped: granted when an answer is accepted or voted up, taken back when it no longer is.
//! (docs/loyalty-rules.md, Awards)

pub mod checks;
pub mod jobs;
pub mod listener;
pub mod rules;
pub mod store;

pub use listener::AwardListener;
