//! Referrals: a member's code brings somebody who buys, and both earn once the return window is over.

pub mod api;
pub mod checks;
pub mod jobs;
mod listener;
pub mod merging;
pub mod rules;
pub mod store;

pub use self::{api::ReferralApi, listener::ReferralListener};
