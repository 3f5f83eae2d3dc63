//! The programme in numbers.

use chrono::Duration;
use serde_json::json;

use crate::support::{Reply, Town};

/// A column of a series.
fn series(reply: &Reply, part: &str, figure: &str) -> Vec<i64> {
    let steps = reply.at(&format!("/{part}/series")).as_array().expect("a series").clone();
    steps.iter().map(|step| step[figure].as_i64().unwrap_or(-1)).collect()
}

#[tokio::test]
async fn the_dashboard_adds_up() {
    let town = Town::new().await;
    let (rosa, ann, bob) = (town.admin("rosa").await, town.member("ann").await, town.member("bob").await);
    let path = "/admin/dashboard";
    town.pays(&ann, 1_000).await;
    town.passes(Duration::days(10)).await;
    let mug = rosa.offers("Mug", 300, json!({})).await;
    ann.redeems(&mug, "mug").await.is(201);
    let adjustment = json!({ "handle": "bob", "points": 50, "reason": "A birthday." });
    rosa.post_once("/admin/adjustments", "birthday", adjustment).await.is(201);
    let order = town.records_order(&bob, 4_000).await;
    town.passes(Duration::days(1)).await;
    town.records_return(&order).await;

    let month = rosa.get(path).await.is(200);
    assert_eq!(month.at("/points/series").as_array().map(Vec::len), Some(30));
    let (issued, spent) = (month.int("/points/totals/issued"), month.int("/points/totals/spent"));
    let (adjusted, clawed) = (month.int("/points/totals/adjusted"), month.int("/points/totals/clawed_back"));
    assert_eq!((issued, spent, adjusted, clawed), (1_040, 300, 50, 40));
    assert_eq!(month.int("/points/now/liability") + month.int("/points/now/arrears"), issued + adjusted - spent - clawed);
    assert_eq!(month.int("/points/totals/redemptions"), 1);
    assert_eq!(
        series(&month, "points", "liability")[18..],
        [1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 790, 750]
    );
    assert_eq!(series(&month, "points", "pending")[28..], [40, 0]);
    assert_eq!(series(&month, "points", "redemptions")[28..], [1, 0]);
    assert_eq!((month.text("/points/top_rewards/0/name"), month.int("/points/top_rewards/0/redemptions")), ("Mug".into(), 1));
    assert_eq!(month.int("/points/members_by_tier/0/members") + month.int("/points/members_by_tier/1/members"), 3);

    // A range that ended before the last movements, and the one before it.
    let day = |ago: i64| (town.clock.now() - Duration::days(ago)).date_naive();
    let past = rosa.get(&format!("{path}?from={}&until={}", day(5), day(0))).await.is(200);
    assert_eq!(
        (past.int("/points/totals/issued"), past.int("/points/before/issued"), past.int("/community/totals/registered")),
        (40, 0, 0)
    );
    assert_eq!(series(&past, "points", "liability"), [1_000, 1_000, 1_000, 1_000, 790]);
    let earlier = rosa.get(&format!("{path}?from={}&until={}", day(1), day(-10))).await.is(200);
    assert_eq!((earlier.int("/points/totals/issued"), earlier.int("/points/before/issued")), (40, 1_000));
    assert_eq!(series(&earlier, "points", "liability")[..3], [790, 750, 750]);
}

#[tokio::test]
async fn the_dashboard_counts_who_asks_and_who_answers() {
    let town = Town::new().await;
    let (mo, ann, bob) = (town.moderator("moe").await, town.member("ann").await, town.member("bob").await);
    let first = ann.asks("Which grinder?").await;
    ann.answers(&first, "Perhaps this one").await;
    town.clock.advance(Duration::hours(1));
    let answer = bob.answers(&first, "The small one").await;
    ann.accepts(&first, &answer).await;
    ann.asks("Which kettle?").await;
    let third = bob.asks("Which scale?").await;
    town.clock.advance(Duration::minutes(10));
    ann.answers(&third, "The flat one").await;
    let spam = bob.asks("Buy my pills").await;
    ann.flags(&spam).await;
    town.settle().await;

    let board = mo.get("/admin/dashboard?step=month").await.is(200);
    let total = |name: &str| board.int(&format!("/community/totals/{name}"));
    assert_eq!((total("registered"), total("active"), total("questions"), total("answers")), (3, 2, 4, 3));
    assert_eq!((total("answered"), total("solved"), total("first_answer_median_s")), (2, 1, 2_100));
    assert_eq!(board.at("/community/totals/answered_share"), &json!(0.5));
    assert_eq!(board.at("/community/totals/solved_share"), &json!(0.25));
    assert_eq!(board.int("/community/open_review_items"), 1);
    assert_eq!(series(&board, "community", "questions").iter().sum::<i64>(), 4);
    assert_eq!(board.int("/community/before/questions"), 0);
    assert!(board.at("/community/before").get("answered_share").is_none());
    assert!(board.body.get("points").is_none(), "points are for administrators");
    ann.get("/admin/dashboard").await.refused(403, "forbidden");
}

#[tokio::test]
async fn the_dashboard_refuses_ranges_without_an_end() {
    let town = Town::new().await;
    let mo = town.moderator("moe").await;
    for (query, field) in [
        ("from=2026-05-02&until=2026-05-01", "until"),
        ("from=1970-01-01&until=2026-05-01", "step"),
        ("from=0001-01-01", "from"),
        ("until=9999-12-31", "until"),
    ] {
        mo.get(&format!("/admin/dashboard?{query}")).await.refuses_field(field);
    }
    mo.get("/admin/dashboard?from=yesterday").await.refused(400, "bad_parameter");
    mo.get("/admin/dashboard?from=-262143-01-01").await.is(422);
    mo.get("/admin/dashboard?step=hour").await.refused(400, "bad_parameter");
}
