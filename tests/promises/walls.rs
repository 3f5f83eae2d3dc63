//! What lies in a private group stays there: whoever is outside reads of it in no answer and on no page.

use poem::http::Method;
use serde_json::json;

use super::description::operations;
use crate::support::{Person, Town};

/// A word by which to look for what is private.
const BAIT: &str = "quetzal";
/// A word that stands beside it, and that nobody outside may be told.
const CANARY: &str = "xenolith";

/// What would end the walk, or has no end.
const UNWALKED: [&str; 6] = ["log_out", "erase_me", "change_password", "register", "log_in", "stream_my_notifications"];

/// A private group with a question and answers. The group, the question, the answers.
struct Club {
    slug: String,
    question: String,
    answers: [String; 3],
}

/// Every request of every operation that could lead to what is private: with its ids and names in the path, and in each of
/// the parameters.
fn requests(town: &Town, club: &Club) -> Vec<(String, Method, String)> {
    let tag = format!("{BAIT}-{CANARY}");
    let places: [(&str, Vec<&str>); 5] = [
        ("{question_id}", vec![&club.question]),
        ("{answer_id}", club.answers.iter().map(String::as_str).collect()),
        ("{handle}", vec!["ada", "eve"]),
        ("{slug}", vec![&club.slug]),
        ("{name}", vec![&tag]),
    ];
    let values = |name: &str| match name {
        "q" => vec![BAIT, "author:ada"],
        "title" => vec!["Where%20does%20the%20quetzal%20sleep"],
        "tag" => vec![tag.as_str(), "general"],
        "group" => vec![club.slug.as_str()],
        "author" => vec!["ada"],
        "followed" | "around_me" | "mine" => vec!["true"],
        "sort" => vec!["new", "name"],
        _ => vec![],
    };
    let spec = town.app.spec().expect("a description");
    let mut requests = Vec::new();
    for (path, method, operation) in operations(&spec) {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        if UNWALKED.contains(&id.as_str()) {
            continue;
        }
        let mut paths = vec![path.replace("{board}", "points")];
        for (place, fillings) in &places {
            paths = paths.iter().flat_map(|path| fillings.iter().map(move |filling| path.replace(place, filling))).collect();
        }
        let method: Method = method.to_uppercase().parse().unwrap();
        for path in paths {
            let path: Vec<_> =
                path.split('/').map(|part| if part.starts_with('{') { "01890000-0000-7000-8000-000000000000" } else { part }).collect();
            let path = path.join("/");
            let names = operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "query");
            let queries = names.filter_map(|parameter| parameter["name"].as_str()).flat_map(|name| {
                let with = |value: &str| format!("{path}?{name}={value}");
                values(name).into_iter().map(with).collect::<Vec<_>>()
            });
            requests.extend(queries.chain([path.clone()]).map(|path| (id.clone(), method.clone(), path)));
        }
    }
    requests
}

/// Where somebody reads one of the words.
async fn reads(person: &Person, requests: &[(String, Method, String)], words: &[&str]) -> Vec<String> {
    let mut read = Vec::new();
    for (id, method, path) in requests {
        let body = (![Method::GET, Method::DELETE].contains(method)).then(|| json!({}));
        let reply = person.send(method.clone(), path, body, &[("idempotency-key", "walk")]).await;
        let text = reply.body.to_string();
        // What they say themselves is no news to them.
        if words.iter().any(|word| text.contains(word) && !path.contains(word) || reply.status < 400 && text.contains(CANARY)) {
            read.push(format!("{id} {path}"));
        }
    }
    read
}

#[tokio::test]
async fn nobody_outside_reads_of_what_is_private() {
    let town = Town::new().await;
    let (ada, cid) = (town.member("ada").await, town.member("cid").await);
    let (eve, ben) = (town.member("eve").await, town.member("ben").await);
    let (moe, mia) = (town.moderator("moe").await, town.moderator("mia").await);
    let tag = format!("{BAIT}-{CANARY}");
    // The tag was everybody's once.
    let public = cid.asks_about("What does the bird eat?", &[&tag]).await;
    for person in [&eve, &ben, &cid] {
        person.put(&format!("/tags/{tag}/follow"), json!(null)).await.is(204);
    }
    cid.deletes_question(&public).await.is(204);

    // Eve and Ben take part in all that there is.
    let slug = ada.founds("Roasters", "invite_only", true).await;
    for person in [&eve, &ben] {
        ada.tries_to_set(&slug, person, json!({})).await.is(200);
        person.tries_to_join(&slug).await.is(200);
    }
    let question = ada.tries_to_ask("Where does the bird sleep?", &[&tag], Some(&slug)).await.is(201).text("/id");
    let answers =
        [ada.answers(&question, "At home.").await, eve.answers(&question, "In a nest.").await, ben.answers(&question, "Here.").await];
    for (person, answer) in [(&eve, &answers[1]), (&ben, &answers[2])] {
        person.votes_on_question(&question, 1).await.is(200);
        ada.votes_on_answer(answer, 1).await.is(200);
        person.comments_on_question(&question, "Or so I heard.").await;
        ada.comments_on_answer(answer, &format!("Thank you, @{}!", person.handle)).await;
    }
    ada.accepts(&question, &answers[1]).await;
    moe.flags_answer(&answers[2]).await;
    mia.decides(&mia.reviews(&answers[2]).await, "hide").await;
    let repeated = cid.asks("Has anybody seen my bird?").await;
    let closure = json!({ "reason": "duplicate", "duplicate_of": question });
    moe.put(&format!("/questions/{repeated}/closure"), closure).await.is(204);
    town.passes(chrono::Duration::days(8)).await;
    // Then they are out, and everything is named anew.
    ada.tries_to_remove(&slug, &eve).await.is(204);
    ada.tries_to_set(&slug, &ben, json!({ "state": "banned" })).await.is(200);
    let (title, body) = (format!("Where does the {BAIT} of {CANARY} sleep?"), format!("The {BAIT}, a bird of {CANARY}, sleeps."));
    moe.patch(&format!("/questions/{question}"), json!({ "title": title, "body": body })).await.is(200);
    moe.patch(&format!("/answers/{}", answers[0]), json!({ "body": body })).await.is(200);
    ada.comments_on_question(&question, &body).await;
    ada.patch(&format!("/groups/{slug}"), json!({ "name": format!("{BAIT} {CANARY}"), "description": body })).await.is(200);
    town.settle().await;

    let club = Club { slug, question, answers };
    let requests = requests(&town, &club);
    let read_inside =
        reads(&ada, &requests.iter().filter(|(_, method, _)| method == Method::GET).cloned().collect::<Vec<_>>(), &[CANARY]).await;
    assert!(read_inside.len() > 20, "the walk leads past few things that are private: {read_inside:#?}");
    for person in [&town.visitor(), &cid] {
        let read = reads(person, &requests, &[CANARY, &club.question]).await;
        assert!(read.is_empty(), "{} reads of it: {read:#?}", person.handle);
    }
    // They know that there was a question, and what they wrote about it themselves; not what became of it.
    for person in [&eve, &ben] {
        let read = reads(person, &requests, &[CANARY]).await;
        assert!(read.is_empty(), "{} still reads of it: {read:#?}", person.handle);
    }
    let closed = format!("/questions/{repeated}");
    for person in [&town.visitor(), &cid, &eve, &ben] {
        assert_eq!(person.get(&closed).await.is(200).body["closed"].get("duplicate_of"), None, "{}", person.handle);
    }
    assert_eq!(ada.get(&closed).await.is(200).text("/closed/duplicate_of"), club.question);
    for page in [
        "/".to_owned(),
        "/questions".to_owned(),
        "/tags".to_owned(),
        "/groups".to_owned(),
        closed,
        format!("/questions/{}", club.question),
        format!("/groups/{}", club.slug),
        "/members/ada".to_owned(),
        "/members/eve".to_owned(),
        "/leaderboards/points".to_owned(),
        "/feeds/questions.atom".to_owned(),
        "/sitemap.xml".to_owned(),
        "/sitemap.xml?part=lists".to_owned(),
        "/sitemap.xml?part=00000000-0000-0000-0000-000000000000".to_owned(),
    ] {
        let reply = town.visitor().get(&format!("/{page}")).await;
        let text = reply.body.to_string();
        assert!(!text.contains(CANARY) && (page.contains(&club.question) || !text.contains(&club.question)), "{page}: {text}");
    }
}

/// What is private takes nobody's place.
#[tokio::test]
async fn private_questions_do_not_crowd_out_those_that_everybody_may_see() {
    let town = Town::new().await;
    let (ada, cid) = (town.member("ada").await, town.member("cid").await);
    ada.founds("Roasters", "invite_only", true).await;
    let (spelt, worded) = (cid.asks("Kettlebrrr espressoooo").await, cid.asks("Which kettle suits a gooseneck?").await);
    // As many as are looked at before any is left out, and likelier ones.
    town.sql(&format!(
        "insert into post (id, kind, question_id, group_id, author_id, title, body_markdown, body_html, excerpt, renderer, created_at)
         select i, 'question', i, (select id from user_group), '{}', t, '', '', '', 0, now()
         from (select gen_random_uuid() as i, 'Kettlebrrr espresso' as t from generate_series(1, 200)
               union all select gen_random_uuid(), 'A kettle with a gooseneck, gooseneck' from generate_series(1, 6000)) s;
         analyze post",
        ada.id()
    ))
    .await;
    town.work().await;
    let visitor = town.visitor();
    for (path, expected) in [
        ("/questions/similar?title=Kettlebrrr%20espressoo", &spelt),
        ("/questions/similar?title=Which%20gooseneck%20kettle", &worded),
        ("/search?q=gooseneck", &worded),
        ("/search?q=Kettlebrr%20espressoooa", &spelt),
        ("/search?q=author:cid", &spelt),
    ] {
        let found = visitor.get(path).await.is(200).items();
        assert!(found.iter().any(|item| item["id"] == expected.as_str()), "{path}: {found:#?}");
    }
    for path in ["/questions?sort=new&tag=general", "/search?q=author:ada"] {
        let items = visitor.get(path).await.is(200).items();
        assert!(items.iter().all(|item| item["author"]["handle"] != "ada"), "{path}: {items:#?}");
    }
}
