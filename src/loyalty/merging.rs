//! What becomes of points, purchases and tiers when two members become one. Lots go over as they are: with their dates, what
//! they were for, and what is set aside of them; the books say so with a transfer on either side.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{
    award::{self, rules::EventContext},
    earning::terms::Trigger,
    leaderboard,
    ledger::{self, Wallet},
    referral,
    tier::{self, rules::TierCause, store as tier_store},
};
use crate::{
    domain::{MemberId, PostId},
    events::{self, Event},
    identity::{
        member,
        merge::{
            self, Merge, Merging,
            rules::{MergeOutcome, Moved, PointsAndTier, Refusal, TakenBack},
            store::{bring_back, give_back, remember, take_over},
        },
    },
    kit::{Conn, Problem},
};

/// Rows that only change hands: table, key, whose.
const ROWS: [(&str, &str, &str); 7] = [
    ("lot", "id", "member_id"),
    ("qualifying_entry", "transaction_id", "member_id"),
    ("award", "id", "member_id"),
    ("award", "id", "giver_id"),
    ("purchase", "id", "member_id"),
    ("redemption", "id", "member_id"),
    ("tier_change", "id", "member_id"),
];

/// Moves points, purchases, tiers and the like between two members.
pub struct LoyaltyMerging {
    /// Where days begin.
    pub zone: Tz,
}

impl Merging for LoyaltyMerging {
    fn merge<'a>(&'a self, conn: &'a mut Conn, merge: &'a Merge, outcome: &'a mut MergeOutcome) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(self.bring(conn, merge, outcome))
    }

    fn may_undo<'a>(&'a self, conn: &'a mut Conn, merge: &'a Merge) -> BoxFuture<'a, Result<bool, Problem>> {
        Box::pin(async { Ok(ledger::store::is_unmoved(conn, merge.id).await?) })
    }

    fn undo<'a>(&'a self, conn: &'a mut Conn, merge: &'a Merge, now: DateTime<Utc>) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(self.take_back(conn, merge, now))
    }
}

impl LoyaltyMerging {
    async fn bring(&self, conn: &mut Conn, merge: &Merge, outcome: &mut MergeOutcome) -> Result<(), Problem> {
        ledger::queue_for_several(conn).await?;
        let wallets = open(conn, merge, merge.at).await?;
        let ranks = tier_store::find_ranks(conn, merge.from, merge.into).await?;
        outcome.from = points_and_tier(&wallets[0], ranks.from);
        outcome.into_before = points_and_tier(&wallets[1], ranks.into);

        // What the two had of each other goes from where it was.
        self.unaward(conn, merge, outcome).await?;
        let mut wallets = open(conn, merge, merge.at).await?;
        referral::merging::merge(conn, merge, &mut wallets, outcome).await?;

        let [from, into] = &mut wallets;
        let names = names(conn, merge).await?;
        ledger::transfer(conn, (&mut *from, &mut *into), merge.id, (&names.0, &names.1), merge.at).await?;
        take_over(conn, merge, "wallet", "member_id", "merged_into").await?;
        ledger::store::set_merged(conn, merge.from, Some(merge.into)).await?;
        for (table, key, column) in ROWS {
            let count = take_over(conn, merge, table, key, column).await?;
            match table {
                "purchase" => outcome.moves(Moved::Purchases, count),
                "redemption" => outcome.moves(Moved::Redemptions, count),
                "tier_change" => outcome.moves(Moved::TierChanges, count),
                _ => {}
            }
        }
        referral::merging::judge(conn, merge).await?;
        ledger::pay_debt(conn, into, merge.id, merge.at).await?;

        remember(conn, merge, "member_tier", "member_id", "t.member_id in ($1, $2)").await?;
        tier_store::adopt(conn, merge.from, merge.into).await?;
        if ranks.from > ranks.into {
            moved(conn, merge.into, ranks.into, ranks.from, merge.at).await?;
        }
        tier::requalify(conn, &[merge.into], TierCause::Merged, merge.at).await?;
        outcome.into_after = points_and_tier(into, tier_store::find_ranks(conn, merge.from, merge.into).await?.into);
        recount(conn, merge).await?;
        // Last: by their versions it is known whether they have moved since.
        remember(conn, merge, "wallet", "member_id", "t.member_id in ($1, $2)").await?;
        Ok(())
    }

    async fn take_back(&self, conn: &mut Conn, merge: &Merge, now: DateTime<Utc>) -> Result<(), Problem> {
        ledger::queue_for_several(conn).await?;
        ledger::store::set_merged(conn, merge.from, None).await?;
        let mut wallets = open(conn, merge, now).await?;
        // Opened, and so brought up to date.
        if !ledger::store::is_unmoved(conn, merge.id).await? {
            return Err(Refusal::MovedSince.into());
        }
        let [from, into] = &mut wallets;
        let names = names(conn, merge).await?;
        ledger::transfer_back(conn, (from, into), merge.id, (&names.0, &names.1), now).await?;
        give_back(conn, merge, "wallet", "member_id", "merged_into").await?;
        for (table, key, column) in ROWS {
            give_back(conn, merge, table, key, column).await?;
        }
        award::store::give_later(conn, merge).await?;
        referral::merging::undo(conn, merge, &mut wallets, now).await?;

        let merged = tier_store::find_ranks(conn, merge.from, merge.into).await?;
        tier_store::delete_of(conn, &[merge.from, merge.into]).await?;
        bring_back(conn, merge, "member_tier").await?;
        let ranks = tier_store::find_ranks(conn, merge.from, merge.into).await?;
        if ranks.into != merged.into {
            moved(conn, merge.into, merged.into, ranks.into, now).await?;
        }
        // The ladder may have changed meanwhile.
        tier::requalify(conn, &[merge.from, merge.into], TierCause::Merged, now).await?;
        let posts = award::store::find_noted(conn, merge.id).await?;
        self.settle(conn, posts, now).await?;
        recount(conn, merge).await
    }

    /// Takes back the awards of which one of the two was the giver and the other the author: the votes and acceptances are
    /// gone by now.
    async fn unaward(&self, conn: &mut Conn, merge: &Merge, outcome: &mut MergeOutcome) -> Result<(), Problem> {
        let mutual = award::store::find_mutual(conn, merge.from, merge.into).await?;
        if mutual.is_empty() {
            return Ok(());
        }
        remember(
            conn,
            merge,
            "award",
            "post_id",
            "t.revoked_at is null and t.post_id is not null and t.member_id in ($1, $2) and t.giver_id in ($1, $2)",
        )
        .await?;
        self.settle(conn, mutual.iter().map(|award| award.post_id).collect(), merge.at).await?;
        let ids: Vec<Uuid> = mutual.iter().map(|award| award.id).collect();
        for revoked in award::store::find_revoked(conn, &ids).await? {
            let of = if revoked.trigger == Trigger::AnswerUpvoted { TakenBack::Votes } else { TakenBack::Acceptances };
            outcome.costs(of, revoked.points);
        }
        Ok(())
    }

    async fn settle(&self, conn: &mut Conn, posts: Vec<PostId>, at: DateTime<Utc>) -> Result<(), Problem> {
        let moment = || EventContext { at, mark: Uuid::now_v7().to_string() };
        let changed: BTreeMap<PostId, EventContext> = posts.into_iter().map(|post| (post, moment())).collect();
        award::listener::settle(conn, self.zone, &changed).await
    }
}

/// The wallets of the two, who are two.
async fn open(conn: &mut Conn, merge: &Merge, now: DateTime<Utc>) -> Result<[Wallet; 2], Problem> {
    Ok([ledger::open_wallet(conn, merge.from, now).await?, ledger::open_wallet(conn, merge.into, now).await?])
}

fn points_and_tier(wallet: &Wallet, tier_rank: i16) -> PointsAndTier {
    let Wallet { available, pending, reserved, arrears, .. } = *wallet;
    PointsAndTier { available, pending, reserved, arrears, tier_rank }
}

async fn names(conn: &mut Conn, merge: &Merge) -> Result<(String, String), Problem> {
    Ok((member::store::find_handle(conn, merge.from).await?, member::store::find_handle(conn, merge.into).await?))
}

async fn moved(conn: &mut Conn, member_id: MemberId, from_rank: i16, to_rank: i16, now: DateTime<Utc>) -> Result<(), Problem> {
    tier_store::insert_change(conn, member_id, (from_rank, to_rank), TierCause::Merged, now).await?;
    Ok(events::publish(conn, now, [Event::TierChanged { member_id, from_rank, to_rank }]).await?)
}

/// Counts the boards anew for the two, and for who was merged into them before.
async fn recount(conn: &mut Conn, merge: &Merge) -> Result<(), Problem> {
    let mut members = vec![merge.from, merge.into];
    for whole in [merge.from, merge.into] {
        members.extend(merge::store::find_parts(conn, whole).await?);
    }
    leaderboard::store::recount(conn, Some(&members)).await?;
    Ok(())
}
