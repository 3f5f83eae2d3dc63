//! Vector 15 of design/loyalty.md: a member is erased.

use poem::http::Method;
use serde_json::json;

use crate::town::{PASSWORD, Town};

#[tokio::test]
async fn who_leaves_leaves_the_books_in_balance() {
    let town = Town::new().await;
    let (ada, root) = (town.member("ada").await, town.admin("root_of_all").await);
    town.pays(&ada, 100).await;
    town.records_order(&ada, 5_000).await;
    let mug = root.offers("A mug", 30, json!({ "kind": "material", "needs_approval": true })).await;
    let wish = json!({ "reward_id": mug, "ship_to": "Ada, 1 Analytical Lane" });
    ada.post_once("/redemptions", "k", wish).await.is(201);
    assert_eq!(ada.holdings().await, (70, 30));
    let entries = town.rows("select sum(amount) || '/' || count(*) from ledger_entry").await;
    ada.send(Method::DELETE, "/me", Some(json!({ "password": PASSWORD })), &[]).await.is(204);
    town.settle().await;
    assert_eq!(town.rows("select available || ' ' || pending || ' ' || reserved || ' ' || arrears from wallet").await, ["0 0 0 0"]);
    assert_eq!(town.count("select sum(amount) from ledger_entry where account = 'breakage'").await, 150);
    assert_ne!(town.rows("select sum(amount) || '/' || count(*) from ledger_entry").await, entries, "only ever added to");
    assert_eq!(town.count("select count(*) from redemption where ship_to is not null").await, 0);
    assert_eq!(town.count("select count(*) from member where handle = 'ada' or display_name = 'ada'").await, 0);
    root.get("/members/ada").await.refused(404, "not_found");
    assert!(root.get("/leaderboards/points?period=all").await.is(200).items().is_empty());
}
