//! Flagging, and what flags do by themselves.

use chrono::Duration;
use serde_json::json;

use crate::support::Town;

#[tokio::test]
async fn a_flag_counts_once_and_never_on_ones_own_post() {
    let town = Town::new().await;
    let (ada, ben, mo) = (town.member("ada").await, town.member("ben").await, town.moderator("mod").await);
    let question = ada.asks("Which grinder?").await;
    ben.flags(&question).await;
    ben.tries_to_flag(&question).await.refused(409, "already_flagged");
    ada.tries_to_flag(&question).await.refused(403, "own_post");
    town.visitor().tries_to_flag(&question).await.refused(401, "unauthorized");
    ben.tries_to_flag("00000000-0000-0000-0000-000000000000").await.refused(404, "not_found");
    ben.post(&format!("/answers/{question}/flags"), json!({ "reason": "spam" })).await.refused(404, "not_found");
    ben.post(&format!("/questions/{question}/flags"), json!({ "reason": "other" })).await.refuses_field("/note");
    let nowhere = "/questions/00000000-0000-0000-0000-000000000000/flags";
    ben.post(nowhere, json!({ "reason": "other" })).await.refused(404, "not_found");
    let item = mo.reviews(&question).await;
    assert_eq!((item["weight"].as_i64(), item["state"].as_str()), (Some(1), Some("open")));
    assert_eq!(item["flags"][0]["flagger"], "ben");

    // Once it is decided, the same member may see something new in it.
    mo.decides(&item, "approve").await;
    ben.flags(&question).await;
    assert_eq!(town.count("select count(*) from review_item").await, 2);
}

#[tokio::test]
async fn flags_of_trusted_people_hide_a_post_until_somebody_looks() {
    let town = Town::new().await;
    let (ada, eve, mo) = (town.trusted_member("ada", 2).await, town.member("eve").await, town.moderator("mod").await);
    let question = ada.asks("Which grinder?").await;
    town.trusted_member("ben", 3).await.flags(&question).await;
    assert_eq!(town.post_state(&question).await, "published");
    town.trusted_member("cleo", 3).await.flags(&question).await;
    assert_eq!(town.post_state(&question).await, "hidden");
    eve.tries_to_flag(&question).await.refused(404, "not_found");
    let item = mo.reviews(&question).await;
    assert_eq!((item["weight"].as_i64(), item["post"]["state"].as_str()), (Some(8), Some("hidden")));
    assert!(item["hidden_automatically_at"].is_string());
    assert_eq!(town.count("select count(*) from outbox_event where kind = 'post_withdrawn'").await, 1);

    mo.decides(&item, "approve").await;
    assert_eq!(town.post_state(&question).await, "published");
    assert_eq!(town.count("select count(*) from flag where verdict = 'declined'").await, 2);
}

#[tokio::test]
async fn a_moderators_flag_hides_at_once() {
    let town = Town::new().await;
    let (ada, mo) = (town.member("ada").await, town.moderator("mod").await);
    let question = ada.asks("Which grinder?").await;
    mo.flags(&question).await;
    assert_eq!(town.post_state(&question).await, "hidden");
    assert_eq!(mo.reviews(&question).await["weight"], 7);
}

#[tokio::test]
async fn a_record_of_wrong_flags_takes_their_weight() {
    let town = Town::new().await;
    let (ada, wolf, mo) = (town.member("ada").await, town.trusted_member("wolf", 2).await, town.moderator("mod").await);
    for _ in 0..5 {
        let question = ada.asks("Which grinder?").await;
        wolf.flags(&question).await;
        mo.decides(&mo.reviews(&question).await, "approve").await;
    }
    let question = ada.asks("Which grinder?").await;
    wolf.flags(&question).await;
    assert_eq!(mo.reviews(&question).await["weight"], 0);
}

#[tokio::test]
async fn three_flaggers_silence_a_newcomer_until_the_flags_prove_wrong() {
    let town = Town::new().await;
    let (spammer, mo) = (town.member("spammer").await, town.moderator("mod").await);
    let questions = [spammer.asks("Which grinder?").await, spammer.asks("Which grinder?").await];
    town.member("ben").await.flags(&questions[0]).await;
    town.member("cleo").await.flags(&questions[1]).await;
    let dan = town.member("dan").await;
    assert!(spammer.get("/me/sanctions").await.is(200).items().is_empty());
    dan.flags(&questions[1]).await;
    let sanctions = spammer.get("/me/sanctions").await.is(200).items();
    assert_eq!((sanctions[0]["kind"].as_str(), sanctions[0]["in_force"].as_bool()), (Some("silence"), Some(true)));
    let other = dan.asks("Which grinder?").await;
    spammer.tries_to_flag(&other).await.refused(403, "silenced");

    mo.decides(&mo.reviews(&questions[1]).await, "approve").await;
    assert_eq!(spammer.get("/me/sanctions").await.items()[0]["in_force"], false);
    spammer.flags(&other).await;
}

#[tokio::test]
async fn a_storm_of_flags_locks_the_question_for_four_hours() {
    let town = Town::new().await;
    let ada = town.trusted_member("ada", 1).await;
    let question = ada.asks("Which grinder?").await;
    // Flags on answers count towards the question's lock; here one post has them all, cast before it was hidden.
    town.member("ben").await.flags(&question).await;
    let ballast = format!(
        "insert into flag (id, post_id, flagger_id, review_item_id, reason, note, weight, created_at)
         select gen_random_uuid(), post_id, $m, id, 'spam', '', 10, now() from review_item where post_id = '{question}';
         update review_item set weight = weight + 10"
    );
    for handle in ["cleo", "dan", "eve"] {
        let member = town.member(handle).await;
        town.sql(&ballast.replace("$m", &format!("'{}'", member.id()))).await;
    }
    town.member("finn").await.flags(&question).await;
    let locked = format!("select count(*) from post where id = '{question}' and locked_at is not null");
    assert_eq!(town.count(&locked).await, 1);
    town.passes(Duration::hours(3)).await;
    assert_eq!(town.count(&locked).await, 1);
    town.passes(Duration::hours(1)).await;
    assert_eq!(town.count(&locked).await, 0);
}
