//! Devices, and the password.

use chrono::Duration;
use serde_json::json;

use crate::town::{PASSWORD, Plan, Town};

#[tokio::test]
async fn ada_ends_the_session_on_a_lost_phone() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    let phone = town.sign_in("ada").await;
    let sessions = ada.get("/me/sessions").await.is(200).items();
    assert_eq!(sessions.iter().map(|session| session["current"].as_bool()).collect::<Vec<_>>(), [Some(false), Some(true)]);
    let path = format!("/me/sessions/{}", sessions[0]["id"].as_str().expect("an id"));
    bob.delete(&path).await.refused(404, "not_found");
    ada.delete(&path).await.is(204);
    ada.delete(&path).await.refused(404, "not_found");
    phone.get("/me").await.refused(401, "unauthorized");
    assert_eq!(ada.get("/me/sessions").await.items().len(), 1);
    ada.delete("/me/sessions/no-uuid").await.refused(404, "not_found");
}

#[tokio::test]
async fn sessions_end_when_they_are_not_used() {
    let town = Town::planned(Plan { session_ttl_days: 30, ..Plan::default() }).await;
    town.member("ada").await;
    town.passes(Duration::days(29)).await;
    let ada = town.sign_in("ada").await;
    assert_eq!(ada.get("/me/sessions").await.items().len(), 2);
    town.clock.advance(Duration::days(2));
    let ada = town.sign_in("ada").await;
    assert_eq!(ada.get("/me/sessions").await.items().len(), 2);
}

#[tokio::test]
async fn a_new_password_ends_other_sessions() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let phone = town.sign_in("ada").await;
    let change = |old: &str, new: &str| json!({ "old_password": old, "new_password": new });
    ada.put("/me/password", change("wrong", "a better password")).await.refused(403, "wrong_password");
    ada.put("/me/password", change(PASSWORD, "short")).await.refuses_field("/new_password");
    ada.put("/me/password", change(PASSWORD, "a better password")).await.is(204);
    ada.get("/me").await.is(200);
    phone.get("/me").await.refused(401, "unauthorized");
    let sign_in = |password: &str| json!({ "email": "ada@town.example", "password": password });
    town.visitor().post("/auth/login", sign_in(PASSWORD)).await.refused(401, "bad_credentials");
    town.visitor().post("/auth/login", sign_in("a better password")).await.is(200);
    town.visitor().put("/me/password", change(PASSWORD, "a better password")).await.refused(401, "unauthorized");
}
