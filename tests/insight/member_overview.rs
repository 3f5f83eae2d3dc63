//! One customer on one page, and the tabs beside it.

use chrono::Duration;
use serde_json::json;

use crate::support::Town;

#[tokio::test]
async fn a_customer_fits_on_one_page() {
    let town = Town::new().await;
    let (rosa, mo, ann) = (town.admin("rosa").await, town.moderator("moe").await, town.member("ann").await);
    let code = ann.get("/me/referral").await.is(200).text("/code");
    let bob = town.referred_member("bob", &code).await;
    town.settle().await;
    bob.founds("Secret Roasters", "invite_only", true).await;
    bob.patch("/me", json!({ "bio": "Roasts." })).await.is(200);
    let question = bob.asks("Which grinder?").await;
    let answer = bob.answers(&question, "The small one").await;
    bob.comments_on_answer(&answer, "It grinds well enough.").await;
    let other = ann.asks("Which kettle?").await;
    bob.flags(&other).await;
    ann.flags(&question).await;
    let item = mo.reviews(&question).await;
    mo.decides(&item, "approve").await;
    mo.tries_to_sanction("bob", "silence", Some(24)).await.is(201);
    town.pays(&bob, 500).await;
    let reward = rosa.offers("Ten percent", 100, json!({})).await;
    bob.redeems(&reward, "one").await.is(201);
    let order = town.records_order(&bob, 4_000).await;
    town.records_order(&bob, 1_000).await;
    town.records_return(&order).await;
    town.sql(&format!(
        "insert into external_member (partner_id, external_id, member_id, linked_at) select id, 'customer-42', '{}', now() from partner",
        bob.id()
    ))
    .await;

    let page = rosa.get("/admin/members/BOB").await.is(200);
    assert_eq!((page.text("/handle"), page.text("/email"), page.text("/bio")), ("bob".into(), "bob@town.example".into(), "Roasts.".into()));
    let count = |name: &str| page.int(&format!("/activity/{name}"));
    assert_eq!((count("questions"), count("answers"), count("comments"), count("accepted_answers")), (1, 1, 1, 0));
    assert_eq!((count("flags_raised"), count("flags_raised_upheld")), (1, 0));
    assert_eq!((count("flags_against_open"), count("flags_against_upheld")), (0, 0), "the moderator found nothing in it");
    assert_eq!((page.int("/balance/available"), page.int("/balance/pending"), page.int("/points")), (400, 10, 400));
    assert_eq!((page.int("/tier/rank"), page.int("/tier/qualifying_points")), (0, 10));
    assert_eq!(page.at("/spend"), &json!([{ "currency": "EUR", "orders": 2, "net_minor": 1_000, "returns": 1 }]));
    assert_eq!(page.at("/redemptions"), &json!([{ "state": "issued", "redemptions": 1, "points": 100 }]));
    assert_eq!(page.text("/referred_by/advocate"), "ann");
    assert_eq!((page.text("/groups/0/slug"), page.text("/groups/0/role")), ("secret-roasters".into(), "owner".into()));
    assert_eq!((page.text("/external_ids/0/partner"), page.text("/external_ids/0/external_id")), ("till".into(), "customer-42".into()));
    assert_eq!((page.text("/sanctions/0/kind"), page.int("/sessions")), ("silence".into(), 1));
    assert_eq!(rosa.get("/admin/members/ann").await.is(200).int("/referrals/0/referrals"), 1);
    town.passes(Duration::days(2)).await;
    assert_eq!(rosa.get("/admin/members/bob").await.is(200).at("/sanctions"), &json!([]));

    mo.get("/admin/members/bob").await.refused(403, "forbidden");
    rosa.get("/admin/members/nobody").await.refused(404, "not_found");
}

#[tokio::test]
async fn the_tabs_of_a_customer() {
    let town = Town::new().await;
    let (rosa, mo, ann, bob) = (town.admin("rosa").await, town.moderator("moe").await, town.member("ann").await, town.member("bob").await);
    let reward = rosa.offers("Ten percent", 100, json!({})).await;
    for person in [&ann, &bob] {
        town.pays(person, 300).await;
        person.redeems(&reward, "one").await.is(201);
    }
    bob.redeems(&reward, "two").await.is(201);
    let count = async |path: &str| mo.get(path).await.is(200).items().len();
    assert_eq!(count("/admin/redemptions?member=bob").await, 2);
    assert_eq!(count("/admin/redemptions?member=Ann&state=issued").await, 1);
    assert_eq!(count("/admin/redemptions").await, 3);

    town.records_order(&bob, 60_000).await;
    town.records_order(&bob, 70_000).await;
    let first = mo.get("/admin/members/bob/purchases?limit=1").await.is(200);
    let second = mo.get(&format!("/admin/members/bob/purchases?limit=1&cursor={}", first.text("/next_cursor"))).await.is(200);
    assert_eq!((first.int("/items/0/net_minor"), second.int("/items/0/net_minor")), (70_000, 60_000));
    mo.get("/admin/members/nobody/purchases").await.refused(404, "not_found");

    let moves = mo.get("/admin/members/bob/tier-history?limit=1").await.is(200);
    assert_eq!(moves.int("/items/0/to_rank"), rosa.get("/admin/members/bob").await.is(200).int("/tier/rank"));
    assert!(moves.int("/items/0/to_rank") > 0);
    assert_eq!(count("/admin/members/ann/tier-history").await, 0);

    let code = ann.get("/me/referral").await.is(200).text("/code");
    town.referred_member("cleo", &code).await;
    town.settle().await;
    assert_eq!((count("/admin/referrals?advocate=ann").await, count("/admin/referrals?advocate=bob").await), (1, 0));
}
