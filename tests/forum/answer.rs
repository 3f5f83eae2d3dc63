//! Answers, votes, comments and acceptance.

use chrono::Duration;
use serde_json::json;

use crate::support::Town;

#[tokio::test]
async fn votes_are_counted_once_and_can_change() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks("Which grinder?").await;
    let answer = bea.answers(&question, "This one.").await;
    for (value, up, down) in [(1, 1, 0), (1, 1, 0), (-1, 0, 1), (0, 0, 0), (0, 0, 0), (-1, 0, 1), (1, 1, 0)] {
        let reply = ada.votes_on_answer(&answer, value).await.is(200);
        assert_eq!((reply.int("/up_votes"), reply.int("/down_votes"), reply.int("/my_vote")), (up, down, value));
    }
    bea.votes_on_answer(&answer, 1).await.refused(403, "own_post");
    ada.votes_on_question(&question, 1).await.refused(403, "own_post");
    ada.votes_on_answer(&question, 1).await.refused(404, "not_found");
    town.visitor().votes_on_answer(&answer, 1).await.refused(401, "unauthorized");
    for value in [json!(2), json!(-2), json!("1"), json!(null), json!(0.5), json!(1e9)] {
        let reply = ada.put(&format!("/answers/{answer}/vote"), json!({ "value": value })).await;
        assert!(matches!(reply.status, 400 | 422), "{value}: {:#}", reply.body);
    }
}

#[tokio::test]
async fn many_votes_at_once_are_all_counted() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let question = ada.asks("Which grinder?").await;
    let mut votes = Vec::new();
    for n in 0..6 {
        let voter = town.member(&format!("voter{n}")).await;
        for value in [1, -1] {
            let (voter, question) = (voter.clone(), question.clone());
            votes.push(tokio::spawn(async move { voter.votes_on_question(&question, value).await.is(200) }));
        }
    }
    for vote in votes {
        vote.await.unwrap();
    }
    let page = ada.reads(&question).await.is(200);
    assert_eq!(page.int("/up_votes") + page.int("/down_votes"), 6);
}

#[tokio::test]
async fn answers_come_best_first_unless_the_reader_chooses() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let mut voters = Vec::new();
    for n in 0..6 {
        voters.push(town.member(&format!("voter{n}")).await);
    }
    let question = ada.asks("Which grinder?").await;
    let mut answers = Vec::new();
    for (n, author) in voters.iter().take(4).enumerate() {
        answers.push(author.answers(&question, &format!("Answer number {n}")).await);
        town.passes(Duration::minutes(1)).await;
    }
    let order = |sort: &'static str| {
        let (ada, answers, path) = (ada.clone(), answers.clone(), format!("/questions/{question}/answers?sort={sort}"));
        async move {
            let items = ada.get(&path).await.is(200).items();
            items.iter().map(|item| answers.iter().position(|id| item["id"] == id.as_str()).unwrap()).collect::<Vec<_>>()
        }
    };
    // Answer 1: one up. Answer 2: four up, one down. Answer 3: one down.
    voters[0].votes_on_answer(&answers[1], 1).await.is(200);
    for voter in [0, 1, 3, 4] {
        voters[voter].votes_on_answer(&answers[2], 1).await.is(200);
    }
    voters[5].votes_on_answer(&answers[2], -1).await.is(200);
    voters[5].votes_on_answer(&answers[3], -1).await.is(200);
    assert_eq!(order("best").await, [2, 1, 0, 3]);
    assert_eq!(order("score").await, [2, 1, 0, 3]);
    assert_eq!(order("newest").await, [3, 2, 1, 0]);
    assert_eq!(order("oldest").await, [0, 1, 2, 3]);
    ada.accepts(&question, &answers[3]).await;
    assert_eq!(order("best").await, [3, 2, 1, 0], "accepted first; 3 does not lead -1 by 5");
    voters[5].votes_on_answer(&answers[2], 1).await.is(200);
    assert_eq!(order("best").await, [2, 1, 0, 3], "unless another leads by 5 and has twice as many");

    let path = format!("/questions/{question}/answers?limit=3");
    let first = ada.get(&path).await.is(200);
    let last = ada.get(&format!("{path}&cursor={}", first.text("/next_cursor"))).await.is(200);
    assert_eq!((last.items().len(), last.items()[0]["id"].as_str()), (1, Some(answers[3].as_str())));
    let back = ada.get(&format!("{path}&cursor={}", last.text("/prev_cursor"))).await.is(200);
    assert_eq!(back.items(), first.items());
    ada.get(&format!("{path}&sort=newest&cursor={}", first.text("/next_cursor"))).await.refused(400, "bad_cursor");
}

#[tokio::test]
async fn who_may_accept_and_when() {
    let town = Town::new().await;
    let (ada, bea, mo) = (town.member("ada").await, town.member("bea").await, town.moderator("moe").await);
    let question = ada.asks("Which grinder?").await;
    let (own, hers) = (ada.answers(&question, "My own finding.").await, bea.answers(&question, "Mine.").await);
    let elsewhere = bea.answers(&ada.asks("Which kettle?").await, "That one.").await;
    bea.tries_to_accept(&question, &hers).await.refused(403, "forbidden");
    mo.tries_to_accept(&question, &hers).await.refused(409, "accept_too_soon");
    ada.tries_to_accept(&question, &own).await.refused(409, "own_answer_too_soon");
    ada.tries_to_accept(&question, &elsewhere).await.refused(404, "not_found");
    ada.tries_to_accept(&question, &question).await.refused(404, "not_found");
    ada.accepts(&question, &hers).await;
    ada.accepts(&question, &hers).await;
    ada.unaccepts(&question).await;
    ada.unaccepts(&question).await;
    town.passes(Duration::days(8)).await;
    let (ada, mo) = (town.sign_in("ada").await, town.sign_in("moe").await);
    mo.accepts(&question, &hers).await;
    ada.accepts(&question, &own).await;
    assert_eq!(ada.reads(&question).await.text("/accepted_answer_id"), own);
    assert_eq!(town.visitor().get("/questions").await.items().iter().filter(|item| item["solved"] == true).count(), 1);
}

#[tokio::test]
async fn a_deleted_answer_is_neither_counted_nor_accepted() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks("Which grinder?").await;
    let answer = bea.answers(&question, "Mine.").await;
    ada.accepts(&question, &answer).await;
    ada.deletes_answer(&answer).await.refused(403, "forbidden");
    bea.deletes_answer(&answer).await.is(204);
    let page = ada.reads(&question).await.is(200);
    assert_eq!(page.int("/answer_count"), 0);
    assert!(page.body.get("accepted_answer_id").is_none());
    assert!(page.at("/answers/items").as_array().unwrap().is_empty());
    ada.votes_on_answer(&answer, 1).await.refused(404, "not_found");
    ada.deletes_question(&question).await.is(204);
}

#[tokio::test]
async fn answers_are_edited_with_their_history() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks("Which grinder?").await;
    let answer = bea.answers(&question, "A first attempt at this.").await;
    town.passes(Duration::minutes(10)).await;
    let body = json!({ "body": "A second attempt, with https://a.example in it.", "reason": "link" });
    ada.patch(&format!("/answers/{answer}"), body.clone()).await.refused(403, "forbidden");
    let edited = bea.patch(&format!("/answers/{answer}"), body).await.is(200);
    assert!(edited.text("/body_html").contains("nofollow"));
    assert_eq!(edited.int("/version"), 2);
    let revisions = town.visitor().get(&format!("/answers/{answer}/revisions")).await.is(200);
    assert_eq!((revisions.items().len(), revisions.text("/items/0/reason")), (2, "link".to_owned()));
    town.visitor().get(&format!("/answers/{question}/revisions")).await.refused(404, "not_found");
}

#[tokio::test]
async fn comments_come_and_go() {
    let town = Town::new().await;
    let (ada, bea, mo) = (town.member("ada").await, town.member("bea").await, town.moderator("moe").await);
    let question = ada.asks("Which grinder?").await;
    let mut comments = Vec::new();
    for n in 0..4 {
        comments.push(bea.comments_on_question(&question, &format!("Remark {n} <b>")).await);
    }
    ada.patch(&format!("/comments/{}", comments[0]), json!({ "body": "Mine now" })).await.refused(403, "forbidden");
    let edited = bea.patch(&format!("/comments/{}", comments[0]), json!({ "body": "Better *so*" })).await.is(200);
    assert!(edited.text("/body_html").contains("<em>so</em>"));
    ada.delete(&format!("/comments/{}", comments[1])).await.refused(403, "forbidden");
    bea.delete(&format!("/comments/{}", comments[1])).await.is(204);
    bea.delete(&format!("/comments/{}", comments[1])).await.refused(404, "not_found");
    mo.delete(&format!("/comments/{}", comments[2])).await.is(204);
    let path = format!("/questions/{question}/comments?limit=1");
    let first = town.visitor().get(&path).await.is(200);
    let second = town.visitor().get(&format!("{path}&cursor={}", first.text("/next_cursor"))).await.is(200);
    assert_eq!([first.text("/items/0/id"), second.text("/items/0/id")], [comments[0].clone(), comments[3].clone()]);
    assert_eq!(town.visitor().reads(&question).await.int("/comment_count"), 2);
    bea.post(&format!("/questions/{question}/comments"), json!({ "body": "  " })).await.refuses_field("/body");
    bea.post(&format!("/questions/{question}/comments"), json!({ "body": "x".repeat(2_001) })).await.refuses_field("/body");
}
