//! Who is told what, once, and only what they may see.

use chrono::Duration;
use regulars::events::{self, Event};
use serde_json::json;

use crate::support::{PASSWORD, Person, Town};

const TITLE: &str = "Which grinder is best?";

async fn follows(person: &Person, question: &str) {
    person.put(&format!("/questions/{question}/follow"), json!(null)).await.is(204);
}

#[tokio::test]
async fn answers_to_one_question_are_one_notification() {
    let town = Town::new().await;
    let (ada, bea, cid) = (town.member("ada").await, town.member("bea").await, town.member("cid").await);
    let question = ada.asks(TITLE).await;
    bea.answers(&question, "Mine.").await;
    assert_eq!(town.told(&ada).await, [format!("question_answered 1 bea {TITLE}")]);
    let first = ada.get("/me/notifications").await.text("/items/0/id");
    let second = cid.answers(&question, "No, mine.").await;
    assert_eq!(town.told(&ada).await, [format!("question_answered 2 cid {TITLE}")]);
    let merged = ada.get("/me/notifications").await;
    assert_eq!((merged.text("/items/0/replaces"), merged.text("/items/0/post_id")), (first.clone(), second));
    // Whoever answers follows, and nobody hears of themselves.
    assert_eq!(town.told(&bea).await, [format!("question_answered 1 cid {TITLE}")]);
    assert!(town.told(&cid).await.is_empty());
    assert_eq!(ada.unread().await, 1);

    ada.post("/me/notifications/read", json!({ "ids": [first] })).await.is(204);
    assert_eq!(ada.unread().await, 1, "what was replaced since is not read");
    ada.post("/me/notifications/read", json!({ "ids": [merged.text("/items/0/id")] })).await.is(204);
    assert_eq!(ada.unread().await, 0);
    bea.answers(&question, "And another one.").await;
    assert_eq!(town.told(&ada).await, [format!("question_answered 1 bea {TITLE}"), format!("question_answered 2 cid {TITLE}")]);
    assert_eq!(ada.get("/me/notifications?unread=true").await.is(200).items().len(), 1);
    assert_eq!(ada.get("/me/notifications?unread=false").await.is(200).items().len(), 1);
    ada.post("/me/notifications/read", json!({})).await.is(204);
    assert_eq!(ada.unread().await, 0);
}

#[tokio::test]
async fn an_event_that_comes_twice_is_told_once() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks(TITLE).await;
    bea.answers(&question, "Mine.").await;
    let again = || async {
        let payload = town.rows("select payload::text from told").await.remove(0);
        let event: Event = serde_json::from_str(&payload).unwrap();
        let mut tx = town.app.kit.db.begin().await.unwrap();
        events::publish(&mut tx, town.clock.now(), [event]).await.unwrap();
        tx.commit().await.unwrap();
        town.told(&ada).await
    };
    town.sql("create table told as select payload from outbox_event where kind = 'answer_posted'").await;
    let once = [format!("question_answered 1 bea {TITLE}")];
    assert_eq!(town.told(&ada).await, once);
    assert_eq!(again().await, once);
    ada.post("/me/notifications/read", json!({})).await.is(204);
    assert_eq!(again().await, once);
    assert_eq!(ada.unread().await, 0);
}

#[tokio::test]
async fn comments_mentions_and_acceptance() {
    let town = Town::new().await;
    let (ada, bea, cid) = (town.member("ada").await, town.member("bea").await, town.member("cid").await);
    let question = ada.asks(TITLE).await;
    let answer = bea.answers(&question, "Ask @CID, or @nobody-here.").await;
    town.settle().await;
    let comment = ada.comments_on_answer(&answer, "Thanks, @bea!").await;
    cid.comments_on_answer(&answer, "No idea.").await;
    ada.accepts(&question, &answer).await;
    // Who is named in a comment hears of that, and not of the comment as well.
    assert_eq!(
        town.told(&bea).await,
        [format!("answer_accepted 1 - {TITLE}"), format!("post_commented 1 cid {TITLE}"), format!("mentioned 1 ada {TITLE}")]
    );
    assert_eq!(bea.get("/me/notifications").await.text("/items/2/comment_id"), comment);
    assert_eq!(town.told(&cid).await, [format!("mentioned 1 bea {TITLE}")]);

    ada.unaccepts(&question).await;
    ada.accepts(&question, &answer).await;
    assert_eq!(town.told(&bea).await.len(), 3, "the same is not told again");
    ada.delete(&format!("/comments/{comment}")).await.is(204);
    assert_eq!(town.told(&bea).await.len(), 2, "what is gone is not told any more");

    // A name that an edit adds is told; one that stays is not told again.
    let edit = json!({ "body": "Ask @cid or @ada, who knows." });
    cid.post("/me/notifications/read", json!({})).await.is(204);
    bea.patch(&format!("/answers/{answer}"), edit).await.is(200);
    assert!(town.told(&ada).await[0].starts_with("mentioned 1 bea"));
    assert_eq!((town.told(&cid).await.len(), cid.unread().await), (1, 0));
}

#[tokio::test]
async fn nobody_is_told_what_they_may_not_see() {
    let town = Town::new().await;
    let (ada, bea, cid) = (town.member("ada").await, town.member("bea").await, town.member("cid").await);
    let club = ada.founds("Secret Roasters", "invite_only", true).await;
    ada.tries_to_set(&club, &bea, json!({})).await.is(200);
    assert_eq!(town.told(&bea).await, ["group_invited 1 ada -"]);
    bea.tries_to_join(&club).await.is(200);
    let question = ada.asks_in(&club, "Where is the secret roaster?").await;
    follows(&bea, &question).await;
    ada.answers(&question, "Behind the bridge, @cid and @bea.").await;
    assert!(town.told(&cid).await.is_empty(), "not in the group");
    assert!(town.told(&bea).await[0].starts_with("mentioned 1 ada Where"));
    assert_eq!(bea.unread().await, 2);
    bea.tries_to_leave(&club).await.is(204);
    assert!(town.told(&bea).await.is_empty());
    assert_eq!(bea.unread().await, 0);
    ada.answers(&question, "Or behind the tower.").await;
    assert_eq!(town.count("select count(*) from notification where kind = 'question_answered'").await, 0, "not even kept");
}

#[tokio::test]
async fn authors_hear_of_what_review_does() {
    let town = Town::new().await;
    let (ada, bea, moe) = (town.member("ada").await, town.member("bea").await, town.moderator("moe").await);
    let question = ada.asks(TITLE).await;
    bea.flags(&question).await;
    let item = moe.decides(&moe.reviews(&question).await, "hide").await;
    assert_eq!(town.told(&ada).await, [format!("post_hidden 1 - {TITLE}")]);
    moe.undoes(&item).await;
    assert_eq!(town.told(&ada).await[0], format!("post_restored 1 - {TITLE}"));
    ada.deletes_question(&question).await.is(204);
    assert_eq!(town.told(&ada).await.len(), 2, "one's own doing is no news");
    let suspended = moe.tries_to_sanction("ada", "suspension", Some(24)).await;
    suspended.is(201);
    assert_eq!(ada.unread().await, 2, "whoever is suspended may still read why");
}

#[tokio::test]
async fn groups_tell_their_leaders_and_those_at_the_door() {
    let town = Town::new().await;
    let (ada, bea, cid) = (town.member("ada").await, town.member("bea").await, town.member("cid").await);
    let club = ada.founds("Roasters", "on_request", false).await;
    bea.tries_to_join(&club).await.is(200);
    cid.tries_to_join(&club).await.is(200);
    assert_eq!(town.told(&ada).await, ["group_requested 2 cid -"]);
    assert_eq!(ada.get("/me/notifications").await.text("/items/0/group/slug"), club);
    ada.tries_to_set(&club, &bea, json!({ "role": "moderator" })).await.is(200);
    ada.tries_to_remove(&club, &cid).await.is(204);
    assert_eq!(town.told(&bea).await, ["group_granted 1 ada -"]);
    assert!(town.told(&cid).await.is_empty(), "being turned away is told to nobody");
}

#[tokio::test]
async fn points_tiers_and_rewards() {
    let town = Town::new().await;
    let (ada, rosa, shop) = (town.member("ada").await, town.admin("rosa").await, town.partner("shop", "purchases:write").await);
    shop.records_purchase(&town, &ada, "1", &[("A", 60_000, 1)]).await;
    assert_eq!(town.told(&ada).await, ["tier_changed 1 - -"]);
    let told = ada.get("/me/notifications").await;
    assert_eq!((told.text("/items/0/tier/name"), told.at("/items/0/tier/risen")), ("Silver".to_owned(), &json!(true)));
    town.passes(Duration::days(30)).await;
    let told = ada.get("/me/notifications").await;
    assert_eq!((told.text("/items/0/kind"), told.int("/items/0/points")), ("points_available".to_owned(), 600));

    let adjustment = json!({ "handle": "ada", "points": 42, "reason": "For your patience with us." });
    rosa.post_once("/admin/adjustments", "one", adjustment).await.is(201);
    assert_eq!(town.told(&ada).await[0], "points_adjusted 1 - -");
    let told = ada.get("/me/notifications").await;
    assert_eq!((told.int("/items/0/points"), told.text("/items/0/reason")), (42, "For your patience with us.".to_owned()));

    let mug = rosa.offers("Mug", 50, json!({ "needs_approval": true })).await;
    let redemption = ada.redeems(&mug, "mug").await.is(201).text("/id");
    assert_eq!(town.told(&ada).await.len(), 3, "one's own doing is no news");
    rosa.post_once(&format!("/redemptions/{redemption}/fulfil"), "done", json!({})).await.is(200);
    assert_eq!(town.told(&ada).await[0], "redemption_changed 1 - -");
    let told = ada.get("/me/notifications").await;
    assert_eq!(
        (told.text("/items/0/redemption/reward"), told.text("/items/0/redemption/state")),
        ("Mug".to_owned(), "fulfilled".to_owned())
    );
}

#[tokio::test]
async fn what_is_switched_off_is_not_told() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let settings = "/me/notification-settings";
    assert_eq!(ada.get(settings).await.is(200).at("/off"), &json!([]));
    let off = json!({ "off": ["question_answered", "post_commented", "question_answered"] });
    assert_eq!(ada.put(settings, off).await.is(200).at("/off"), &json!(["post_commented", "question_answered"]));
    let question = ada.asks(TITLE).await;
    bea.answers(&question, "Mine.").await;
    bea.comments_on_question(&question, "Or yours, @ada.").await;
    assert_eq!(town.told(&ada).await, [format!("mentioned 1 bea {TITLE}")]);
    ada.put(settings, json!({ "off": ["mentioned"] })).await.is(200);
    bea.answers(&question, "Or hers, @ada.").await;
    assert!(town.told(&ada).await[0].starts_with("question_answered 1"));
    ada.put(settings, json!({ "off": ["weather"] })).await.is(400);
}

#[tokio::test]
async fn notifications_come_in_pages_and_are_forgotten() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    for n in 0..5 {
        let question = ada.asks(&format!("Question number {n}")).await;
        bea.answers(&question, "Certainly.").await;
        town.settle().await;
    }
    let titles = |query: String| {
        let ada = ada.clone();
        async move {
            let page = ada.get(&format!("/me/notifications?limit=2{query}")).await.is(200);
            let titles = page.items().iter().map(|item| item["question"]["title"].as_str().unwrap()[16..].to_owned()).collect::<String>();
            (titles, page)
        }
    };
    let (first, page) = titles(String::new()).await;
    let (second, page) = titles(format!("&cursor={}", page.text("/next_cursor"))).await;
    let (back, _) = titles(format!("&cursor={}", page.text("/prev_cursor"))).await;
    assert_eq!([first, second, back], ["43", "21", "43"]);
    bea.get(&format!("/me/notifications?cursor={}", page.text("/next_cursor"))).await.refused(400, "bad_cursor");

    ada.post("/me/notifications/read", json!({ "ids": [page.text("/items/0/id")] })).await.is(204);
    let too_many = vec![uuid::Uuid::nil(); 101];
    ada.post("/me/notifications/read", json!({ "ids": too_many })).await.refuses_field("/ids");
    town.passes(Duration::days(91)).await;
    assert_eq!((ada.get("/me/notifications").await.is(200).items().len(), ada.unread().await), (4, 4));
}

#[tokio::test]
async fn notifications_go_with_the_account() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks(TITLE).await;
    bea.answers(&question, "Mine, @ada.").await;
    bea.put("/me/notification-settings", json!({ "off": ["mentioned"] })).await.is(200);
    town.settle().await;
    assert_eq!(ada.get("/me/export").await.is(200).text("/notifications/0/kind"), "mentioned");
    assert_eq!(bea.get("/me/export").await.is(200).at("/notifications_off"), &json!(["mentioned"]));
    bea.tries_to_erase_themselves(PASSWORD).await.is(204);
    town.settle().await;
    let actor = ada.get("/me/notifications").await.is(200).text("/items/0/actor/display_name");
    assert_eq!(actor, "Erased member");
    ada.tries_to_erase_themselves(PASSWORD).await.is(204);
    town.settle().await;
    assert_eq!(town.count("select (select count(*) from notification) + (select count(*) from notification_off)").await, 0);
}

#[tokio::test]
async fn who_hears_of_their_own_post_does_not_hear_what_became_of_a_hidden_title() {
    let town = Town::new().await;
    let (ada, bea, moe) = (town.member("ada").await, town.member("bea").await, town.moderator("moe").await);
    let question = ada.asks(TITLE).await;
    let answer = bea.answers(&question, "A flat one.").await;
    ada.flags_answer(&answer).await;
    moe.decides(&moe.reviews(&answer).await, "hide").await;
    assert_eq!(town.told(&bea).await[0], format!("post_hidden 1 - {TITLE}"));
    bea.flags(&question).await;
    moe.decides(&moe.reviews(&question).await, "hide").await;
    ada.patch(&format!("/questions/{question}"), json!({ "title": "Written while nobody may read it" })).await.is(200);
    town.settle().await;
    bea.reads(&question).await.refused(404, "not_found");
    let news = bea.get("/me/notifications").await.is(200);
    assert_eq!(news.text("/items/0/kind"), "post_hidden");
    assert!(news.at("/items/0").get("question").is_none(), "{:#}", news.body);
    let own = ada.get("/me/notifications").await.is(200);
    assert_eq!(own.text("/items/0/question/title"), "Written while nobody may read it");
}
