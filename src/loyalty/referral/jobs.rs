//! Regular work on referrals.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    rules::{REWARDED_A_YEAR_MAX, ReferralReason, ReferralState, source},
    store::{self, ReferralRow},
};
use crate::{
    domain::{Period, day_start, programme_day},
    events::{self, Event},
    kit::{Conn, Kit, Problem, background::Job},
    loyalty::{
        earning::{rules::paying, store as earning_store, terms::Trigger},
        expiry::Expiry,
        ledger::{self, Earn},
    },
};

const REFERRALS_A_BATCH: i64 = 100;

/// Rewards referrals whose return window is over.
pub const REWARD_REFERRALS: Job =
    Job { name: "reward_referrals", every: Duration::from_secs(60), run: |kit| Box::pin(reward_referrals(kit)) };

async fn reward_referrals(kit: Kit) -> Result<(), Problem> {
    let now = kit.clock.now();
    let matured = store::find_matured(&mut *kit.db.read().await?, now, REFERRALS_A_BATCH).await?;
    for referral in matured {
        let mut tx = kit.db.begin().await?;
        reward(&mut tx, &kit, &referral, now).await?;
        tx.commit().await?;
    }
    kit.outbox.wake();
    Ok(())
}

async fn reward(conn: &mut Conn, kit: &Kit, referral: &ReferralRow, now: DateTime<Utc>) -> Result<(), Problem> {
    let sides = [(referral.advocate_id, "advocate", Trigger::ReferralAdvocate), (referral.referee_id, "referee", Trigger::ReferralReferee)];
    ledger::queue_for_several(conn).await?;
    let mut wallets = Vec::new();
    for (member, ..) in sides {
        wallets.push(ledger::open_wallet(conn, member, now).await?);
    }
    // The order may have come back, or the two may have become one, while we waited for the wallets.
    let referral = &store::find(conn, referral.id).await?;
    if referral.state != ReferralState::Qualified {
        return Ok(());
    }
    let year_start = day_start(Period::Year.start(programme_day(now, kit.time_zone)), kit.time_zone);
    let reckoning = store::reckon(conn, referral, year_start).await?;
    if reckoning.someone_gone {
        return Ok(store::resolve(conn, referral.id, ReferralState::Rejected, Some(ReferralReason::Erased), now).await?);
    }
    if reckoning.rewarded_this_year >= REWARDED_A_YEAR_MAX {
        return Ok(store::resolve(conn, referral.id, ReferralState::Rejected, Some(ReferralReason::CapReached), now).await?);
    }
    let mut shares = Vec::new();
    for (wallet, (_, leg, trigger)) in wallets.iter_mut().zip(sides) {
        let member_id = wallet.member_id;
        // A side without a rule earns nothing.
        let Some(rule) = paying(earning_store::find_valid(conn, trigger, now).await?) else { continue };
        let points = rule.terms.points;
        let expiry = rule.terms.expires.map_or(Ok(Expiry::None), |policy| policy.parse()).map_err(Problem::internal)?;
        let earn = Earn {
            points,
            source: source(referral.id, leg),
            effective_at: now,
            available_at: now,
            expires_at: expiry.expires_at(now, kit.time_zone),
            note: "A referral".to_owned(),
        };
        ledger::earn(conn, wallet, earn, now).await?;
        events::publish(conn, now, [Event::PointsEarned { member_id, points, group_id: None }]).await?;
        shares.push((member_id, points));
    }
    events::publish(conn, now, [Event::ReferralRewarded { referral_id: referral.id, shares }]).await?;
    Ok(store::resolve(conn, referral.id, ReferralState::Rewarded, None, now).await?)
}
