//! What happens when there is too much to do, or the database is away.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::town::{PASSWORD, Plan, Town};

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_pool_answers_503_and_soon() {
    let town = Town::planned(Plan { connections_max: 2, ..Plan::default() }).await;
    let visitor = town.visitor();
    let taken = (town.app.kit.db.begin().await.unwrap(), town.app.kit.db.begin().await.unwrap());
    let started = Instant::now();
    let reply = visitor.get("/tags").await.refused(503, "unavailable");
    assert_eq!(reply.header("retry-after"), Some("1"));
    // The wait for a connection is a quarter of a second; a minute would mean that there is no bound.
    assert!(started.elapsed() < Duration::from_secs(10));
    visitor.get("//health/live").await.is(200);
    drop(taken);
    for _ in 0..100 {
        if visitor.get("/tags").await.status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the pool does not recover");
}

#[tokio::test]
async fn a_refused_or_abandoned_write_leaves_nothing_and_keeps_the_connection() {
    let town = Town::planned(Plan { connections_max: 1, ..Plan::default() }).await;
    let ada = town.member("ada").await;
    for n in 0..20 {
        let form = json!({ "email": format!("x{n}@town.example"), "password": PASSWORD, "handle": "ada" });
        town.visitor().post("/auth/register", form).await.refused(409, "handle_taken");
        // A client that goes away in the middle drops the handler's future.
        let gone = ada.get("/me/points");
        let _ = tokio::time::timeout(Duration::from_micros(50 * n), gone).await;
    }
    ada.get("/me/points").await.is(200);
    assert_eq!(town.count("select count(*) from member").await, 1);
}

#[tokio::test]
async fn rations_answer_429_and_say_when_to_come_back() {
    let town = Town::planned(Plan { rate_limits: true, ..Plan::default() }).await;
    let guess = json!({ "email": "ada@town.example", "password": "a wrong password" });
    for _ in 0..6 {
        town.visitor().post("/auth/login", guess.clone()).await.refused(401, "bad_credentials");
    }
    let refused = town.visitor().post("/auth/login", guess).await.refused(429, "rate_limited");
    assert!(refused.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok_and(|seconds| seconds >= 1)));
}
