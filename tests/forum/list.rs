//! What lists show, and how a text looks before it is in them.

use serde_json::json;

use crate::support::{Person, Plan, Town};

#[tokio::test]
async fn a_preview_is_what_posting_keeps() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let body = "A **bold** claim by @bea, <script>alert(1)</script> and\n\n- a list\n- of https://example.org";
    let preview = ada.post("/markdown/preview", json!({ "body": body })).await.is(200);
    let asked = ada.post("/questions", json!({ "title": "Does it look the same?", "body": body, "tags": ["looks"] })).await.is(201);
    assert_eq!(preview.text("/body_html"), asked.text("/body_html"));
    assert_eq!(town.count("select count(*) from post").await, 1, "looking keeps nothing");

    let links = "https://a.example https://b.example https://c.example";
    ada.post("/markdown/preview", json!({ "body": links })).await.refuses_field("/body");
    ada.post("/markdown/preview", json!({ "body": "" })).await.refuses_field("/body");
    ada.post("/markdown/preview", json!({ "body": "x".repeat(32_001) })).await.refuses_field("/body");
    town.visitor().post("/markdown/preview", json!({ "body": body })).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn previews_are_limited() {
    let town = Town::planned(Plan { rate_limits: true, ..Plan::default() }).await;
    let ada = town.member("ada").await;
    let preview = || ada.post("/markdown/preview", json!({ "body": "hello" }));
    // One comes back every second, so a slow machine is refused later.
    for shown in 0..600 {
        let answer = preview().await;
        if answer.status == 429 {
            assert!(shown >= 60, "refused after {shown}");
            assert!(answer.refused(429, "rate_limited").header("retry-after").is_some());
            return;
        }
        answer.is(200);
    }
    panic!("Previews are not limited.");
}

#[tokio::test]
async fn lists_show_how_a_question_begins() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let excerpt = || async { town.visitor().get("/questions").await.is(200).text("/items/0/excerpt") };
    let body = "It *really* says `this`, & then\n\n> goes on";
    let form = json!({ "title": "How does it begin?", "body": body, "tags": ["looks"] });
    let question = ada.post("/questions", form).await.is(201).text("/id");
    assert_eq!(excerpt().await, "It really says this, & then goes on");
    ada.patch(&format!("/questions/{question}"), json!({ "title": "How does it really begin?" })).await.is(200);
    assert_eq!(excerpt().await, "It really says this, & then goes on");
    ada.patch(&format!("/questions/{question}"), json!({ "body": "long ".repeat(100) })).await.is(200);
    let cut = excerpt().await;
    assert!(cut.starts_with("long long") && cut.ends_with('…') && cut.chars().count() <= 200, "{cut}");
}

/// Titles of the questions that a member is seen to have answered.
async fn answered(reader: &Person, handle: &str) -> Vec<String> {
    let items = reader.get(&format!("/members/{handle}/answers")).await.is(200).items();
    items.iter().map(|item| item["question_title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_members_answers_are_listed_for_those_who_may_see_them() {
    let town = Town::new().await;
    let (ada, bea, moe) = (town.member("ada").await, town.member("bea").await, town.moderator("moe").await);
    let club = ada.founds("Secret Roasters", "invite_only", true).await;
    let open = ada.asks("Which grinder is best?").await;
    let hidden = ada.asks_in(&club, "Where is the secret roaster?").await;
    let gone = ada.asks("Which kettle is best?").await;
    let answer = bea.answers(&open, "Mine, of *course*.").await;
    ada.answers(&hidden, "Behind the bridge.").await;
    let mine = ada.answers(&gone, "The blue one.").await;
    ada.accepts(&open, &answer).await;
    bea.votes_on_answer(&mine, 1).await.is(200);

    assert_eq!(answered(&ada, "ada").await, ["Which kettle is best?", "Where is the secret roaster?"]);
    for (reader, count) in [(&bea, 1), (&town.visitor(), 1), (&moe, 2)] {
        assert_eq!(answered(reader, "ada").await.len(), count, "{}", reader.handle);
    }
    let bea_s = town.visitor().get("/members/bea/answers").await.is(200);
    assert_eq!((bea_s.text("/items/0/id"), bea_s.at("/items/0/accepted")), (answer, &json!(true)));
    assert!(bea_s.text("/items/0/excerpt").starts_with("Mine, of course."));
    assert_eq!(town.visitor().get("/members/ada/answers").await.int("/items/0/score"), 1);

    ada.deletes_answer(&mine).await.is(204);
    assert!(answered(&bea, "ada").await.is_empty());
    town.visitor().get("/members/nobody/answers").await.refused(404, "not_found");
}

#[tokio::test]
async fn a_members_answers_come_in_pages() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks("Which grinder is best?").await;
    let mut answers = Vec::new();
    for n in 0..5 {
        answers.insert(0, bea.answers(&question, &format!("Number {n}")).await);
    }
    let page = |cursor: String| {
        let bea = bea.clone();
        async move {
            let page = bea.get(&format!("/members/bea/answers?limit=2{cursor}")).await.is(200);
            let ids: Vec<String> = page.items().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
            (ids, page)
        }
    };
    let (ids, first) = page(String::new()).await;
    assert_eq!(ids, answers[..2]);
    let (ids, second) = page(format!("&cursor={}", first.text("/next_cursor"))).await;
    assert_eq!(ids, answers[2..4]);
    let (ids, _) = page(format!("&cursor={}", second.text("/prev_cursor"))).await;
    assert_eq!(ids, answers[..2]);
}
