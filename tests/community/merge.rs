//! Two members of one person, in groups and in what they are told.

use serde_json::json;

use crate::support::{Person, Reply, Town};

const WORLD: &str = "
    select 'membership ' || group_id || ' ' || member_id || ' ' || role || ' ' || state || ' ' || since from membership
    union all select 'group ' || id || ' ' || member_count from user_group
    union all select 'told ' || id || ' ' || member_id || ' ' || kind || ' ' || (read_at is null) from notification
    order by 1";

async fn merges(root: &Person, from: &Person, into: &Person) -> Reply {
    let form = json!({ "into": into.handle, "reason": "One person, two members." });
    root.post(&format!("/admin/members/{}/merges", from.handle), form).await.is(200)
}

async fn parts(root: &Person, merge: &Reply) {
    let form = json!({ "reason": "They are two after all." });
    root.post(&format!("/admin/merges/{}/undo", merge.text("/id")), form).await.is(200);
}

#[tokio::test]
async fn one_person_is_in_a_group_once_and_leads_what_either_led() {
    let town = Town::new().await;
    let root = town.admin("ruth").await;
    let (ada, twin, bea) = (town.member("ada").await, town.member("twin").await, town.member("bea").await);
    let owned = twin.founds("Twin's own", "open", false).await;
    let both = twin.founds("Twin's, with Ada", "open", false).await;
    ada.tries_to_join(&both).await.is(200);
    let led = bea.founds("Bea's, with both", "open", false).await;
    let asked = bea.founds("Bea's, on request", "on_request", false).await;
    let shut = bea.founds("Bea's, without Ada", "open", false).await;
    for one in [&ada, &twin] {
        one.tries_to_join(&led).await.is(200);
        one.tries_to_join(&shut).await.is(200);
        one.tries_to_join(&asked).await.is(200);
    }
    bea.tries_to_set(&led, &twin, json!({ "role": "moderator" })).await.is(200);
    bea.tries_to_set(&asked, &twin, json!({ "state": "active" })).await.is(200);
    bea.tries_to_set(&shut, &ada, json!({ "state": "banned" })).await.is(200);
    town.settle().await;
    let before = town.rows(WORLD).await;

    let merge = merges(&root, &twin, &ada).await;
    town.settle().await;
    let mine = async |group: &str| {
        let group = ada.get(&format!("/groups/{group}")).await.is(200);
        let my = |what: &str| group.body[what].as_str().unwrap_or("none").to_owned();
        (my("my_role"), my("my_state"), group.int("/member_count"))
    };
    let stands = |role: &str, state: &str, count: i64| (role.to_owned(), state.to_owned(), count);
    assert_eq!(mine(&owned).await, stands("owner", "active", 1));
    assert_eq!(mine(&both).await, stands("owner", "active", 1));
    assert_eq!(mine(&led).await, stands("moderator", "active", 2));
    assert_eq!(mine(&asked).await, stands("member", "active", 2));
    assert_eq!(mine(&shut).await, stands("none", "banned", 1), "who is banned does not come back as somebody else");
    town.audit().await;

    parts(&root, &merge).await;
    town.settle().await;
    assert_eq!(town.rows(WORLD).await, before);

    // What was decided meanwhile holds.
    let merge = merges(&root, &twin, &ada).await;
    ada.tries_to_set(&both, &bea, json!({ "state": "invited" })).await.is(200);
    bea.tries_to_join(&both).await.is(200);
    ada.tries_to_set(&both, &bea, json!({ "role": "owner" })).await.is(200);
    bea.tries_to_remove(&led, &ada).await.is(204);
    parts(&root, &merge).await;
    town.settle().await;
    assert_eq!(bea.get(&format!("/groups/{both}")).await.is(200).text("/my_role"), "owner");
    town.audit().await;
}

#[tokio::test]
async fn what_both_were_told_is_told_once() {
    let town = Town::new().await;
    let root = town.admin("ruth").await;
    let (ada, twin, bea) = (town.member("ada").await, town.member("twin").await, town.member("bea").await);
    let question = bea.asks("Which grinder?").await;
    for one in [&ada, &twin] {
        one.put(&format!("/questions/{question}/follow"), json!(null)).await.is(204);
    }
    let own = twin.asks("Which kettle?").await;
    let cid = town.member("cid").await;
    cid.answers(&question, "This one.").await;
    cid.answers(&own, "That one.").await;
    town.settle().await;
    assert_eq!((ada.unread().await, twin.unread().await), (1, 2));
    let before = town.rows(WORLD).await;
    let merge = merges(&root, &twin, &ada).await;
    assert_eq!(ada.unread().await, 2);
    town.settle().await;
    parts(&root, &merge).await;
    town.settle().await;
    assert_eq!(town.rows(WORLD).await, before);

    // Of what they do themselves, nobody hears by their other name.
    ada.put(&format!("/questions/{own}/follow"), json!(null)).await.is(204);
    let twin = town.sign_in("twin").await;
    twin.answers(&own, "I found it: a blue one.").await;
    merges(&root, &twin, &ada).await;
    assert!(!town.told(&ada).await.iter().any(|news| news.contains("twin")));
}
