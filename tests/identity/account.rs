//! Registering, signing in and staying signed in.

use chrono::Duration;
use serde_json::json;

use crate::town::{PASSWORD, Town};

#[tokio::test]
async fn ada_registers_signs_in_and_out() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    ada.post("/auth/logout", json!(null)).await.is(204);
    ada.post("/auth/logout", json!(null)).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn registering_does_not_tell_whether_an_address_is_known() {
    let town = Town::new().await;
    town.member("ada").await;
    let form = |handle: &str| json!({ "email": "ADA@town.example", "password": PASSWORD, "handle": handle });
    let known = town.visitor().post("/auth/register", form("someone")).await.is(202);
    let unknown = town
        .visitor()
        .post("/auth/register", json!({ "email": "new@town.example", "password": PASSWORD, "handle": "newcomer" }))
        .await
        .is(202);
    assert_eq!(known.body, unknown.body);
    assert_eq!(town.count("select count(*) from member where handle = 'someone'").await, 0);
    town.visitor().post("/auth/register", form("a-d_a")).await.refused(409, "handle_taken");
}

#[tokio::test]
async fn a_used_refresh_token_ends_the_session() {
    let town = Town::new().await;
    town.member("ada").await;
    let sign_in = json!({ "email": "ada@town.example", "password": PASSWORD });
    let first = town.visitor().post("/auth/login", sign_in).await.is(200).text("/refresh_token");
    let refresh = |token: String| {
        let visitor = town.visitor();
        async move { visitor.post("/auth/refresh", json!({ "refresh_token": token })).await }
    };
    // A page that is loaded anew while it refreshes never sees the answer.
    refresh(first.clone()).await.is(200);
    town.clock.advance(Duration::seconds(20));
    let second = refresh(first.clone()).await.is(200).text("/refresh_token");
    town.clock.advance(Duration::seconds(11));
    refresh(first).await.refused(401, "bad_refresh_token");
    refresh(second).await.refused(401, "bad_refresh_token");
}

#[tokio::test]
async fn bad_registrations_name_every_field() {
    let town = Town::new().await;
    let reply = town.visitor().post("/auth/register", json!({ "email": "no", "password": "short", "handle": "x" })).await;
    let reply = reply.refuses_field("/email").refuses_field("/password").refuses_field("/handle");
    assert!(reply.header("x-request-id").is_some());
    town.visitor().post("/auth/register", json!({ "email": false, "password": PASSWORD, "handle": "x" })).await.refused(400, "bad_body");
    town.visitor()
        .post("/auth/login", json!({ "email": "ada@town.example", "password": "wrong password" }))
        .await
        .refused(401, "bad_credentials");
}

#[tokio::test]
async fn sessions_that_ended_long_ago_are_forgotten() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    ada.post("/auth/logout", json!(null)).await.is(204);
    let sessions = || town.count("select count(*) from session");
    town.passes(Duration::days(89)).await;
    assert_eq!(sessions().await, 1);
    town.passes(Duration::days(2)).await;
    assert_eq!(sessions().await, 0);
}
