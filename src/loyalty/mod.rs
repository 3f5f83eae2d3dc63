//! What we earn: the ledger, purchases, earning rules, tiers, rewards, redemptions, referrals, leaderboards.

pub mod clerk;
pub mod expiry;
pub mod leaderboard;
pub mod ledger;
pub mod redemption;
pub mod referral;
pub mod reward;

use poem_openapi::OpenApi;

use crate::{
    app::Job,
    events::Event,
    kit::{Kit, outbox::Listener, verify::Check},
};

pub fn api(kit: &Kit) -> impl OpenApi + use<> {
    (
        ledger::api::LedgerApi { kit: kit.clone() },
        leaderboard::LeaderboardApi::new(kit),
        (reward::RewardApi { kit: kit.clone() }, reward::RewardAdminApi { kit: kit.clone() }),
        (redemption::RedemptionApi { kit: kit.clone() }, redemption::RedemptionAdminApi { kit: kit.clone() }),
        referral::ReferralApi { kit: kit.clone() },
    )
}

/// Who in this feature reacts to events, in order.
pub fn listeners(kit: &Kit) -> Vec<Box<dyn Listener<Event>>> {
    vec![Box::new(leaderboard::Scorekeeper { zone: kit.time_zone }), Box::new(redemption::Forgetter), Box::new(referral::Referrals)]
}

/// Regular work.
pub fn jobs() -> Vec<Job> {
    vec![ledger::jobs::SETTLE_LOTS, redemption::jobs::EXPIRE_HOLDS, referral::jobs::REWARD_REFERRALS]
}

/// What must always hold.
pub fn checks() -> Vec<&'static Check> {
    [ledger::checks::CHECKS, leaderboard::checks::CHECKS, reward::checks::CHECKS, redemption::checks::CHECKS, referral::checks::CHECKS]
        .into_iter()
        .flatten()
        .collect()
}
