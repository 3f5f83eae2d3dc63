//! Finding: search, similar questions, and tags.

use serde_json::json;

use crate::support::{Person, Town};

async fn found(person: &Person, q: &str) -> Vec<String> {
    let query = q.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let items = person.get(&format!("/search?q={query}")).await.is(200).items();
    items.iter().map(|item| format!("{}: {}", item["kind"].as_str().unwrap(), item["title"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn days_that_postgresql_does_not_know_are_refused() {
    let town = Town::new().await;
    for query in ["before:-9999-01-01%20x", "after:-99999-01-01", "after:%2B99999-01-01"] {
        town.visitor().get(&format!("/search?q={query}")).await.is(422);
    }
}

#[tokio::test]
async fn search_finds_by_words_filters_and_likeness() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let grinder = ada.asks_about("Which grinder for espresso?", &["grinder"]).await;
    let kettle = ada.asks_about("Which kettle for filter?", &["kettle"]).await;
    let answer = bea.answers(&kettle, "Any kettle, <script>alert(1)</script> but a gooseneck pours best.").await;
    ada.accepts(&kettle, &answer).await;
    let (q_grinder, q_kettle, a_kettle) =
        ("question: Which grinder for espresso?", "question: Which kettle for filter?", "answer: Which kettle for filter?");
    for (q, expected) in [
        ("grinders", vec![q_grinder]),
        ("espresso grin", vec![q_grinder]),
        ("gooseneck", vec![a_kettle]),
        ("\"for filter\"", vec![q_kettle]),
        ("which -espresso tag:kettle author:ada", vec![q_kettle]),
        ("is:solved", vec![q_kettle]),
        ("is:unsolved", vec![q_grinder]),
        ("tag:grinder", vec![q_grinder]),
        ("tag:nothing kettle", vec![]),
        ("author:bea", vec![]),
        ("kettle author:BEA", vec![a_kettle]),
        ("kettle after:2200-01-01", vec![]),
        ("before:2001-01-01", vec![]),
        ("group:nowhere kettle", vec![]),
        ("expresso", vec![q_grinder]),
        ("xylophone", vec![]),
        ("' | & ! ( :* \\", vec![]),
        ("the", vec![]),
    ] {
        assert_eq!(found(&town.visitor(), q).await, expected, "{q}");
    }
    let reply = ada.get("/search?q=gooseneck").await.is(200);
    let snippet = reply.text("/items/0/snippet_html");
    assert!(!snippet.contains("<script") && snippet.contains("<mark>gooseneck</mark>"), "{snippet}");
    let first = ada.get("/search?q=which&limit=1").await;
    assert!(first.status == 200);
    let first = ada.get("/search?q=kettle&limit=1").await.is(200);
    let second = ada.get(&format!("/search?q=kettle&limit=1&cursor={}", first.text("/next_cursor"))).await.is(200);
    assert_ne!(first.text("/items/0/id"), second.text("/items/0/id"));
    let back = ada.get(&format!("/search?q=kettle&limit=1&cursor={}", second.text("/prev_cursor"))).await.is(200);
    assert_eq!(back.items(), first.items());
    ada.get(&format!("/search?q=grinder&cursor={}", first.text("/next_cursor"))).await.refused(400, "bad_cursor");
    ada.get("/search?q=").await.refused(400, "bad_query");
    ada.get("/search?q=%00").await.refused(400, "bad_parameter");
    ada.get("/search?q=is:great").await.refused(422, "invalid_fields");
    ada.get("/search").await.refused(400, "bad_parameter");

    town.moderator("moe").await.deletes_question(&grinder).await.is(204);
    assert!(found(&ada, "grinder").await.is_empty());
}

#[tokio::test]
async fn a_snippet_is_plain_text() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let kettle = ada.asks("Which kettle?").await;
    let body = "A **gooseneck** kettle ![a > b](https://cats.example/cat.png) with [a _thermometer_](https://shop.example/x \"y > z\").\n\n\
                | Litres | `code` |\n|---|---|\n| 5 | a &amp; b < c |\n\nThat is \"all\".";
    ada.answers(&kettle, body).await;
    let snippet = ada.get("/search?q=gooseneck").await.is(200).text("/items/0/snippet_html");
    let words = snippet.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words, "<mark>gooseneck</mark> kettle a &gt; b with a thermometer. Litres code 5 a &amp; b &lt; c That");
    // Cut off within a tag: no part of the tag is text.
    let body = format!("{}gooseneck [end](https://shop.example/{}) **more**", "word ".repeat(1_580), "x".repeat(200));
    ada.answers(&ada.asks("Which other kettle?").await, &body).await;
    let snippets = ada.get("/search?q=gooseneck").await.is(200).items();
    assert_eq!(snippets.len(), 2);
    let plain = |text: &str| text.contains("<mark>gooseneck</mark>") && !text.contains("href") && !text.contains("shop.example");
    assert!(snippets.iter().all(|found| plain(found["snippet_html"].as_str().unwrap())), "{snippets:?}");
}

#[tokio::test]
async fn similar_questions_are_shown_before_one_asks() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    for title in ["Which grinder for espresso?", "How do I clean my grinder?", "Which kettle for filter?"] {
        ada.asks(title).await;
    }
    let similar = |title: &'static str| {
        let ada = ada.clone();
        async move {
            let items = ada.get(&format!("/questions/similar?title={title}")).await.is(200).items();
            items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(similar("What%20grinder%20for%20an%20espresso").await[0], "Which grinder for espresso?");
    assert_eq!(similar("Wich%20ketle%20for%20fliter").await, ["Which kettle for filter?"], "spelt badly");
    assert!(similar("Something%20else%20entirely%20%27%5C").await.is_empty());
    ada.get("/questions/similar?title=grinder").await.refused(400, "bad_title");
    town.sql("analyze post").await;
    assert_eq!(similar("What%20grinder%20for%20an%20espresso").await[0], "Which grinder for espresso?");
}

#[tokio::test]
async fn tags_are_listed_described_and_made_synonyms() {
    let town = Town::new().await;
    let (ada, moe) = (town.member("ada").await, town.moderator("moe").await);
    let one = ada.asks_about("Which grinder for espresso?", &["espresso", "grinder"]).await;
    ada.asks_about("Which machine for espresso?", &["espresso", "machine"]).await;
    ada.asks_about("Which expresso is the best?", &["expresso"]).await;
    let names = |path: &'static str| {
        let ada = ada.clone();
        async move {
            let items = ada.get(path).await.is(200).items();
            items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(names("/tags?limit=1").await, ["espresso"]);
    assert_eq!(names("/tags?sort=name").await, ["espresso", "expresso", "grinder", "machine"]);
    assert_eq!(names("/tags?q=E&sort=name").await, ["espresso", "expresso"]);
    let first = ada.get("/tags?sort=name&limit=2").await.is(200);
    let second = ada.get(&format!("/tags?sort=name&limit=2&cursor={}", first.text("/next_cursor"))).await.is(200);
    assert_eq!(second.text("/items/0/name"), "grinder");

    ada.patch("/tags/expresso", json!({ "description": "x" })).await.refused(403, "forbidden");
    moe.patch("/tags/espresso", json!({ "description": "Short and strong." })).await.is(200);
    moe.patch("/tags/espresso", json!({ "synonym_of": "espresso" })).await.refused(409, "synonym_of_itself");
    moe.patch("/tags/expresso", json!({ "synonym_of": "nothing" })).await.refuses_field("/synonym_of");
    let expresso = moe.patch("/tags/expresso", json!({ "synonym_of": "espresso" })).await.is(200);
    assert_eq!((expresso.text("/synonym_of"), expresso.int("/question_count")), ("espresso".to_owned(), 0));
    moe.patch("/tags/espresso", json!({ "synonym_of": "grinder" })).await.refused(409, "synonym_chain");
    let espresso = ada.get("/tags/espresso").await.is(200);
    assert_eq!((espresso.int("/question_count"), espresso.text("/description")), (3, "Short and strong.".to_owned()));
    assert_eq!(espresso.at("/synonyms"), &json!(["expresso"]));
    let listed = ada.get("/tags?q=espresso").await.is(200);
    assert_eq!((listed.at("/items/0/synonyms"), expresso.at("/synonyms")), (&json!(["expresso"]), &json!([])));
    ada.asks_about("One more about espresso", &["expresso", "espresso"]).await;
    assert_eq!(ada.lists("tag=expresso").await.len(), 4);
    let edited = ada.patch(&format!("/questions/{one}"), json!({ "tags": ["machine"] })).await.is(200);
    assert_eq!(edited.at("/tags"), &json!(["machine"]));
    ada.get("/tags/unheard-of").await.refused(404, "not_found");
}

#[tokio::test]
async fn what_the_parser_reads_again_and_again_is_found_all_the_same() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    for (n, piece) in ["_a", "_1", "a_b", "&a", "<!--", "<a ", "a.b/"].into_iter().enumerate() {
        let body = format!("needle{n} {}", piece.repeat(31_000 / piece.len()));
        let asked =
            ada.post("/questions", json!({ "title": format!("What does {n} of these mean?"), "body": body, "tags": ["odd"] })).await;
        let question = asked.is(201).text("/id");
        assert_eq!(found(&ada, &format!("needle{n}")).await.len(), 1, "{piece}");
        ada.patch(&format!("/questions/{question}"), json!({ "body": format!("{body}_") })).await.is(200);
    }
}
