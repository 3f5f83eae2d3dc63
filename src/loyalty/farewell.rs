//! What becomes of the points of a member who is gone.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use super::{
    award,
    ledger::{self, Source},
    redemption::{self, moves::Wanted, rules::Step},
};
use crate::{
    events::Event,
    kit::{
        Conn, Problem,
        outbox::{Listener, Occurrence},
    },
    words::MemberId,
};

/// Ends what an erased member had under way and closes their wallet: the entries stay, the balance becomes breakage.
pub struct Farewell;

impl Listener<Event> for Farewell {
    fn name(&self) -> &'static str {
        "farewell"
    }

    fn hear<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Occurrence<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let gone = |occurrence: &Occurrence<Event>| match occurrence.event {
                Event::MemberErased { member_id, .. } => Some((member_id, occurrence.at)),
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
                bid(conn, member, at).await?;
            }
            Ok(())
        })
    }
}

async fn bid(conn: &mut Conn, member: MemberId, at: DateTime<Utc>) -> Result<(), Problem> {
    for id in redemption::store::find_held(conn, member).await? {
        let row = redemption::moves::found(conn, id).await?;
        redemption::moves::step(conn, &row, Wanted { step: Step::Cancel, by_clerk: false, points: None, reason: "" }, at).await?;
    }
    let mut wallet = ledger::open_wallet(conn, member, at).await?;
    // Of who was merged it is the other's, who may go on.
    if !award::store::find_living(conn, &[wallet.member_id]).await?.is_empty() {
        return Ok(());
    }
    ledger::erase(conn, &mut wallet, Source::new("member", member), at).await
}
