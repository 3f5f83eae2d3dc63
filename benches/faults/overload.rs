//! More than the server can do; and as much as it can, without anybody being sent away.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::sleep;

use crate::{
    Finding,
    client::{Client, Requests, Tally, crowd, get, post, steady},
    place::{Place, order},
    process::Site,
};

const ROUND: Duration = Duration::from_secs(5);
const CROWDS: [usize; 5] = [4, 8, 16, 64, 256];
/// Of the best rate.
const GOODPUT_MIN: f64 = 0.9;
const STEADY: f64 = 0.8;

pub async fn run() -> Vec<Finding> {
    let (place, mut server) = Place::serving(Site::new(), async |url| url.to_owned()).await;
    let address = place.site.address;
    let (next, shop_key) = (Arc::new(AtomicU64::new(0)), place.shop_key.clone());
    // Numbers of their own for each round: the same order twice would be an easy one.
    let purchases: Requests = Arc::new(move |_| {
        let number = next.fetch_add(1, Ordering::Relaxed);
        post("/api/v1/purchases", &shop_key, &format!("order-{number}"), &order(number))
    });
    // Statements are prepared, wallets exist, pages are in memory.
    crowd(address, 16, ROUND, &purchases).await;

    let over = Arc::new(AtomicBool::new(false));
    let health = tokio::spawn(is_ready(address, over.clone()));
    let mut rounds: Vec<(usize, Tally)> = CROWDS.map(|clients| (clients, Tally::default())).into();
    // Up and down again: what the database does beside, now and then, is not for those alone whose turn it is.
    for at in (0..CROWDS.len()).chain((0..CROWDS.len()).rev()) {
        let tally = crowd(address, CROWDS[at], ROUND, &purchases).await;
        rounds[at].1.extend(tally);
    }
    over.store(true, Ordering::Relaxed);
    let (asked, refused) = health.await.expect("it only asks");
    let best = rounds.iter().map(|(_, tally)| tally.rate()).fold(0.0, f64::max);
    let told = |(clients, tally): &(usize, Tally)| format!("{clients}: {:.0}/s and {} of 503", tally.rate(), tally.count(503));
    let seen = rounds.iter().map(told).collect::<Vec<_>>().join("; ");
    let goodput = rounds.last().map_or(0.0, |(_, tally)| tally.rate()) / best;
    let bad = |tally: &Tally| tally.statuses.keys().any(|status| !matches!(status, 200..300 | 503));
    let mut findings = vec![
        Finding::new(
            "purchases by 4 to 256 clients at once",
            format!("{seen}; the last is {goodput:.2} of the best"),
            "at least 0.9 of the best rate at 256",
            goodput >= GOODPUT_MIN && !rounds.iter().any(|(_, tally)| bad(tally)),
        ),
        Finding::new("readiness meanwhile", format!("asked {asked} times, not ready {refused} times"), "always ready", refused == 0),
    ];

    let mut tally = steady(address, STEADY * best, 2 * ROUND, &purchases).await;
    findings.push(Finding::new(
        format!("{:.0} purchases a second, {STEADY} of the best rate", STEADY * best),
        format!("{} answered well, {} of 503; 99 of 100 within {} ms", tally.good(), tally.count(503), tally.p99().as_millis()),
        "nobody is sent away",
        tally.good() > 0 && tally.good() == tally.statuses.values().sum::<usize>(),
    ));
    findings.push(one_members_crowd(&place).await);
    server.end();
    place.end();
    findings
}

/// How often readiness was asked for, and how often it was refused.
async fn is_ready(address: SocketAddr, over: Arc<AtomicBool>) -> (usize, usize) {
    let (mut client, request) = (Client::new(address), get("/health/ready", None));
    let (mut asked, mut refused) = (0, 0);
    while !over.load(Ordering::Relaxed) {
        asked += 1;
        refused += usize::from(!matches!(client.send(&request).await, Ok((200, _))));
        sleep(Duration::from_millis(50)).await;
    }
    (asked, refused)
}

/// One member redeems thirty rewards at once, ten times, while a stranger looks at their points.
async fn one_members_crowd(place: &Place) -> Finding {
    let (admin, greedy, stranger) = (place.administrator().await, place.member("greedy").await, place.member("stranger").await);
    let address = place.site.address;
    let form = json!({ "name": "Mug", "kind": "free_shipping", "price_points": 1 });
    let (_, reward) = place.site.send("POST", "/admin/rewards", Some(&admin), "mug", Some(&form)).await.expect("an answer");
    let points = json!({ "handle": "greedy", "points": 1_000, "reason": "For a crowd." });
    let given = place.site.send("POST", "/admin/adjustments", Some(&admin), "points", Some(&points)).await;
    assert_eq!(given.as_ref().map(|(status, _)| *status), Some(201), "{given:?}");
    let redemption = json!({ "reward_id": reward["reward"]["id"] });
    let looks: Requests = {
        let request = get("/api/v1/me/points", Some(&stranger));
        Arc::new(move |_| request.clone())
    };
    let crowds = async {
        let (mut good, mut busy) = (0, 0);
        for round in 0..10 {
            let sent = (0..30).map(|n| {
                let request = post("/api/v1/redemptions", &greedy, &format!("mug-{round}-{n}"), &redemption);
                async move { Client::new(address).send(&request).await }
            });
            for answer in join_all(sent).await {
                match answer {
                    Ok((201, _)) => good += 1,
                    _ => busy += 1,
                }
            }
        }
        (good, busy)
    };
    let ((good, busy), mut looked) = tokio::join!(crowds, crowd(address, 1, ROUND, &looks));
    let refused = looked.statuses.values().sum::<usize>() - looked.good();
    Finding::new(
        "one member redeems 30 rewards at once, 10 times; a stranger looks at their points",
        format!(
            "{good} of 300 done, {busy} refused; the stranger was answered {} times, 99 of 100 within {} ms, and refused {refused} times",
            looked.good(),
            looked.p99().as_millis()
        ),
        "nobody is sent away",
        busy == 0 && refused == 0,
    )
}
