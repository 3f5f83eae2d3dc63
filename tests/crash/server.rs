//! A thousand writes by several clients, while the server and its database are killed under them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};

use crate::town::{
    PASSWORD,
    process::{ADMIN, Site},
};

const CLIENTS: usize = 6;
const WRITES_EACH: usize = 167;

/// Sends again, with the same key, until there is an answer that will not change.
async fn insist(site: &Site, method: &str, path: &str, token: &str, key: &str, body: &Value) -> (u16, Value) {
    for _ in 0..600 {
        match site.send(method, path, Some(token), key, Some(body)).await {
            Some((status, answer)) if status < 500 && answer["code"] != "request_in_progress" => return (status, answer),
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("{method} {path} is never answered");
}

async fn sign_in(site: &Site, email: &str) -> String {
    let form = json!({ "email": email, "password": PASSWORD });
    let (status, answer) = insist(site, "POST", "/auth/login", "", "", &form).await;
    assert_eq!(status, 200, "{answer}");
    answer["access_token"].as_str().expect("a token").to_owned()
}

/// What a client was told.
#[derive(Default)]
struct Told {
    purchases: Vec<(String, i64)>,
    redemptions: Vec<String>,
    questions: Vec<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes more than a minute in a debug build"]
async fn no_acknowledged_write_is_lost_and_none_is_done_twice() {
    let site = Arc::new(Site::new());
    let made = site.run(&["admin", "api-key", "--partner", "shop", "--scopes", "purchases:write"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let shop = String::from_utf8_lossy(&made.stdout).trim().to_owned();
    let mut server = site.serve().await;

    let admin = sign_in(&site, ADMIN).await;
    let form = json!({ "name": "Mug", "kind": "free_shipping", "price_points": 3, "supplied": 40 });
    let (status, reward) = insist(&site, "POST", "/admin/rewards", &admin, "mug", &form).await;
    assert_eq!(status, 201, "{reward}");
    let reward = reward["reward"]["id"].as_str().expect("an id").to_owned();
    let (status, question) = insist(&site, "POST", "/questions", &admin, "", &ask("What do you drink here?")).await;
    assert_eq!(status, 201, "{question}");
    let question = question["id"].as_str().expect("an id").to_owned();
    let mut tokens = Vec::new();
    for client in 0..CLIENTS {
        let email = format!("client{client}@town.example");
        let form = json!({ "email": email, "password": PASSWORD, "handle": format!("client-no-{client}") });
        let (status, answer) = insist(&site, "POST", "/auth/register", "", "", &form).await;
        assert_eq!(status, 202, "{answer}");
        tokens.push(sign_in(&site, &email).await);
    }

    let answered = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = tokens
        .iter()
        .cloned()
        .enumerate()
        .map(|(client, token)| {
            let (site, answered, shop, reward, question) = (site.clone(), answered.clone(), shop.clone(), reward.clone(), question.clone());
            tokio::spawn(async move {
                let mut told = Told::default();
                for write in 0..WRITES_EACH {
                    match write % 10 {
                        0 => {
                            let form = ask(&format!("Question {write} of client {client}"));
                            let (status, answer) = insist(&site, "POST", "/questions", &token, "", &form).await;
                            assert!(matches!(status, 201 | 429), "{answer}");
                            told.questions.extend(answer["id"].as_str().map(str::to_owned));
                        }
                        1 | 2 => {
                            let form = json!({ "value": if write % 3 == 0 { 0 } else { 1 } });
                            let (status, answer) = insist(&site, "PUT", &format!("/questions/{question}/vote"), &token, "", &form).await;
                            assert!(matches!(status, 200 | 204 | 429), "{answer}");
                        }
                        3 => {
                            let form = json!({ "reward_id": reward });
                            let key = format!("redeem-{client}-{write}");
                            let (status, answer) = insist(&site, "POST", "/redemptions", &token, &key, &form).await;
                            assert!(matches!(status, 201 | 409), "{answer}");
                            if status == 201 {
                                told.redemptions.push(answer["id"].as_str().expect("an id").to_owned());
                            }
                        }
                        _ => {
                            let order = format!("order-{client}-{write}");
                            let form = order_form(client, &order);
                            let (status, answer) = insist(&site, "POST", "/purchases", &shop, &order, &form).await;
                            assert_eq!(status, 201, "{answer}");
                            let id = answer["purchase_id"].as_str().expect("an id").to_owned();
                            told.purchases.push((id, answer["points"].as_i64().expect("points")));
                        }
                    }
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                told
            })
        })
        .collect();

    for (at, postgres) in [(250, false), (500, true), (750, false)] {
        while answered.load(Ordering::Relaxed) < at && !clients.iter().all(|client| client.is_finished()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        println!("{} answered; killing {}", answered.load(Ordering::Relaxed), if postgres { "PostgreSQL" } else { "the server" });
        if postgres {
            site.kill_postgres();
        } else {
            server.end();
            server = site.serve().await;
        }
    }
    let mut redeemed = 0;
    for (client, (token, told)) in tokens.iter().zip(clients).enumerate() {
        let told = told.await.expect("the client got all its answers");
        let (_, points) = insist(&site, "GET", "/me/points", token, "", &Value::Null).await;
        let earned: i64 = told.purchases.iter().map(|(_, points)| points).sum();
        let spent = 3 * told.redemptions.len() as i64;
        assert_eq!(points["available"].as_i64(), Some(earned - spent), "{points}");
        redeemed += told.redemptions.len();
        for id in &told.questions {
            assert_eq!(insist(&site, "GET", &format!("/questions/{id}"), token, "", &Value::Null).await.0, 200);
        }
        // Sent once more, an order is answered as it was.
        let (id, _) = told.purchases.last().expect("a purchase");
        let last = (0..WRITES_EACH).rev().find(|write| write % 10 > 3).unwrap_or_default();
        let order = format!("order-{client}-{last}");
        let (status, answer) = insist(&site, "POST", "/purchases", &shop, &order, &order_form(client, &order)).await;
        assert_eq!((status, answer["purchase_id"].as_str()), (201, Some(id.as_str())), "{answer}");
    }
    assert!(redeemed <= 40, "{redeemed} of 40 mugs are gone");
    server.end();
    site.verify();
}

fn ask(title: &str) -> Value {
    json!({ "title": title, "body": "Tell us, please, in a sentence or two.", "tags": ["drinks"] })
}

fn order_form(client: usize, order: &str) -> Value {
    let hash: String =
        regulars::kit::secret::hash(&format!("client{client}@town.example")).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "member": { "email_sha256": hash },
        "order_id": order,
        // Long enough ago for its points to be spent at once.
        "purchased_at": "2026-01-10T12:00:00Z",
        "currency": "EUR",
        "lines": [{ "sku": "beans", "quantity": 1, "unit_minor": 725 }],
    })
}
