//! Visitors' answers from memory: what they show is what PostgreSQL would answer, on every server, within the bound.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use diesel_async::SimpleAsyncConnection;
use futures_util::future::{LocalBoxFuture, join_all};
use poem::http::Method;
use rand::{Rng, SeedableRng, rngs::StdRng};
use regulars::{domain::PostState, kit::change_feed};
use serde_json::json;

use crate::support::{OwnRedis, PASSWORD, Person, Plan, Reply, Town, Wire, wait};

/// The bound of every server here.
const TRUST: Duration = Duration::from_millis(500);
const PLENTY: u64 = 64 << 20;

/// What an answer says, but for what differs from answer to answer: a page's nonce, and a refusal's words.
fn said(reply: &Reply) -> (u16, String) {
    let text = match &reply.body {
        _ if reply.status >= 300 => String::new(),
        serde_json::Value::String(html) => {
            let mut parts = html.split("nonce=\"");
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |page, part| page + part.split_once('"').map_or(part, |(_, rest)| rest))
        }
        json => json.to_string(),
    };
    (reply.status, text)
}

/// Paths from the root begin with `//`, as a browser opens them.
async fn read(person: &Person, path: &str) -> (u16, String) {
    said(&if let Some(page) = path.strip_prefix('/').filter(|rest| rest.starts_with('/')) {
        person.opens(page).await
    } else {
        person.get(path).await
    })
}

/// Two servers that keep answers and one that keeps none, which says what is right.
struct Scene {
    one: Town,
    two: Town,
    truth: Town,
    paths: Vec<String>,
}

impl Scene {
    /// The second server does without Redis.
    async fn new() -> Self {
        let one = Town::planned(Plan::keeping(PLENTY)).await.not_audited();
        let two = one.planned_second(Plan { redis_url: None, ..Plan::keeping(PLENTY) }).await;
        let truth = one.second().await;
        Self { one, two, truth, paths: Vec::new() }
    }

    async fn right(&self) -> BTreeMap<&str, (u16, String)> {
        let visitor = self.truth.visitor();
        self.truth.app.kit.cache.clear();
        let mut right = BTreeMap::new();
        for path in &self.paths {
            right.insert(path.as_str(), read(&visitor, path).await);
        }
        right
    }

    /// Both servers have every answer in memory.
    async fn warm_up(&self) {
        for town in [&self.one, &self.two] {
            for path in &self.paths {
                if read(&self.truth.visitor(), path).await.0 == 200 {
                    is_from_memory(town, path).await;
                }
            }
        }
    }

    /// Afterwards the server that wrote shows it at once, and the other one within the bound; and it is to be seen.
    fn sees<'a>(&'a self, what: &'a str, act: impl Future<Output = ()> + 'a) -> LocalBoxFuture<'a, ()> {
        // Boxed, or a story of many acts is more than a stack holds.
        Box::pin(async move {
            self.warm_up().await;
            let before = self.right().await;
            act.await;
            let done = Instant::now();
            let visitor = self.one.visitor();
            let mut at_once = BTreeMap::new();
            for path in &self.paths {
                at_once.insert(path.as_str(), read(&visitor, path).await);
            }
            let right = self.right().await;
            assert_ne!(before, right, "nobody would see that somebody {what}");
            for (path, right) in &right {
                assert_eq!(&at_once[path], right, "{what}: {path} at the server that wrote");
            }
            shows(&self.two, what, done, &right).await;
        })
    }
}

/// Whether the second of two requests is answered from memory, sooner or later.
async fn is_from_memory(town: &Town, path: &str) {
    let visitor = town.visitor();
    wait::until(&format!("{path} is in memory"), async || {
        read(&visitor, path).await;
        let before = town.answers_from_memory();
        read(&visitor, path).await;
        town.answers_from_memory() > before
    })
    .await;
}

/// No request that began later than the bound after `done` is answered otherwise.
async fn shows(town: &Town, what: &str, done: Instant, right: &BTreeMap<&str, (u16, String)>) {
    let visitor = town.visitor();
    for (path, right) in right {
        wait::until(&format!("{what}: {path}"), async || {
            let begun = Instant::now();
            let seen = read(&visitor, path).await;
            assert!(seen == *right || begun < done + TRUST, "{what}: after {TRUST:?} {path} is still {seen:?}, not {right:?}");
            seen == *right
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_anybody_does_is_seen_on_every_server_within_the_bound() {
    let mut scene = Scene::new().await;
    let (ada, bea, root) = (scene.one.member("ada").await, scene.one.member("bea").await, scene.one.admin("root1").await);
    let (cem, mod1) = (scene.one.member("cem").await, scene.one.moderator("mod1").await);
    let question = ada.asks_about("Which kettle suits a gooseneck?", &["kettles"]).await;
    let original = bea.asks_about("Which kettle do you recommend?", &["kettles"]).await;
    let first = bea.answers(&question, "A flat one, if you can pay.").await;
    let second = cem.answers(&question, "A **conical** one.").await;
    let group = ada.founds("Kettles", "open", false).await;
    let grouped = ada.asks_in(&group, "Which lid suits the kettle?").await;
    scene.one.settle().await;
    scene.paths = [
        format!("/questions/{question}"),
        format!("/questions/{question}/answers"),
        format!("//questions/{question}/which-kettle-suits-a-gooseneck"),
        format!("/questions/{grouped}"),
        "/questions".into(),
        "/questions?sort=new".into(),
        "/questions?sort=unanswered".into(),
        "/questions?tag=kettles".into(),
        "/questions?author=ada".into(),
        format!("/questions?group={group}"),
        "//".into(),
        "//questions".into(),
        "/tags".into(),
        "/tags/kettles".into(),
        "//tags/kettles".into(),
        "/groups".into(),
        format!("/groups/{group}"),
        format!("//groups/{group}"),
        "/members/ada".into(),
        "/members/bea".into(),
        "//members/cem".into(),
        "/leaderboards/reputation".into(),
        "//leaderboards/reputation?period=day".into(),
        "/site".into(),
        "//feeds/questions.atom".into(),
        "//sitemap.xml".into(),
        "//sitemap.xml?part=lists".into(),
        format!("//sitemap.xml?part={question}"),
    ]
    .into();
    let (one, group) = (&scene.one, group.as_str());
    scene
        .sees("votes on a question", async {
            bea.votes_on_question(&question, 1).await.is(200);
        })
        .await;
    scene
        .sees("votes on an answer", async {
            ada.votes_on_answer(&first, 1).await.is(200);
        })
        .await;
    scene
        .sees("accepts", async {
            ada.accepts(&question, &second).await;
        })
        .await;
    scene
        .sees("earns reputation and a place", async {
            one.settle().await;
        })
        .await;
    scene
        .sees("comments", async {
            cem.comments_on_answer(&first, "That is a lot of money.").await;
        })
        .await;
    scene
        .sees("answers", async {
            bea.answers(&original, "I like the round one.").await;
        })
        .await;
    let text = json!({ "body": "What I have is too heavy for me by now, really." });
    scene
        .sees("edits a question", async {
            ada.patch(&format!("/questions/{question}"), text).await.is(200);
        })
        .await;
    let text = json!({ "body": "A flat one, even if you can hardly pay for it." });
    scene
        .sees("edits an answer", async {
            bea.patch(&format!("/answers/{first}"), text).await.is(200);
        })
        .await;
    let tags = json!({ "tags": ["kettles", "pots"] });
    scene
        .sees("gives another tag", async {
            ada.patch(&format!("/questions/{question}"), tags).await.is(200);
        })
        .await;
    let text = json!({ "description": "What water is boiled in." });
    scene
        .sees("describes a tag", async {
            mod1.patch("/tags/kettles", text).await.is(200);
        })
        .await;
    let of = json!({ "synonym_of": "kettles" });
    scene
        .sees("makes a tag a synonym", async {
            mod1.patch("/tags/pots", of).await.is(200);
        })
        .await;
    scene
        .sees("hides an answer", async {
            one.moves_post(&first, PostState::Hidden).await;
        })
        .await;
    scene
        .sees("publishes it again", async {
            one.moves_post(&first, PostState::Published).await;
        })
        .await;
    let closure = json!({ "reason": "duplicate", "duplicate_of": original });
    scene
        .sees("closes a question", async {
            mod1.put(&format!("/questions/{question}/closure"), closure).await.is(204);
        })
        .await;
    scene
        .sees("hides what it repeats", async {
            one.moves_post(&original, PostState::Hidden).await;
        })
        .await;
    scene
        .sees("publishes what it repeats", async {
            one.moves_post(&original, PostState::Published).await;
        })
        .await;
    scene
        .sees("locks a question", async {
            mod1.locks(&question).await.is(204);
        })
        .await;
    scene
        .sees("unlocks it", async {
            mod1.delete(&format!("/questions/{question}/lock")).await.is(204);
        })
        .await;
    scene
        .sees("names themselves", async {
            ada.patch("/me", json!({ "display_name": "Ada of the Kettles" })).await.is(200);
        })
        .await;
    scene
        .sees("tells of themselves", async {
            cem.patch("/me", json!({ "bio": "I collect." })).await.is(200);
        })
        .await;
    scene
        .sees("makes a moderator", async {
            root.tries_to_make("cem", "moderator").await.is(200);
        })
        .await;
    scene
        .sees("joins a group", async {
            bea.tries_to_join(group).await.is(200);
        })
        .await;
    scene
        .sees("renames a group", async {
            ada.patch(&format!("/groups/{group}"), json!({ "name": "All the kettles" })).await.is(200);
        })
        .await;
    scene
        .sees("makes a group private", async {
            ada.patch(&format!("/groups/{group}"), json!({ "private": true })).await.is(200);
        })
        .await;
    scene
        .sees("makes it public", async {
            ada.patch(&format!("/groups/{group}"), json!({ "private": false })).await.is(200);
        })
        .await;
    scene
        .sees("renames the site", async {
            root.patch("/admin/settings", json!({ "name": "Kettle town" })).await.is(200);
        })
        .await;
    scene
        .sees("lets a day pass", async {
            one.clock.advance(chrono::Duration::days(1));
        })
        .await;
    scene
        .sees("deletes an answer", async {
            bea.deletes_answer(&first).await.is(204);
        })
        .await;
    scene
        .sees("leaves for good", async {
            cem.tries_to_erase_themselves(PASSWORD).await.is(204);
        })
        .await;
    scene
        .sees("is forgotten", async {
            one.settle().await;
        })
        .await;
    scene
        .sees("hides a question", async {
            one.moves_post(&question, PostState::Hidden).await;
        })
        .await;
    scene
        .sees("publishes a question", async {
            one.moves_post(&question, PostState::Published).await;
        })
        .await;
    scene
        .sees("ends a group", async {
            ada.delete(&format!("/groups/{group}")).await.is(204);
        })
        .await;
    let text = json!({ "title": "Which kettle suits nobody at all?" });
    scene
        .sees("gives another title", async {
            mod1.patch(&format!("/questions/{question}"), text).await.is(200);
        })
        .await;
    scene
        .sees("deletes a question", async {
            one.moves_post(&question, PostState::Deleted).await;
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_look_reads() {
    let mut scene = Scene::new().await;
    let ada = scene.one.member("ada").await;
    let question = ada.asks("Which kettle suits a gooseneck?").await;
    scene.paths = [format!("/questions/{question}"), "/questions".into()].into();
    scene.warm_up().await;

    // Whoever breaks its connection makes it drop all, and look again.
    scene
        .sees("breaks the connection", async {
            let broken = "select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and query like '%pg_current_snapshot%' and pid <> pg_backend_pid()";
            scene.truth.sql(broken).await;
            ada.answers(&question, "The round one.").await;
        })
        .await;
    scene.warm_up().await;

    scene.one.stops_following();
    scene.two.stops_following();
    scene.truth.sql(&format!("update post set title = 'Which kettle is it to be?' where id = '{question}'")).await;
    let done = Instant::now();
    let right = scene.right().await;
    shows(&scene.one, "writes while nobody looks", done, &right).await;
    shows(&scene.two, "writes while nobody looks", done, &right).await;
    // And its own writes at once.
    ada.answers(&question, "The square one.").await;
    let right = scene.right().await;
    for path in &scene.paths {
        assert_eq!(read(&scene.one.visitor(), path).await, right[path.as_str()], "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_transaction_hides_nothing() {
    let mut scene = Scene::new().await;
    let ada = scene.one.member("ada").await;
    let imported = ada.asks("Which kettle was it once?").await;
    let other = ada.asks("Which kettle is it by now?").await;
    scene.paths = [format!("/questions/{imported}"), format!("/questions/{other}"), "/questions".into()].into();
    scene.warm_up().await;

    let mut import = scene.truth.app.kit.db.begin().await.unwrap();
    import.batch_execute(&format!("update post set title = 'Which kettle was it long ago?' where id = '{imported}'")).await.unwrap();
    let horizon = change_feed::xmin(&mut scene.one.app.kit.db.read().await.unwrap()).await.unwrap();
    for n in 0..3 {
        scene
            .sees("answers meanwhile", async {
                ada.answers(&other, &format!("Number {n} is it.")).await;
            })
            .await;
    }
    // What was written before is old by now, and only what has ended is forgotten.
    let rows = scene.one.count("select count(*) from change").await;
    change_feed::delete_before(&mut scene.one.app.kit.db.read().await.unwrap(), &horizon).await.unwrap();
    assert!(scene.one.count("select count(*) from change").await < rows);
    import.commit().await.unwrap();
    let done = Instant::now();
    let right = scene.right().await;
    shows(&scene.one, "imports", done, &right).await;
    shows(&scene.two, "imports", done, &right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_went_back_is_read_anew() {
    let mut scene = Scene::new().await;
    let ada = scene.one.member("ada").await;
    let question = ada.asks("Which kettle suits a gooseneck?").await;
    scene.paths = [format!("/questions/{question}")].into();
    scene.warm_up().await;
    // As a restored dump does: other rows, of which nobody was told, in another table.
    scene
        .truth
        .sql(&format!(
            "alter table post disable trigger user; update post set title = 'Which kettle did it suit?' where id = '{question}';
         alter table post enable trigger user; truncate change"
        ))
        .await;
    let done = Instant::now();
    let right = scene.right().await;
    shows(&scene.one, "restores a dump", done, &right).await;
    shows(&scene.two, "restores a dump", done, &right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_boards_are_right() {
    let mut redis = OwnRedis::start().await;
    let town = Town::planned(Plan { redis_url: Some(redis.url()), ..Plan::keeping(PLENTY) }).await;
    let ada = town.member("ada").await;
    let board = async || town.visitor().get("/leaderboards/points").await.is(200).items();
    assert_eq!(board().await, Vec::<serde_json::Value>::new());
    town.pays(&ada, 10).await;
    town.settle().await;
    assert_eq!(board().await[0]["score"], 10);
    redis.kill();
    town.pays(&ada, 10).await;
    town.settle().await;
    assert_eq!(board().await[0]["score"], 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_known_is_answered_for_themselves() {
    let town = Town::planned(Plan::keeping(PLENTY)).await;
    let (ada, visitor) = (town.member("ada").await, town.visitor());
    let question = ada.asks("Which kettle suits a gooseneck?").await;
    let path = format!("/questions/{question}");
    is_from_memory(&town, &path).await;
    let from_memory = town.answers_from_memory();
    assert_eq!(ada.get(&path).await.is(200).at("/following"), true);
    for token in ["Bearer nonsense", "Bearer rk_nonsense"] {
        visitor.send(Method::GET, &path, None, &[("authorization", token)]).await.is(401);
    }
    assert_eq!(town.answers_from_memory(), from_memory);
    // Nor is a list of tags that somebody wants as CSV, or a hidden question of one's own.
    is_from_memory(&town, "/tags").await;
    for accept in ["text/csv", "TEXT/CSV"] {
        let csv = visitor.send(Method::GET, "/tags", None, &[("accept", accept)]).await.is(200);
        assert!(csv.header("content-type").unwrap().starts_with("text/csv"));
    }
    assert!(visitor.get("/tags").await.is(200).header("content-type").unwrap().starts_with("application/json"));
    town.moves_post(&question, PostState::Hidden).await;
    visitor.get(&path).await.is(404);
    ada.get(&path).await.is(200);
    visitor.get(&path).await.is(404);
    // Cookies say nothing.
    is_from_memory(&town, "//").await;
    let from_memory = town.answers_from_memory();
    visitor.opens_with("/", &[("cookie", "__Host-regulars_refresh=nonsense")]).await.is(200);
    assert_eq!(town.answers_from_memory(), from_memory + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_answer_is_as_it_was_read() {
    let town = Town::planned(Plan::keeping(PLENTY)).await;
    let plain = town.second().await;
    let ada = town.member("ada").await;
    let question = ada.asks_about("Which kettle suits a gooseneck?", &["kettles"]).await;
    ada.answers(&question, &"The round one. ".repeat(200)).await;
    for path in [format!("/questions/{question}"), "/questions".into(), "/site".into(), "//".into(), "//feeds/questions.atom".into()] {
        for coding in ["identity", "gzip"] {
            let ask = async |town: &Town| {
                let address = if path.starts_with("//") { path.clone() } else { format!("/api/v1{path}") };
                let visitor = town.visitor();
                let mut response = visitor.open_at(&address, &[("accept-encoding", coding), ("accept", "text/html")]).await;
                let bytes = response.take_body().into_bytes().await.unwrap();
                let headers = response.headers().clone();
                let bytes = match headers.get("content-encoding") {
                    Some(gzip) if gzip == "gzip" => {
                        let mut whole = Vec::new();
                        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut whole).unwrap();
                        whole
                    }
                    None => bytes.to_vec(),
                    other => panic!("{other:?}"),
                };
                let reply = Reply { status: response.status().as_u16(), headers, body: json!(String::from_utf8(bytes).unwrap()) };
                let (status, text) = said(&reply);
                let headers: BTreeMap<_, Vec<_>> = reply
                    .headers
                    .keys()
                    .map(|name| {
                        let values = reply.headers.get_all(name).iter().map(|value| value.to_str().unwrap());
                        // A page's own nonce, and a request's own id.
                        let differs = ["content-security-policy", "x-request-id"].contains(&name.as_str());
                        (name.to_string(), if differs { vec![] } else { values.map(str::to_owned).collect() })
                    })
                    .collect();
                (status, text, headers, reply)
            };
            let (mut kept, right) = (None, ask(&plain).await);
            wait::until("it is in memory", async || {
                let before = town.answers_from_memory();
                kept = Some(ask(&town).await);
                town.answers_from_memory() > before
            })
            .await;
            let kept = kept.unwrap();
            assert_eq!((kept.0, kept.1, kept.2), (right.0, right.1, right.2), "{path} as {coding}");
            let reply = kept.3;
            // The nonce of a page is the one that its own policy allows.
            if path == "//" {
                let nonce = reply.between("nonce=\"", "\"");
                assert!(reply.header("content-security-policy").unwrap().contains(&format!("'nonce-{nonce}'")));
            }
            // Whoever has it already is told so, by what was read or kept alike.
            if let Some(etag) = reply.header("etag") {
                let address = if path.starts_with("//") { path.clone() } else { format!("/api/v1{path}") };
                for known in [etag, etag.trim_start_matches("W/"), "*"] {
                    let mut again = town.visitor().open_at(&address, &[("accept-encoding", coding), ("if-none-match", known)]).await;
                    assert_eq!(again.status().as_u16(), 304, "{path} as {coding} {known}");
                    assert_eq!(again.headers()["etag"], etag);
                    assert!(again.take_body().into_bytes().await.unwrap().is_empty());
                }
                let other = town.visitor().open_at(&address, &[("accept-encoding", coding), ("if-none-match", "\"0-0\"")]).await;
                assert_eq!(other.status().as_u16(), 200);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_has_an_answer_read_once() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let question = ada.asks("Which kettle suits a gooseneck?").await;
    let wire = Wire::to(town.database_url()).await;
    let server = town.planned_behind(&wire, Plan::keeping(PLENTY)).await;
    let path = format!("/questions/{question}");
    let visitor = server.visitor();
    // The first look drops all.
    wait::until("it has looked", async || server.app.kit.changes.looked().is_some()).await;
    let reads = || {
        let said = wire.said();
        said.statements.iter().filter(|text| text.contains("q.body_markdown")).count()
    };
    reads();
    let answers = join_all((0..50).map(|_| visitor.get(&path))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(reads(), 1);
    // What is not there is everybody's own question.
    let nothing = format!("/questions/{}", uuid::Uuid::now_v7());
    let answers = join_all((0..5).map(|_| visitor.get(&nothing))).await;
    assert!(answers.iter().all(|answer| answer.status == 404));
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_has_a_bound() {
    const BYTES_MAX: u64 = 100_000;
    let town = Town::planned(Plan::keeping(BYTES_MAX)).await;
    let ada = town.member("ada").await;
    for n in 0..20 {
        let question = ada.asks(&format!("Which kettle is number {n} of twenty?")).await;
        ada.answers(&question, &format!("It is number {n}, of course. ").repeat(100)).await;
    }
    let questions = town.rows("select id::text from post where kind = 'question'").await;
    for path in questions.iter().map(|id| format!("/questions/{id}")) {
        town.visitor().get(&path).await.is(200);
        town.visitor().get(&path).await.is(200);
    }
    let bytes = town.app.answer_bytes().await;
    assert!((BYTES_MAX / 4..=BYTES_MAX).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn a_change_is_told_of_once_and_only_if_it_shows() {
    let town = Town::new().await.not_audited();
    let ada = town.member("ada").await;
    for n in 0..70 {
        town.sql(&format!(
            "insert into post (id, kind, question_id, author_id, title, body_markdown, body_html, renderer, created_at)
             select q, 'question', q, '{}', 'Question {n}', 'text', 'text', 1, now() from gen_random_uuid() q",
            ada.id()
        ))
        .await;
    }
    let one = "(select id from post order by id limit 1)";
    for (statement, keys) in [
        (format!("update post_counter set up_votes = up_votes + 1 where post_id = {one}"), "*id* questions"),
        (
            format!(
                "begin; update post set version = 2 where id = {one}; update post_counter set up_votes = up_votes + 1 where post_id = {one}; commit"
            ),
            "*id* questions",
        ),
        (format!("update post_counter set question_id = gen_random_uuid() where post_id = {one}"), "*id*"),
        (format!("update question_listing set active_at = now() where question_id = {one}"), "*id* questions"),
        ("update post set version = 2 where id in (select id from post limit 2)".into(), "*id* *id* questions"),
        ("update post set version = 3".into(), "*"),
        ("update post set version = 3 where false".into(), ""),
        ("update member set trust = 2".into(), ""),
        ("update member set trust = 3, on_leaderboards = false".into(), ""),
        ("update member set bio = 'I collect.'".into(), "*id* member_names"),
        ("update site set name = 'Kettle town'".into(), "site"),
        ("insert into tag (id, name, created_at) values (gen_random_uuid(), 'kettles', now())".into(), "tag_names tags"),
        ("update tag set question_count = 1".into(), "tags"),
        ("update account set email_canonical = 'a'".into(), ""),
        ("insert into reputation (member_id, total) select id, 1 from member".into(), "*id*"),
        (
            "insert into leaderboard (id, metric, period, starts_on) values (gen_random_uuid(), 'points', 'all', '0001-01-01')".into(),
            "leaderboards",
        ),
    ] {
        town.sql("truncate change").await;
        town.sql(&statement).await;
        let told = town.rows("select regexp_replace(key, '^[0-9a-f-]{36}$', '*id*') as key from change order by 1").await;
        assert_eq!(told.join(" "), keys, "{statement}");
    }
}

#[tokio::test]
async fn changes_are_forgotten_after_a_minute_at_the_earliest() {
    let town = Town::new().await;
    town.member("ada").await;
    let mut conn = town.app.kit.db.read().await.unwrap();
    let rows = async || town.count("select count(*) from change").await;
    let before = rows().await;
    assert!(before > 0);
    // Too early, both times.
    town.app.kit.changes.prune(&mut conn).await.unwrap();
    town.app.kit.changes.prune(&mut conn).await.unwrap();
    assert_eq!(rows().await, before);
    // A dump brought a row of a transaction that will never have been.
    town.sql("insert into change (xid, key) values ('9000000000000', 'site')").await;
    // Snapshots reach back to the oldest transaction of the whole server, such as another story's.
    wait::until("all are forgotten", async || {
        let mut conn = town.app.kit.db.read().await.unwrap();
        let xmin = change_feed::xmin(&mut conn).await.unwrap();
        change_feed::delete_before(&mut conn, &xmin).await.unwrap();
        rows().await == 0
    })
    .await;
}

/// What was written, and when it may first and must last have been seen.
struct State {
    from: Instant,
    until: Option<Instant>,
    shown: BTreeMap<String, (u16, String)>,
}

/// Whatever is read at any time is what PostgreSQL answered at some time between the bound before it began and its end.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_nothing_older_than_the_bound_is_read() {
    const ACTS: usize = 60;
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| rand::rng().random());
    println!("SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut scene = Scene::new().await;
    let (ada, bea) = (scene.one.member("ada").await, scene.one.member("bea").await);
    let mut questions = Vec::new();
    for n in 0..3 {
        let question = ada.asks_about(&format!("Which kettle is number {n}, please?"), &["kettles"]).await;
        bea.answers(&question, &format!("It is number {n}, I think.")).await;
        questions.push(question);
    }
    scene.paths = questions.iter().map(|id| format!("/questions/{id}")).collect();
    scene.paths.extend(["/questions?sort=new", "/questions?sort=active", "/members/bea", "//", "/tags/kettles"].map(str::to_owned));
    let owned = |right: BTreeMap<&str, (u16, String)>| right.into_iter().map(|(path, seen)| (path.to_owned(), seen)).collect();
    let mut states = vec![State { from: Instant::now(), until: None, shown: owned(scene.right().await) }];
    scene.warm_up().await;

    let (stop, stopped) = tokio::sync::watch::channel(false);
    let readers: Vec<_> = [&scene.one, &scene.two]
        .iter()
        .enumerate()
        .map(|(server, town)| {
            let (visitor, paths, stopped) = (town.visitor(), scene.paths.clone(), stopped.clone());
            let mut random = StdRng::seed_from_u64(seed ^ (7 + server as u64));
            tokio::spawn(async move {
                let mut reads = Vec::new();
                while !*stopped.borrow() {
                    let path = paths[random.random_range(0..paths.len())].clone();
                    let begun = Instant::now();
                    let seen = read(&visitor, &path).await;
                    reads.push((server, path, begun, Instant::now(), seen));
                }
                reads
            })
        })
        .collect();
    let writers = [&scene.one, &scene.two, &scene.truth];
    for act in 0..ACTS {
        let town = writers[random.random_range(0..writers.len())];
        let (ada, bea) = (ada.at(town), bea.at(town));
        let question = &questions[random.random_range(0..questions.len())];
        let from = Instant::now();
        // One transaction each; what follows from them is delivered later, as an act of its own.
        match random.random_range(0..8) {
            0 => drop(bea.votes_on_question(question, if random.random() { 1 } else { -1 }).await),
            1 => drop(ada.patch(&format!("/questions/{question}"), json!({ "title": format!("Which kettle is it at act {act}?") })).await),
            2 => drop(bea.tries_to_answer(question, &format!("I say this at act {act}.")).await),
            3 => town.moves_post(question, PostState::Hidden).await,
            4 => town.moves_post(question, PostState::Published).await,
            5 => drop(bea.patch("/me", json!({ "display_name": format!("Bea {act}") })).await),
            6 => town.sql(&format!("update tag set description = 'act {act}'")).await,
            _ => {
                town.sql(&format!(
                    "update reputation set total = total + 1; update post_counter set up_votes = up_votes + 1 where post_id = '{question}'"
                ))
                .await
            }
        }
        if let Some(last) = states.last_mut() {
            last.until = Some(Instant::now());
        }
        states.push(State { from, until: None, shown: owned(scene.right().await) });
        // Some time, now and then longer than the bound.
        let reads = if random.random_range(0..10) == 0 { 150 } else { random.random_range(0..15) };
        for _ in 0..reads {
            read(&scene.truth.visitor(), "/site").await;
        }
    }
    stop.send(true).unwrap();
    let (mut checked, mut torn) = (0, 0);
    for reads in join_all(readers).await {
        for (server, path, begun, ended, seen) in reads.unwrap() {
            let is_of = |state: &&State| state.shown[&path] == seen;
            let may_show = |state: &&State| state.from <= ended && state.until.is_none_or(|until| begun <= until + TRUST);
            if !states.iter().filter(may_show).any(|state| is_of(&state)) {
                // An answer of several statements may be torn by a commit between them, wherever it comes from.
                let acts = states.iter().zip(&states[1..]);
                let is_torn = acts
                    .filter_map(|(before, after)| Some((after.from, before.until?)))
                    .any(|(from, until)| from <= ended && begun <= until + TRUST);
                assert!(is_torn && !states.iter().any(|state| is_of(&state)), "SEED={seed}: server {server} shows {path} as {seen:?}");
                torn += 1;
            }
            checked += 1;
        }
    }
    let kept = scene.one.answers_from_memory() + scene.two.answers_from_memory();
    println!("{checked} reads checked, {torn} of them torn; {kept} from memory");
    assert!(checked > ACTS && kept > ACTS as u64, "{checked} reads, {kept} from memory");
}
