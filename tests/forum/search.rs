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
    // The words are counted.
    town.work().await;
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
    let all = "A <mark>gooseneck</mark> kettle a &gt; b with a thermometer. Litres code 5 a &amp; b &lt; c That is &quot;all&quot;.";
    assert!(words.starts_with(all), "{words}");
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
    town.work().await;
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
    ada.get(&format!("/questions/similar?title=What%20is%20it&body={}", "x".repeat(2_001))).await.refused(400, "body_too_long");
    // What is written so far says more than the title.
    let asked = ada.get("/questions/similar?title=What%20shall%20I%20do&body=My%20kettle%20is%20for%20filter.").await.is(200);
    assert_eq!(asked.text("/items/0/title"), "Which kettle for filter?");
}

#[tokio::test]
async fn words_are_found_in_peoples_languages() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    for (title, body) in [
        ("Wer ist Frau Schlüter, und was kann sie?", "Sie repariert heiß geliebte Mühlen in der Langen Straße, in mehreren Häusern."),
        ("Comment choisir le régler du moulin ?", "Je voudrais régler la mouture, pour des grains déjà moulus."),
        ("Hangi değirmen daha iyi, bilen var mı?", "Küçük bir mutfak için el değirmeni arıyorum, ışık da olsun."),
        ("咖啡机坏了怎么办，谁能帮忙修理", "昨天开始不能加热了，水箱也漏水。我已经清洗过两次了。"),
        ("エスプレッソマシンの掃除方法を教えてください", "毎日使っていますが、水が出なくなりました。どうすればいいですか。"),
        ("커피 그라인더 청소는 어떻게 하나요, 알려주세요", "원두 찌꺼기가 안쪽에 남아 있습니다. 분해해도 되나요?"),
        (
            "Where does the daemon keep its settings?",
            "It reads /etc/coffeed/brew.conf, and std::vec is in our_own_code; see https://shop.example/manual.pdf.",
        ),
        ("How do I decompose the cafe\u{301} menu?", "The Ko\u{308}nig file came from a Mac, with getUserName and C++ in it."),
    ] {
        ada.post("/questions", json!({ "title": title, "body": body, "tags": ["words"] })).await.is(201);
    }
    for (query, title) in [
        ("schlueter", "Wer ist"),
        ("Schluter", "Wer ist"),
        ("heiss", "Wer ist"),
        ("Strasse", "Wer ist"),
        ("muehle", "Wer ist"),
        ("mühlen", "Wer ist"),
        ("Haus", "Wer ist"),
        ("regler", "Comment"),
        ("deja", "Comment"),
        ("degirmen", "Hangi"),
        ("ISIK", "Hangi"),
        ("机", "咖啡"),
        ("咖啡机", "咖啡"),
        ("水箱", "咖啡"),
        ("两次", "咖啡"),
        ("修理", "咖啡"),
        ("\"不能加热\"", "咖啡"),
        ("マシン", "エス"),
        ("ﾏｼﾝ", "エス"),
        ("掃除", "エス"),
        ("水が出なく", "エス"),
        ("그라인더", "커피"),
        ("찌꺼기", "커피"),
        ("brew.conf", "Where"),
        ("/etc/coffeed/brew.conf", "Where"),
        ("coffeed", "Where"),
        ("https://shop.example/manual.pdf", "Where"),
        ("std::vec", "Where"),
        ("own_code", "Where"),
        ("where does the daemon keep its settings", "Where"),
        ("café", "How do I decompose"),
        ("könig", "How do I decompose"),
        ("koenig", "How do I decompose"),
        ("username", ""),
        ("getusername", "How do I decompose"),
        ("user name", "How do I decompose"),
        ("c++", "How do I decompose"),
        ("\"getUserName and C++\"", "How do I decompose"),
        ("könig doesn't menu", "How do I decompose"),
        // Another form is left out, too; what another language would make the same is not.
        ("könig -macs", ""),
        ("könig -maceration", "How do I decompose"),
        ("ɂ", ""),
        ("机\u{301}", "咖啡"),
        ("ـ", ""),
        ("what is: the", ""),
        ("机会", ""),
        ("勉強", ""),
    ] {
        let found = found(&town.visitor(), query).await;
        assert!(if title.is_empty() { found.is_empty() } else { found.len() == 1 && found[0].contains(title) }, "{query}: {found:?}");
    }
    let marked = |query: &'static str| {
        let town = &town;
        async move { town.visitor().get(&format!("/search?q={query}")).await.is(200).text("/items/0/snippet_html") }
    };
    assert!(marked("muehle").await.contains("geliebte <mark>Mühlen</mark> in"));
    assert!(marked("%E6%BC%8F%E6%B0%B4").await.contains("<mark>漏水</mark>"));
}

#[tokio::test]
async fn a_misspelt_word_is_found_in_bodies_too() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let kettle = ada.asks("Which of these pours best?").await;
    bea.answers(&kettle, "The gooseneck does, at every temperature that I have tried.").await;
    assert!(found(&ada, "temparature").await.is_empty(), "the words are not counted yet");
    town.work().await;
    for query in ["temparature", "goosneck", "gosoeneck", "the goosenek temperature"] {
        assert_eq!(found(&ada, query).await, ["answer: Which of these pours best?"], "{query}");
    }
    for query in ["gooseberry", "temper -gooseneck", "\"goosneck\" -temperature"] {
        assert!(found(&ada, query).await.is_empty(), "{query}");
    }
    // What is typed is found as it is typed, too.
    assert_eq!(found(&ada, "temper").await, ["answer: Which of these pours best?"]);
}

#[tokio::test]
async fn what_is_found_follows_its_post() {
    let town = Town::new().await;
    let (ada, moe) = (town.member("ada").await, town.moderator("moe").await);
    let question = ada.asks("Which moka pot is the best?").await;
    ada.patch(
        &format!("/questions/{question}"),
        json!({ "title": "Which percolator is the best?", "body": "I have heard of many of them." }),
    )
    .await
    .is(200);
    assert!(found(&ada, "moka").await.is_empty());
    assert_eq!(found(&ada, "percolators").await.len(), 1);
    // An earlier server, or another program, has written the words otherwise.
    town.sql("update search_document set analyzer = 0, words = null, language = null").await;
    assert!(found(&ada, "percolator").await.is_empty());
    town.work().await;
    assert_eq!(found(&ada, "percolator").await.len(), 1);
    assert_eq!(town.rows("select language from search_document").await, ["en"]);
    town.moves_post(&question, regulars::domain::PostState::Hidden).await;
    assert!(found(&moe, "percolator").await.is_empty());
    town.moves_post(&question, regulars::domain::PostState::Published).await;
    assert_eq!(found(&ada, "percolator").await.len(), 1);
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

#[tokio::test]
async fn where_every_word_is_common_titles_are_looked_through_first() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let question = ada.asks("Which of these is the best?").await;
    ada.answers(&question, "A grinder with a burr, as I have said before.").await;
    town.sql(&format!(
        "insert into post (id, kind, question_id, author_id, title, body_markdown, body_html, excerpt, renderer, created_at)
         select i, 'question', i, '{}', 'The grinder with number ' || n, 'It has a burr.', '', '', 2, now()
         from (select gen_random_uuid() as i, n from generate_series(1, 60) n) s",
        ada.id()
    ))
    .await;
    town.work().await;
    let shown = async |query: &str| {
        let items = ada.get(&format!("/search?q={query}&limit=100")).await.is(200).items();
        (items.len(), items.iter().filter(|item| item["kind"] == "answer").count())
    };
    assert_eq!(shown("grinder").await, (61, 1));
    town.sql("update search_word set documents = 16384 where word in ('grinder', 'burr')").await;
    assert_eq!(shown("grinder").await, (60, 0));
    assert_eq!(shown("the%20grinder").await, (60, 0), "a word that says little changes nothing");
    // No title has both, and few have a number.
    assert_eq!(shown("grinder%20burr").await, (61, 1));
    assert_eq!(shown("grinder%2060").await, (1, 0));
    assert_eq!(shown("grinder%20-burr").await, (0, 0));
}
