//! What tags tell: only of questions that everybody may see.

use diesel_async::SimpleAsyncConnection;
use regulars::app;
use serde_json::json;

use crate::support::{Person, Town};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tags_that_are_merged_at_once_form_no_circle_and_no_chain() {
    let town = Town::new().await;
    let (moe, mia, ada) = (town.moderator("moe").await, town.moderator("mia").await, town.member("ada").await);
    let merges = |person: &Person, tag: String, of: String| {
        let person = person.clone();
        async move { person.patch(&format!("/tags/{tag}"), json!({ "synonym_of": of })).await }
    };
    for n in 0..15 {
        let [a, b, c] = ["a", "b", "c"].map(|name| format!("{name}{n}"));
        ada.asks_about("Which of the three?", &[&a, &b, &c]).await;
        let new = [a.as_str(), c.as_str()];
        // Either the other way round, or one after the other.
        let other = if n % 2 == 0 { (b.clone(), a.clone()) } else { (b.clone(), c.clone()) };
        let (one, two, asked) = tokio::join!(
            merges(&moe, a.clone(), b.clone()),
            merges(&mia, other.0, other.1),
            ada.tries_to_ask("And which of the two?", &new, None)
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{:#} {:#}", one.body, two.body);
        let question = asked.is(201).text("/id");
        let tags = ada.reads(&question).await.is(200).at("/tags").clone();
        let synonyms = town.rows("select name from tag where synonym_of is not null").await;
        assert!(tags.as_array().unwrap().iter().all(|tag| !synonyms.iter().any(|name| tag == name)), "{tags}");
    }
}

#[tokio::test]
async fn tags_that_lead_on_or_in_a_circle_are_found_and_led_to_the_end() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks_about("Which of the five?", &["one", "two", "three", "four", "five"]).await;
    ada.asks_about("And which of the two?", &["two", "three"]).await;
    ada.asks_about("Or is it this one?", &["two"]).await;
    bea.put("/tags/one/follow", json!(null)).await.is(204);
    let [leads_on, keeps] =
        ["A synonym stands for a tag that stands for itself.", "A synonym has no questions and no followers: its tag has them."];
    let stands_for = async |tag: &str, of: &str| {
        town.sql(&format!("update tag set synonym_of = (select id from tag where name = '{of}') where name = '{tag}'")).await;
    };
    let reconcile = async || {
        for repair in app::repairs().into_iter().filter(|repair| repair.of.contains(&leads_on)) {
            (repair.run)(town.app.kit.clone()).await.expect("it is put right");
        }
    };
    let broken = async || -> Vec<String> {
        let told = town.broken().await;
        told.iter().filter_map(|text| Some(text.lines().next()?.strip_prefix("BROKEN: ")?.to_owned())).collect()
    };
    assert_eq!(broken().await, Vec::<String>::new());
    stands_for("four", "five").await;
    assert_eq!(broken().await, [keeps]);
    reconcile().await;
    // A circle of three, and one that leads into it.
    for (tag, of) in [("one", "two"), ("two", "three"), ("three", "one"), ("five", "one")] {
        stands_for(tag, of).await;
    }
    assert_eq!(broken().await, [leads_on, keeps]);
    reconcile().await;
    assert_eq!(broken().await, Vec::<String>::new());
    let synonyms = town.rows("select t.name || ' ' || s.name from tag t join tag s on s.id = t.synonym_of order by 1").await;
    assert_eq!(synonyms, ["five two", "four two", "one two", "three two"], "most questions have two");
    assert_eq!(ada.reads(&question).await.at("/tags"), &json!(["two"]));
    assert_eq!(town.visitor().get("/tags/two").await.int("/question_count"), 3);
    assert_eq!(bea.get("/me/followed-tags").await.items()[0]["name"], "two");
    reconcile().await;
    assert_eq!(town.rows("select t.name || ' ' || s.name from tag t join tag s on s.id = t.synonym_of order by 1").await, synonyms);
}

#[tokio::test]
async fn authors_who_swap_their_tags_do_not_wait_in_a_circle() {
    let town = Town::new().await;
    let (ada, bea, cid) = (town.member("ada").await, town.member("bea").await, town.member("cid").await);
    let one = ada.asks_about("Which of the two is it?", &["first"]).await;
    let other = bea.asks_about("Which one was it then?", &["second"]).await;
    for round in 0..15 {
        let [now, then] = if round % 2 == 0 { ["second", "first"] } else { ["first", "second"] };
        let (mine, theirs, title) = (format!("/questions/{one}"), format!("/questions/{other}"), format!("And what about number {round}?"));
        let (mine, theirs, asked) = tokio::join!(
            ada.patch(&mine, json!({ "tags": [now] })),
            bea.patch(&theirs, json!({ "tags": [then] })),
            cid.tries_to_ask(&title, &["second", "first"], None)
        );
        mine.is(200);
        theirs.is(200);
        asked.is(201);
    }
    assert_eq!((questions_of(&town, "first").await, questions_of(&town, "second").await), (Some(16), Some(16)));
}

#[tokio::test]
async fn who_waits_in_a_circle_is_served_all_the_same() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    ada.asks_about("Which of the two is it?", &["alpha", "beta"]).await;
    let mut merging = town.app.kit.db.begin().await.unwrap();
    // So that it is the other one whom PostgreSQL ends.
    merging.batch_execute("set local deadlock_timeout = '1h'; select from tag where name = 'beta' for update").await.unwrap();
    let meanwhile = async {
        town.waits_for_locks(1).await;
        merging.batch_execute("select from tag where name = 'alpha' for update").await.unwrap();
        merging.commit().await.unwrap();
    };
    let (asked, ()) = tokio::join!(ada.tries_to_ask("And which one now?", &["alpha", "beta"], None), meanwhile);
    asked.is(201);
    assert_eq!(questions_of(&town, "alpha").await, Some(2));
}
