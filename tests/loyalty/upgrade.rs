//! What becomes of the points of a database that an earlier version wrote.

use chrono::Duration;
use regulars::loyalty::leaderboard;
use serde_json::json;

use crate::support::{Town, purchases::purchase};

/// Newest first, each with its way back.
const MIGRATIONS: [(&str, &str); 5] = [
    (
        include_str!("../../migrations/2026-11-30-000054_returned_whole/up.sql"),
        include_str!("../../migrations/2026-11-30-000054_returned_whole/down.sql"),
    ),
    (
        include_str!("../../migrations/2026-11-30-000053_currency/up.sql"),
        include_str!("../../migrations/2026-11-30-000053_currency/down.sql"),
    ),
    (
        include_str!("../../migrations/2026-11-30-000052_expired/up.sql"),
        include_str!("../../migrations/2026-11-30-000052_expired/down.sql"),
    ),
    (
        include_str!("../../migrations/2026-11-30-000051_repayment/up.sql"),
        include_str!("../../migrations/2026-11-30-000051_repayment/down.sql"),
    ),
    (
        include_str!("../../migrations/2026-11-30-000050_counted/up.sql"),
        include_str!("../../migrations/2026-11-30-000050_counted/down.sql"),
    ),
];

#[tokio::test]
async fn what_an_earlier_version_wrote_is_put_right() {
    let town = Town::new().await;
    let (ann, boss) = (town.member("ann").await, town.admin("boss").await);
    let shop = town.partner("shop", "purchases:write").await;
    let terms = json!({ "points": 1, "priority": 1, "hold_days": 0, "expires": "P30D" });
    boss.post("/admin/earning-rules", json!({ "name": "Short", "trigger": "purchase", "terms": terms })).await.is(201);
    let least = json!({ "kind": "percent_bonus", "points": 10, "conditions": { "min_amount_minor": 900_000 } });
    boss.post("/admin/earning-rules", json!({ "name": "Large", "trigger": "purchase", "terms": least })).await.is(201);
    let free = json!({ "kind": "percent_bonus", "points": 10, "conditions": { "tier_rank_min": 30 } });
    boss.post("/admin/earning-rules", json!({ "name": "Platinum", "trigger": "purchase", "terms": free })).await.is(201);
    let code = ann.get("/me/referral").await.is(200).text("/code");
    let ben = town.referred_member("ben", &code).await;
    town.settle().await;
    let expiring = shop.records_purchase(&town, &ben, "1", &[("A", 4_000, 2)]).await;
    let question = ann.asks("Which grinder for espresso?").await;
    let answer = ben.answers(&question, "A conical one, and not a cheap one.").await;
    ann.accepts(&question, &answer).await;
    town.passes(Duration::days(40)).await;
    assert_eq!(ann.points().await, [100, 0, 0, 0], "a friend");
    // A debt, and an order of before that repays it; an order of nothing any more; a referral and an acceptance taken back.
    let spent = shop.records_purchase(&town, &ann, "2", &[("A", 5_000, 1)]).await;
    let reward = boss.offers("Mug", 150, json!({})).await;
    ann.redeems(&reward, "mug").await.is(201);
    shop.returns(&spent, "r", &[(1, 1)]).await;
    let old = (town.clock.now() - Duration::days(20)).to_rfc3339();
    shop.post_once("/purchases", "3", purchase(&ann, "3", &old, &[("A", 3_000, 1)])).await.is(201);
    assert_eq!(ann.points().await, [0, 0, 0, -20]);
    ann.unaccepts(&question).await;
    town.settle().await;

    for (_, down) in MIGRATIONS {
        town.sql(down).await;
    }
    // As it was then.
    town.sql(
        "update earning_rule_version set terms = terms - 'currency'; update site set currency = 'CHF';
         alter table ledger_transaction disable trigger user;
         update ledger_transaction set effective_at = effective_at - interval '10 days' where kind = 'repay'",
    )
    .await;
    for (up, _) in MIGRATIONS.iter().rev() {
        town.sql(up).await;
    }
    // The server of before has prepared statements that do not know the tables of now.
    let now = town.second().await;
    let (ben, shop) = (ben.at(&now), shop.at(&now));
    let currencies = "select r.name || ' ' || coalesce(v.terms ->> 'currency', '-') from earning_rule r
                      join earning_rule_version v on v.rule_id = r.id where r.trigger = 'purchase' order by 1";
    assert_eq!(town.rows(currencies).await, ["Large CHF", "Platinum -", "Purchases CHF", "Short CHF"]);
    assert_eq!(town.rows("select referral_min_minor || ' ' || referral_min_currency from site").await, ["2000 CHF"]);
    assert_eq!(town.rows("select state || ' ' || min_minor from referral").await, ["rewarded 2000"]);
    assert_eq!(town.rows("select order_id from purchase where returned_whole_at is not null").await, ["2"]);
    let mut tx = now.app.kit.db.begin().await.unwrap();
    assert_eq!(leaderboard::rebuild(&mut tx).await.unwrap(), 0);
    tx.commit().await.unwrap();
    now.audit().await;
    // What had expired before is no debt now.
    assert_eq!(ben.points().await, [50, 0, 0, 0], "his welcome");
    shop.returns(&expiring, "r", &[(1, 2)]).await;
    assert_eq!(ben.points().await, [50, 0, 0, 0]);
}
