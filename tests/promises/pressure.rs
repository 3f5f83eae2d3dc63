//! What happens when there is too much to do, or the database is away.

use std::time::{Duration, Instant};

use diesel_async::SimpleAsyncConnection;
use futures_util::future::join_all;
use regulars::kit::Tx;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{PASSWORD, Person, Plan, Reply, Town, Wire, wait};

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_pool_answers_503_and_soon() {
    let town = Town::planned(Plan { connections_max: 2, ..Plan::default() }).await;
    let visitor = town.visitor();
    let taken = (town.app.kit.db.begin().await.unwrap(), town.app.kit.db.begin().await.unwrap());
    let started = Instant::now();
    let reply = visitor.get("/tags").await.refused(503, "unavailable");
    assert_eq!(reply.header("retry-after"), Some("1"));
    // The wait for a connection is a second; a minute would mean that there is no bound.
    assert!(started.elapsed() < Duration::from_secs(10));
    // Whether the server is ready does not depend on how much it has to do.
    for path in ["//health/live", "//health/ready", "//metrics"] {
        visitor.get(path).await.is(200);
    }
    drop(taken);
    wait::until("the pool recovers", async || visitor.get("/tags").await.status == 200).await;
}

#[tokio::test]
async fn a_refused_or_abandoned_write_leaves_nothing_and_keeps_the_connection() {
    let town = Town::planned(Plan { connections_max: 1, ..Plan::default() }).await;
    let ada = town.member("ada").await;
    for n in 0..20 {
        let form = json!({ "email": format!("x{n}@town.example"), "password": PASSWORD, "handle": "ada" });
        town.visitor().post("/auth/register", form).await.refused(409, "handle_taken");
        // A client that goes away in the middle drops the handler's future.
        let gone = ada.get("/me/points");
        let _ = tokio::time::timeout(Duration::from_micros(50 * n), gone).await;
    }
    ada.get("/me/points").await.is(200);
    assert_eq!(town.count("select count(*) from member").await, 1);
}

#[tokio::test]
async fn rate_limits_answer_429_and_say_when_to_come_back() {
    let town = Town::planned(Plan { rate_limits: true, ..Plan::default() }).await;
    let guess = json!({ "email": "ada@town.example", "password": "a wrong password" });
    for _ in 0..6 {
        town.visitor().post("/auth/login", guess.clone()).await.refused(401, "bad_credentials");
    }
    let refused = town.visitor().post("/auth/login", guess).await.refused(429, "rate_limited");
    assert!(refused.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok_and(|seconds| seconds >= 1)));
}

/// A transaction that has locked what these statements lock.
async fn locked(town: &Town, statement: &str) -> Tx {
    let mut tx = town.app.kit.background_db.begin().await.expect("a transaction");
    tx.batch_execute(statement).await.expect("a lock");
    tx
}

/// Thirty requests of one caller at once, which all need what somebody else has locked; returns when some of them wait for it.
async fn crowd(
    town: &Town,
    person: &Person,
    path: &str,
    body: impl Fn(usize) -> serde_json::Value,
    key: impl Fn(usize) -> String,
) -> JoinSet<Reply> {
    let mut crowd = JoinSet::new();
    for n in 0..30 {
        let (person, path, body, key) = (person.clone(), path.to_owned(), body(n), key(n));
        crowd.spawn(async move { person.post_once(&path, &key, body).await });
    }
    town.waits_for_locks(1).await;
    crowd
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callers_crowd_that_waits_is_felt_by_no_stranger() {
    let town = Town::new().await;
    let (ada, bea, admin) = (town.member("ada").await, town.member("bea").await, town.admin("rosa").await);
    let shop = town.partner("shop", "purchases:write").await;
    for person in [&ada, &bea] {
        town.pays(person, 100).await;
    }
    let mug = admin.offers("Mug", 1, json!({ "kind": "free_shipping" })).await;
    let wallet = format!("select 1 from wallet where member_id = '{}' for update", ada.id());
    let order = |n: usize| {
        json!({
            "member": { "email_sha256": email_sha256("ada@town.example") },
            "order_id": format!("order-{n}"),
            "purchased_at": "2026-01-10T12:00:00Z",
            "currency": "EUR",
            "lines": [{ "sku": "beans", "quantity": 1, "unit_minor": 725 }],
        })
    };
    for crowd_number in 0..3 {
        let lock = locked(&town, &wallet).await;
        let mut waiting = match crowd_number {
            0 => crowd(&town, &ada, "/redemptions", |_| json!({ "reward_id": mug }), |n| format!("mug-{n}")).await,
            // They wait for the first of them, too.
            1 => crowd(&town, &ada, "/redemptions", |_| json!({ "reward_id": mug }), |_| "one-mug".to_owned()).await,
            _ => crowd(&town, &shop, "/purchases", order, |n| format!("order-{n}")).await,
        };
        bea.get("/me/points").await.is(200);
        town.visitor().get("/questions").await.is(200);
        bea.redeems(&mug, &format!("bea-{crowd_number}")).await.is(201);
        town.visitor().get("//health/ready").await.is(200);
        drop(lock);
        while waiting.join_next().await.is_some() {}
    }
}

fn email_sha256(email: &str) -> String {
    regulars::kit::secret::hash(email).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_members_crowd_is_served_in_turn() {
    let town = Town::new().await;
    let (ada, admin) = (town.member("ada").await, town.admin("rosa").await);
    town.pays(&ada, 20).await;
    let mug = admin.offers("Mug", 1, json!({ "kind": "free_shipping" })).await;
    let keys: Vec<_> = (0..30).map(|n| format!("mug-{n}")).collect();
    let replies = join_all(keys.iter().map(|key| ada.redeems(&mug, key))).await;
    let (done, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 201);
    assert_eq!((done.len(), refused.len()), (20, 10));
    refused.into_iter().for_each(|reply| {
        reply.refused(409, "insufficient_points");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_and_background_work_do_not_wait_for_each_other() {
    let town = Town::planned(Plan { connections_max: 1, ..Plan::default() }).await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks("Which grinder is best?").await;
    let mut stream = ada.listens(None).await;
    bea.answers(&question, "All of them.").await;
    let busy = town.app.kit.db.begin().await.unwrap();
    town.settle().await;
    assert_eq!(stream.next().await.unwrap().data["kind"], "question_answered");
    drop(busy);

    let mut working = Vec::new();
    for _ in 0..4 {
        working.push(town.app.kit.background_db.begin().await.unwrap());
    }
    ada.get("/me/points").await.is(200);
    ada.asks("Which kettle is best?").await;
}

/// What answers while the database is away, and after so long is all right again.
async fn comes_back_within(patience: Duration, ask: impl AsyncFn() -> Reply) {
    let begun = Instant::now();
    loop {
        let reply = ask().await;
        assert!(begun.elapsed() < patience, "after {:?} still {}: {:#}", begun.elapsed(), reply.status, reply.body);
        if reply.status < 400 {
            return;
        }
        assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")), "{:#}", reply.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn frozen_connections_are_given_up() {
    const SOON: Duration = Duration::from_secs(10);
    let town = Town::new().await;
    let wire = Wire::to(town.database_url()).await;
    let server = town.behind(&wire).await;
    let (ada, bea) = (town.member("ada").await.at(&server), town.member("bea").await.at(&server));
    let question = ada.asks("Which grinder is best?").await;
    let mut stream = ada.listens(None).await;

    // Connections of requests, of health, of streams and of the delivery of events: those that are idle, and one in the
    // middle of a transaction.
    join_all((0..8).map(|_| bea.get("/questions"))).await;
    server.visitor().get("//health/ready").await.is(200);
    server.app.deliver_events().await.unwrap();
    let open = server.app.kit.db.begin().await.unwrap();
    wire.freeze();
    let background = tokio::spawn({
        let app = server.app.clone();
        async move {
            let begun = Instant::now();
            while app.deliver_events().await.is_err() {}
            begun.elapsed()
        }
    });
    let visitor = server.visitor();
    let asks = json!({ "title": "Which kettle is best?", "body": "I boil two cups a day and have little room.", "tags": ["kettles"] });
    tokio::join!(
        comes_back_within(SOON, async || visitor.get("//health/ready").await),
        comes_back_within(SOON, async || visitor.get("/questions").await),
        comes_back_within(SOON, async || bea.get("/me/points").await),
        comes_back_within(SOON, async || bea.post("/questions", asks.clone()).await),
    );
    assert!(background.await.unwrap() < SOON, "events go on");
    drop(open);
    bea.answers(&question, "All of them.").await;
    server.settle().await;
    assert_eq!(stream.next().await.unwrap().data["kind"], "question_answered");
    for _ in 0..20 {
        visitor.get("/questions").await.is(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_not_given_on_in_the_middle_of_a_statement() {
    let town = Town::planned(Plan { connections_max: 1, ..Plan::default() }).await;
    let pid = "select pg_backend_pid()::text as pid";
    let backend = async || {
        #[derive(diesel::QueryableByName)]
        struct Backend {
            #[diesel(sql_type = diesel::sql_types::Text)]
            pid: String,
        }
        let mut conn = town.app.kit.db.read().await.unwrap();
        diesel_async::RunQueryDsl::get_result::<Backend>(diesel::sql_query(pid), &mut *conn).await.unwrap().pid
    };
    let first = backend().await;
    assert_eq!(backend().await, first, "a connection is used again");
    {
        let mut conn = town.app.kit.db.read().await.unwrap();
        let runs = "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
        tokio::select! {
            ended = conn.batch_execute("select pg_sleep(2)") => panic!("it ended: {ended:?}"),
            () = wait::until("it runs", async || town.count(runs).await == 1) => {}
        }
    }
    assert_ne!(backend().await, first, "unless its statement was abandoned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_in_doubt_is_found_by_the_same_request() {
    let town = Town::new().await;
    let wire = Wire::to(town.database_url()).await;
    let server = town.behind(&wire).await;
    let (ada, admin) = (town.member("ada").await, town.admin("rosa").await);
    town.pays(&ada, 20).await;
    let mug = admin.offers("Mug", 1, json!({ "kind": "free_shipping" })).await;
    let ada = ada.at(&server);
    wire.cut_commits(2);
    for n in 0..10 {
        ada.insists_on(&mug, &format!("mug-{n}")).await.is(201);
    }
    assert!(wire.commits_cut() > 0);
    wire.cut_commits(0);
    assert_eq!(ada.holdings().await.0, 10, "ten mugs, each once");
}

/// Passwords take long to hash, and anybody may send them.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_signs_in_leaves_places_to_others() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let account = format!("select 1 from account where member_id = '{}' for update", ada.id());
    let lock = locked(&town, &account).await;
    let visitor = town.visitor();
    let form = |_| json!({ "email": "ada@town.example", "password": PASSWORD });
    let mut waiting = crowd(&town, &visitor, "/auth/login", form, |n| n.to_string()).await;
    bea.asks("Who else writes meanwhile?").await;
    bea.get("/me/points").await.is(200);
    drop(lock);
    while let Some(reply) = waiting.join_next().await {
        reply.expect("an answer").is(200);
    }
}
