//! Referrals: vector 11 of docs/loyalty-rules.md.

use chrono::Duration;
use serde_json::json;

use crate::support::{PASSWORD, Person, Town};

async fn with_rules(town: &Town) {
    for (trigger, points) in [("referral_advocate", 500), ("referral_referee", 300)] {
        town.sql(&format!(
            "with r as (insert into earning_rule (id, name, trigger, created_at)
               values (gen_random_uuid(), 'test {trigger}', '{trigger}', '2020-01-01') returning id)
             insert into earning_rule_version (id, rule_id, number, terms, valid_from, created_at)
             select gen_random_uuid(), id, 1, '{{\"points\": {points}, \"expires\": \"P1Y\"}}', '2020-01-01', '2020-01-01' from r"
        ))
        .await;
    }
}

async fn code(person: &Person) -> String {
    person.get("/me/referral").await.is(200).text("/code")
}

async fn counts(person: &Person) -> String {
    let reply = person.get("/me/referral").await.is(200);
    let of = |state: &str| reply.int(&format!("/counts/{state}"));
    format!("{} {} {} {} {}", of("pending"), of("qualified"), of("rewarded"), of("rejected"), of("reversed"))
}

#[tokio::test]
async fn both_sides_earn_once_the_order_is_kept() {
    let town = Town::new().await;
    with_rules(&town).await;
    let ann = town.member("ann").await;
    let code = code(&ann).await;
    assert!(code.len() >= 8);
    assert_eq!(ann.get("/me/referral").await.text("/link"), format!("/?ref={code}"));
    let ben = town.referred_member("ben", &code.to_uppercase()).await;
    town.settle().await;
    assert_eq!(counts(&ann).await, "1 0 0 0 0");
    town.records_order(&ben, 1_900).await;
    assert_eq!(counts(&ann).await, "1 0 0 0 0", "too small");
    let order = town.records_order(&ben, 2_000).await;
    assert_eq!(counts(&ann).await, "0 1 0 0 0");
    town.passes(Duration::days(13)).await;
    assert_eq!((ann.holdings().await.0, ben.holdings().await.0), (0, 0));
    town.passes(Duration::days(1)).await;
    town.work().await;
    assert_eq!(counts(&ann).await, "0 0 1 0 0");
    // With the points of both orders.
    assert_eq!((ann.holdings().await.0, ben.holdings().await.0), (500, 300 + 19 + 20));
    town.records_return(&order).await;
    assert_eq!(counts(&ann).await, "0 0 0 0 1");
    assert_eq!((ann.holdings().await.0, ben.holdings().await.0), (0, 19));
}

/// The rule of the highest priority pays, as it does for everything else, and not the one with the most points.
#[tokio::test]
async fn a_referral_is_rewarded_by_the_first_rule() {
    let town = Town::new().await;
    with_rules(&town).await;
    town.sql(
        "with r as (insert into earning_rule (id, name, trigger, created_at)
           values (gen_random_uuid(), 'first', 'referral_advocate', '2020-01-01') returning id)
         insert into earning_rule_version (id, rule_id, number, terms, valid_from, created_at)
         select gen_random_uuid(), id, 1, '{\"points\": 50, \"priority\": 1}', '2020-01-01', '2020-01-01' from r",
    )
    .await;
    let ann = town.member("ann").await;
    let ben = town.referred_member("ben", &code(&ann).await).await;
    town.settle().await;
    town.records_order(&ben, 2_000).await;
    town.passes(Duration::days(14)).await;
    town.work().await;
    assert_eq!(ann.holdings().await.0, 50);
    let ways = ann.get("/ways-to-earn").await.is(200).items();
    let advocates: Vec<_> = ways.iter().filter(|way| way["trigger"] == "referral_advocate").map(|way| way["points"].clone()).collect();
    assert_eq!(advocates, [json!(50)], "and the page of ways to earn says so");
}

#[tokio::test]
async fn a_return_within_the_window_activates_nobody_and_the_next_order_does() {
    let town = Town::new().await;
    with_rules(&town).await;
    let ann = town.member("ann").await;
    let ben = town.referred_member("ben", &code(&ann).await).await;
    town.settle().await;
    let order = town.records_order(&ben, 5_000).await;
    town.records_return(&order).await;
    town.passes(Duration::days(15)).await;
    assert_eq!((ann.holdings().await.0, ben.holdings().await.0), (0, 0));
    let mo = town.moderator("moira").await;
    let listed = mo.get("/admin/referrals?state=pending").await.is(200).items();
    assert_eq!((listed.len(), &listed[0]["referee"]), (1, &json!("ben")));
    // What he keeps counts, be it that he bought it before the other one came back.
    let (returned, _kept) = (town.records_order(&ben, 5_000).await, town.records_order(&ben, 4_000).await);
    town.records_return(&returned).await;
    town.settle().await;
    assert_eq!(mo.get("/admin/referrals?state=qualified").await.is(200).items().len(), 1);
    town.passes(Duration::days(15)).await;
    town.work().await;
    assert!(ann.holdings().await.0 > 0 && ben.holdings().await.0 > 0);
}

#[tokio::test]
async fn oneself_and_customers_are_no_referrals() {
    let town = Town::new().await;
    let ann = town.member("ann").await;
    let code = code(&ann).await;
    let form = json!({ "email": "Ann+again@town.example", "password": PASSWORD, "handle": "annie", "referral_code": code });
    town.visitor().post("/auth/register", form).await.is(202);
    town.referred_member("cleo", "nobodys-code").await;
    let dan = town.member("dan").await;
    town.settle().await;
    assert_eq!(town.rows("select state || ' ' || reason from referral").await, ["rejected same_email"]);
    // A customer whom a partner brought, and who registers now.
    town.records_order(&dan, 5_000).await;
    town.tells(regulars::events::Event::MemberRegistered { member_id: dan.member(), referral_code: Some(code.clone()) }).await;
    // The first code counts.
    let eva = town.member("eva").await;
    let other = eva.get("/me/referral").await.text("/code");
    town.tells(regulars::events::Event::MemberRegistered { member_id: dan.member(), referral_code: Some(other) }).await;
    town.tells(regulars::events::Event::MemberRegistered { member_id: ann.member(), referral_code: Some(code) }).await;
    let rows = town.rows("select state || ' ' || reason from referral order by id").await;
    assert_eq!(rows, ["rejected same_email", "rejected prior_order"]);
}

#[tokio::test]
async fn an_advocate_earns_for_twenty_a_year() {
    let town = Town::new().await;
    with_rules(&town).await;
    let ann = town.member("ann").await;
    let code = code(&ann).await;
    let mut referees = Vec::new();
    for n in 0..21 {
        referees.push(town.referred_member(&format!("friend{n}"), &code).await);
    }
    town.settle().await;
    for referee in &referees {
        town.records_order(referee, 2_000).await;
    }
    town.sql("update referral set matures_at = created_at").await;
    town.work().await;
    assert_eq!(counts(&ann).await, "0 0 20 1 0");
    assert_eq!(ann.holdings().await.0, 20 * 500);
}

/// Buying a lot, keeping a little: what is kept decides.
#[tokio::test]
async fn an_order_that_mostly_went_back_earns_nobody_anything() {
    let town = Town::new().await;
    with_rules(&town).await;
    let ann = town.member("ann").await;
    let code = code(&ann).await;
    let (ben, dan) = (town.referred_member("ben", &code).await, town.referred_member("dan", &code).await);
    town.settle().await;
    let till = town.partner("till", "purchases:write").await;
    let early = till.records_purchase(&town, &ben, "O1", &[("dear", 4_900, 1), ("cheap", 100, 2)]).await;
    let late = till.records_purchase(&town, &dan, "O2", &[("dear", 4_900, 1), ("fair", 2_000, 1)]).await;
    town.settle().await;
    assert_eq!(counts(&ann).await, "0 2 0 0 0");
    till.returns(&early, "R1", &[(1, 1)]).await;
    till.returns(&late, "R1", &[(1, 1)]).await;
    town.settle().await;
    assert_eq!(counts(&ann).await, "1 1 0 0 0", "twenty are enough");
    town.passes(Duration::days(15)).await;
    assert_eq!(counts(&ann).await, "1 0 1 0 0");
    till.returns(&late, "R2", &[(2, 1)]).await;
    town.settle().await;
    assert_eq!(counts(&ann).await, "1 0 0 0 1");
    assert_eq!(ann.holdings().await.0, 0);
}

#[tokio::test]
async fn the_minimum_is_of_one_currency_and_paid_with_money() {
    let town = Town::new().await;
    with_rules(&town).await;
    let (ann, boss) = (town.member("ann").await, town.admin("boss").await);
    let code = code(&ann).await;
    let (ben, dan) = (town.referred_member("ben", &code).await, town.referred_member("dan", &code).await);
    town.settle().await;
    let till = town.partner("till", "purchases:write").await;
    let now = town.clock.now().to_rfc3339();
    let orders = async |member: &Person, order: &str, minor: i64, more: serde_json::Value| {
        let mut body = crate::support::purchases::purchase(member, order, &now, &[("A", minor, 1)]);
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let reply = till.post_once("/purchases", order, body).await.is(201);
        town.settle().await;
        reply
    };
    orders(&ben, "1", 20, json!({ "currency": "JPY" })).await;
    orders(&ben, "2", 20_000, json!({ "currency": "JPY" })).await;
    orders(&ben, "3", 2_000, json!({ "points_paid_minor": 2_000 })).await;
    orders(&ben, "4", 9_000, json!({ "gift_card_minor": 5_000, "points_paid_minor": 2_001 })).await;
    assert_eq!(counts(&ann).await, "2 0 0 0 0");
    orders(&ben, "5", 9_000, json!({ "gift_card_minor": 5_000, "points_paid_minor": 2_000 })).await;
    assert_eq!(counts(&ann).await, "1 1 0 0 0");

    let yen = json!({ "referral_min_minor": 3_000, "referral_min_currency": "JPY" });
    boss.patch("/admin/settings", yen).await.is(200);
    let way = &ann.get("/ways-to-earn").await.is(200).items()[4];
    assert_eq!((&way["min_amount_minor"], &way["currency"]), (&json!(3_000), &json!("JPY")));
    orders(&dan, "6", 2_999, json!({ "currency": "JPY" })).await;
    orders(&dan, "7", 9_000, json!({})).await;
    assert_eq!(counts(&ann).await, "1 1 0 0 0");
    let order = orders(&dan, "8", 3_000, json!({ "currency": "JPY" })).await;
    assert_eq!(counts(&ann).await, "0 2 0 0 0");
    // When it comes back, the others are looked at by what is wanted by then.
    boss.patch("/admin/settings", json!({ "referral_min_minor": 9_001, "referral_min_currency": "EUR" })).await.is(200);
    till.returns(&order, "r", &[(1, 1)]).await;
    town.settle().await;
    assert_eq!(counts(&ann).await, "1 1 0 0 0");
    let order = orders(&dan, "9", 9_001, json!({})).await;
    boss.patch("/admin/settings", json!({ "referral_min_minor": 9_000, "referral_min_currency": "EUR" })).await.is(200);
    till.returns(&order, "r", &[(1, 1)]).await;
    town.settle().await;
    assert_eq!(counts(&ann).await, "0 2 0 0 0");
}
