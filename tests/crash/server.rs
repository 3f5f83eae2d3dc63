//! A thousand writes by several clients, while the server and its database are killed under them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    PASSWORD,
    process::{ADMIN, Site},
    wait,
};

/// Enough members for nobody to reach a rate limit.
const CLIENTS: usize = 20;
const WRITES_EACH: usize = 50;
/// Fewer than are wanted.
const MUGS: usize = 80;
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends again, with the same key, until there is an answer that will not change.
async fn insist(site: &Site, method: &str, path: &str, token: &str, key: &str, body: &Value) -> (u16, Value) {
    let begun = Instant::now();
    loop {
        let answer = site.send(method, path, Some(token), key, Some(body)).await;
        match answer {
            Some((status, answer)) if status < 500 && answer["code"] != "request_in_progress" => return (status, answer),
            _ => assert!(begun.elapsed() < PATIENCE, "{method} {path} has no better answer than {answer:?}"),
        }
        wait::before_another_try().await;
    }
}

/// Somebody with a session.
struct Client {
    number: usize,
    access_token: String,
    refresh_token: String,
}

async fn sign_in(site: &Site, email: &str, number: usize) -> Client {
    let form = json!({ "email": email, "password": PASSWORD });
    let (status, answer) = insist(site, "POST", "/auth/login", "", "", &form).await;
    assert_eq!(status, 200, "{answer}");
    Client { number, access_token: text(&answer["access_token"]), refresh_token: text(&answer["refresh_token"]) }
}

async fn join(site: &Site, number: usize) -> Client {
    let form = json!({ "email": email(number), "password": PASSWORD, "handle": format!("client-no-{number}") });
    let (status, answer) = insist(site, "POST", "/auth/register", "", "", &form).await;
    assert_eq!(status, 202, "{answer}");
    sign_in(site, &email(number), number).await
}

/// What everybody writes to.
struct Scene {
    site: Site,
    shop: String,
    reward: String,
    question: String,
    answered: AtomicUsize,
}

/// What a client was told.
#[derive(Default)]
struct Acknowledged {
    vote: i64,
    purchases: Vec<(String, i64)>,
    redemptions: usize,
    questions: Vec<String>,
}

async fn writes(scene: &Scene, client: &Client) -> Acknowledged {
    let (site, token, number) = (&scene.site, &client.access_token, client.number);
    let mut told = Acknowledged::default();
    for write in 0..WRITES_EACH {
        match write % 10 {
            0 => {
                let form = ask(&format!("Question {write} of client {number}"));
                let (status, answer) = insist(site, "POST", "/questions", token, "", &form).await;
                // A question whose answer was cut off is there when it is asked again.
                assert!(status == 201 || answer["code"] == "duplicate_post", "{answer}");
                told.questions.extend((status == 201).then(|| text(&answer["id"])));
            }
            1 | 2 => {
                let value = i64::from((write + number) % 3 != 0);
                let path = format!("/questions/{}/vote", scene.question);
                let (status, answer) = insist(site, "PUT", &path, token, "", &json!({ "value": value })).await;
                assert_eq!(status, 200, "{answer}");
                told.vote = value;
            }
            9 => {
                let form = json!({ "reward_id": scene.reward });
                let (status, answer) = insist(site, "POST", "/redemptions", token, &format!("mug-{number}-{write}"), &form).await;
                assert!(matches!(status, 201 | 409), "{answer}");
                told.redemptions += usize::from(status == 201);
            }
            _ => {
                let order = order(number, write);
                let (status, answer) = insist(site, "POST", "/purchases", &scene.shop, &text(&order["order_id"]), &order).await;
                assert_eq!(status, 201, "{answer}");
                told.purchases.push((text(&answer["purchase_id"]), answer["points"].as_i64().expect("points")));
            }
        }
        scene.answered.fetch_add(1, Ordering::Relaxed);
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_and_none_is_done_twice() {
    let site = Site::new();
    let made = site.run(&["admin", "api-key", "--partner", "shop", "--scopes", "purchases:write"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let shop = String::from_utf8_lossy(&made.stdout).trim().to_owned();
    let mut server = site.serve().await;

    let admin = sign_in(&site, ADMIN, CLIENTS).await;
    let form = json!({ "name": "Mug", "kind": "free_shipping", "price_points": 3, "supplied": MUGS });
    let (status, reward) = insist(&site, "POST", "/admin/rewards", &admin.access_token, "mug", &form).await;
    assert_eq!(status, 201, "{reward}");
    let (status, question) = insist(&site, "POST", "/questions", &admin.access_token, "", &ask("What do you drink here?")).await;
    assert_eq!(status, 201, "{question}");
    let clients = join_all((0..CLIENTS).map(|number| join(&site, number))).await;
    let scene = Scene { site, shop, reward: text(&reward["reward"]["id"]), question: text(&question["id"]), answered: AtomicUsize::new(0) };
    let (scene, clients) = (Arc::new(scene), Arc::new(clients));
    let writing: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (scene, clients) = (scene.clone(), clients.clone());
            tokio::spawn(async move { writes(&scene, &clients[number]).await })
        })
        .collect();

    let site = &scene.site;
    for (at, postgres) in [(250, false), (500, true), (750, false)] {
        let is_time = async || scene.answered.load(Ordering::Relaxed) >= at || writing.iter().all(|client| client.is_finished());
        wait::until_within(3 * PATIENCE, || format!("{at} writes are answered"), is_time).await;
        if postgres {
            site.kill_postgres().await;
        } else {
            server.end();
            server = site.serve().await;
        }
    }
    let (mut mugs, mut votes) = (0, 0);
    for (client, told) in clients.iter().zip(writing) {
        let (told, token) = (told.await.expect("the client got all its answers"), &client.access_token);
        let (_, points) = insist(site, "GET", "/me/points", token, "", &Value::Null).await;
        let earned: i64 = told.purchases.iter().map(|(_, points)| points).sum();
        assert_eq!(points["available"].as_i64(), Some(earned - 3 * told.redemptions as i64), "{points}");
        (mugs, votes) = (mugs + told.redemptions, votes + told.vote);
        for id in &told.questions {
            assert_eq!(insist(site, "GET", &format!("/questions/{id}"), token, "", &Value::Null).await.0, 200);
        }
        // Sent once more, an order is answered as it was.
        let (id, _) = told.purchases.last().expect("a purchase");
        let last = order(client.number, WRITES_EACH - 2);
        let (status, answer) = insist(site, "POST", "/purchases", &scene.shop, &text(&last["order_id"]), &last).await;
        assert_eq!((status, answer["purchase_id"].as_str()), (201, Some(id.as_str())), "{answer}");
    }
    let (_, admin_sees) = insist(site, "GET", "/tags/drinks", &admin.access_token, "", &Value::Null).await;
    let asked = CLIENTS * WRITES_EACH.div_ceil(10) + 1;
    assert_eq!(admin_sees["question_count"].as_u64(), Some(asked as u64), "every question stands once: {admin_sees}");
    assert_eq!(mugs, MUGS, "every mug finds somebody, once");
    let (_, question) = insist(site, "GET", &format!("/questions/{}", scene.question), &admin.access_token, "", &Value::Null).await;
    assert_eq!(question["score"].as_i64(), Some(votes), "{question}");
    server.end();
    site.verify();

    let logs = site.logs();
    assert!(logs.contains("record_purchase") && logs.contains("DEBUG"), "the server logs all it can");
    let tokens = [&clients[0], &admin].into_iter().flat_map(|client| [&client.access_token, &client.refresh_token]);
    assert!(!logs.contains("with parameters"), "what is bound to statements is not logged");
    for secret in tokens.map(String::as_str).chain([PASSWORD, &scene.shop, "$argon2"]) {
        assert!(secret.len() > 6, "{secret:?} is no secret");
        assert!(!logs.contains(secret), "a secret is logged: {:?}", logs.lines().find(|line| line.contains(secret)));
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn email(client: usize) -> String {
    format!("client{client}@town.example")
}

fn ask(title: &str) -> Value {
    json!({ "title": title, "body": format!("{title}? Tell us, please, in a sentence or two."), "tags": ["drinks"] })
}

fn order(client: usize, write: usize) -> Value {
    let hash: String = regulars::kit::secret::hash(&email(client)).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "member": { "email_sha256": hash },
        "order_id": format!("order-{client}-{write}"),
        // Long enough ago for its points to be spent at once.
        "purchased_at": "2026-01-10T12:00:00Z",
        "currency": "EUR",
        "lines": [{ "sku": "beans", "quantity": 1, "unit_minor": 725 }],
    })
}
