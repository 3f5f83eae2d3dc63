//! Vector 15 of docs/loyalty-rules.md: a member is erased.

use poem::http::Method;
use regulars::app;
use serde_json::json;

use crate::support::{PASSWORD, Town};

#[tokio::test]
async fn who_leaves_leaves_the_books_in_balance() {
    let town = Town::new().await;
    let (ada, root) = (town.member("ada").await, town.admin("root_of_all").await);
    town.pays(&ada, 100).await;
    town.records_order(&ada, 5_000).await;
    let mug = root.offers("A mug", 30, json!({ "kind": "material", "needs_approval": true })).await;
    let request = json!({ "reward_id": mug, "ship_to": "Ada, 1 Analytical Lane" });
    ada.post_once("/redemptions", "k", request).await.is(201);
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

#[tokio::test]
async fn who_is_gone_owes_nothing() {
    let town = Town::new().await;
    let (till, root) = (town.partner("till", "purchases:write redemptions:write").await, town.admin("ruth").await);
    let coupon = root.offers("A coupon", 40, json!({})).await;
    let ada = town.member("ada").await;
    let bought = till.records_purchase(&town, &ada, "o-1", &[("thing", 5_000, 1)]).await;
    town.passes(chrono::Duration::days(15)).await;
    let first = ada.redeems(&coupon, "k").await.is(201).text("/id");
    ada.send(Method::DELETE, "/me", Some(json!({ "password": PASSWORD })), &[]).await.is(204);
    town.settle().await;
    let wallet = "select available || ' ' || pending || ' ' || reserved || ' ' || arrears from wallet where closed";

    // Forty were spent, and ten went with her: the order comes back, and so does what was spent.
    assert_eq!(till.returns(&bought, "r-1", &[(1, 1)]).await.int("/points_clawed"), 50);
    town.settle().await;
    assert_eq!(town.rows(wallet).await, ["0 0 0 0"]);
    root.post_once(&format!("/redemptions/{first}/cancel"), "k2", json!({ "reason": "Not used." })).await.is(200);
    town.settle().await;
    assert_eq!(town.rows(wallet).await, ["0 0 0 0"]);

    // What earlier versions left is put right.
    town.sql(
        "with t as (insert into ledger_transaction (id, member_id, kind, source_type, source_id, effective_at, counted_at)
           select gen_random_uuid(), member_id, 'clawback', 'test', 'debt', now(), now() from wallet where closed returning id, member_id)
         insert into ledger_entry (transaction_id, line, account, member_id, amount)
         select id, 1, 'arrears', member_id, -7 from t union all select id, 2, 'clawback', null, 7 from t;
         update wallet set arrears = -7 where closed",
    )
    .await;
    assert!(town.broken().await.iter().any(|broken| broken.starts_with("BROKEN: Who is gone owes nothing.")));
    for repair in app::repairs() {
        (repair.run)(town.app.kit.clone()).await.expect("it repairs");
    }
    assert_eq!(town.rows(wallet).await, ["0 0 0 0"]);
}
