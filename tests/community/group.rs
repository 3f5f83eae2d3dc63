//! Groups: who gets in, who leads, who sees.

use poem::http::Method;
use serde_json::json;

use crate::support::{PASSWORD, Town};

#[tokio::test]
async fn an_open_group_takes_everybody() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    let group = ada.founds("Home Baristas", "open", false).await;
    assert_eq!(group, "home-baristas");
    assert_eq!(bob.tries_to_join(&group).await.is(200).text("/state"), "active");
    assert_eq!(bob.tries_to_join(&group).await.is(200).text("/state"), "active");
    assert_eq!(bob.counts_members(&group).await, 2);
    town.visitor().tries_to_join(&group).await.refused(401, "unauthorized");
    bob.tries_to_join("nowhere").await.refused(404, "not_found");
    bob.tries_to_leave(&group).await.is(204);
    bob.tries_to_leave(&group).await.is(204);
    assert_eq!(town.visitor().counts_members(&group).await, 1);
}

#[tokio::test]
async fn a_request_waits_until_it_is_granted() {
    let town = Town::new().await;
    let (ada, bob, eve) = (town.member("ada").await, town.member("bob").await, town.member("eve").await);
    let group = ada.founds("Roasters", "on_request", false).await;
    assert_eq!(bob.tries_to_join(&group).await.is(200).text("/state"), "requested");
    assert_eq!(ada.counts_members(&group).await, 1);
    let requests = format!("/groups/{group}/members?state=requested");
    assert_eq!(ada.get(&requests).await.is(200).text("/items/0/member/handle"), "bob");
    eve.get(&requests).await.refused(403, "forbidden");
    town.visitor().get(&requests).await.refused(401, "unauthorized");
    eve.tries_to_set(&group, &bob, json!({})).await.refused(403, "forbidden");
    assert_eq!(ada.tries_to_set(&group, &bob, json!({})).await.is(200).text("/state"), "active");
    assert_eq!(ada.counts_members(&group).await, 2);
    ada.tries_to_set(&group, &eve, json!({ "state": "active" })).await.refused(409, "not_asked");
}

#[tokio::test]
async fn invitations_and_bans() {
    let town = Town::new().await;
    let (ada, bob, eve) = (town.member("ada").await, town.member("bob").await, town.member("eve").await);
    let group = ada.founds("Cuppers", "invite_only", false).await;
    bob.tries_to_join(&group).await.refused(403, "invite_only");
    assert_eq!(ada.tries_to_set(&group, &bob, json!({})).await.is(200).text("/state"), "invited");
    assert_eq!(bob.tries_to_join(&group).await.is(200).text("/state"), "active");
    ada.tries_to_set(&group, &bob, json!({ "state": "banned" })).await.is(200);
    bob.tries_to_join(&group).await.refused(403, "banned_from_group");
    bob.tries_to_leave(&group).await.is(204);
    bob.tries_to_join(&group).await.refused(403, "banned_from_group");
    assert_eq!(ada.counts_members(&group).await, 1);
    ada.tries_to_remove(&group, &bob).await.is(204);
    bob.tries_to_join(&group).await.refused(403, "invite_only");
    ada.tries_to_remove(&group, &eve).await.refused(404, "not_found");
    ada.put(&format!("/groups/{group}/members/nobody"), json!({})).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_private_group_does_not_exist_for_others() {
    let town = Town::new().await;
    let (ada, bob, eve, mo) = (town.member("ada").await, town.member("bob").await, town.member("eve").await, town.moderator("moe").await);
    let group = ada.founds("Secret Roasters", "on_request", true).await;
    let path = format!("/groups/{group}");
    let absent = eve.get("/groups/no-such-group").await.refused(404, "not_found");
    let hidden = eve.get(&path).await.refused(404, "not_found");
    assert_eq!(absent.body["detail"], hidden.body["detail"]);
    for reader in [&eve, &town.visitor()] {
        assert_eq!(reader.get("/groups").await.is(200).items().len(), 0);
        reader.get(&format!("{path}/members")).await.refused(404, "not_found");
    }
    eve.tries_to_join(&group).await.refused(404, "not_found");
    eve.tries_to_leave(&group).await.refused(404, "not_found");
    eve.tries_to_set(&group, &bob, json!({})).await.refused(404, "not_found");
    eve.tries_to_remove(&group, &ada).await.refused(404, "not_found");
    eve.patch(&path, json!({ "name": "Mine now" })).await.refused(404, "not_found");
    eve.delete(&path).await.refused(404, "not_found");
    mo.get(&path).await.is(200);

    ada.tries_to_set(&group, &bob, json!({})).await.is(200);
    assert_eq!(bob.get(&path).await.is(200).text("/my_state"), "invited");
    bob.get(&format!("{path}/members")).await.refused(404, "not_found");
    bob.tries_to_join(&group).await.is(200);
    assert_eq!(bob.get(&format!("{path}/members")).await.is(200).items().len(), 2);
    assert_eq!(bob.get("/groups?mine=true").await.items().len(), 1);
    ada.tries_to_set(&group, &bob, json!({ "state": "banned" })).await.is(200);
    bob.get(&path).await.refused(404, "not_found");
}

#[tokio::test]
async fn the_owner_hands_over_before_leaving() {
    let town = Town::new().await;
    let (ada, bob, eve) = (town.member("ada").await, town.member("bob").await, town.member("eve").await);
    let group = ada.founds("Roasters", "open", false).await;
    bob.tries_to_join(&group).await.is(200);
    eve.tries_to_join(&group).await.is(200);
    ada.tries_to_leave(&group).await.refused(409, "owner_cannot_leave");
    bob.tries_to_set(&group, &eve, json!({ "state": "banned" })).await.refused(403, "forbidden");
    ada.tries_to_set(&group, &bob, json!({ "role": "moderator" })).await.is(200);
    bob.tries_to_set(&group, &eve, json!({ "role": "moderator" })).await.refused(403, "outranked");
    bob.tries_to_set(&group, &ada, json!({ "state": "banned" })).await.refused(409, "owner_cannot_leave");
    bob.patch(&format!("/groups/{group}"), json!({ "name": "Mine now" })).await.refused(403, "forbidden");
    ada.tries_to_set(&group, &bob, json!({ "role": "owner" })).await.is(200);
    assert_eq!(ada.get(&format!("/groups/{group}")).await.text("/my_role"), "moderator");
    ada.tries_to_leave(&group).await.is(204);
    bob.tries_to_remove(&group, &eve).await.is(204);
    assert_eq!(bob.counts_members(&group).await, 1);
}

#[tokio::test]
async fn an_erased_owner_leaves_the_group_to_its_moderator() {
    let town = Town::new().await;
    let (ada, bob, eve) = (town.member("ada").await, town.member("bob").await, town.member("eve").await);
    let group = ada.founds("Roasters", "open", false).await;
    eve.tries_to_join(&group).await.is(200);
    bob.tries_to_join(&group).await.is(200);
    ada.tries_to_set(&group, &bob, json!({ "role": "moderator" })).await.is(200);
    ada.tries_to_erase_themselves(PASSWORD).await.is(204);
    town.settle().await;
    assert_eq!(bob.get(&format!("/groups/{group}")).await.text("/my_role"), "owner");
    assert_eq!(eve.counts_members(&group).await, 2);
}

#[tokio::test]
async fn editing_is_guarded_by_version() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    let group = ada.founds("Roasters", "open", false).await;
    let path = format!("/groups/{group}");
    let etag = ada.get(&path).await.is(200).header("etag").expect("a tag").to_owned();
    ada.get_if_changed(&path, &etag).await.is(304);
    bob.tries_to_join(&group).await.is(200);
    assert_eq!(ada.get_if_changed(&path, &etag).await.is(200).int("/member_count"), 2);
    assert_eq!(ada.patch_if(&path, &etag, json!({ "kind": "invite_only" })).await.is(200).text("/kind"), "invite_only");
    ada.patch_if(&path, &etag, json!({ "name": "Lost update" })).await.refused(412, "changed_since");
    // Several lines are one list.
    let lines = [("if-match", "\"999\""), ("if-match", "\"2\"")];
    ada.send(Method::PATCH, &path, Some(json!({ "name": "Old roasters" })), &lines).await.is(200);
    ada.patch(&path, json!({ "name": "x" })).await.refuses_field("/name");
}

#[tokio::test]
async fn slugs_are_unique_and_groups_are_few() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    ada.founds("Roasters", "open", true).await;
    assert!(bob.founds("Roasters", "open", false).await.starts_with("roasters-"));
    assert_eq!(bob.founds("茶を飲む", "open", false).await, "cha-woyin-mu");
    assert!(bob.founds("???", "open", false).await.starts_with("group-"));
    let form = |slug: &str| json!({ "name": format!("Roasters {slug}"), "slug": slug, "kind": "open" });
    bob.post("/groups", form("roasters")).await.refused(409, "slug_taken");
    bob.post("/groups", form("Not a slug")).await.refuses_field("/slug");
    bob.post("/groups", form("new")).await.refuses_field("/slug");
    assert!(bob.founds("New!", "open", false).await.starts_with("new-"), "the page /groups/new stays what it is");
    bob.post("/groups", json!({ "name": "ab", "kind": "open" })).await.refuses_field("/name");
    town.visitor().post("/groups", form("other")).await.refused(401, "unauthorized");
    for number in 2..=10 {
        ada.founds(&format!("Group {number}"), "open", false).await;
    }
    ada.post("/groups", form("one-too-many")).await.refused(409, "too_many_groups");
    ada.delete("/groups/group-2").await.is(204);
    ada.post("/groups", form("one-more")).await.is(201);
}

#[tokio::test]
async fn a_deleted_group_is_gone() {
    let town = Town::new().await;
    let (ada, bob, root) = (town.member("ada").await, town.member("bob").await, town.admin("root1").await);
    let (first, second) = (ada.founds("First", "open", false).await, ada.founds("Second", "open", false).await);
    bob.delete(&format!("/groups/{first}")).await.refused(403, "forbidden");
    ada.delete(&format!("/groups/{first}")).await.is(204);
    ada.get(&format!("/groups/{first}")).await.refused(404, "not_found");
    assert_eq!(town.count("select count(*) from audit_entry").await, 0);
    root.delete(&format!("/groups/{second}")).await.is(204);
    assert_eq!(root.get("/admin/audit-log").await.text("/items/0/action"), "delete_group");
    assert_eq!(bob.get("/groups").await.items().len(), 0);
}

#[tokio::test]
async fn groups_are_listed_by_size() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    for name in ["Small one", "Large one", "Small two"] {
        ada.founds(name, "open", false).await;
    }
    bob.tries_to_join("large-one").await.is(200);
    let slugs = |reply: &crate::support::Reply| -> Vec<String> {
        reply.items().iter().map(|item| item["slug"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let first = bob.get("/groups?limit=2").await.is(200);
    assert_eq!(slugs(&first), ["large-one", "small-two"]);
    let second = bob.get(&format!("/groups?limit=2&cursor={}", first.text("/next_cursor"))).await.is(200);
    assert_eq!(slugs(&second), ["small-one"]);
    let back = bob.get(&format!("/groups?limit=2&cursor={}", second.text("/prev_cursor"))).await.is(200);
    assert_eq!(slugs(&back), slugs(&first));
    assert_eq!(slugs(&bob.get("/groups?q=SMALL").await), ["small-two", "small-one"]);
    assert_eq!(slugs(&bob.get("/groups?mine=true").await), ["large-one"]);
    town.visitor().get("/groups?mine=true").await.refused(401, "unauthorized");
}

#[tokio::test]
async fn of_two_groups_that_are_founded_at_once_both_are_there() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let form = |name: String| json!({ "name": name, "kind": "open" });
    for round in 0..3 {
        let (one, other) =
            tokio::join!(ada.post("/groups", form(format!("Cuppers {round}"))), ada.post("/groups", form(format!("Roasters {round}"))));
        one.is(201);
        other.is(201);
    }
    let (one, other) = tokio::join!(ada.post("/groups", form("Twice".to_owned())), ada.post("/groups", form("Twice".to_owned())));
    let (done, refused) = if one.status == 201 { (one, other) } else { (other, one) };
    done.is(201);
    refused.refused(409, "group_name_twice");
}

#[tokio::test]
async fn nobody_is_handed_more_groups_than_they_may_found() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    for number in 1..=9 {
        bob.founds(&format!("Group {number}"), "open", false).await;
    }
    let (first, second) = (ada.founds("Roasters", "open", false).await, ada.founds("Cuppers", "open", false).await);
    for group in [&first, &second] {
        bob.tries_to_join(group).await.is(200);
    }
    ada.tries_to_set(&first, &bob, json!({ "role": "owner" })).await.is(200);
    ada.tries_to_set(&second, &bob, json!({ "role": "owner" })).await.refused(409, "too_many_groups");
    assert_eq!(ada.get(&format!("/groups/{second}")).await.text("/my_role"), "owner");
}
