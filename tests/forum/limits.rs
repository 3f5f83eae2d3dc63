//! How much one may write and vote.

use chrono::Duration;
use serde_json::json;

use crate::support::{Plan, Town};

async fn strict_town() -> Town {
    Town::planned(Plan { rate_limits: true, ..Plan::default() }).await
}

#[tokio::test]
async fn newcomers_wait_between_posts() {
    let town = strict_town().await;
    let (ada, moe) = (town.member("ada").await, town.moderator("moe").await);
    let question = ada.asks("Which grinder?").await;
    let refused = ada.tries_to_answer(&question, "My own idea of it.").await.refused(429, "rate_limited");
    let seconds: u64 = refused.header("retry-after").and_then(|text| text.parse().ok()).expect("when to come back");
    assert!((1..=31).contains(&seconds), "{seconds}");
    ada.tries_to_ask("And which kettle?", &["kettle"], None).await.refused(429, "rate_limited");
    ada.post(&format!("/questions/{question}/comments"), json!({ "body": "Bump" })).await.refused(429, "rate_limited");
    // Who moderates does not wait, and neither does who is trusted.
    moe.answers(&question, "This one.").await;
    moe.comments_on_question(&question, "Or that one.").await;
    town.sql("update member set trust = 1 where handle = 'ada'").await;
    ada.answers(&question, "My own idea of it.").await;
    ada.answers(&question, "Another idea of it.").await;
}

#[tokio::test]
async fn one_author_gets_five_votes_a_day_of_one_voter() {
    let town = strict_town().await;
    let (ada, moe) = (town.member("ada").await, town.moderator("moe").await);
    let mut questions = Vec::new();
    for n in 0..6 {
        questions.push(moe.asks(&format!("Which grinder is number {n}?")).await);
    }
    for question in &questions[..5] {
        ada.votes_on_question(question, 1).await.is(200);
    }
    ada.votes_on_question(&questions[4], 1).await.is(200);
    ada.votes_on_question(&questions[5], 1).await.refused(429, "rate_limited");
    ada.votes_on_question(&questions[4], 0).await.is(200);
    let other = town.admin("rosa").await.asks("Which kettle?").await;
    ada.votes_on_question(&other, 1).await.is(200);
}

#[tokio::test]
async fn the_same_thing_is_not_posted_twice_in_a_row() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let ask = json!({ "title": "Which grinder suits me?", "body": "I drink two cups a day.", "tags": ["grinder"] });
    let question = ada.post("/questions", ask.clone()).await.is(201).text("/id");
    ada.post("/questions", ask.clone()).await.refused(409, "duplicate_post");
    bea.post("/questions", ask.clone()).await.is(201);
    let (answers, say) = (format!("/questions/{question}/answers"), json!({ "body": "I drink two cups a day." }));
    ada.post(&answers, say.clone()).await.refused(409, "duplicate_post");
    let comments = format!("/questions/{question}/comments");
    bea.post(&comments, json!({ "body": "Same here" })).await.is(201);
    bea.post(&comments, json!({ "body": "Same here" })).await.refused(409, "duplicate_post");
    town.passes(Duration::minutes(5)).await;
    ada.post(&answers, say).await.is(201);
    bea.post(&comments, json!({ "body": "Same here" })).await.is(201);
}

#[tokio::test]
async fn of_two_requests_that_post_the_same_at_once_one_does() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let ask = json!({ "title": "Which grinder suits me?", "body": "I drink two cups a day.", "tags": ["grinder"] });
    let (one, other) = tokio::join!(ada.post("/questions", ask.clone()), ada.post("/questions", ask));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [201, 409]);
}
