//! Tiers: reached at once, held, lost for a reason.

use chrono::Duration;
use serde_json::json;

use crate::support::{Person, Town};

async fn moves(town: &Town, member: &Person) -> Vec<String> {
    let query = "select from_rank || '>' || to_rank || ' ' || reason from tier_change where member_id = ";
    town.rows(&format!("{query} '{}' order by id", member.id())).await
}

/// Vector 13.
#[tokio::test]
async fn a_tier_is_reached_at_once_and_lost_with_what_had_earned_it() {
    let town = Town::new().await;
    let (ada, shop) = (town.member("ada").await, town.partner("shop", "purchases:write").await);
    let before = ada.get("/me/tier").await.is(200);
    assert_eq!((before.text("/name"), before.int("/next/missing")), ("Member".to_owned(), 500));
    let bought = shop.records_purchase(&town, &ada, "1", &[("A", 200_000, 1)]).await;
    assert_eq!((bought.int("/tier_change/from_rank"), bought.int("/tier_change/to_rank")), (0, 20));
    let gold = ada.get("/me/tier").await.is(200);
    assert_eq!((gold.text("/name"), gold.int("/qualifying_points"), gold.int("/next/missing")), ("Gold".to_owned(), 2_000, 8_000));
    assert!(gold.at("/valid_until").is_string());

    town.passes(Duration::days(9)).await;
    let returned = shop.returns(&bought, "r", &[(1, 1)]).await;
    assert_eq!((returned.int("/tier_change/from_rank"), returned.int("/tier_change/to_rank")), (20, 0));
    assert_eq!(ada.tier().await, "Member");
    assert_eq!(moves(&town, &ada).await, ["0>20 earned", "20>0 returned"]);
}

#[tokio::test]
async fn returning_something_else_leaves_the_tier() {
    let town = Town::new().await;
    let (ada, shop) = (town.member("ada").await, town.partner("shop", "purchases:write").await);
    shop.records_purchase(&town, &ada, "1", &[("A", 50_000, 1)]).await;
    let second = shop.records_purchase(&town, &ada, "2", &[("A", 10_000, 1)]).await;
    let returned = shop.returns(&second, "r", &[(1, 1)]).await;
    assert_eq!(returned.body.get("tier_change"), None);
    assert_eq!(ada.tier().await, "Silver");
}

#[tokio::test]
async fn a_tier_is_held_for_a_year_and_earned_again() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    let shop = town.partner("shop", "purchases:write").await;
    for member in [&ada, &bob] {
        shop.records_purchase(&town, member, &member.handle, &[("A", 200_000, 1)]).await;
    }
    town.clock.advance(Duration::days(200));
    shop.records_purchase(&town, &bob, "again", &[("A", 60_000, 1)]).await;
    town.clock.advance(Duration::days(160));
    // Ada's points are about to leave the window; her tier stays.
    town.work().await;
    assert_eq!(town.rows("select rank from member_tier order by member_id").await, ["20", "20"]);
    town.clock.advance(Duration::days(6));
    town.work().await;
    assert_eq!(moves(&town, &ada).await, ["0>20 earned", "20>0 ended"]);
    assert_eq!(moves(&town, &bob).await, ["0>20 earned", "20>10 ended"]);
}

#[tokio::test]
async fn a_purchase_of_long_ago_counts_on_its_date() {
    let town = Town::new().await;
    let (ada, shop) = (town.member("ada").await, town.partner("shop", "purchases:write").await);
    let old = (town.clock.now() - Duration::days(400)).to_rfc3339();
    shop.post_once("/purchases", "1", crate::support::purchases::purchase(&ada, "1", &old, &[("A", 200_000, 1)])).await.is(201);
    assert_eq!((ada.tier().await.as_str(), ada.points().await), ("Member", [2_000, 0, 0, 0]));
}

#[tokio::test]
async fn editing_the_ladder_is_previewed_and_then_moves_people() {
    let town = Town::new().await;
    let (ada, shop, root) = (town.member("ada").await, town.partner("shop", "purchases:write").await, town.admin("boss").await);
    shop.records_purchase(&town, &ada, "1", &[("A", 90_000, 1)]).await;
    let preview = root.get("/admin/tiers/preview?rank=15&threshold=800").await.is(200);
    assert_eq!(preview.at("/moves"), &json!([{ "from_rank": 10, "to_rank": 15, "members": 1, "at_once": true }]));
    let raised = root.get("/admin/tiers/preview?rank=10&threshold=1000").await.is(200);
    assert_eq!(raised.at("/moves/0/at_once"), &json!(false));

    let bronze = json!({ "rank": 15, "name": "Rose", "threshold": 800, "benefits": "A rose." });
    let made = root.post("/admin/tiers", bronze.clone()).await.is(201);
    assert_eq!(ada.tier().await, "Rose");
    root.post("/admin/tiers", bronze).await.refused(409, "tier_rank_taken");
    root.post("/admin/tiers", json!({ "rank": 16, "name": "Rose", "threshold": 900 })).await.refused(409, "tier_name_taken");
    root.post("/admin/tiers", json!({ "rank": 16, "name": "Odd", "threshold": 700 })).await.refuses_field("/threshold");
    root.post("/admin/tiers", json!({ "rank": 0, "name": "", "threshold": -1 })).await.refuses_field("/rank").refuses_field("/name");
    ada.post("/admin/tiers", json!({ "rank": 40, "name": "Mine", "threshold": 1 })).await.refused(403, "forbidden");

    let path = format!("/admin/tiers/{}", made.text("/tier_id"));
    let edit = |tag: &'static str| {
        let (root, path) = (root.clone(), path.clone());
        async move { root.send(poem::http::Method::PATCH, &path, Some(json!({ "threshold": 850 })), &[("if-match", tag)]).await }
    };
    edit("\"7\"").await.refused(412, "changed_since");
    assert_eq!(edit("\"1\"").await.is(200).header("etag"), Some("W/\"2\""));
    root.delete(&path).await.is(204);
    assert_eq!(ada.tier().await, "Silver");
    assert_eq!(moves(&town, &ada).await, ["0>10 earned", "10>15 ladder_changed", "15>10 ladder_changed"]);

    let tiers = root.get("/admin/tiers").await.is(200).items();
    assert_eq!(tiers.iter().map(|tier| tier["name"].as_str().unwrap()).collect::<Vec<_>>(), ["Member", "Silver", "Gold", "Platinum"]);
    assert_eq!(tiers[1]["members"], 1);
    let ground = format!("/admin/tiers/{}", tiers[0]["tier_id"].as_str().unwrap());
    root.delete(&ground).await.refused(409, "ground_tier");
    root.patch(&ground, json!({ "threshold": 5 })).await.refused(409, "ground_tier");
    assert_eq!(town.visitor().get("/tiers").await.is(200).items().len(), 4);
}
