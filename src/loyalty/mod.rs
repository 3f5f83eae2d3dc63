//! What we earn: the ledger, purchases, earning rules, tiers, rewards, redemptions, referrals, leaderboards.

pub mod expiry;
pub mod ledger;

use poem_openapi::OpenApi;

use crate::{
    app::Job,
    events::Event,
    kit::{Kit, outbox::Listener, verify::Check},
};

pub fn api(kit: &Kit) -> impl OpenApi + use<> {
    (ledger::api::LedgerApi { kit: kit.clone() }, ())
}

/// Who in this feature reacts to events, in order.
pub fn listeners() -> Vec<Box<dyn Listener<Event>>> {
    vec![]
}

/// Regular work.
pub fn jobs() -> Vec<Job> {
    vec![ledger::jobs::SETTLE_LOTS]
}

/// What must always hold.
pub fn checks() -> Vec<&'static Check> {
    ledger::checks::CHECKS.iter().collect()
}
