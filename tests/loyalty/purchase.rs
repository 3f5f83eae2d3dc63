//! Purchases and their returns.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{Person, Reply, Town, Wire, purchases::purchase};

async fn spends(town: &Town, member: &Person, points: i64) {
    use regulars::{
        domain::MemberId,
        loyalty::ledger::{self, Source},
    };
    let now = town.clock.now();
    let mut tx = town.app.kit.db.begin().await.unwrap();
    let mut wallet = ledger::open_wallet(&mut tx, MemberId(member.id().parse().unwrap()), now).await.unwrap();
    let hold = ledger::hold(&mut tx, &mut wallet, points, Source::new("test", "mug"), now, "").await.unwrap();
    ledger::redeem(&mut tx, &mut wallet, hold, points, Source::new("test", "mug"), now, "").await.unwrap();
    tx.commit().await.unwrap();
}

/// Vector 1 of docs/loyalty-rules.md: 26 points, 14 and 12.
async fn ada_buys(town: &Town) -> (Person, Person, Reply) {
    let (ada, shop) = (town.member("ada").await, town.partner("shop", "purchases:write").await);
    let mut body = purchase(&ada, "order-1", &town.clock.now().to_rfc3339(), &[("A", 1_999, 1), ("B", 549, 3)]);
    body["order_discount_minor"] = json!(1_000);
    body["shipping_minor"] = json!(495);
    let bought = shop.post_once("/purchases", "key", body).await.is(201);
    (ada, shop, bought)
}

#[tokio::test]
async fn a_purchase_earns_points_that_wait_for_the_return_window() {
    let town = Town::new().await;
    let (ada, shop, bought) = ada_buys(&town).await;
    assert_eq!((bought.int("/net_minor"), bought.int("/points")), (2_646, 26));
    assert_eq!(["/lines/0", "/lines/1"].map(|line| bought.int(&format!("{line}/net_minor"))), [1_451, 1_195]);
    assert_eq!(["/lines/0", "/lines/1"].map(|line| bought.int(&format!("{line}/points"))), [14, 12]);
    assert_eq!(bought.text("/trace/0/rule"), "Purchases");
    assert_eq!(ada.points().await, [0, 26, 0, 0]);
    town.passes(Duration::days(14)).await;
    assert_eq!(ada.points().await, [26, 0, 0, 0]);

    let path = format!("/purchases/{}", bought.text("/purchase_id"));
    for reader in [&ada, &shop, &town.moderator("moe").await] {
        assert_eq!(reader.get(&path).await.is(200).body, bought.body, "{}", reader.handle);
    }
    let (bob, other) = (town.member("bob").await, town.partner("other", "purchases:write").await);
    for stranger in [&bob, &other] {
        stranger.get(&path).await.refused(404, "not_found");
    }
    assert_eq!(ada.get("/me/purchases").await.is(200).items(), std::slice::from_ref(&bought.body));
    assert!(bob.get("/me/purchases").await.is(200).items().is_empty());
}

#[tokio::test]
async fn an_order_is_recorded_once() {
    let town = Town::new().await;
    let (ada, shop, _) = ada_buys(&town).await;
    let body = purchase(&ada, "order-2", &town.clock.now().to_rfc3339(), &[("A", 10_000, 1)]);
    let first = shop.post_once("/purchases", "k2", body.clone()).await.is(201);
    let again = shop.post_once("/purchases", "k2", body.clone()).await.is(201);
    assert_eq!((again.header("idempotency-replayed"), &again.body), (Some("true"), &first.body));
    shop.post_once("/purchases", "k3", body.clone()).await.refused(409, "duplicate_source");
    let mut other = body.clone();
    other["currency"] = json!("USD");
    shop.post_once("/purchases", "k2", other).await.refused(422, "idempotency_key_reused");
    assert_eq!(ada.points().await, [0, 126, 0, 0]);
    // The order number is the partner's own.
    town.partner("other", "purchases:write").await.post_once("/purchases", "k", body).await.is(201);
}

#[tokio::test]
async fn parallel_reports_of_an_order_have_one_effect() {
    let town = Town::new().await;
    let (ada, shop) = (town.member("ada").await, town.partner("shop", "purchases:write").await);
    let body = purchase(&ada, "order", &town.clock.now().to_rfc3339(), &[("A", 10_000, 1)]);
    let same_key = (0..4).map(|_| shop.post_once("/purchases", "key", body.clone()));
    for reply in futures_util::future::join_all(same_key).await {
        reply.is(201);
    }
    let own_keys = ["a", "b", "c", "d"].map(|key| shop.post_once("/purchases", key, body.clone()));
    for reply in futures_util::future::join_all(own_keys).await {
        reply.refused(409, "duplicate_source");
    }
    assert_eq!(ada.points().await, [0, 100, 0, 0]);
}

/// Vector 8, as the next one.
#[tokio::test]
async fn an_order_is_recorded_once_even_when_its_key_is_forgotten() {
    let town = Town::new().await;
    let (ada, shop) = (town.member("ada").await, town.partner("shop", "purchases:write").await);
    let body = purchase(&ada, "order", &town.clock.now().to_rfc3339(), &[("A", 10_000, 1)]);
    shop.post_once("/purchases", "key", body.clone()).await.is(201);
    town.passes(Duration::days(6)).await;
    assert_eq!(shop.post_once("/purchases", "key", body.clone()).await.is(201).header("idempotency-replayed"), Some("true"));
    town.passes(Duration::days(2)).await;
    assert_eq!(town.count("select count(*) from idempotency_key").await, 0);
    let moved = "select count(*) from ledger_entry";
    let (before, points) = (town.count(moved).await, ada.points().await);
    let again = shop.post_once("/purchases", "key", body).await.refused(409, "duplicate_source");
    assert_eq!(again.header("idempotency-replayed"), None);
    assert_eq!((town.count(moved).await, ada.points().await), (before, points));
}

/// PostgreSQL has committed; whoever asked it to, and whoever asked for that, never hear of it.
#[tokio::test]
async fn a_purchase_whose_answer_was_lost_is_answered_when_sent_again() {
    let town = Town::new().await;
    let (ada, shop) = (town.member("ada").await, town.partner("shop", "purchases:write").await);
    let wire = Wire::to(town.database_url()).await;
    let doomed = town.behind(&wire).await;
    for (recorded, server_dies) in [(1, false), (2, true)] {
        let key = format!("key-{recorded}");
        let body = purchase(&ada, &format!("order-{recorded}"), &town.clock.now().to_rfc3339(), &[("A", 10_000, 1)]);
        wire.lose_next_commit();
        let till = shop.at(&doomed);
        let sent = tokio::spawn({
            let (till, key, body) = (till.clone(), key.clone(), body.clone());
            async move { till.post_once("/purchases", &key, body).await }
        });
        wire.has_lost_it().await;
        assert_eq!(town.count("select count(*) from purchase").await, recorded, "it stands in the book");
        assert!(!sent.is_finished(), "and nobody was told");
        let again = if server_dies {
            sent.abort();
            wire.cut();
            shop.post_once("/purchases", &key, body).await
        } else {
            wire.cut();
            sent.await.expect("an answer").refused(503, "unavailable");
            till.post_once("/purchases", &key, body).await
        };
        let again = again.is(201);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(shop.get(&format!("/purchases/{}", again.text("/purchase_id"))).await.is(200).body, again.body);
        assert_eq!(town.count("select count(*) from purchase").await, recorded);
        assert_eq!(ada.points().await, [0, 100 * recorded, 0, 0]);
    }
}

#[tokio::test]
async fn a_customer_may_come_before_the_member() {
    let town = Town::new().await;
    let shop = town.partner("shop", "purchases:write").await;
    let mut body = purchase(&town.member("ada").await, "1", &town.clock.now().to_rfc3339(), &[("A", 1_000, 1)]);
    body["member"] = json!({ "external_id": "C-77" });
    let first = shop.post_once("/purchases", "1", body.clone()).await.is(201);
    body["order_id"] = json!("2");
    let second = shop.post_once("/purchases", "2", body.clone()).await.is(201);
    assert_eq!(first.text("/member_id"), second.text("/member_id"));
    body["member"] = json!({ "email_sha256": "ab".repeat(32) });
    body["order_id"] = json!("3");
    shop.post_once("/purchases", "3", body).await.refused(422, "unknown_member");
}

#[tokio::test]
async fn returns_take_back_line_by_line() {
    let town = Town::new().await;
    let (ada, shop, bought) = ada_buys(&town).await;
    // Vector 3: 12 points over 3 units.
    for (number, points) in [("r1", 22), ("r2", 18)] {
        assert_eq!(shop.returns(&bought, number, &[(2, 1)]).await.int("/points_clawed"), 4);
        assert_eq!(ada.points().await, [0, points, 0, 0]);
    }
    shop.tries_to_return(&bought, "r2", &[(2, 1)]).await.refused(409, "duplicate_source");
    shop.tries_to_return(&bought, "r3", &[(2, 2)]).await.refuses_field("/lines/0/quantity");
    shop.tries_to_return(&bought, "r3", &[(9, 1)]).await.refuses_field("/lines/0/line");
    let other = town.partner("other", "purchases:write").await;
    other.tries_to_return(&bought, "r3", &[(1, 1)]).await.refused(404, "not_found");

    let last = shop.returns(&bought, "r4", &[(1, 1), (2, 1)]).await;
    assert_eq!((last.int("/points_clawed"), last.at("/whole")), (18, &json!(true)));
    assert_eq!(ada.points().await, [0, 0, 0, 0]);
    assert_eq!(town.count("select coalesce(sum(points), 0)::bigint from qualifying_entry").await, 0);
    let now = ada.get("/me/purchases").await.is(200);
    assert_eq!((now.int("/items/0/points_clawed"), now.int("/items/0/lines/1/returned_quantity")), (26, 3));
}

/// Vector 6.
#[tokio::test]
async fn what_was_spent_before_a_return_is_owed_and_repaid_first() {
    let town = Town::new().await;
    let (ada, shop) = (town.member("ada").await, town.partner("shop", "purchases:write").await);
    let bought = shop.records_purchase(&town, &ada, "1", &[("A", 10_000, 1)]).await;
    town.passes(Duration::days(14)).await;
    spends(&town, &ada, 100).await;
    shop.returns(&bought, "r", &[(1, 1)]).await;
    assert_eq!(ada.points().await, [0, 0, 0, -100]);
    let old = (town.clock.now() - Duration::days(14)).to_rfc3339();
    shop.post_once("/purchases", "2", purchase(&ada, "2", &old, &[("A", 4_000, 1)])).await.is(201);
    assert_eq!(ada.points().await, [0, 0, 0, -60]);
    shop.post_once("/purchases", "3", purchase(&ada, "3", &old, &[("A", 10_000, 1)])).await.is(201);
    assert_eq!(ada.points().await, [40, 0, 0, 0]);
    assert_eq!(town.rows("select remaining from lot where granted = 100 order by id desc limit 1").await, ["40"]);
}

#[tokio::test]
async fn a_return_after_the_window_takes_what_is_there() {
    let town = Town::new().await;
    let (ada, shop, bought) = ada_buys(&town).await;
    town.passes(Duration::days(15)).await;
    shop.returns(&bought, "r", &[(1, 1)]).await;
    assert_eq!(ada.points().await, [12, 0, 0, 0]);
}

#[tokio::test]
async fn bad_purchases_are_refused_and_leave_nothing() {
    let town = Town::new().await;
    let (ada, shop) = (town.member("ada").await, town.partner("shop", "purchases:write").await);
    let now = town.clock.now();
    let good = || purchase(&ada, "order", &now.to_rfc3339(), &[("A", 1_000, 1)]);
    let line = |field: &str, value: Value| (format!("/lines/0/{field}"), value);
    let field = |field: &str, value: Value| (field.to_owned(), value);
    let too_much = 1_000_000_000_000_001_i64;
    for (number, (pointer, value)) in [
        line("quantity", json!(0)),
        line("quantity", json!(-1)),
        line("quantity", json!(1_000_001)),
        line("quantity", json!(i64::MAX)),
        line("unit_minor", json!(-1)),
        line("unit_minor", json!(i64::MAX)),
        line("discount_minor", json!(-1)),
        line("discount_minor", json!(1_001)),
        line("sku", json!("")),
        line("sku", json!("x".repeat(101))),
        line("category", json!("")),
        field("/order_discount_minor", json!(-1)),
        field("/shipping_minor", json!(too_much)),
        field("/tax_minor", json!(i64::MIN)),
        field("/gift_card_minor", json!(-1)),
        field("/points_paid_minor", json!(too_much)),
        field("/currency", json!("XYZ")),
        field("/currency", json!("eur")),
        field("/currency", json!("")),
        field("/order_id", json!("")),
        field("/order_id", json!("x".repeat(201))),
        field("/channel", json!("")),
        field("/purchased_at", json!((now + Duration::minutes(6)).to_rfc3339())),
        field("/purchased_at", json!("1969-12-31T23:59:59Z")),
        field("/lines", json!([])),
        field("/lines", json!(vec![json!({ "sku": "A", "unit_minor": 1, "quantity": 1 }); 101])),
        field("/member", json!({})),
        field("/member", json!({ "external_id": "C", "email_sha256": "ab".repeat(32) })),
        field("/member/email_sha256", json!("xy".repeat(32))),
        field("/member/email_sha256", json!("ab".repeat(33))),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = good();
        match body.pointer_mut(&pointer) {
            Some(place) => *place = value,
            None => {
                let (parent, name) = pointer.rsplit_once('/').unwrap();
                body.pointer_mut(parent).unwrap()[name] = value;
            }
        }
        shop.post_once("/purchases", &format!("bad-{number}"), body).await.refuses_field(&pointer);
    }
    for (number, (name, value)) in [
        ("lines", json!("one")),
        ("lines", json!([{ "sku": "A", "unit_minor": 1.5, "quantity": 1 }])),
        ("lines", json!([{ "sku": "A", "unit_minor": "1", "quantity": 1 }])),
        ("lines", json!([{ "sku": 1, "unit_minor": 1, "quantity": 1 }])),
        ("lines", json!([{ "sku": "A\u{0}", "unit_minor": 1, "quantity": 1 }])),
        ("lines", json!([{ "sku": "A", "unit_minor": 1, "quantity": 9_223_372_036_854_775_808_u64 }])),
        ("lines", json!([{ "unit_minor": 1, "quantity": 1 }])),
        ("order_id", json!("a\u{0}b")),
        ("order_id", json!(7)),
        ("order_id", json!(null)),
        ("purchased_at", json!("yesterday")),
        ("purchased_at", json!(1_700_000_000)),
        ("member", json!("ada")),
        ("points", json!(1_000)),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = good();
        body[name] = value;
        let refused = shop.post_once("/purchases", &format!("wrong-{number}"), body).await.refused(400, "bad_body");
        assert!(refused.text("/errors/0/pointer").starts_with(&format!("/{name}")), "{:#}", refused.body);
    }
    for (lines, at, pointer, wanted) in [
        (
            json!([{ "sku": "A", "unit_minor": 19.99, "quantity": 1 }]),
            now.to_rfc3339(),
            "/lines/0/unit_minor",
            "whole number of minor units",
        ),
        (good()["lines"].clone(), "2026-05-01T12:00:00".to_owned(), "/purchased_at", "time with its zone, such as 2026-11-30T12:00:00Z"),
        (good()["lines"].clone(), "2026-05-01".to_owned(), "/purchased_at", "time with its zone"),
    ] {
        let mut body = good();
        (body["lines"], body["purchased_at"]) = (lines, json!(at));
        let refused = shop.post_once("/purchases", "pointer", body).await.refused(400, "bad_body");
        assert_eq!(refused.text("/errors/0/pointer"), pointer);
        assert!(refused.text("/errors/0/detail").contains(wanted), "{:#}", refused.body);
    }
    shop.post("/purchases", good()).await.is(400);
    ada.post_once("/purchases", "k", good()).await.refused(403, "forbidden");
    town.visitor().post_once("/purchases", "k", good()).await.refused(401, "unauthorized");
    town.partner("reader", "members:read").await.post_once("/purchases", "k", good()).await.refused(403, "missing_scope");
    for table in ["purchase", "purchase_line", "ledger_transaction", "qualifying_entry", "external_member", "wallet"] {
        assert_eq!(town.count(&format!("select count(*) from {table}")).await, 0, "{table}");
    }
    let dear =
        shop.post_once("/purchases", "dear", purchase(&ada, "dear", &now.to_rfc3339(), &[("A", 1_000_000_000_000_000, 1); 11])).await;
    dear.refused(422, "amount_too_large");
}

#[tokio::test]
async fn bad_returns_are_refused() {
    let town = Town::new().await;
    let (ada, shop, bought) = ada_buys(&town).await;
    let path = format!("/purchases/{}/returns", bought.text("/purchase_id"));
    let good = json!({ "return_id": "r", "lines": [{ "line": 1, "quantity": 1 }] });
    for (number, (name, value, pointer)) in [
        ("return_id", json!(""), "/return_id"),
        ("lines", json!([]), "/lines"),
        ("lines", json!([{ "line": 1, "quantity": -1 }]), "/lines/0/quantity"),
        ("lines", json!([{ "line": 1, "quantity": i64::MAX }]), "/lines/0/quantity"),
        ("lines", json!([{ "line": -1, "quantity": 1 }]), "/lines/0/line"),
        ("lines", json!([{ "line": 1, "quantity": 1 }, { "line": 1, "quantity": 1 }]), "/lines/1/line"),
        ("returned_at", json!("2020-01-01T00:00:00Z"), "/returned_at"),
        ("returned_at", json!("2999-01-01T00:00:00Z"), "/returned_at"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = good.clone();
        body[name] = value;
        shop.post_once(&path, &number.to_string(), body).await.refuses_field(pointer);
    }
    let mut body = good.clone();
    body["lines"] = json!([{ "line": 40_000, "quantity": 1 }]);
    shop.post_once(&path, "line", body).await.refused(400, "bad_body");
    shop.post_once("/purchases/00000000-0000-0000-0000-000000000000/returns", "k", good.clone()).await.refused(404, "not_found");
    ada.post_once(&path, "k", good).await.refused(403, "forbidden");
    assert_eq!(ada.points().await, [0, 26, 0, 0]);
}

#[tokio::test]
async fn a_cancelled_order_that_is_reported_again_is_another_purchase() {
    let town = Town::new().await;
    let (ada, shop) = (town.member("ada").await, town.partner("shop", "purchases:write").await);
    let body = purchase(&ada, "SP-1", &town.clock.now().to_rfc3339(), &[("A", 10_000, 2)]);
    let first = shop.post_once("/purchases", "k1", body.clone()).await.is(201);
    shop.returns(&first, "r", &[(1, 1)]).await;
    shop.post_once("/purchases", "k2", body.clone()).await.refused(409, "duplicate_source");
    let whole = shop.returns(&first, "s", &[(1, 1)]).await;
    assert_eq!((whole.at("/whole"), ada.points().await), (&json!(true), [0, 0, 0, 0]));

    // The request of then has the answer of then; another is another order, once.
    let replayed = shop.post_once("/purchases", "k1", body.clone()).await.is(201);
    assert_eq!((replayed.header("idempotency-replayed"), &replayed.body), (Some("true"), &first.body));
    let mut again = body.clone();
    again["lines"][0]["quantity"] = json!(1);
    let reports = ["a", "b", "c"].map(|key| shop.post_once("/purchases", key, again.clone()));
    let mut replies = futures_util::future::join_all(reports).await;
    replies.sort_by_key(|reply| reply.status);
    assert_eq!(replies.iter().map(|reply| reply.status).collect::<Vec<_>>(), [201, 409, 409]);
    let second = replies.remove(0);
    assert_ne!(second.text("/purchase_id"), first.text("/purchase_id"));
    assert_eq!(ada.points().await, [0, 100, 0, 0]);
    let read = async |bought: &Reply| shop.get(&format!("/purchases/{}", bought.text("/purchase_id"))).await.is(200);
    let (old, new) = (read(&first).await, read(&second).await);
    assert_eq!(
        (old.int("/points_clawed"), old.int("/lines/0/returned_quantity"), old.body.get("returned_whole_at").is_some()),
        (200, 2, true)
    );
    assert_eq!((new.int("/points_clawed"), new.int("/lines/0/returned_quantity"), new.body.get("returned_whole_at")), (0, 0, None));

    // Returns belong to the purchase whose id they name, and the same number may come for each.
    shop.tries_to_return(&first, "t", &[(1, 1)]).await.refuses_field("/lines/0/quantity");
    shop.tries_to_return(&first, "r", &[(1, 1)]).await.refused(409, "duplicate_source");
    shop.returns(&second, "r", &[(1, 1)]).await;
    assert_eq!(ada.points().await, [0, 0, 0, 0]);
    shop.post_once("/purchases", "k3", body).await.is(201);
    assert_eq!(ada.points().await, [0, 200, 0, 0]);
    assert_eq!(ada.get("/me/purchases").await.is(200).items().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_that_came_back_whole_or_not_is_checked() {
    let town = Town::new().await.not_audited();
    let (_, shop, bought) = ada_buys(&town).await;
    shop.returns(&bought, "r", &[(1, 1), (2, 3)]).await;
    town.settle().await;
    town.audit().await;
    for fault in ["update purchase set returned_whole_at = null", "update purchase_line set returned_quantity = 2 where line = 2"] {
        town.sql(fault).await;
        let urls = regulars::commands::Urls { database_url: town.database_url().to_owned(), redis_url: None };
        let config = regulars::config::Config::read(&|_| None).unwrap();
        assert!(regulars::commands::verify(config, urls).await.is_err(), "{fault}");
    }
}

#[tokio::test]
async fn points_that_expired_unused_are_no_debt() {
    let town = Town::new().await;
    let (ada, boss) = (town.member("ada").await, town.admin("boss").await);
    let shop = town.partner("shop", "purchases:write").await;
    let terms = json!({ "points": 1, "priority": 1, "hold_days": 1, "expires": "P10D" });
    boss.post("/admin/earning-rules", json!({ "name": "Short", "trigger": "purchase", "terms": terms })).await.is(201);
    let bought = shop.records_purchase(&town, &ada, "1", &[("A", 2_500, 2)]).await;
    town.passes(Duration::days(2)).await;
    spends(&town, &ada, 20).await;
    town.passes(Duration::days(20)).await;
    assert_eq!(ada.points().await, [0, 0, 0, 0], "20 were spent, 30 expired");
    assert_eq!(shop.returns(&bought, "r", &[(1, 1)]).await.int("/points_clawed"), 25);
    assert_eq!(ada.points().await, [0, 0, 0, 0]);
    assert_eq!(shop.returns(&bought, "s", &[(1, 1)]).await.int("/points_clawed"), 25);
    assert_eq!(ada.points().await, [0, 0, 0, -20], "what was spent");
    let lines = ada.get("/me/points/statement").await.is(200).items();
    assert_eq!(lines[1]["sentence"], "What was taken back had expired already: Order 1");
}

/// An earlier version made a debt of points that had expired unused.
#[tokio::test(flavor = "multi_thread")]
async fn a_debt_for_points_that_expired_unused_is_forgiven() {
    for (earned_since, points) in [(0, [0, 0, 0, 0]), (1_000, [10, 0, 0, 0]), (5_000, [50, 0, 0, 0])] {
        let town = Town::new().await;
        let (ada, boss) = (town.member("ada").await, town.admin("boss").await);
        let shop = town.partner("shop", "purchases:write").await;
        let short = json!({ "points": 1, "priority": 1, "hold_days": 0, "expires": "P10D" });
        boss.post("/admin/earning-rules", json!({ "name": "Short", "trigger": "purchase", "terms": short })).await.is(201);
        let bought = shop.records_purchase(&town, &ada, "1", &[("A", 2_500, 1)]).await;
        town.passes(Duration::days(20)).await;
        shop.returns(&bought, "r", &[(1, 1)]).await;
        town.settle().await;
        town.sql(&format!(
            "alter table ledger_entry disable trigger user; alter table lot_allocation disable trigger user;
             update ledger_entry set account = 'arrears', member_id = '{}' from ledger_transaction t
             where t.id = transaction_id and t.kind = 'clawback' and account = 'breakage';
             delete from lot_allocation where remaining_delta = 0;
             update lot set expired = 25; update wallet set arrears = -25;
             alter table ledger_entry enable trigger user; alter table lot_allocation enable trigger user",
            ada.id()
        ))
        .await;
        if earned_since > 0 {
            shop.records_purchase(&town, &ada, "2", &[("A", earned_since, 1)]).await;
        }
        town.settle().await;
        let owed = i64::min(earned_since / 100 - 25, 0);
        assert_eq!(ada.points().await[3], owed);
        let urls = || regulars::commands::Urls { database_url: town.database_url().to_owned(), redis_url: None };
        let config = || regulars::config::Config::read(&|_| None).unwrap();
        assert!(regulars::commands::verify(config(), urls()).await.is_err());
        regulars::commands::reconcile(config(), urls()).await.unwrap();
        assert_eq!(ada.points().await, points, "{earned_since}");
        regulars::commands::reconcile(config(), urls()).await.unwrap();
        assert_eq!(ada.points().await, points, "once");
    }
}
