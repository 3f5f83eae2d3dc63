//! Asking, listing, reading, editing, deleting, closing and locking questions.

use chrono::Duration;
use futures_util::future::join_all;
use poem::http::Method;
use serde_json::{Value, json};

use crate::support::Town;

#[tokio::test]
async fn a_question_is_asked_and_read_with_all_that_belongs_to_it() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks_about("Which grinder for espresso?", &["Grinder", "espresso", "grinder"]).await;
    let first = bea.answers(&question, "A **conical** one.").await;
    let second = bea.answers(&question, "Or a flat one, if you can pay.").await;
    ada.comments_on_answer(&first, "Thank you!").await;
    bea.comments_on_question(&question, "What is your budget?").await;
    ada.votes_on_answer(&second, 1).await.is(200);
    ada.accepts(&question, &first).await;

    let page = ada.reads(&question).await.is(200);
    assert_eq!(page.at("/tags"), &json!(["espresso", "grinder"]));
    assert_eq!(page.text("/answers/items/0/id"), first, "the accepted answer comes first");
    assert_eq!(page.text("/accepted_answer_id"), first);
    assert_eq!(page.at("/answers/items/0/accepted"), &json!(true));
    assert_eq!(page.text("/answers/items/0/comments/0/body"), "Thank you!");
    assert!(page.text("/answers/items/0/body_html").contains("<strong>conical</strong>"));
    assert_eq!(page.int("/answers/items/1/my_vote"), 1);
    assert_eq!(page.text("/comments/0/author/handle"), "bea");
    assert_eq!((page.int("/answer_count"), page.int("/comment_count")), (2, 1));
    assert!(town.visitor().reads(&question).await.is(200).at("/my_vote") == &json!(0));

    let tag = page.header("etag").unwrap().to_owned();
    let again = ada.send(Method::GET, &format!("/questions/{question}"), None, &[("if-none-match", &tag)]).await.is(304);
    assert_eq!(again.header("etag"), Some(tag.as_str()));
    bea.votes_on_question(&question, 1).await.is(200);
    ada.send(Method::GET, &format!("/questions/{question}"), None, &[("if-none-match", &tag)]).await.is(200);
}

#[tokio::test]
async fn members_who_ask_about_one_tag_do_not_wait_for_each_other() {
    let town = Town::new().await;
    let (ada, bea, cem, dora) = (town.member("ada").await, town.member("bea").await, town.member("cem").await, town.member("dora").await);
    for round in 1..=5 {
        let title = format!("What of this, time {round}?");
        let asks = [&ada, &bea, &cem, &dora].map(|member| member.asks_about(&title, &["milk", "beans"]));
        join_all(asks).await;
    }
    assert_eq!(town.rows("select question_count::text from tag where name in ('milk', 'beans')").await, ["20", "20"]);
}

#[tokio::test]
async fn lists_have_five_orders_and_lead_forth_and_back() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let mut questions = Vec::new();
    for n in 1..=5 {
        questions.push(ada.asks_about(&format!("Question number {n}"), if n % 2 == 1 { &["odd"] } else { &["even"] }).await);
        town.passes(Duration::minutes(2)).await;
    }
    let title = |n: usize| format!("Question number {n}");
    let titles = |list: &[usize]| list.iter().map(|n| title(*n)).collect::<Vec<_>>();
    bea.votes_on_question(&questions[1], 1).await.is(200);
    bea.votes_on_question(&questions[4], -1).await.is(200);
    bea.answers(&questions[0], "Something to say").await;
    assert_eq!(ada.lists("sort=new").await, titles(&[5, 4, 3, 2, 1]));
    assert_eq!(ada.lists("sort=active").await, titles(&[1, 5, 4, 3, 2]));
    assert_eq!(ada.lists("sort=top").await, titles(&[2, 4, 3, 1, 5]));
    assert_eq!(ada.lists("sort=unanswered").await, titles(&[5, 4, 3, 2]));
    assert_eq!(ada.lists("").await, titles(&[2, 1, 4, 3, 5]), "hot");
    assert_eq!(ada.lists("sort=new&tag=odd").await, titles(&[5, 3, 1]));
    assert_eq!(ada.lists("sort=new&author=ADA").await, titles(&[5, 4, 3, 2, 1]));
    assert_eq!(ada.lists("tag=unheard-of").await, titles(&[]));
    ada.get("/questions?author=nobody").await.refused(404, "not_found");
    ada.get("/questions?group=nowhere").await.refused(404, "not_found");

    for sort in ["hot", "active", "new", "top"] {
        let whole = ada.lists(&format!("sort={sort}")).await;
        let (mut cursor, mut seen, mut back) = (String::new(), Vec::new(), String::new());
        loop {
            let page = ada.get(&format!("/questions?sort={sort}&limit=2{cursor}")).await.is(200);
            seen.extend(page.items().iter().map(|item| item["title"].as_str().unwrap().to_owned()));
            if let Some(prev) = page.body["prev_cursor"].as_str() {
                back = prev.to_owned();
            }
            match page.body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, whole, "{sort}");
        let before = ada.lists(&format!("sort={sort}&limit=2&cursor={back}")).await;
        assert_eq!(before, whole[2..4], "{sort}, back");
        ada.get(&format!("/questions?sort=unanswered&cursor={back}")).await.refused(400, "bad_cursor");
    }
    ada.get("/questions?limit=101").await.refused(400, "bad_limit");
    ada.get("/questions?cursor=AAAA").await.refused(400, "bad_cursor");
    ada.get("/questions?sort=best").await.refused(400, "bad_parameter");
}

#[tokio::test]
async fn edits_become_revisions_but_for_corrections_at_once() {
    let town = Town::new().await;
    let (ada, bea, mo) = (town.member("ada").await, town.member("bea").await, town.moderator("moe").await);
    let question = ada.asks_about("Which kettle for filter?", &["kettle"]).await;
    let path = format!("/questions/{question}");
    let count = || async { town.visitor().get(&format!("/questions/{question}/revisions")).await.is(200).items().len() };
    ada.patch(&path, json!({ "title": "Which kettle for filter coffee?" })).await.is(200);
    assert_eq!(count().await, 1, "within five minutes");
    town.passes(Duration::minutes(6)).await;
    let edited = ada.patch(&path, json!({ "tags": ["kettle", "filter"], "reason": "a better tag" })).await.is(200);
    assert_eq!(edited.at("/tags"), &json!(["filter", "kettle"]));
    assert_eq!(count().await, 2);
    bea.patch(&path, json!({ "title": "Which teapot for filter coffee?" })).await.refused(403, "forbidden");
    town.visitor().patch(&path, json!({})).await.refused(401, "unauthorized");

    let tag = edited.header("etag").unwrap().to_owned();
    let body = json!({ "title": "Which gooseneck kettle is best?" });
    mo.send(Method::PATCH, &path, Some(body.clone()), &[("if-match", "\"1\"")]).await.refused(412, "changed_since");
    mo.send(Method::PATCH, &path, Some(body), &[("if-match", &tag)]).await.is(200);
    let revisions = town.visitor().get(&format!("/questions/{question}/revisions?limit=2")).await.is(200);
    assert_eq!(revisions.text("/items/0/editor/handle"), "moe");
    assert_eq!(revisions.text("/items/1/reason"), "a better tag");
    let rest =
        town.visitor().get(&format!("/questions/{question}/revisions?limit=2&cursor={}", revisions.text("/next_cursor"))).await.is(200);
    assert_eq!(rest.text("/items/0/title"), "Which kettle for filter coffee?");

    town.passes(Duration::hours(25)).await;
    let ada = town.sign_in("ada").await;
    ada.patch(&path, json!({ "title": "Too late to change this" })).await.refused(403, "edit_window_closed");
}

#[tokio::test]
async fn an_asker_cannot_take_away_what_others_built_on() {
    let town = Town::new().await;
    let (ada, bea, mo) = (town.member("ada").await, town.member("bea").await, town.moderator("moe").await);
    let alone = ada.asks("Does anybody know?").await;
    bea.deletes_question(&alone).await.refused(403, "forbidden");
    ada.deletes_question(&alone).await.is(204);
    town.visitor().reads(&alone).await.refused(404, "not_found");
    assert!(town.visitor().lists("sort=new").await.is_empty());

    let helped = ada.asks("Does anybody know better?").await;
    let answer = bea.answers(&helped, "I do.").await;
    ada.votes_on_answer(&answer, 1).await.is(200);
    ada.deletes_question(&helped).await.refused(409, "question_has_answers");
    ada.votes_on_answer(&answer, 0).await.is(200);
    ada.accepts(&helped, &answer).await;
    ada.deletes_question(&helped).await.refused(409, "question_has_answers");
    mo.deletes_question(&helped).await.is(204);
    town.visitor().get(&format!("/questions/{helped}/answers")).await.refused(404, "not_found");
    bea.votes_on_question(&helped, 1).await.refused(404, "not_found");
    // Lets the refused vote's transaction end before the town is audited.
    town.settle().await;
}

#[tokio::test]
async fn a_closed_question_takes_no_answers_and_a_locked_one_nothing() {
    let town = Town::new().await;
    let (ada, bea, mo) = (town.member("ada").await, town.member("bea").await, town.moderator("moe").await);
    let (question, other) = (ada.asks("Which grinder?").await, ada.asks("Which grinder, please?").await);
    ada.closes(&question, "other").await.refused(403, "forbidden");
    mo.closes(&question, "duplicate").await.refuses_field("/duplicate_of");
    let closure = format!("/questions/{question}/closure");
    mo.put(&closure, json!({ "reason": "duplicate", "duplicate_of": question })).await.refuses_field("/duplicate_of");
    mo.put(&closure, json!({ "reason": "duplicate", "duplicate_of": other })).await.is(204);
    mo.put(&closure, json!({ "reason": "off_topic" })).await.refused(409, "question_closed");
    assert_eq!(bea.reads(&question).await.is(200).text("/closed/duplicate_of"), other);
    bea.tries_to_answer(&question, "Too late").await.refused(409, "question_closed");
    bea.comments_on_question(&question, "Pity.").await;
    mo.delete(&closure).await.is(204);
    mo.delete(&closure).await.refused(409, "question_not_closed");
    let answer = bea.answers(&question, "In time").await;

    bea.locks(&question).await.refused(403, "forbidden");
    mo.locks(&question).await.is(204);
    bea.tries_to_answer(&question, "Too late").await.refused(409, "question_locked");
    bea.votes_on_question(&question, 1).await.refused(409, "question_locked");
    ada.tries_to_accept(&question, &answer).await.refused(409, "question_locked");
    bea.post(&format!("/answers/{answer}/comments"), json!({ "body": "Hm." })).await.refused(409, "question_locked");
    mo.answers(&question, "Staff may.").await;
    mo.delete(&format!("/questions/{question}/lock")).await.is(204);
    ada.accepts(&question, &answer).await;
}

#[tokio::test]
async fn bad_input_is_refused_and_never_an_error() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let good = json!({ "title": "A title that is fine", "body": "A body that is long enough.", "tags": ["fine"] });
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (field, value, pointer) in [
        ("title", json!("Too short"), "/title"),
        ("title", json!("x".repeat(151)), "/title"),
        ("body", json!("Too short"), "/body"),
        ("body", json!("x".repeat(32_001)), "/body"),
        ("body", json!("> ".repeat(500) + "deep"), "/body"),
        ("body", json!("https://a.example https://b.example https://c.example"), "/body"),
        ("tags", json!([]), "/tags"),
        ("tags", json!(["a", "b", "c", "d", "e", "f"]), "/tags"),
        ("tags", json!(["good", "<bad>"]), "/tags/1"),
        ("tags", json!(["x".repeat(36)]), "/tags/0"),
    ] {
        ada.post("/questions", with(field, value)).await.refuses_field(pointer);
    }
    for (field, value) in [
        ("title", json!("A title with \0 in it")),
        ("title", json!(12345)),
        ("tags", json!("fine")),
        ("tags", json!([1])),
        ("tags", json!(["a\0"])),
        ("surprise", json!(1)),
    ] {
        ada.post("/questions", with(field, value)).await.refused(400, "bad_body");
    }
    for raw in ["{", "[]", "null", r#"{"title":"\ud800 a lone surrogate","body":"xxxxxxxxxxxxxxxxxxxxxxx","tags":["a"]}"#] {
        let reply = ada.send_raw(Method::POST, "/questions", Some(("application/json", raw.as_bytes().to_vec())), &[]).await;
        assert_eq!(reply.status, 400, "{raw}: {:#}", reply.body);
    }
    let huge = with("body", json!("x".repeat(300_000))).to_string().into_bytes();
    let length = huge.len().to_string();
    let reply = ada.send_raw(Method::POST, "/questions", Some(("application/json", huge)), &[("content-length", &length)]).await;
    reply.refused(413, "body_too_large");
    ada.post("/questions", with("group", json!("nowhere"))).await.refused(404, "not_found");
    town.visitor().post("/questions", good.clone()).await.refused(401, "unauthorized");
    for path in ["/questions/not-an-id", "/questions/00000000-0000-0000-0000-000000000000"] {
        ada.get(path).await.refused(404, "not_found");
    }
    for query in ["tag=%00", "author=%00", "group=%00", "sort=%00"] {
        let reply = ada.get(&format!("/questions?{query}")).await;
        assert!(reply.status < 500, "{query}: {:#}", reply.body);
    }
}

/// The database reckons it (migration `post_counter`), so that no list is ever in an order of before.
#[tokio::test]
async fn a_tenfold_score_is_worth_two_days() {
    let town = Town::new().await;
    for ((score, answers_score, participants, asked_s), expected) in [
        ((0, 0, 0, 0), 0.0),
        ((9, 0, 0, 0), 1.0),
        ((-9, 0, 0, 0), -1.0),
        ((1, 3, 2, 0), 1.0),
        ((99, 0, 0, 0), 2.0),
        // 100 from answers is the most they give.
        ((-1, 50, 0, 0), 2.0),
        ((-1, 5_000, 0, 0), 2.0),
        ((0, 0, 0, 172_800), 1.0),
        ((9, 0, 0, 345_600), 3.0),
    ] {
        let hot = format!("select hot_key({score}, {answers_score}, {participants}, to_timestamp({asked_s}))");
        let hot: f64 = town.rows(&hot).await[0].parse().unwrap();
        assert!((hot - expected).abs() < 1e-9, "{score} {answers_score} {participants} {asked_s}: {hot}");
    }
}
