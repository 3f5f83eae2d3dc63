//! Idempotency keys: what was done is answered again; what was refused is decided by what holds then.

use chrono::Duration;
use poem::http::Method;
use serde_json::{Value, json};

use crate::support::{Person, Reply, Town, purchases::purchase};

#[tokio::test]
async fn who_registers_after_a_refusal_is_no_longer_refused() {
    let town = Town::new().await;
    let (shop, bob) = (town.partner("shop", "purchases:write").await, town.member("bob").await);
    let mut order = purchase(&bob, "order", &town.clock.now().to_rfc3339(), &[("A", 10_000, 1)]);
    let hash: String = regulars::kit::secret::hash("ada@town.example").iter().map(|byte| format!("{byte:02x}")).collect();
    order["member"] = json!({ "email_sha256": hash });
    for _ in 0..2 {
        let refused = shop.post_once("/purchases", "key", order.clone()).await.refused(422, "unknown_member");
        assert_eq!(refused.header("idempotency-replayed"), None);
    }
    assert_eq!(town.count("select count(*) from idempotency_key").await, 0, "a refusal leaves nothing");
    let ada = town.member("ada").await;
    let done = shop.post_once("/purchases", "key", order.clone()).await.is(201);
    let again = shop.post_once("/purchases", "key", order).await.is(201);
    assert_eq!((again.header("idempotency-replayed"), &again.body), (Some("true"), &done.body));
    assert_eq!(ada.points().await, [0, 100, 0, 0]);
}

/// Whatever refused a request may be gone when it comes again under its key.
#[tokio::test]
async fn what_has_changed_since_a_refusal_counts() {
    let town = Town::new().await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    let shop = town.partner("shop", "purchases:write redemptions:write").await;
    let coupon = rosa.offers("Coupon", 50, json!({ "supplied": 0 })).await;

    ann.redeems(&coupon, "request").await.refused(409, "out_of_stock");
    rosa.put(&format!("/admin/rewards/{coupon}/stock"), json!({ "supplied": 1 })).await.is(200);
    ann.redeems(&coupon, "request").await.refused(409, "insufficient_points");
    town.pays(&ann, 50).await;
    let issued = ann.redeems(&coupon, "request").await.is(201).text("/id");

    let refund = format!("/redemptions/{issued}/refund");
    rosa.post_once(&refund, "back", json!({})).await.refused(409, "not_refundable");
    rosa.patch(&format!("/admin/rewards/{coupon}"), json!({ "refundable": true })).await.is(200);
    rosa.post_once(&refund, "back", json!({})).await.is(200);

    let cart = json!({ "reward_id": coupon, "member_external_id": "c-1", "hold": true });
    shop.post_once("/redemptions", "cart", cart.clone()).await.refused(404, "not_found");
    let order = json!({ "member": { "external_id": "c-1" }, "order_id": "o", "purchased_at": "2026-01-10T12:00:00Z", "currency": "EUR",
        "lines": [{ "sku": "A", "quantity": 1, "unit_minor": 10_000 }] });
    shop.post_once("/purchases", "order", order).await.is(201);
    rosa.put(&format!("/admin/rewards/{coupon}/stock"), json!({ "supplied": 2 })).await.is(200);
    shop.post_once("/redemptions", "cart", cart).await.is(201);

    let gift = json!({ "handle": "ben", "points": 5, "reason": "A gift" });
    rosa.post_once("/admin/adjustments", "gift", gift.clone()).await.refused(404, "not_found");
    town.member("ben").await;
    rosa.post_once("/admin/adjustments", "gift", gift).await.is(201);
}

/// Who corrects a field sends it under the same key, for it is the same thing that they want.
#[tokio::test]
async fn a_corrected_field_may_follow_under_its_key() {
    let town = Town::new().await;
    let (rosa, ada) = (town.admin("rosa").await, town.member("ada").await);
    let shop = town.partner("shop", "purchases:write redemptions:write").await;
    let good = purchase(&ada, "order", &town.clock.now().to_rfc3339(), &[("A", 10_000, 1)]);
    for (name, value) in
        [("currency", json!("XXQ")), ("lines", json!([])), ("order_id", json!(" ")), ("lines", json!("one")), ("more", json!(1))]
    {
        let mut wrong = good.clone();
        wrong[name] = value;
        let status = shop.post_once("/purchases", "key", wrong).await.status;
        assert!(matches!(status, 400 | 422), "{name}: {status}");
    }
    let bought = shop.post_once("/purchases", "key", good).await.is(201);
    let returns = format!("/purchases/{}/returns", bought.text("/purchase_id"));
    let back = |quantity: i64| json!({ "return_id": "r", "lines": [{ "line": 1, "quantity": quantity }] });
    shop.post_once(&returns, "back", back(2)).await.refuses_field("/lines/0/quantity");
    shop.post_once(&returns, "back", back(1)).await.is(201);
    let gift = |points: i64| json!({ "handle": "ada", "points": points, "reason": "A gift" });
    rosa.post_once("/admin/adjustments", "gift", gift(0)).await.refuses_field("/points");
    rosa.post_once("/admin/adjustments", "gift", gift(90)).await.is(201);
    let mug = rosa.offers("Mug", 10, json!({ "kind": "material" })).await;
    let request = |address: &str| json!({ "reward_id": mug, "ship_to": address });
    ada.post_once("/redemptions", "mug", request("Lane")).await.refuses_field("/ship_to");
    let held = ada.post_once("/redemptions", "mug", request("Ada, 1 Lane, Town")).await.is(201).text("/id");
    let cancel = format!("/redemptions/{held}/cancel");
    ada.post_once(&cancel, "no", json!({ "reason": "x".repeat(501) })).await.refuses_field("/reason");
    ada.post_once(&cancel, "no", json!({ "reason": "Too late" })).await.is(200);
    let pool = rosa.offers("Cinema", 10, json!({ "kind": "code_pool" })).await;
    let codes = format!("/admin/rewards/{pool}/codes");
    rosa.post_once(&codes, "codes", json!({ "codes": ["A", "A"] })).await.refused(409, "duplicate_codes");
    rosa.post_once(&codes, "codes", json!({ "codes": [" "] })).await.refuses_field("/codes/0");
    rosa.post_once(&codes, "codes", json!({ "codes": ["A", "B"] })).await.is(201);
    // What was done stays what the key stands for.
    rosa.post_once(&codes, "codes", json!({ "codes": ["C"] })).await.refused(422, "idempotency_key_reused");
}

async fn sends(shop: &Person, body: &str) -> Reply {
    shop.send_raw(Method::POST, "/purchases", Some(("application/json", body.as_bytes().to_vec())), &[("idempotency-key", "key")]).await
}

#[tokio::test]
async fn bodies_are_the_same_when_they_mean_the_same() {
    let town = Town::new().await;
    let shop = town.partner("shop", "purchases:write").await;
    let body = |order_id: &str, at: &str, more: &str| {
        format!(
            r#"{{"member":{{"external_id":"c-1"}},"order_id":"{order_id}","purchased_at":"{at}","currency":"EUR",
                "lines":[{{"sku":"A","quantity":1,"unit_minor":10000}}]{more}}}"#
        )
    };
    let at = "2026-01-10T12:00:00Z";
    let first = sends(&shop, &body("SP-1", at, "")).await.is(201);
    let turned = r#"{ "lines": [ { "unit_minor": 10000, "quantity": 1, "sku": "A" } ], "currency": "EUR",
        "purchased_at": "2026-01-10T12:00:00Z", "order_id": "SP-1", "member": { "external_id": "c-1" } }"#;
    for same in [
        turned.to_owned(),
        body("SP-1", "2026-01-10T13:00:00+01:00", ""),
        body("SP-1", "2026-01-10T12:00:00.000Z", ""),
        body("SP-1", at, r#","channel":null"#),
        body("SP-1", at, r#","shipping_minor":0,"tax_minor":0,"order_discount_minor":0,"gift_card_minor":0,"points_paid_minor":null"#),
        body(" SP-1", at, ""),
        body("SP-1 ", at, ""),
        body("\\u0053P-1", at, ""),
        body("SP-1", at, "").replace(r#""unit_minor":10000"#, r#""unit_minor":10000,"discount_minor":0"#),
    ] {
        let again = sends(&shop, &same).await.is(201);
        assert_eq!((again.header("idempotency-replayed"), &again.body), (Some("true"), &first.body), "{same}");
    }
    for other in [body("SP-2", at, ""), body("SP-1", at, r#","tax_minor":1"#), body("SP-1", "2026-01-10T12:00:01Z", "")] {
        sends(&shop, &other).await.refused(422, "idempotency_key_reused");
    }
}

/// Names of orders, returns and customers are what can be seen of them.
#[tokio::test]
async fn space_around_a_name_makes_no_other_one() {
    let town = Town::new().await;
    let shop = town.partner("shop", "purchases:write redemptions:write members:read").await;
    let order = |order_id: &str, customer: &str| {
        json!({ "member": { "external_id": customer }, "order_id": order_id, "purchased_at": "2026-01-10T12:00:00Z", "currency": "EUR",
            "lines": [{ "sku": "A", "quantity": 3, "unit_minor": 10_000 }] })
    };
    let bought = shop.post_once("/purchases", "k0", order(" SP-1", "c-1")).await.is(201);
    assert_eq!(bought.text("/order_id"), "SP-1");
    for (number, name) in ["SP-1", "SP-1 ", "\u{feff}SP-1", "\tSP-1\n", "SP\u{200b}-1", "\u{a0}SP-1"].into_iter().enumerate() {
        shop.post_once("/purchases", &format!("again {number}"), order(name, "c-1")).await.refused(409, "duplicate_source");
    }
    shop.post_once("/purchases", "inside", order("SP\n-1", "c-1")).await.refuses_field("/order_id");
    shop.post_once("/purchases", "none", order("\u{feff} ", "c-1")).await.refuses_field("/order_id");
    for (number, name) in ["c-1 ", " c-1", "c\u{200b}-1"].into_iter().enumerate() {
        let other = shop.post_once("/purchases", &format!("c {number}"), order(&format!("o {number}"), name)).await.is(201);
        assert_eq!(other.text("/member_id"), bought.text("/member_id"), "{name:?}");
    }
    assert_eq!(shop.get("/partner/members/c-1%20").await.is(200).text("/external_id"), "c-1");
    let path = format!("/purchases/{}/returns", bought.text("/purchase_id"));
    let back = |return_id: &str| json!({ "return_id": return_id, "lines": [{ "line": 1, "quantity": 1 }] });
    assert_eq!(shop.post_once(&path, "r0", back("R-1 ")).await.is(201).text("/return_id"), "R-1");
    for (number, name) in ["R-1", " R-1", "R-1\u{feff}"].into_iter().enumerate() {
        shop.post_once(&path, &format!("r again {number}"), back(name)).await.refused(409, "duplicate_source");
    }
    let rosa = town.admin("rosa").await;
    let coupon = rosa.offers("Coupon", 10, json!({})).await;
    let cart = json!({ "reward_id": coupon, "member_external_id": " c-1", "hold": true });
    shop.post_once("/redemptions", "cart", cart).await.is(201);
}

#[tokio::test]
async fn an_order_that_was_recorded_twice_is_found() {
    let town = Town::new().await.not_audited();
    let shop = town.partner("shop", "purchases:write").await;
    for name in ["SP-1", "other"] {
        let order = json!({ "member": { "external_id": "c-1" }, "order_id": name, "purchased_at": "2026-01-10T12:00:00Z", "currency": "EUR",
            "lines": [{ "sku": "A", "quantity": 1, "unit_minor": 10_000 }] });
        shop.post_once("/purchases", name, order).await.is(201);
    }
    town.audit().await;
    town.sql("update purchase set order_id = ' SP-1' where order_id = 'other'").await;
    let found = broken(&town).await;
    assert_eq!(found, ["An order of a partner is recorded once."]);
}

/// The invariants that do not hold.
async fn broken(town: &Town) -> Vec<String> {
    let mut tx = town.app.kit.db.begin().await.expect("a connection");
    let findings = regulars::kit::verify::run(&mut tx, regulars::app::checks(), |_| ()).await.expect("the checks run");
    findings.into_iter().filter(regulars::kit::verify::Finding::is_broken).map(|finding| finding.invariant).collect()
}

/// What an older version kept is answered as long as before, and its refusals are forgotten.
#[tokio::test]
async fn what_was_kept_before_is_kept_on() {
    let town = Town::new().await;
    let shop = town.partner("shop", "purchases:write").await;
    let order = json!({ "member": { "external_id": "c-1" }, "order_id": "o", "purchased_at": "2026-01-10T12:00:00Z", "currency": "EUR",
        "lines": [{ "sku": "A", "quantity": 1, "unit_minor": 10_000 }] });
    shop.post_once("/purchases", "key", order.clone()).await.is(201);
    town.sql(
        "insert into idempotency_key (caller, operation, key, request_hash, status, body, created_at)
         select caller, operation, 'refused', '\\x00', 422, '{}', created_at from idempotency_key",
    )
    .await;
    town.sql(include_str!("../../migrations/2026-11-30-000060_refusal/up.sql")).await;
    assert_eq!(town.rows("select key from idempotency_key").await, ["key"]);
    town.passes(Duration::days(6)).await;
    assert_eq!(shop.post_once("/purchases", "key", order).await.is(201).header("idempotency-replayed"), Some("true"));
}

/// Names that were kept with space around them are found without it; those that look alike stay apart, and are told.
#[tokio::test]
async fn names_that_were_kept_before_are_found() {
    let town = Town::new().await;
    let shop = town.partner("shop", "purchases:write members:read").await;
    let order = |order_id: &str, customer: &str| -> Value {
        json!({ "member": { "external_id": customer }, "order_id": order_id, "purchased_at": "2026-01-10T12:00:00Z", "currency": "EUR",
            "lines": [{ "sku": "A", "quantity": 1, "unit_minor": 10_000 }] })
    };
    let mut first = Vec::new();
    for (order_id, customer) in [("SP-1", "c-1"), ("SP-2", "c-2"), ("SP-3", "c-3")] {
        first.push(shop.post_once("/purchases", order_id, order(order_id, customer)).await.is(201).text("/member_id"));
    }
    town.sql(include_str!("../../migrations/2026-11-30-000061_name/down.sql")).await;
    town.sql(
        "update purchase set order_id = E' SP-1\\t' where order_id = 'SP-1';
         update purchase set order_id = U&'\\FEFFSP-2' where order_id = 'SP-2';
         update external_member set external_id = U&'c-1\\00A0' where external_id = 'c-1';
         update external_member set external_id = 'c-3 ' where external_id = 'c-2'",
    )
    .await;
    town.sql(include_str!("../../migrations/2026-11-30-000061_name/up.sql")).await;
    assert_eq!(town.rows("select order_id from purchase order by 1").await, ["SP-1", "SP-2", "SP-3"]);
    assert_eq!(town.rows("select external_id from external_member order by 1").await, ["c-1", "c-3", "c-3 "]);
    shop.post_once("/purchases", "again", order("SP-1", "c-1")).await.refused(409, "duplicate_source");
    assert_eq!(shop.post_once("/purchases", "new", order("SP-4", "c-1")).await.is(201).text("/member_id"), first[0]);
}
