//! What tags tell: only of questions that everybody may see.

use serde_json::json;

use crate::town::{Person, Town};

/// How many questions a tag has for somebody who has not signed in. None when there is no such tag.
async fn questions_of(town: &Town, tag: &str) -> Option<i64> {
    town.settle().await;
    let reply = town.visitor().get(&format!("/tags/{tag}")).await;
    let names: Vec<_> = town.visitor().get("/tags").await.is(200).items().iter().map(|item| item["name"] == tag).collect();
    assert_eq!(names.contains(&true), reply.status == 200, "the list and the tag agree");
    if reply.status == 404 { None } else { Some(reply.is(200).int("/question_count")) }
}

async fn asks_there(person: &Person, group: &str, tags: &[&str]) -> String {
    person.tries_to_ask("Where is the secret roaster?", tags, Some(group)).await.is(201).text("/id")
}

#[tokio::test]
async fn tags_do_not_tell_of_private_questions() {
    let town = Town::new().await;
    let (ada, moe) = (town.member("ada").await, town.moderator("moe").await);
    let club = ada.founds("Secret Roasters", "invite_only", true).await;
    ada.asks_about("Which grinder?", &["grinder"]).await;
    let secret = asks_there(&ada, &club, &["grinder", "roaster"]).await;
    assert_eq!((questions_of(&town, "grinder").await, questions_of(&town, "roaster").await), (Some(1), None));
    assert_eq!(ada.lists("tag=roaster").await.len(), 1, "whoever may see it finds it");

    ada.patch(&format!("/questions/{secret}"), json!({ "tags": ["roaster", "kettle"] })).await.is(200);
    assert_eq!((questions_of(&town, "grinder").await, questions_of(&town, "kettle").await), (Some(1), None));
    ada.deletes_question(&secret).await.is(204);
    assert_eq!(questions_of(&town, "roaster").await, None);
    moe.patch("/tags/roaster", json!({ "description": "It makes beans brown." })).await.is(200);
    assert_eq!(questions_of(&town, "roaster").await, Some(0), "what staff describe is there for all");
}

#[tokio::test]
async fn tags_follow_a_group_that_opens_closes_and_ends() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let club = ada.founds("Roasters", "open", false).await;
    let path = format!("/groups/{club}");
    asks_there(&ada, &club, &["roaster"]).await;
    assert_eq!(questions_of(&town, "roaster").await, Some(1));
    ada.patch(&path, json!({ "private": true })).await.is(200);
    assert_eq!(questions_of(&town, "roaster").await, None);
    ada.patch(&path, json!({ "private": false })).await.is(200);
    assert_eq!(questions_of(&town, "roaster").await, Some(1));
    ada.delete(&path).await.is(204);
    assert_eq!(questions_of(&town, "roaster").await, None);
}

#[tokio::test]
async fn tags_are_right_whatever_happens_before_the_news_of_a_group_arrives() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let club = ada.founds("Roasters", "open", true).await;
    let path = format!("/groups/{club}");
    let (one, two) = (asks_there(&ada, &club, &["roaster"]).await, ada.asks_in(&club, "And which kettle?").await);
    ada.patch(&path, json!({ "private": false })).await.is(200);
    ada.deletes_question(&one).await.is(204);
    ada.patch(&format!("/questions/{two}"), json!({ "tags": ["kettle"] })).await.is(200);
    assert_eq!(questions_of(&town, "kettle").await, Some(1));
    ada.patch(&path, json!({ "private": true })).await.is(200);
    ada.patch(&format!("/questions/{two}"), json!({ "tags": ["grinder"] })).await.is(200);
    assert_eq!((questions_of(&town, "kettle").await, questions_of(&town, "grinder").await), (None, None));
}
