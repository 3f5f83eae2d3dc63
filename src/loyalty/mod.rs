//! What we earn: the ledger, purchases, earning rules, tiers, rewards, redemptions, referrals, leaderboards.

pub mod award;
pub mod earning;
pub mod erasure;
pub mod expiry;
pub mod integrity;
pub mod leaderboard;
pub mod ledger;
mod merging;
pub mod operator;
pub mod purchase;
pub mod redemption;
pub mod referral;
pub mod reward;
pub mod tier;
pub mod way_to_earn;

use chrono::{DateTime, Utc};
use poem_openapi::OpenApi;

use crate::{
    events::Event,
    identity::merge::Merging,
    kit::{
        Conn, Kit, Problem,
        background::Job,
        outbox::Listener,
        verify::{Check, Repair},
    },
};

/// `invariants` is how many there are.
pub fn api(kit: &Kit, invariants: usize) -> impl OpenApi + use<> {
    (
        (ledger::api::LedgerApi { kit: kit.clone() }, integrity::api::IntegrityApi { kit: kit.clone(), total: invariants }),
        leaderboard::LeaderboardApi::new(kit),
        (reward::RewardApi { kit: kit.clone() }, reward::RewardAdminApi { kit: kit.clone() }),
        (redemption::RedemptionApi { kit: kit.clone() }, redemption::RedemptionAdminApi { kit: kit.clone() }),
        referral::ReferralApi { kit: kit.clone() },
        (earning::api::EarningApi { kit: kit.clone() }, way_to_earn::api::WayApi { kit: kit.clone() }),
        purchase::api::PurchaseApi { kit: kit.clone() },
        tier::api::TierApi { kit: kit.clone() },
    )
}

/// Who in this feature reacts to events, in order.
pub fn listeners(kit: &Kit) -> Vec<Box<dyn Listener<Event>>> {
    vec![
        Box::new(award::AwardListener { zone: kit.time_zone }),
        Box::new(leaderboard::LeaderboardListener { zone: kit.time_zone }),
        Box::new(referral::ReferralListener),
        // Last, as it alone touches stocks: nobody opens a wallet after those.
        Box::new(erasure::LoyaltyErasure),
    ]
}

/// What becomes of points when two members become one.
pub fn merging(kit: &Kit) -> [Box<dyn Merging>; 1] {
    [Box::new(merging::LoyaltyMerging { zone: kit.time_zone })]
}

/// Settles lots, reviews tiers, expires holds, rewards referrals and confirms awards.
pub fn jobs() -> Vec<Job> {
    vec![
        ledger::jobs::SETTLE_LOTS,
        tier::jobs::REVIEW_TIERS,
        redemption::jobs::EXPIRE_HOLDS,
        referral::jobs::REWARD_REFERRALS,
        award::jobs::CONFIRM_AWARDS,
    ]
}

/// What must always hold.
pub fn checks() -> Vec<&'static Check> {
    [
        ledger::checks::CHECKS,
        purchase::checks::CHECKS,
        tier::checks::CHECKS,
        award::checks::CHECKS,
        leaderboard::checks::CHECKS,
        reward::checks::CHECKS,
        redemption::checks::CHECKS,
        referral::checks::CHECKS,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What puts right what does not, in the order in which one builds upon another.
pub fn repairs() -> Vec<&'static Repair> {
    let all = [ledger::repairs::REPAIRS, award::checks::REPAIRS, reward::checks::REPAIRS, leaderboard::checks::REPAIRS];
    all.into_iter().flatten().collect()
}

/// Gives a new programme the terms that it begins with: earning rules and a ladder.
pub async fn ensure_default_terms(conn: &mut Conn, now: DateTime<Utc>) -> Result<(), Problem> {
    earning::store::ensure_default_rules(conn, now).await?;
    Ok(tier::store::ensure_default_ladder(conn, &tier::rules::DEFAULT_LADDER, now).await?)
}

/// What this feature refuses.
pub fn problems() -> impl Iterator<Item = &'static crate::kit::ProblemKind> {
    [
        earning::rules::Refusal::KINDS,
        leaderboard::rules::Refusal::KINDS,
        ledger::rules::Refusal::KINDS,
        purchase::rules::Refusal::KINDS,
        redemption::rules::Refusal::KINDS,
        reward::rules::Refusal::KINDS,
        tier::rules::Refusal::KINDS,
    ]
    .into_iter()
    .flatten()
}
