//! Tiers: the ladder, who stands where, and how long. Qualifying points are their own metric; spending does not touch
//! them. (docs/loyalty-rules.md, Tiers)

pub mod api;
pub mod checks;
pub mod jobs;
pub mod ladder;
pub mod qualification;
pub mod rules;
pub mod store;

pub use qualification::{TierChange, requalify};
