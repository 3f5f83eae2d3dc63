//! Devices, and the password.

use chrono::Duration;
use diesel_async::SimpleAsyncConnection;
use regulars::{
    domain::MemberId,
    identity::member::{rules, store},
    kit::secret::{self, Purpose},
};
use serde_json::json;

use crate::support::{PASSWORD, Person, Plan, Town};

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

#[tokio::test]
async fn who_is_erased_is_signed_out_everywhere_at_once() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let phone = town.sign_in("ada").await;
    let sign_in = json!({ "email": "ada@town.example", "password": PASSWORD });
    let refresh_token = town.visitor().post("/auth/login", sign_in).await.is(200).text("/refresh_token");
    ada.tries_to_erase_themselves(PASSWORD).await.is(204);
    for device in [&ada, &phone] {
        device.get("/me").await.refused(401, "unauthorized");
        device.get("/questions").await.refused(401, "unauthorized");
        device.tries_to_ask("Am I still here?", &["general"], None).await.refused(401, "unauthorized");
    }
    town.visitor().post("/auth/refresh", json!({ "refresh_token": refresh_token })).await.refused(401, "bad_refresh_token");
}

#[tokio::test]
async fn who_is_suspended_writes_nothing() {
    let town = Town::new().await;
    let (ada, mo) = (town.member("ada").await, town.moderator("moe").await);
    let question = ada.asks("Which grinder?").await;
    let answer = mo.answers(&question, "This.").await;
    let comment = ada.comments_on_question(&question, "Thank you!").await;
    let club = ada.founds("Home Baristas", "open", false).await;
    mo.tries_to_sanction("ada", "suspension", Some(48)).await.is(201);
    let (body, title) = ("Words enough for a post of mine.", "Am I still allowed to ask?");
    for (method, path, form) in [
        ("POST", "/questions".to_owned(), json!({ "title": title, "body": body, "tags": ["general"] })),
        ("PATCH", format!("/questions/{question}"), json!({ "title": title })),
        ("DELETE", format!("/questions/{question}"), json!(null)),
        ("POST", format!("/questions/{question}/answers"), json!({ "body": body })),
        ("PUT", format!("/questions/{question}/accepted-answer"), json!({ "answer_id": answer })),
        ("PUT", format!("/answers/{answer}/vote"), json!({ "value": 1 })),
        ("POST", format!("/answers/{answer}/comments"), json!({ "body": body })),
        ("PATCH", format!("/comments/{comment}"), json!({ "body": body })),
        ("POST", format!("/answers/{answer}/flags"), json!({ "reason": "spam" })),
        ("POST", "/groups".to_owned(), json!({ "name": "Another", "kind": "open" })),
        ("PATCH", format!("/groups/{club}"), json!({ "name": "Another" })),
    ] {
        ada.send(method.parse().unwrap(), &path, Some(form), &[]).await.refused(403, "account_suspended");
    }
    ada.get("/me").await.is(200);
    ada.reads(&question).await.is(200);
}

#[tokio::test]
async fn a_key_goes_out_of_use_some_time_after_the_next_one_came() {
    let town = Town::new().await;
    let mut conn = town.app.kit.db.read().await.expect("a connection");
    town.clock.advance(Duration::days(10));
    let rotated_at = town.clock.now();
    secret::add(&mut conn, Purpose::AccessToken, rotated_at).await.expect("a key");
    let keys = secret::keys(&mut conn, Purpose::AccessToken, rotated_at).await.expect("keys");
    assert_eq!(keys.len(), 2);
    for (succeeded_before, retired) in
        [(rotated_at - Duration::seconds(1), 0), (rotated_at + Duration::seconds(1), 1), (rotated_at + Duration::days(1), 0)]
    {
        let count = secret::retire(&mut conn, Purpose::AccessToken, succeeded_before, succeeded_before).await.expect("an answer");
        assert_eq!(count, retired, "{succeeded_before}");
    }
    assert_eq!(secret::keys(&mut conn, Purpose::AccessToken, rotated_at).await.expect("keys"), keys[..1]);
}

#[tokio::test]
async fn nobody_signs_in_as_who_is_being_erased() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let mut tx = town.app.kit.db.begin().await.expect("a transaction");
    let id = MemberId(ada.id().parse().expect("an id"));
    store::lock_me(&mut tx, id).await.expect("her row");
    store::erase(&mut tx, id, "erased-story", rules::ERASED_NAME, town.clock.now()).await.expect("she is gone");
    let visitor = town.visitor();
    let sign_in = json!({ "email": "ada@town.example", "password": PASSWORD });
    let coming = tokio::spawn(async move { visitor.post("/auth/login", sign_in).await });
    // Time to check the password, and to wait for her row.
    town.waits_for_locks(1).await;
    tx.commit().await.expect("it is done");
    coming.await.expect("an answer").refused(401, "bad_credentials");
}

/// Somebody who knows the old password does not undo the owner's new one, be it that both change it at the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_change_a_password_at_once_one_is_late() {
    let town = Town::new().await;
    let (owner, thief) = (town.member("ada").await, town.sign_in("ada").await);
    let mut tx = town.app.kit.background_db.begin().await.unwrap();
    tx.batch_execute("select 1 from account for update").await.unwrap();
    let change = |person: &Person, new: &str| {
        let (person, form) = (person.clone(), json!({ "old_password": PASSWORD, "new_password": new }));
        tokio::spawn(async move { person.put("/me/password", form).await })
    };
    let changes = [change(&owner, "the owner's new one"), change(&thief, "the thief's new one")];
    town.waits_for_locks(2).await;
    drop(tx);
    let mut statuses = Vec::new();
    for change in changes {
        statuses.push(change.await.unwrap().status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 403]);
}
