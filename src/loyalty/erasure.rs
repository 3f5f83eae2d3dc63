//! What becomes of the points of a member who is gone, and where loyalty keeps personal data.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use super::{
    award,
    ledger::{self, Source},
    redemption::{self, transitions::Transition, workflow::TransitionRequest},
};
use crate::{
    domain::MemberId,
    events::Event,
    kit::{
        Conn, Problem,
        erasure::{PersonalColumns, erased, kept},
        outbox::{Delivered, Listener},
    },
};

/// Where personal data lies here. The books stay, and name nobody.
pub const PERSONAL_COLUMNS: &[PersonalColumns] = &[
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

/// Ends what an erased member had under way and closes their wallet: the entries stay, the balance becomes breakage.
pub struct LoyaltyErasure;

impl Listener<Event> for LoyaltyErasure {
    fn name(&self) -> &'static str {
        "loyalty erasure"
    }

    fn react<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let gone = |delivered: &Delivered<Event>| match delivered.event {
                Event::MemberErased { member_id, .. } => Some((member_id, delivered.at)),
                _ => None,
            };
            let gone: Vec<_> = batch.iter().filter_map(gone).collect();
            if gone.is_empty() {
                return Ok(());
            }
            // Every wallet before any stock: who redeems has their wallet and waits for the stock.
            ledger::queue_for_several(conn).await?;
            for (member, at) in &gone {
                ledger::open_wallet(conn, *member, *at).await?;
            }
            for (member, at) in gone {
                close_account(conn, member, at).await?;
            }
            Ok(())
        })
    }
}

async fn close_account(conn: &mut Conn, member: MemberId, at: DateTime<Utc>) -> Result<(), Problem> {
    for id in redemption::store::find_held(conn, member).await? {
        let row = redemption::workflow::found(conn, id).await?;
        redemption::workflow::apply(
            conn,
            &row,
            TransitionRequest { step: Transition::Cancel, by_operator: false, points: None, reason: "" },
            at,
        )
        .await?;
    }
    let mut wallet = ledger::open_wallet(conn, member, at).await?;
    // Of who was merged it is the other's, who may go on.
    if !award::store::find_living(conn, &[wallet.member_id]).await?.is_empty() {
        return Ok(());
    }
    ledger::erase(conn, &mut wallet, Source::new("member", member), at).await
}
