//! Redemptions: vectors 7 to 10 of docs/loyalty-rules.md, over HTTP and in parallel.

use std::collections::HashSet;

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Person, Plan, Reply, Town};

async fn takes(person: &Person, redemption: &str, step: &str, key: &str) -> Reply {
    person.post_once(&format!("/redemptions/{redemption}/{step}"), key, json!({})).await
}

/// A partner that knows the member as `c-1`.
async fn shop_knowing(town: &Town, person: &Person) -> Person {
    let shop = town.partner("shop", "redemptions:write").await;
    town.sql(&format!(
        "insert into external_member (partner_id, external_id, member_id, linked_at) select id, 'c-1', '{}', now() from partner where name = 'shop'",
        person.id()
    ))
    .await;
    shop
}

async fn holds(shop: &Person, reward: &str, key: &str) -> Reply {
    shop.post_once("/redemptions", key, json!({ "reward_id": reward, "member_external_id": "c-1", "hold": true })).await
}

#[tokio::test]
async fn a_cart_holds_points_and_takes_a_part_of_them() {
    let town = Town::new().await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    let shop = shop_knowing(&town, &ann).await;
    town.pays(&ann, 100).await;
    let (sixty, fifty) = (rosa.offers("Sixty", 60, json!({ "supplied": 9 })).await, rosa.offers("Fifty", 50, json!({})).await);
    let held = holds(&shop, &sixty, "cart").await.is(201).text("/id");
    assert_eq!(ann.holdings().await, (40, 60));
    let refused = ann.redeems(&fifty, "own").await.refused(409, "insufficient_points");
    assert_eq!((refused.int("/required"), refused.int("/available"), refused.int("/missing")), (50, 40, 10));

    let issue = format!("/redemptions/{held}/issue");
    let (one, two) =
        tokio::join!(shop.post_once(&issue, "till 1", json!({ "points": 45 })), shop.post_once(&issue, "till 2", json!({ "points": 45 })));
    let mut outcomes = [(one.status, one.body["code"].clone()), (two.status, two.body["code"].clone())];
    outcomes.sort_by_key(|(status, _)| *status);
    assert_eq!((outcomes[0].0, &outcomes[1]), (200, &(409, json!("redemption_issued"))));
    assert_eq!(ann.holdings().await, (55, 0));
    let issued = ann.get(&format!("/redemptions/{held}")).await.is(200);
    assert_eq!((issued.text("/state"), issued.int("/points"), issued.text("/code").len()), ("issued".to_owned(), 45, 16));

    let late = holds(&shop, &fifty, "late").await.is(201).text("/id");
    town.clock.advance(Duration::minutes(15));
    shop.post_once(&format!("/redemptions/{late}/issue"), "till 3", json!({})).await.refused(409, "hold_expired");
    town.work().await;
    assert_eq!(ann.holdings().await, (55, 0));
    shop.post_once(&format!("/redemptions/{late}/issue"), "till 4", json!({})).await.refused(409, "hold_expired");
    takes(&shop, &late, "cancel", "void").await.refused(409, "redemption_expired");
}

#[tokio::test]
async fn what_was_held_comes_back_as_a_whole() {
    let town = Town::new().await;
    let (rosa, ann, ben) = (town.admin("rosa").await, town.member("ann").await, town.member("ben").await);
    let shop = shop_knowing(&town, &ann).await;
    let pool = rosa.offers("Cinema", 30, json!({ "kind": "code_pool", "per_member_max": 1 })).await;
    rosa.post_once(&format!("/admin/rewards/{pool}/codes"), "codes", json!({ "codes": ["ONLY"] })).await.is(201);
    town.pays(&ann, 100).await;
    for (n, state) in ["cancelled", "expired"].into_iter().enumerate() {
        let held = holds(&shop, &pool, &format!("cart {n}")).await.is(201);
        assert!(held.body.get("code").is_none(), "a held code is not shown");
        let id = held.text("/id");
        holds(&shop, &pool, &format!("other cart {n}")).await.refused(409, "out_of_stock");
        match state {
            "cancelled" => drop(takes(&ann, &id, "cancel", "no").await.is(200)),
            _ => town.passes(Duration::minutes(16)).await,
        }
        assert_eq!(ann.get(&format!("/redemptions/{id}")).await.text("/state"), state);
        assert_eq!(ann.holdings().await, (100, 0));
    }
    let bought = ann.redeems(&pool, "buy").await.is(201);
    assert_eq!((bought.text("/state"), bought.text("/code")), ("issued".to_owned(), "ONLY".to_owned()));
    let id = bought.text("/id");
    ben.get(&format!("/redemptions/{id}")).await.refused(404, "not_found");
    takes(&ben, &id, "cancel", "not mine").await.refused(404, "not_found");
    takes(&ann, &id, "cancel", "changed my mind").await.refused(409, "redemption_issued");
    takes(&ann, &id, "fulfil", "by myself").await.refused(403, "forbidden");
    // Staff may, but the code has been seen: it goes to nobody else.
    takes(&rosa, &id, "cancel", "unused").await.is(200);
    assert_eq!(ann.holdings().await, (100, 0));
    ann.redeems(&pool, "again").await.refused(409, "out_of_stock");
    assert_eq!(town.count("select count(*) from audit_entry where action = 'cancel_redemption'").await, 1);
}

#[tokio::test]
async fn a_gift_is_approved_sent_and_refunded_if_it_may_be() {
    let town = Town::new().await;
    let (rosa, mo, ann) = (town.admin("rosa").await, town.moderator("moira").await, town.member("ann").await);
    let mug = rosa.offers("Mug", 60, json!({ "kind": "material", "supplied": 1, "refundable": true })).await;
    town.pays(&ann, 200).await;
    ann.redeems(&mug, "no address").await.refused(422, "address_wanted");
    let order = json!({ "reward_id": mug, "ship_to": "Ann, 1 Lane, Town" });
    let held = ann.post_once("/redemptions", "mug", order).await.is(201);
    assert_eq!(held.text("/state"), "held");
    let id = held.text("/id");
    let waiting = mo.get("/admin/redemptions?state=held").await.is(200).items();
    assert_eq!((waiting.len(), &waiting[0]["reward"]["refundable"]), (1, &json!(true)));
    assert_eq!(takes(&mo, &id, "fulfil", "sent").await.is(200).text("/state"), "fulfilled");
    assert_eq!(takes(&mo, &id, "fulfil", "sent").await.is(200).header("idempotency-replayed"), Some("true"));
    let refused = takes(&mo, &id, "fulfil", "sent again").await.refused(409, "redemption_fulfilled");
    assert_eq!(refused.text("/state"), "fulfilled");
    assert_eq!(ann.holdings().await, (140, 0));
    takes(&mo, &id, "refund", "broken").await.is(200);
    assert_eq!(ann.holdings().await, (200, 0));
    town.passes(Duration::days(8)).await;
    // The key is forgotten, the state is not.
    takes(&mo, &id, "refund", "broken").await.refused(409, "redemption_refunded");
    let coupon = rosa.offers("Coupon", 10, json!({})).await;
    let issued = ann.redeems(&coupon, "coupon").await.is(201);
    assert_eq!(issued.at("/reward/refundable"), false);
    let id = issued.text("/id");
    takes(&mo, &id, "refund", "no").await.refused(409, "not_refundable");
    assert_eq!(ann.get("/me/redemptions").await.is(200).items().len(), 2);
}

#[tokio::test]
async fn gates_and_limits() {
    let town = Town::new().await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    town.pays(&ann, 100).await;
    let gold = rosa.offers("Gold", 1, json!({ "tier_rank_min": 1 })).await;
    ann.redeems(&gold, "gold").await.refused(409, "tier_too_low");
    let daily = rosa.offers("Daily", 1, json!({ "per_member_max": 1, "per_member_period": "day" })).await;
    ann.redeems(&daily, "one").await.is(201);
    assert_eq!(ann.redeems(&daily, "two").await.refused(409, "limit_reached").text("/period"), "day");
    town.passes(Duration::days(1)).await;
    ann.redeems(&daily, "three").await.is(201);
    let later = rosa.offers("Later", 1, json!({ "available_from": "2100-01-01T00:00:00Z" })).await;
    ann.redeems(&later, "later").await.refused(409, "reward_not_available");
    ann.redeems("0192d5a0-0000-7000-8000-000000000000", "none").await.refused(404, "not_found");
    let form = json!({ "reward_id": daily, "member_external_id": "x", "hold": true });
    ann.post_once("/redemptions", "form", form).await.refuses_field("/member_external_id").refuses_field("/hold");
    ann.post("/redemptions", json!({ "reward_id": daily })).await.refused(400, "bad_parameter");
    assert_eq!(ann.holdings().await, (98, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_key_has_one_effect_a_hundred_times_over() {
    let town = Town::planned(Plan { connections_max: 24, ..Plan::default() }).await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    town.pays(&ann, 1_000).await;
    let coupon = rosa.offers("Coupon", 10, json!({})).await;
    let replies = join_all((0..100).map(|_| ann.insists_on(&coupon, "the key"))).await;
    let ids: HashSet<_> = replies.into_iter().map(|reply| reply.is(201).text("/id")).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(ann.holdings().await, (990, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_want_the_last_ten() {
    let town = Town::planned(Plan { connections_max: 24, ..Plan::default() }).await;
    let rosa = town.admin("rosa").await;
    let badge = rosa.offers("Badge", 10, json!({ "supplied": 10 })).await;
    let pool = rosa.offers("Pool", 10, json!({ "kind": "code_pool" })).await;
    let codes: Vec<_> = (0..10).map(|n| format!("CODE-{n}")).collect();
    rosa.post_once(&format!("/admin/rewards/{pool}/codes"), "codes", json!({ "codes": codes })).await.is(201);
    let mut people = Vec::new();
    for n in 0..20 {
        let person = town.member(&format!("member{n}")).await;
        town.pays(&person, 100).await;
        people.push(person);
    }
    for reward in [&badge, &pool] {
        let keys: Vec<_> = (0..200).map(|n| (&people[n % 20], format!("{reward} {n}"))).collect();
        let replies = join_all(keys.iter().map(|(person, key)| person.insists_on(reward, key))).await;
        let (had, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 201);
        assert_eq!((had.len(), refused.len()), (10, 190));
        for reply in refused {
            reply.refused(409, "out_of_stock");
        }
        let shown: HashSet<_> = had.iter().map(|reply| reply.text("/code")).collect();
        assert_eq!(shown.len(), 10);
    }
    assert_eq!(town.count("select sum(available) from wallet").await, 20 * 100 - 2 * 10 * 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_points_buy_a_hundred_tens() {
    let town = Town::planned(Plan { connections_max: 24, ..Plan::default() }).await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    town.pays(&ann, 1_000).await;
    let coupon = rosa.offers("Coupon", 10, json!({})).await;
    let keys: Vec<_> = (0..200).map(|n| format!("spend {n}")).collect();
    let replies = join_all(keys.iter().map(|key| ann.insists_on(&coupon, key))).await;
    let (had, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 201);
    assert_eq!((had.len(), refused.len()), (100, 100));
    for reply in refused {
        reply.refused(409, "insufficient_points");
    }
    assert_eq!(ann.holdings().await, (0, 0));
}

/// Who sets points aside, returns what earned them and changes their mind has nothing to spend.
#[tokio::test]
async fn points_that_come_back_repay_a_debt_first() {
    let town = Town::new().await;
    let (rosa, mo, ann) = (town.admin("rosa").await, town.moderator("moira").await, town.member("ann").await);
    let mug = rosa.offers("Mug", 60, json!({ "kind": "material", "needs_approval": true, "refundable": true })).await;
    let order = town.records_order(&ann, 10_000).await;
    town.passes(Duration::days(14)).await;
    let mut redemptions = Vec::new();
    for key in ["sent", "not sent"] {
        town.pays(&ann, 10).await;
        let request = json!({ "reward_id": mug, "ship_to": "Ann, 1 Lane, Town" });
        redemptions.push(ann.post_once("/redemptions", key, request).await.is(201).text("/id"));
    }
    takes(&mo, &redemptions[0], "issue", "issue").await.is(200);
    town.records_return(&order).await;
    assert_eq!(ann.points().await, [0, 0, 60, -100]);
    takes(&ann, &redemptions[1], "cancel", "cancel").await.is(200);
    assert_eq!(ann.points().await, [0, 0, 0, -40]);
    takes(&mo, &redemptions[0], "refund", "refund").await.is(200);
    assert_eq!(ann.points().await, [20, 0, 0, 0]);
}

/// A member's own request, with the address it is sent to, is no partner's business.
#[tokio::test]
async fn partners_reach_what_they_redeemed_and_what_is_presented() {
    let town = Town::new().await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    let shop = shop_knowing(&town, &ann).await;
    let kiosk = town.partner("kiosk", "redemptions:write").await;
    let reader = town.partner("reader", "redemptions:write redemptions:read_any").await;
    let sender = town.partner("sender", "redemptions:write redemptions:read_any members:pii").await;
    let agency = town.partner("agency", "redemptions:write redemptions:write_any").await;
    town.pays(&ann, 1_000).await;
    let mug = rosa.offers("Mug", 60, json!({ "kind": "material" })).await;
    let coupon = rosa.offers("Coupon", 10, json!({})).await;
    let request = json!({ "reward_id": mug, "ship_to": "Ann, 1 Lane, Town" });
    let hers = ann.post_once("/redemptions", "mug", request).await.is(201).text("/id");
    let of_shop = holds(&shop, &coupon, "cart").await.is(201).text("/id");

    let path = format!("/redemptions/{hers}");
    for stranger in [&shop, &kiosk] {
        stranger.get(&path).await.refused(404, "not_found");
        for step in ["cancel", "issue", "fulfil"] {
            takes(stranger, &hers, step, &format!("{step} hers")).await.refused(404, "not_found");
        }
    }
    kiosk.get(&format!("/redemptions/{of_shop}")).await.refused(404, "not_found");
    assert_eq!(shop.get(&format!("/redemptions/{of_shop}")).await.is(200).text("/handle"), "ann");
    assert_eq!(reader.get(&path).await.is(200).body.get("ship_to"), None);
    assert_eq!(sender.get(&path).await.is(200).text("/ship_to"), "Ann, 1 Lane, Town");
    takes(&sender, &hers, "cancel", "may not").await.refused(403, "missing_scope");
    let issued = takes(&agency, &hers, "issue", "may").await.is(200);
    assert_eq!((issued.text("/state"), issued.body.get("ship_to")), ("issued".to_owned(), None));

    // Whoever shows a code has what it is of.
    let code = ann.redeems(&coupon, "coupon").await.is(201).text("/code");
    let presents =
        async |person: &Person, code: &str, key: &str| person.post_once("/redemptions/fulfil", key, json!({ "code": code })).await;
    presents(&kiosk, "no such code", "none").await.refused(404, "not_found");
    presents(&kiosk, "", "empty").await.refuses_field("/code");
    let fulfilled = presents(&kiosk, &format!(" {} ", code.to_lowercase()), "shown").await.is(200);
    assert_eq!((fulfilled.text("/state"), fulfilled.text("/reward/name")), ("fulfilled".to_owned(), "Coupon".to_owned()));
    assert!(!fulfilled.body.to_string().contains("ann") && !fulfilled.body.to_string().contains(ann.id()), "{:#}", fulfilled.body);
    assert_eq!(presents(&kiosk, &format!(" {} ", code.to_lowercase()), "shown").await.is(200).header("idempotency-replayed"), Some("true"));
    presents(&shop, &code, "shown again").await.refused(409, "redemption_fulfilled");
    kiosk.get(&format!("/redemptions/{}", fulfilled.text("/id"))).await.refused(404, "not_found");
    // A code that nobody has been shown opens nothing.
    let pool = rosa.offers("Cinema", 10, json!({ "kind": "code_pool" })).await;
    rosa.post_once(&format!("/admin/rewards/{pool}/codes"), "codes", json!({ "codes": ["CINEMA", "Ab1 Cd-é"] })).await.is(201);
    holds(&shop, &pool, "cinema").await.is(201);
    presents(&kiosk, "CINEMA", "held").await.refused(404, "not_found");
    // However it is written, it is the same code.
    ann.redeems(&pool, "ticket").await.is(201);
    for (n, written) in ["Ab1Cd-é", "ab1\u{a0}cd-É", "Ａｂ１ Cd-é", "Ab1 Cd-e\u{301}", "Ab1\u{200b} Cd-é"].iter().enumerate() {
        let (status, code) = if n == 0 { (200, None) } else { (409, Some("redemption_fulfilled")) };
        let reply = presents(&kiosk, written, &format!("written {n}")).await.is(status);
        assert_eq!(reply.body["code"].as_str().filter(|_| status == 409), code, "{written:?}");
    }
}
