//! Following questions and tags, and the list of what one follows.

use serde_json::json;

use crate::support::{PASSWORD, Person, Town};

async fn follows(person: &Person, question: &str) -> bool {
    person.reads(question).await.is(200).at("/following").as_bool().unwrap()
}

#[tokio::test]
async fn who_asks_or_answers_follows() {
    let town = Town::new().await;
    let (ada, bea, cid) = (town.member("ada").await, town.member("bea").await, town.member("cid").await);
    let question = ada.asks("Which grinder is best?").await;
    bea.answers(&question, "Mine.").await;
    for (person, expected) in [(&ada, true), (&bea, true), (&cid, false)] {
        assert_eq!(follows(person, &question).await, expected, "{}", person.handle);
    }
    assert!(town.visitor().reads(&question).await.body.get("following").is_none());

    let path = format!("/questions/{question}/follow");
    for _ in 0..2 {
        cid.put(&path, json!(null)).await.is(204);
        assert!(follows(&cid, &question).await);
    }
    for _ in 0..2 {
        ada.delete(&path).await.is(204);
        assert!(!follows(&ada, &question).await);
    }
    cid.put(&format!("/questions/{}/follow", cid.id()), json!(null)).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_private_question_is_followed_by_those_who_see_it() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let club = ada.founds("Secret Roasters", "invite_only", true).await;
    let question = ada.asks_in(&club, "Where is the secret roaster?").await;
    let path = format!("/questions/{question}/follow");
    bea.put(&path, json!(null)).await.refused(404, "not_found");
    ada.tries_to_set(&club, &bea, json!({})).await.is(200);
    bea.tries_to_join(&club).await.is(200);
    bea.put(&path, json!(null)).await.is(204);
    assert_eq!(bea.lists("followed=true").await.len(), 1);
    bea.tries_to_leave(&club).await.is(204);
    assert!(bea.lists("followed=true").await.is_empty(), "what one may no longer see is not listed");
    assert_eq!(ada.lists("followed=true").await.len(), 1);
}

#[tokio::test]
async fn tags_are_followed_by_any_of_their_names() {
    let town = Town::new().await;
    let (ada, bea, moe) = (town.member("ada").await, town.member("bea").await, town.moderator("moe").await);
    ada.asks_about("Which grinder is best?", &["grinder", "mill"]).await;
    ada.asks_about("Which kettle is best?", &["kettle"]).await;
    for tag in ["mill", "kettle", "Kettle"] {
        bea.put(&format!("/tags/{tag}/follow"), json!(null)).await.is(204);
    }
    let followed = || async {
        let items = bea.get("/me/followed-tags").await.is(200).items();
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(followed().await, ["kettle", "mill"]);
    let page = bea.get("/me/followed-tags?limit=1").await.is(200);
    let next = bea.get(&format!("/me/followed-tags?limit=1&cursor={}", page.text("/next_cursor"))).await.is(200);
    assert_eq!((page.text("/items/0/name"), next.text("/items/0/name")), ("kettle".to_owned(), "mill".to_owned()));

    // A tag that becomes another's synonym brings its followers along.
    moe.patch("/tags/mill", json!({ "synonym_of": "grinder" })).await.is(200);
    assert_eq!(followed().await, ["grinder", "kettle"]);
    assert_eq!(bea.get("/tags/grinder").await.at("/following"), &json!(true));
    assert_eq!(ada.get("/tags/grinder").await.at("/following"), &json!(false));
    assert!(town.visitor().get("/tags/grinder").await.is(200).body.get("following").is_none());
    let listed = bea.get("/tags").await.is(200).items();
    assert!(!listed.is_empty() && listed.iter().all(|tag| tag["following"] == json!(true)), "{listed:#?}");

    bea.delete("/tags/mill/follow").await.is(204);
    bea.delete("/tags/never-heard-of/follow").await.is(204);
    assert_eq!(followed().await, ["kettle"]);
    bea.put("/tags/never-heard-of/follow", json!(null)).await.refused(404, "not_found");
}

#[tokio::test]
async fn nobody_follows_too_many_tags() {
    let town = Town::new().await;
    let (ada, moe) = (town.member("ada").await, town.moderator("moe").await);
    ada.asks_about("Which grinder is best?", &["grinder", "kettle"]).await;
    ada.put("/tags/kettle/follow", json!(null)).await.is(204);
    town.sql(&format!(
        "with t as (insert into tag (id, name, created_at) select gen_random_uuid(), 'tag' || n, now() from generate_series(1, 99) n returning id)
         insert into tag_follow (member_id, tag_id, since) select '{}', id, now() from t",
        ada.id()
    ))
    .await;
    ada.put("/tags/grinder/follow", json!(null)).await.refused(409, "too_many_followed_tags");
    ada.put("/tags/kettle/follow", json!(null)).await.is(204);
    moe.put("/tags/grinder/follow", json!(null)).await.is(204);
}

#[tokio::test]
async fn the_list_of_what_one_follows() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let club = ada.founds("Roasters", "open", false).await;
    let first = ada.asks("The first of all questions").await;
    ada.asks_about("The second, about kettles", &["kettle"]).await;
    ada.asks_in(&club, "The third, of a group").await;
    ada.asks_about("The fourth, of no interest", &["tedium"]).await;
    assert!(bea.lists("followed=true").await.is_empty());

    bea.put(&format!("/questions/{first}/follow"), json!(null)).await.is(204);
    bea.put("/tags/kettle/follow", json!(null)).await.is(204);
    bea.tries_to_join(&club).await.is(200);
    let newest = ["The third, of a group", "The second, about kettles", "The first of all questions"];
    assert_eq!(bea.lists("followed=true&sort=new").await, newest);
    assert_eq!(bea.lists("followed=false&sort=new").await.len(), 4);
    ada.answers(&first, "It wakes up.").await;
    assert_eq!(bea.lists("followed=true&sort=active").await, [newest[2], newest[0], newest[1]]);
    assert_eq!(bea.lists("followed=true&tag=kettle").await, [newest[1]]);
    assert_eq!(bea.lists(&format!("followed=true&group={club}&author=ada&sort=top")).await, [newest[0]]);

    let page = bea.get("/questions?followed=true&sort=new&limit=2").await.is(200);
    let next = bea.get(&format!("/questions?followed=true&sort=new&limit=2&cursor={}", page.text("/next_cursor"))).await.is(200);
    assert_eq!((next.items().len(), next.text("/items/0/title")), (1, newest[2].to_owned()));
    ada.get(&format!("/questions?followed=true&sort=new&cursor={}", page.text("/next_cursor"))).await.refused(400, "bad_cursor");
    town.visitor().get("/questions?followed=true").await.refused(401, "unauthorized");

    // Who follows very much gets the same list by another way.
    town.sql("update tag set question_count = 5000 where name = 'kettle'").await;
    assert_eq!(bea.lists("followed=true&sort=new").await, newest);
    let back = bea.get(&format!("/questions?followed=true&sort=new&limit=2&cursor={}", next.text("/prev_cursor"))).await.is(200);
    assert_eq!(back.text("/items/0/title"), newest[0]);
    town.sql("update tag set question_count = 1 where name = 'kettle'").await;
}

#[tokio::test]
async fn what_one_follows_goes_with_the_account() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks_about("Which grinder is best?", &["grinder"]).await;
    bea.put(&format!("/questions/{question}/follow"), json!(null)).await.is(204);
    bea.put("/tags/grinder/follow", json!(null)).await.is(204);
    let export = bea.get("/me/export").await.is(200);
    assert_eq!((export.text("/followed_questions/0/question_id"), export.text("/followed_tags/0/tag")), (question, "grinder".to_owned()));
    bea.tries_to_erase_themselves(PASSWORD).await.is(204);
    town.settle().await;
    let of_bea = format!("member_id = '{}'", bea.id());
    for table in ["question_follow", "tag_follow"] {
        assert_eq!(town.count(&format!("select count(*) from {table} where {of_bea}")).await, 0, "{table}");
    }
}
