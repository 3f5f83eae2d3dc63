//! Partners' keys: made once, rotated with overlap, ended by time or by hand.

use chrono::Duration;
use regulars::identity::{api_key::create_key, auth::Scope};
use serde_json::json;

use crate::support::Town;

const READ: &str = "/partner/members/c-1";

/// What the key answers: 404 when it works (there is no such member), 401 when it does not.
async fn status(town: &Town, key: &str) -> u16 {
    let mut till = town.visitor();
    till.token = Some(key.to_owned());
    till.get(READ).await.status
}

#[tokio::test]
async fn a_key_is_made_rotated_and_revoked() {
    let town = Town::new().await;
    let root = town.admin("root1").await;
    let partner = root.post("/admin/partners", json!({ "name": "Shop" })).await.is(201).text("/id");
    root.post("/admin/partners", json!({ "name": "Shop" })).await.refused(409, "name_taken");
    assert_eq!(root.get("/admin/partners").await.is(200).text("/items/0/name"), "Shop");

    let form = json!({ "partner_id": partner, "name": "till", "scopes": ["members:read"] });
    let made = root.post("/admin/api-keys", form.clone()).await.is(201);
    let (old, id) = (made.text("/key"), made.text("/id"));
    assert_eq!(status(&town, &old).await, 404);
    let listed = root.get(&format!("/admin/api-keys?partner_id={partner}")).await.is(200);
    assert!(old.starts_with(&listed.text("/items/0/prefix")) && !listed.body.to_string().contains(&old), "{:#}", listed.body);
    assert!(listed.at("/items/0").get("last_used_at").is_some());
    assert_eq!(town.count(&format!("select count(*) from api_key where hash = '{old}'::bytea")).await, 0);

    let rotate = |hours: i64| json!({ "overlap_hours": hours });
    root.post(&format!("/admin/api-keys/{id}/rotate"), rotate(721)).await.refuses_field("/overlap_hours");
    let rotated = root.post(&format!("/admin/api-keys/{id}/rotate"), json!({})).await.is(201);
    let new = rotated.text("/key");
    town.clock.advance(Duration::hours(23));
    assert_eq!((status(&town, &old).await, status(&town, &new).await), (404, 404));
    town.clock.advance(Duration::hours(2));
    assert_eq!((status(&town, &old).await, status(&town, &new).await), (401, 404));
    let root = town.sign_in("root1").await;
    root.post(&format!("/admin/api-keys/{id}/rotate"), rotate(1)).await.refused(409, "key_not_in_use");

    let new_id = rotated.text("/id");
    root.delete(&format!("/admin/api-keys/{new_id}")).await.is(204);
    root.delete(&format!("/admin/api-keys/{new_id}")).await.refused(409, "key_not_in_use");
    assert_eq!(status(&town, &new).await, 401);
    let acts: Vec<_> = root.get("/admin/audit-log").await.items().iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(acts, ["revoke_api_key", "rotate_api_key", "create_api_key", "create_api_key", "create_partner"]);
    let about: Vec<_> = root.get("/admin/audit-log").await.items().iter().map(|entry| entry["subject_name"].clone()).collect();
    assert_eq!(about, ["till", "till", "till", "till", "Shop"]);
}

#[tokio::test]
async fn a_key_expires() {
    let town = Town::new().await;
    let root = town.admin("root1").await;
    let partner = root.post("/admin/partners", json!({ "name": "Shop" })).await.is(201).text("/id");
    let expires_at = town.clock.now() + Duration::days(10);
    let form = json!({ "partner_id": partner, "name": "till", "scopes": ["members:read"], "expires_at": expires_at });
    let made = root.post("/admin/api-keys", form).await.is(201);
    assert_eq!(status(&town, &made.text("/key")).await, 404);
    town.clock.advance(Duration::days(11));
    assert_eq!(status(&town, &made.text("/key")).await, 401);
}

#[tokio::test]
async fn keys_are_for_administrators_to_make() {
    let town = Town::new().await;
    let (root, ada) = (town.admin("root1").await, town.member("ada").await);
    let partner = root.post("/admin/partners", json!({ "name": "Shop" })).await.is(201).text("/id");
    let form = json!({ "partner_id": partner, "name": "till", "scopes": ["members:read"] });
    ada.post("/admin/api-keys", form.clone()).await.refused(403, "forbidden");
    town.visitor().post("/admin/api-keys", form.clone()).await.refused(401, "unauthorized");
    let with = |field: &str, value: serde_json::Value| {
        let mut form = form.clone();
        form[field] = value;
        form
    };
    root.post("/admin/api-keys", with("scopes", json!([]))).await.refuses_field("/scopes");
    root.post("/admin/api-keys", with("scopes", json!(["everything"]))).await.refused(400, "bad_body");
    root.post("/admin/api-keys", with("expires_at", json!("2020-01-01T00:00:00Z"))).await.refuses_field("/expires_at");
    root.post("/admin/api-keys", with("partner_id", json!(ada.id()))).await.refuses_field("/partner_id");
    root.post("/admin/api-keys", with("name", json!(""))).await.refuses_field("/name");
}

#[tokio::test]
async fn the_operator_makes_keys() {
    let town = Town::new().await;
    let kit = &town.app.kit;
    for name in ["first", "second"] {
        let mut tx = kit.db.begin().await.expect("a connection");
        let made = create_key(&mut tx, "Shop", name, &[Scope::MembersRead], None, kit.clock.now()).await.expect("a key");
        tx.commit().await.expect("it is kept");
        assert_eq!(status(&town, &made.secret).await, 404);
    }
    assert_eq!(town.count("select count(*) from partner").await, 1);
    assert_eq!(town.count("select count(*) from audit_entry where actor_id is null").await, 2);
}

#[tokio::test]
async fn administrators_grant_more_to_a_key_and_take_it_back() {
    let town = Town::new().await;
    let root = town.admin("root1").await;
    let partner = root.post("/admin/partners", json!({ "name": "Shop" })).await.is(201).text("/id");
    let form = json!({ "partner_id": partner, "name": "till", "scopes": ["catalog:write"] });
    let made = root.post("/admin/api-keys", form).await.is(201);
    let path = format!("/admin/api-keys/{}", made.text("/id"));
    let mut till = town.visitor();
    till.token = Some(made.text("/key"));
    let reward = root.offers("Mug", 10, json!({})).await;
    let edits = async || till.patch(&format!("/admin/rewards/{reward}"), json!({ "price_points": 11 })).await;
    edits().await.refused(403, "missing_scope");
    let scopes = |scopes: &[&str]| json!({ "scopes": scopes });
    let granted = root.patch(&path, scopes(&["catalog:write", "catalog:write_any"])).await.is(200);
    assert_eq!(granted.at("/scopes"), &json!(["catalog:write", "catalog:write_any"]));
    edits().await.is(200);
    root.patch(&path, scopes(&["catalog:write"])).await.is(200);
    edits().await.refused(403, "missing_scope");
    root.patch(&path, scopes(&[])).await.refuses_field("/scopes");
    root.patch(&path, json!({ "name": " " })).await.refuses_field("/name");
    assert_eq!(root.patch(&path, json!({ "name": "counter" })).await.is(200).text("/name"), "counter");
    assert_eq!(town.count("select count(*) from audit_entry where action = 'edit_api_key'").await, 3);
    root.delete(&path).await.is(204);
    root.patch(&path, json!({ "name": "till" })).await.refused(409, "key_not_in_use");
    town.member("ada").await.patch(&path, json!({ "name": "mine" })).await.refused(403, "forbidden");
}
