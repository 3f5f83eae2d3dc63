//! Administrators ask whether the books add up; a job looks, and what it found stays.

use serde_json::json;

use crate::support::Town;

const PATH: &str = "/admin/ledger/integrity";

#[tokio::test]
async fn a_check_runs_in_the_background_and_its_result_stays() {
    let town = Town::new().await;
    let (ada, root) = (town.member("ada").await, town.admin("root_of_all").await);
    root.post_once("/admin/adjustments", "k", json!({ "handle": "ada", "points": 50, "reason": "A gift" })).await.is(201);
    assert_eq!(root.get(PATH).await.is(200).body, json!({ "findings": [] }));

    let asked = root.post(PATH, json!({})).await.is(202);
    assert_eq!((asked.int("/running/checked"), asked.int("/running/total") > 30), (0, true));
    let again = root.post(PATH, json!({})).await.is(202);
    assert_eq!(asked.at("/running/requested_at"), again.at("/running/requested_at"), "one waits already");
    town.work().await;
    let found = root.get(PATH).await.is(200);
    assert_eq!((found.at("/sound"), found.int("/liability_points"), found.body.get("running")), (&json!(true), 50, None));
    assert_eq!(found.int("/findings/0/violations"), 0);
    assert_eq!(town.count("select checked from integrity_check").await, asked.int("/running/total"));

    town.sql("update wallet set available = available + 7").await;
    assert_eq!(root.get(PATH).await.is(200).body, found.body, "nobody asked");
    root.post(PATH, json!({})).await.is(202);
    assert_eq!(root.get(PATH).await.is(200).at("/sound"), &json!(true), "the last one stands while the next one waits");
    town.work().await;
    let found = root.get(PATH).await.is(200);
    let broken = |finding: &&serde_json::Value| finding["outcome"] == "broken";
    assert_eq!((found.at("/sound"), found.at("/findings").as_array().unwrap().iter().filter(broken).count()), (&json!(false), 2));
    town.sql("update wallet set available = available - 7").await;
    ada.post(PATH, json!({})).await.refused(403, "forbidden");
}

#[tokio::test]
async fn one_server_checks_and_another_takes_over_when_it_dies() {
    let town = Town::new().await;
    let root = town.admin("root_of_all").await;
    root.post(PATH, json!({})).await.is(202);
    // Somebody runs it...
    let mut other = town.app.kit.db.begin().await.unwrap();
    diesel_async::SimpleAsyncConnection::batch_execute(&mut *other, "select pg_advisory_xact_lock(7270004)").await.unwrap();
    town.work().await;
    assert!(root.get(PATH).await.is(200).body.get("running").is_some());
    // ... and is gone.
    drop(other);
    town.work().await;
    assert!(root.get(PATH).await.is(200).body.get("running").is_none());
}
