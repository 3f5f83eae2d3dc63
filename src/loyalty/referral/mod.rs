//! Referrals: a member's code brings somebody who buys, and both earn once the return window is over.

pub mod api;
pub mod checks;
pub mod jobs;
mod listener;
pub mod merging;
pub mod rules;
pub mod store;

pub use self::{api::ReferralApi, listener::Referrals};

use crate::words::ReferralId;

/// The ledger's name for what referrals grant; the legs are `advocate` and `referee`.
pub const SOURCE: &str = "referral";

fn source(id: ReferralId, leg: &str) -> super::ledger::Source {
    super::ledger::Source::new(SOURCE, id).leg(leg)
}
