//! What registrations, orders and returns do to referrals.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use super::{
    rules::{self, Minimum, ReferralOutcome, ReferralReason, ReferralState, source},
    store,
};
use crate::{
    domain::{MemberId, PurchaseId},
    events::{self, Event},
    identity::site_settings,
    kit::{
        Conn, Problem,
        outbox::{Delivered, Listener},
    },
    loyalty::ledger::{self, Clawback, ClawbackPolicy},
};

/// Begins, qualifies, rejects and reverses referrals.
pub struct ReferralListener;

impl Listener<Event> for ReferralListener {
    fn name(&self) -> &'static str {
        "referral"
    }

    fn react<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            for Delivered { at, event, .. } in batch {
                if let Event::MemberRegistered { member_id, referral_code: Some(code) } = event {
                    registered(conn, *member_id, code, *at).await?;
                }
            }
            ordered(conn, batch).await?;
            for Delivered { at, event, .. } in batch {
                if let Event::PurchaseReturned { purchase_id, member_id, .. } = event {
                    returned(conn, *purchase_id, *member_id, *at).await?;
                }
            }
            Ok(())
        })
    }
}

async fn registered(conn: &mut Conn, referee: MemberId, code: &str, at: DateTime<Utc>) -> Result<(), Problem> {
    if let Some(advocate) = store::find_advocate(conn, code, referee).await? {
        store::insert(conn, advocate.member_id, referee, rules::begin(advocate.acquaintance()), at).await?;
    }
    Ok(())
}

/// Looks at orders, in their order.
async fn ordered(conn: &mut Conn, batch: &[Delivered<Event>]) -> Result<(), Problem> {
    let order = |delivered: &Delivered<Event>| match delivered.event {
        Event::PurchaseRecorded { purchase_id, member_id } => Some((member_id, purchase_id, delivered.at)),
        _ => None,
    };
    judge(conn, &batch.iter().filter_map(order).collect::<Vec<_>>()).await
}

/// Looks at orders (whose, which, when told of) of those who have a referral pending: few of them.
pub(super) async fn judge(conn: &mut Conn, orders: &[(MemberId, PurchaseId, DateTime<Utc>)]) -> Result<(), Problem> {
    if orders.is_empty() {
        return Ok(());
    }
    let buyers: Vec<_> = orders.iter().map(|(buyer, ..)| *buyer).collect();
    let pending = store::find_pending(conn, &buyers).await?;
    if pending.is_empty() {
        return Ok(());
    }
    let site = site_settings::store::find(conn).await?;
    let min = Minimum { minor: site.referral_min_minor, currency: site.referral_min_currency };
    for pending in pending {
        for (_, purchase_id, at) in orders.iter().filter(|(buyer, ..)| *buyer == pending.referee_id) {
            match rules::judge(&store::find_order(conn, *purchase_id).await?, pending.created_at, &min) {
                ReferralOutcome::Nothing => continue,
                ReferralOutcome::PriorOrder => {
                    store::resolve(conn, pending.id, ReferralState::Rejected, Some(ReferralReason::PriorOrder), *at).await?;
                }
                ReferralOutcome::Qualified(matures_at) => {
                    store::qualify(conn, pending.id, *purchase_id, *at, min.minor, matures_at).await?
                }
            }
            break;
        }
    }
    Ok(())
}

async fn returned(conn: &mut Conn, purchase: PurchaseId, referee: MemberId, at: DateTime<Utc>) -> Result<(), Problem> {
    let Some(referral) = store::find_of_purchase(conn, purchase, referee).await? else { return Ok(()) };
    if store::find_order(conn, purchase).await?.is_kept(referral.min_minor.unwrap_or_default()) {
        return Ok(());
    }
    // Opened before the state is read, as the job does that rewards.
    ledger::queue_for_several(conn).await?;
    let mut wallets = Vec::new();
    for side in [referral.advocate_id, referral.referee_id] {
        wallets.push(ledger::open_wallet(conn, side, at).await?);
    }
    match store::find(conn, referral.id).await?.state {
        ReferralState::Qualified => {
            // It was none, then: another one counts, be it bought already or yet to come.
            store::wait_again(conn, referral.id).await?;
            let orders = store::find_orders(conn, referral.referee_id).await?;
            judge(conn, &orders.into_iter().map(|order| (referral.referee_id, order, at)).collect::<Vec<_>>()).await?;
        }
        ReferralState::Rewarded => {
            for granted in store::find_granted(conn, referral.id).await? {
                let Some(wallet) = wallets.iter_mut().find(|wallet| wallet.member_id == granted.member_id) else { continue };
                let clawback = Clawback {
                    earned_in: &granted.transactions,
                    counted_at: granted.counted_at,
                    points: granted.points,
                    policy: ClawbackPolicy::Arrears,
                    source: source(referral.id, &granted.leg),
                    note: "The order behind a referral was returned".to_owned(),
                };
                ledger::claw_back(conn, wallet, clawback, at).await?;
                let event = Event::PointsEarned { member_id: granted.member_id, points: -granted.points, group_id: None };
                events::publish(conn, granted.counted_at, [event]).await?;
            }
            store::resolve(conn, referral.id, ReferralState::Reversed, Some(ReferralReason::Returned), at).await?;
        }
        _ => {}
    }
    Ok(())
}
