//! What becomes of referrals when two members become one: nobody recommends themself, and nobody is brought twice.

use chrono::{DateTime, Utc};

use super::{
    listener,
    rules::{ReferralReason, ReferralState, source},
    store,
};
use crate::{
    events::{self, Event},
    identity::merge::{
        self, Merge,
        rules::{MergeOutcome, Moved, TakenBack},
    },
    kit::{Conn, Problem},
    loyalty::ledger::{self, Clawback, ClawbackPolicy, Earn, Wallet},
};

/// Takes back what one earned by bringing the other, each from their own wallet, and moves the rest.
pub async fn merge(conn: &mut Conn, merge: &Merge, wallets: &mut [Wallet; 2], outcome: &mut MergeOutcome) -> Result<(), Problem> {
    let mut one = vec![merge.from, merge.into];
    for whole in [merge.from, merge.into] {
        one.extend(merge::store::find_parts(conn, whole).await?);
    }
    for referral in store::find_to_resolve(conn, &one, merge.from, merge.into).await? {
        let mutual = one.contains(&referral.advocate_id) && one.contains(&referral.referee_id);
        let state = match referral.state {
            ReferralState::Pending | ReferralState::Qualified => ReferralState::Rejected,
            ReferralState::Rewarded if mutual => ReferralState::Reversed,
            _ => continue,
        };
        merge::store::remember(conn, merge, "referral", "id", &format!("t.id = '{}'", referral.id)).await?;
        let mut points = 0;
        if state == ReferralState::Reversed {
            for granted in store::find_granted(conn, referral.id).await? {
                let Some(wallet) = wallets.iter_mut().find(|wallet| wallet.member_id == granted.member_id) else { continue };
                let clawback = Clawback {
                    earned_in: &granted.transactions,
                    counted_at: granted.counted_at,
                    points: granted.points,
                    policy: ClawbackPolicy::Arrears,
                    source: source(referral.id, &format!("{} {}", granted.leg, merge.id)),
                    note: "A referral of oneself".to_owned(),
                };
                ledger::claw_back(conn, wallet, clawback, merge.at).await?;
                let event = Event::PointsEarned { member_id: granted.member_id, points: -granted.points, group_id: None };
                events::publish(conn, granted.counted_at, [event]).await?;
                points += granted.points;
            }
        }
        store::resolve(conn, referral.id, state, Some(ReferralReason::Merged), merge.at).await?;
        if mutual {
            outcome.takes_back(TakenBack::Referrals, 1, points);
        }
    }
    let brought = merge::store::take_over_where(conn, merge, "referral", "id", "advocate_id", "t.referee_id <> $2").await?;
    let only = "t.advocate_id <> $2 and not exists (select from referral where referee_id = $2)";
    let was_brought = merge::store::take_over_where(conn, merge, "referral", "id", "referee_id", only).await?;
    outcome.moves(Moved::Referrals, brought + was_brought);
    Ok(())
}

/// Looks anew at who was brought and has not bought enough yet, once the orders of both are one's: a customer of before is
/// no referral, and what either bought since counts.
pub async fn judge(conn: &mut Conn, merge: &Merge) -> Result<(), Problem> {
    let pending = "t.referee_id = $2 and t.state = 'pending'";
    if merge::store::remember(conn, merge, "referral", "id", pending).await? == 0 {
        return Ok(());
    }
    let orders = store::find_orders(conn, merge.into).await?;
    listener::judge(conn, &orders.into_iter().map(|order| (merge.into, order, merge.at)).collect::<Vec<_>>()).await
}

/// Moves them back, and grants again what was taken back, to each of the two.
pub async fn undo(conn: &mut Conn, merge: &Merge, wallets: &mut [Wallet; 2], now: DateTime<Utc>) -> Result<(), Problem> {
    merge::store::give_back(conn, merge, "referral", "id", "advocate_id").await?;
    merge::store::give_back(conn, merge, "referral", "id", "referee_id").await?;
    for id in store::reopen(conn, merge.id, merge.at).await? {
        for granted in store::find_granted(conn, id).await? {
            let Some(wallet) = wallets.iter_mut().find(|wallet| wallet.member_id == granted.member_id) else { continue };
            let earn = Earn {
                points: granted.points,
                source: source(id, &format!("{} {}", granted.leg, merge.id)),
                effective_at: granted.counted_at,
                available_at: granted.counted_at,
                expires_at: granted.expires_at,
                note: "A referral".to_owned(),
            };
            ledger::restore(conn, wallet, earn, now).await?;
            let event = Event::PointsEarned { member_id: granted.member_id, points: granted.points, group_id: None };
            events::publish(conn, granted.counted_at, [event]).await?;
        }
    }
    Ok(())
}
