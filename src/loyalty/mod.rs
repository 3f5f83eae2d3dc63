//! What we earn: the ledger, purchases, earning rules, tiers, rewards, redemptions, referrals, leaderboards.

pub mod award;
pub mod clerk;
pub mod earning;
pub mod expiry;
mod farewell;
pub mod integrity;
pub mod leaderboard;
pub mod ledger;
mod merging;
pub mod purchase;
pub mod redemption;
pub mod referral;
pub mod reward;
pub mod tier;
pub mod way;

use chrono::{DateTime, Utc};
use poem_openapi::OpenApi;

use crate::{
    events::Event,
    identity::merge::Merging,
    kit::{
        Conn, Kit, Problem,
        background::Job,
        erasure::{Place, erased, kept},
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
        (earning::api::EarningApi { kit: kit.clone() }, way::api::WayApi { kit: kit.clone() }),
        purchase::api::PurchaseApi { kit: kit.clone() },
        tier::api::TierApi { kit: kit.clone() },
    )
}

/// Who in this feature reacts to events, in order.
pub fn listeners(kit: &Kit) -> Vec<Box<dyn Listener<Event>>> {
    vec![
        Box::new(award::Awards { zone: kit.time_zone }),
        Box::new(leaderboard::Scorekeeper { zone: kit.time_zone }),
        Box::new(referral::Referrals),
        // Last, as it alone touches stocks: nobody opens a wallet after those.
        Box::new(farewell::Farewell),
    ]
}

/// What becomes of points when two members become one.
pub fn merging(kit: &Kit) -> [Box<dyn Merging>; 1] {
    [Box::new(merging::Points { zone: kit.time_zone })]
}

/// Regular work.
pub fn jobs() -> Vec<Job> {
    vec![
        ledger::jobs::SETTLE_LOTS,
        tier::REVIEW_TIERS,
        redemption::jobs::EXPIRE_HOLDS,
        referral::jobs::REWARD_REFERRALS,
        award::jobs::CONFIRM_AWARDS,
    ]
}

/// Where personal data lies here. The books stay, and name nobody.
pub const PLACES: &[Place] = &[
    erased("redemption", &["ship_to", "reason"], "update redemption set ship_to = null, reason = '' where member_id = any($1)"),
    kept("redemption", &["state", "code"], "what was bought with points"),
    erased("referral_code", &["code"], "delete from referral_code where member_id = any($1)"),
    kept("referral", &["state", "reason"], "words of ours"),
    erased("ledger_transaction", &["note"], "update ledger_transaction set note = '' where note <> '' and member_id = any($1)"),
    kept("ledger_transaction", &["kind", "source_type", "source_id", "leg"], "the books"),
    kept("ledger_entry", &["account"], "the books"),
    kept("purchase", &["order_id", "currency", "channel", "trace", "no_points_reason"], "the books: a return still finds its order"),
    kept("purchase_line", &["sku", "category"], "the books"),
    kept("purchase_return", &["return_id"], "the books"),
    kept("award", &["trigger", "limited_by"], "words of ours"),
    kept("earning_rule", &["name", "trigger"], "the programme's terms"),
    kept("earning_rule_version", &["terms"], "the programme's terms"),
    kept("tier", &["name", "benefits"], "the programme's terms"),
    kept("tier_change", &["reason"], "words of ours"),
    kept("reward", &["name", "description", "kind", "currency", "per_member_period"], "the programme's terms"),
    kept("coupon_code", &["code", "key"], "the programme's"),
    kept("leaderboard", &["metric", "period"], "words of ours"),
    kept("integrity_check", &["findings"], "names of rewards and tags, codes and ids"),
];

/// What must always hold.
pub fn checks() -> Vec<&'static Check> {
    [
        ledger::checks::CHECKS,
        purchase::checks::CHECKS,
        tier::CHECKS,
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
