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

#[tokio::test]
async fn handles_that_look_alike_are_refused_and_others_are_not() {
    let town = Town::new().await;
    for handle in ["Neil88", "Nell88", "kai99", "kal99", "lise77", "ilse77", "Ian-1", "Lan-1"] {
        town.member(handle).await;
    }
    let form = |handle: &str| json!({ "email": "new@town.example", "password": PASSWORD, "handle": handle });
    for handle in ["neil88", "NEIL-88", "1ise77", "Iise77", "ILSE-77", "ka199", "kaI99", "LISE77", "Ian1"] {
        town.visitor().post("/auth/register", form(handle)).await.refused(409, "handle_taken");
    }
    // What the migration made of earlier handles is what is made of new ones.
    let keys = "select handle || ' ' || handle_key from member order by 1";
    let made = town.rows(keys).await;
    let migration = include_str!("../../migrations/2026-11-30-000010_handle/up.sql");
    let anew = migration.lines().find(|line| line.starts_with("update member set handle_key")).expect("a statement");
    town.sql("update member set handle_key = handle").await;
    town.sql(anew).await;
    assert_eq!(town.rows(keys).await, made);
}

#[tokio::test]
async fn the_migration_and_new_accounts_agree_on_whose_an_address_is() {
    let town = Town::new().await;
    for (n, email) in
        ["A.d.a+x@GoogleMail.com", "e.vans+y@company.example", "\"quo.ted\"@gmail.com", "ｗｉｄｅ@town.example", "+tag@town.example"]
            .iter()
            .enumerate()
    {
        let form = json!({ "email": email, "password": PASSWORD, "handle": format!("person{n}") });
        town.visitor().post("/auth/register", form).await.is(202);
    }
    let canonical = "select email_canonical from account order by email_canonical collate \"C\"";
    let made = town.rows(canonical).await;
    assert_eq!(made, ["+tag@town.example", "ada@gmail.com", "e.vans@company.example", "quoted@gmail.com", "wide@town.example"]);
    let migration = include_str!("../../migrations/2026-11-30-000011_canonical_email/up.sql");
    town.sql("update account set email_canonical = 'as it was'").await;
    town.sql(migration).await;
    assert_eq!(town.rows(canonical).await, made);
}
