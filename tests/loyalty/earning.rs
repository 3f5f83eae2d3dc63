//! Earning rules, as administrators change them.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{Person, Reply, Town};

async fn rule(admin: &Person, name: &str, terms: Value) -> Reply {
    admin.post("/admin/earning-rules", json!({ "name": name, "trigger": "purchase", "terms": terms })).await.is(201)
}

#[tokio::test]
async fn history_keeps_the_terms_that_it_was_made_by() {
    let town = Town::new().await;
    let (ada, boss) = (town.member("ada").await, town.admin("boss").await);
    let shop = town.partner("shop", "purchases:write").await;
    let rules = boss.get("/admin/earning-rules").await.is(200).items();
    assert_eq!(rules.len(), 5);
    let purchases = rules.iter().find(|rule| rule["name"] == "Purchases").unwrap();
    let path = format!("/admin/earning-rules/{}", purchases["rule_id"].as_str().unwrap());
    let before = town.clock.now();
    town.clock.advance(Duration::hours(1));

    let double = json!({ "terms": { "points": 2, "qualifies": true } });
    let edited = boss.patch(&path, double.clone()).await.is(200);
    assert_eq!((edited.int("/version"), edited.header("etag")), (2, Some("W/\"2\"")));
    let record = async |order: &str, at: chrono::DateTime<chrono::Utc>| {
        let body = crate::support::purchases::purchase(&ada, order, &at.to_rfc3339(), &[("A", 1_000, 1)]);
        shop.post_once("/purchases", order, body).await.is(201).int("/points")
    };
    assert_eq!(record("then", before).await, 10);
    assert_eq!(record("now", town.clock.now()).await, 20);

    let past = json!({ "terms": { "points": 3 }, "valid_from": before });
    boss.patch(&path, past).await.refuses_field("/valid_from");
    let stale = boss.send(poem::http::Method::PATCH, &path, Some(double), &[("if-match", "\"1\"")]).await;
    stale.refused(412, "changed_since");
    let versions = boss.get(&format!("{path}/versions")).await.is(200).items();
    assert_eq!(versions.iter().map(|version| version["terms"]["points"].as_i64().unwrap()).collect::<Vec<_>>(), [2, 1]);

    boss.delete(&path).await.is(204);
    boss.delete(&path).await.is(204);
    assert_eq!(record("after", town.clock.now()).await, 0);
    boss.patch(&path, json!({ "terms": { "points": 3 } })).await.refused(409, "rule_archived");
}

#[tokio::test]
async fn a_cap_holds_over_purchases_of_a_day() {
    let town = Town::new().await;
    let (ada, boss) = (town.member("ada").await, town.admin("boss").await);
    let shop = town.partner("shop", "purchases:write").await;
    rule(&boss, "Coffee", json!({ "points": 1, "priority": 1, "cap": { "points": 60, "period": "day" } })).await;
    rule(&boss, "Half as much again", json!({ "kind": "percent_bonus", "points": 50 })).await;
    let buys = async |order: &str| {
        let bought = shop.records_purchase(&town, &ada, order, &[("A", 3_000, 1)]).await;
        (bought.int("/points_requested"), bought.int("/points"))
    };
    assert_eq!([buys("1").await, buys("2").await, buys("3").await], [(45, 45), (45, 15), (45, 0)]);
    let limited = ada.get("/me/purchases").await.is(200);
    assert_eq!(limited.text("/items/0/limited_by"), "Coffee: 60 points, period day");
    town.clock.advance(Duration::days(1));
    assert_eq!(buys("4").await, (45, 45));
}

#[tokio::test]
async fn the_first_purchase_and_tiers_are_conditions() {
    let town = Town::new().await;
    let (ada, boss) = (town.member("ada").await, town.admin("boss").await);
    let shop = town.partner("shop", "purchases:write").await;
    rule(&boss, "Welcome", json!({ "kind": "fixed_bonus", "points": 500, "conditions": { "first_purchase": true } })).await;
    rule(&boss, "Silver", json!({ "kind": "percent_bonus", "points": 100, "conditions": { "tier_rank_min": 10 } })).await;
    for (order, points) in [("1", 500 + 500), ("2", 1_000)] {
        let bought = shop.records_purchase(&town, &ada, order, &[("A", 50_000, 1)]).await;
        assert_eq!(bought.int("/points"), points, "order {order}");
    }
}

#[tokio::test]
async fn a_preview_tells_what_would_be_earned() {
    let town = Town::new().await;
    let (ada, boss) = (town.member("ada").await, town.admin("boss").await);
    let order = json!({
        "purchased_at": "2026-05-01T12:00:00Z", "currency": "EUR", "order_discount_minor": 1_000, "shipping_minor": 495,
        "lines": [{ "sku": "A", "unit_minor": 1_999, "quantity": 1 }, { "sku": "B", "unit_minor": 549, "quantity": 3 }],
    });
    let preview = boss.post("/admin/earning-rules/preview", json!({ "order": order })).await.is(200);
    assert_eq!((preview.int("/points"), preview.at("/line_points")), (26, &json!([14, 12])));
    assert!(preview.text("/available_at").starts_with("2026-05-15T12:00:00"));
    let mut bad = order.clone();
    bad["currency"] = json!("XYZ");
    boss.post("/admin/earning-rules/preview", json!({ "order": bad })).await.refuses_field("/order/currency");
    ada.post("/admin/earning-rules/preview", json!({ "order": order })).await.refused(403, "forbidden");
    assert_eq!(town.count("select count(*) from purchase").await, 0);
}

#[tokio::test]
async fn bad_terms_are_refused() {
    let town = Town::new().await;
    let boss = town.admin("boss").await;
    let create = async |trigger: &str, terms: Value| {
        boss.post("/admin/earning-rules", json!({ "name": "New", "trigger": trigger, "terms": terms })).await
    };
    for (trigger, terms, pointer) in [
        ("purchase", json!({ "points": -1 }), "/terms/points"),
        ("answer_upvoted", json!({ "points": 0 }), "/terms/points"),
        ("answer_upvoted", json!({ "points": 1, "currency": "EUR" }), "/terms/currency"),
        ("purchase", json!({ "points": i64::MAX }), "/terms/points"),
        ("purchase", json!({ "points": 10_001, "kind": "percent_bonus" }), "/terms/points"),
        ("purchase", json!({ "points": 1, "per_minor": 0 }), "/terms/per_minor"),
        ("purchase", json!({ "points": 1, "hold_days": -1 }), "/terms/hold_days"),
        ("purchase", json!({ "points": 1, "currency": "XYZ" }), "/terms/currency"),
        ("purchase", json!({ "points": 1, "expires": "soon" }), "/terms/expires"),
        ("purchase", json!({ "points": 1, "cap": { "points": 0, "period": "day" } }), "/terms/cap/points"),
        ("purchase", json!({ "points": 1, "kind": "percent_bonus", "cap": { "points": 5, "period": "day" } }), "/terms/cap"),
        ("purchase", json!({ "points": 1, "times_per_day": 3 }), "/terms/times_per_day"),
        ("purchase", json!({ "points": 1, "conditions": { "weekdays": [8] } }), "/terms/conditions/weekdays"),
        ("purchase", json!({ "points": 1, "conditions": { "hours": { "from": 24, "until": 3 } } }), "/terms/conditions/hours"),
        ("purchase", json!({ "points": 1, "conditions": { "skus": [""] } }), "/terms/conditions/skus"),
        ("answer_upvoted", json!({ "points": 1, "conditions": { "skus": ["A"] } }), "/terms"),
        ("answer_upvoted", json!({ "points": 1, "times_per_day": 0 }), "/terms/times_per_day"),
    ] {
        create(trigger, terms).await.refuses_field(pointer);
    }
    create("nonsense", json!({ "points": 1 })).await.refused(400, "bad_body");
    create("purchase", json!({ "points": 1, "surprise": 1 })).await.refused(400, "bad_body");
    create("purchase", json!({ "points": 1.5 })).await.refused(400, "bad_body");
    create("purchase", json!({ "points": 1 })).await.is(201);
    create("purchase", json!({ "points": 1 })).await.refused(409, "rule_name_taken");
}

#[tokio::test]
async fn everybody_learns_how_points_are_earned() {
    let town = Town::new().await;
    let boss = town.admin("boss").await;
    let visitor = town.visitor();
    let ways = async || visitor.get("/ways-to-earn").await.is(200).items();
    let told =
        |ways: &[Value]| ways.iter().map(|way| format!("{} {}", way["trigger"].as_str().unwrap(), way["points"])).collect::<Vec<_>>();
    let first = ways().await;
    let defaults = ["purchase 1", "answer_accepted 10", "answer_upvoted 2", "referral_advocate 100", "referral_referee 50"];
    assert_eq!(told(&first), defaults);
    assert_eq!((&first[0]["hold_days"], &first[1]["times_per_day"], &first[1]["hold_days"]), (&json!(14), &json!(3), &json!(7)));
    assert_eq!(
        (&first[3]["times_per_year"], &first[4]["min_amount_minor"], &first[4]["hold_days"]),
        (&json!(20), &json!(2_000), &json!(14))
    );

    let conditions = json!({ "tier_rank_min": 10, "skus": ["SECRET-1"], "weekdays": [6, 7] });
    rule(&boss, "Weekend", json!({ "kind": "percent_bonus", "points": 50, "conditions": conditions, "priority": 7 })).await;
    let later = town.clock.now() + Duration::days(30);
    let scheduled = json!({ "name": "Later", "trigger": "purchase", "terms": { "points": 9 }, "valid_from": later });
    boss.post("/admin/earning-rules", scheduled).await.is(201);
    let second = ways().await;
    assert_eq!((second.len(), &second[1]["name"]), (6, &json!("Weekend")), "what has not begun is not told");
    assert_eq!((&second[1]["tier"]["rank"], &second[1]["selected_products"]), (&json!(10), &json!(true)));
    let text = json!(second).to_string();
    for internal in ["SECRET-1", "priority", "rule_id", "version"] {
        assert!(!text.contains(internal), "{internal}: {text}");
    }
}

/// An order of one thing, over so many minor units of a currency.
fn order_in(member: &Person, order: &str, now: &str, currency: &str, minor: i64) -> Value {
    let mut body = crate::support::purchases::purchase(member, order, now, &[("A", minor, 1)]);
    body["currency"] = json!(currency);
    body
}

#[tokio::test]
async fn a_rule_is_for_the_currency_of_its_amounts() {
    let town = Town::new().await;
    let (ada, boss) = (town.member("ada").await, town.admin("boss").await);
    let shop = town.partner("shop", "purchases:write").await;
    let buys = async |order: &str, currency: &str, minor: i64| {
        let now = town.clock.now().to_rfc3339();
        let bought = shop.post_once("/purchases", order, order_in(&ada, order, &now, currency, minor)).await.is(201);
        let read = ada.get(&format!("/purchases/{}", bought.text("/purchase_id"))).await.is(200);
        assert_eq!(read.body.get("no_points_reason"), bought.body.get("no_points_reason"));
        (bought.int("/points"), bought.body.get("no_points_reason").and_then(Value::as_str).map(str::to_owned))
    };
    let unruled = (0, Some("no_rule_for_currency".to_owned()));
    // The rule that a programme begins with is for euro.
    assert_eq!(buys("1", "EUR", 2_000).await, (20, None));
    assert_eq!([buys("2", "JPY", 2_000).await, buys("3", "KWD", 20_000).await], [unruled.clone(), unruled.clone()]);
    let made = rule(&boss, "Yen", json!({ "points": 1, "per_minor": 100, "currency": "JPY" })).await;
    assert_eq!(made.text("/terms/currency"), "JPY");
    assert_eq!([buys("4", "JPY", 2_000).await, buys("5", "KWD", 20_000).await], [(20, None), unruled.clone()]);
    // Who names none means the site's.
    boss.patch("/admin/settings", json!({ "currency": "CHF" })).await.is(200);
    assert_eq!(rule(&boss, "Francs", json!({ "points": 2 })).await.text("/terms/currency"), "CHF");
    assert_eq!(buys("6", "CHF", 1_000).await, (20, None));
    let least = json!({ "kind": "fixed_bonus", "points": 5, "conditions": { "min_amount_minor": 1_000 } });
    assert_eq!(rule(&boss, "Large", least).await.text("/terms/currency"), "CHF");
    assert_eq!([buys("7", "CHF", 1_000).await, buys("8", "EUR", 1_000).await], [(25, None), (10, None)]);
    assert_eq!(rule(&boss, "More", json!({ "kind": "percent_bonus", "points": 100 })).await.body["terms"].get("currency"), None);
    assert_eq!(buys("9", "EUR", 1_000).await, (20, None));

    let preview = json!({ "order": { "purchased_at": town.clock.now().to_rfc3339(), "currency": "KWD", "lines": [{ "sku": "A", "unit_minor": 1, "quantity": 1 }] } });
    let tried = boss.post("/admin/earning-rules/preview", preview).await.is(200);
    assert_eq!((tried.int("/points"), tried.text("/no_points_reason").as_str()), (0, "no_rule_for_currency"));
}

#[tokio::test]
async fn gift_cards_can_be_sold_without_points() {
    let town = Town::new().await;
    let (ada, boss) = (town.member("ada").await, town.admin("boss").await);
    let shop = town.partner("shop", "purchases:write").await;
    rule(&boss, "Gift cards", json!({ "points": 0, "priority": 1, "conditions": { "skus": ["card"] } })).await;
    let bought = shop.records_purchase(&town, &ada, "1", &[("A", 1_000, 1), ("card", 5_000, 1)]).await;
    assert_eq!((bought.int("/points"), bought.int("/lines/1/points")), (10, 0));
}

/// What members have of a capped rule once orders came back.
mod caps {
    use super::*;

    struct Counter {
        town: Town,
        ada: Person,
        shop: Person,
    }

    impl Counter {
        async fn open(cap: Value) -> Self {
            let town = Town::new().await;
            let (ada, shop) = (town.member("ada").await, town.partner("shop", "purchases:write").await);
            let terms = json!({ "points": 1, "priority": 1, "qualifies": true, "cap": cap });
            rule(&town.admin("boss").await, "Coffee", terms).await;
            Self { town, ada, shop }
        }
        /// So many pieces for so many points together.
        async fn buys(&self, order: &str, points: i64, pieces: i64) -> Reply {
            self.shop.records_purchase(&self.town, &self.ada, order, &[("A", points * 100 / pieces, pieces)]).await
        }
        async fn earns(&self, order: &str, points: i64) -> i64 {
            self.buys(order, points, 1).await.int("/points")
        }
        async fn stands(&self, bought: &Reply) -> i64 {
            let read = self.shop.get(&format!("/purchases/{}", bought.text("/purchase_id"))).await.is(200);
            read.int("/points") - read.int("/points_clawed")
        }
        async fn counting(&self) -> i64 {
            self.town.count("select coalesce(sum(points), 0)::bigint from qualifying_entry").await
        }
    }

    fn clip(points: i64) -> Value {
        json!({ "points": points, "period": "day" })
    }

    #[tokio::test]
    async fn a_returned_order_fills_no_cap() {
        let counter = Counter::open(clip(90)).await;
        let first = counter.buys("1", 70, 1).await;
        assert_eq!((first.int("/points"), counter.earns("2", 20).await), (70, 20));
        counter.shop.returns(&first, "r", &[(1, 1)]).await;
        assert_eq!((counter.earns("3", 50).await, counter.earns("4", 50).await), (50, 20));
        assert_eq!(counter.ada.points().await, [0, 90, 0, 0]);
    }

    #[tokio::test]
    async fn what_a_cap_suppressed_is_granted_first() {
        let counter = Counter::open(clip(90)).await;
        let first = counter.buys("1", 70, 7).await;
        let (second, third) = (counter.buys("2", 50, 2).await, counter.buys("3", 30, 1).await);
        assert_eq!((second.int("/points"), third.int("/points")), (20, 0));
        assert_eq!(third.text("/limited_by"), "Coffee: 90 points, period day");
        // 20 of the first come back: the second had been kept 30 short.
        let returned = counter.shop.returns(&first, "r", &[(1, 2)]).await;
        assert_eq!((returned.int("/points_clawed"), returned.int("/points_granted")), (20, 20));
        assert_eq!((counter.stands(&second).await, counter.stands(&third).await), (40, 0));
        let returned = counter.shop.returns(&first, "s", &[(1, 5)]).await;
        assert_eq!((returned.int("/points_clawed"), returned.int("/points_granted")), (50, 40));
        assert_eq!((counter.stands(&second).await, counter.stands(&third).await), (50, 30));
        assert_eq!((counter.ada.points().await, counter.counting().await), ([0, 80, 0, 0], 80));
        assert_eq!(counter.earns("4", 50).await, 10);

        // It is all there to read, and goes back with what it was for.
        let read = counter.ada.get(&format!("/purchases/{}", second.text("/purchase_id"))).await.is(200);
        let granted: Vec<i64> = read.at("/trace").as_array().unwrap().iter().map(|grant| grant["points"].as_i64().unwrap()).collect();
        assert_eq!((granted, read.int("/points_requested"), read.body.get("limited_by")), (vec![20, 20, 10], 50, None));
        let half = counter.shop.returns(&second, "r", &[(1, 1)]).await;
        assert_eq!((half.int("/points_clawed"), half.int("/points_granted")), (25, 25), "the fourth had been kept 40 short");
        counter.shop.returns(&second, "s", &[(1, 1)]).await;
        assert_eq!((counter.stands(&second).await, counter.ada.points().await), (0, [0, 80, 0, 0]));
        counter.town.passes(Duration::days(15)).await;
        assert_eq!(counter.ada.points().await, [80, 0, 0, 0]);
        counter.town.audit().await;
    }

    #[tokio::test]
    async fn an_order_fills_the_room_of_its_own_return() {
        let counter = Counter::open(clip(60)).await;
        let bought = counter.buys("1", 100, 2).await;
        let returned = counter.shop.returns(&bought, "r", &[(1, 1)]).await;
        assert_eq!((returned.int("/points_clawed"), returned.int("/points_granted")), (30, 20));
        assert_eq!((counter.stands(&bought).await, counter.ada.points().await), (50, [0, 50, 0, 0]));
        counter.shop.returns(&bought, "s", &[(1, 1)]).await;
        assert_eq!((counter.stands(&bought).await, counter.ada.points().await), (0, [0, 0, 0, 0]));
        assert_eq!(counter.counting().await, 0);
    }

    #[tokio::test]
    async fn what_was_rejected_is_granted_whole_or_not() {
        let counter = Counter::open(json!({ "points": 90, "period": "month", "over": "reject" })).await;
        let first = counter.buys("1", 70, 7).await;
        let second = counter.buys("2", 40, 1).await;
        assert_eq!(second.int("/points"), 0);
        assert_eq!(counter.shop.returns(&first, "r", &[(1, 1)]).await.int("/points_granted"), 0);
        assert_eq!(counter.shop.returns(&first, "s", &[(1, 1)]).await.int("/points_granted"), 40);
        assert_eq!(counter.ada.points().await, [0, 90, 0, 0]);
    }

    #[tokio::test]
    async fn another_period_has_its_own_room() {
        let counter = Counter::open(clip(90)).await;
        let first = counter.buys("1", 90, 1).await;
        let second = counter.buys("2", 50, 1).await;
        counter.town.clock.advance(Duration::days(1));
        let third = counter.buys("3", 100, 1).await;
        counter.shop.returns(&first, "r", &[(1, 1)]).await;
        assert_eq!((counter.stands(&second).await, counter.stands(&third).await), (50, 90));
        assert_eq!(counter.earns("4", 10).await, 0);
        counter.town.settle().await;
        // On the day of what earned them.
        let days = "select score from leaderboard_score s join leaderboard b on b.id = s.leaderboard_id
                    where b.metric = 'points' and b.period = 'day' order by b.starts_on";
        assert_eq!(counter.town.rows(days).await, ["50", "90"]);
    }
}

#[tokio::test]
async fn a_first_order_that_was_returned_whole_was_none() {
    let town = Town::new().await;
    let (ada, boss) = (town.member("ada").await, town.admin("boss").await);
    let shop = town.partner("shop", "purchases:write").await;
    rule(&boss, "Welcome", json!({ "kind": "fixed_bonus", "points": 500, "conditions": { "first_purchase": true } })).await;
    rule(&boss, "Again", json!({ "kind": "fixed_bonus", "points": 3, "conditions": { "first_purchase": false } })).await;
    let first = shop.records_purchase(&town, &ada, "1", &[("A", 1_000, 2)]).await;
    shop.returns(&first, "r", &[(1, 1)]).await;
    assert_eq!(shop.records_purchase(&town, &ada, "2", &[("A", 1_000, 1)]).await.int("/points"), 13, "half of the first is kept");
    let (bob, other) = (town.member("bob").await, ("3", "4"));
    let first = shop.records_purchase(&town, &bob, other.0, &[("A", 1_000, 1)]).await;
    assert_eq!(first.int("/points"), 510);
    shop.returns(&first, "r", &[(1, 1)]).await;
    assert_eq!(shop.records_purchase(&town, &bob, other.1, &[("A", 1_000, 1)]).await.int("/points"), 510);
    assert_eq!(bob.points().await, [0, 510, 0, 0]);
}
