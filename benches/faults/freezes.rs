//! The network swallows every connection to PostgreSQL that is open, without a word.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{
    Finding,
    client::{Client, get},
    place::Place,
    process::Site,
    times,
    wire::Wire,
    writers::{Writers, none_wrong},
};

const PROMISE_S: f64 = 10.0;

pub async fn run() -> Vec<Finding> {
    let freezes = times("FREEZES", 5);
    let mut wire = None;
    let (place, mut server) = Place::serving(Site::new(), async |url| {
        let laid = Wire::to(url).await;
        let url = laid.url().to_owned();
        wire = Some(laid);
        url
    })
    .await;
    let wire = wire.expect("it was laid");
    let writers = Writers::start(place.site.address, &place.shop_key);
    let mut longest_s = 0.0_f64;
    for _ in 0..freezes {
        writers.write(50).await;
        wire.freeze();
        let begun = Instant::now();
        let address = place.site.address;
        tokio::join!(works(address, "/api/v1/questions"), works(address, "/health/ready"), writers.write(20));
        longest_s = longest_s.max(begun.elapsed().as_secs_f64());
    }
    let (orders, busy, wrong) = writers.stop().await;
    let (holds, seen) = place.has_once(&orders).await;
    server.end();
    place.end();
    vec![Finding::new(
        format!("{freezes} times all connections to PostgreSQL frozen"),
        format!("reads, writes and readiness back after {longest_s:.1} s at most; {seen}; {busy} answers of 503, {} wrong", wrong.len()),
        "back within 10 s",
        holds && none_wrong(&wrong) && longest_s <= PROMISE_S,
    )]
}

/// Returns when ten in a row are answered well.
async fn works(address: SocketAddr, path: &str) {
    let (mut client, request, mut good) = (Client::new(address), get(path, None), 0);
    while good < 10 {
        good = if matches!(client.send(&request).await, Ok((200, _))) { good + 1 } else { 0 };
        sleep(Duration::from_millis(20)).await;
    }
}
