//! Redis dies, or is emptied, while leaderboards are read.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};

use crate::{
    Finding,
    client::{Client, get},
    place::Place,
    process::Site,
    times,
    writers::Writers,
};

const BOARD: &str = "/api/v1/leaderboards/points?period=all&limit=50";

pub async fn run() -> Vec<Finding> {
    let promise = "every answer is right, and as soon as usual but for 50 ms";
    let deaths = times("REDIS_DEATHS", 20);
    let (place, mut server) = Place::serving(Site::new(), async |url| url.to_owned()).await;
    let socket = place.site.data_dir().join("redis/redis.sock");
    if !socket.exists() {
        return vec![Finding::skipped("Redis killed or emptied", "there is no Redis program here", promise)];
    }
    // Enough orders for a board, and then a truth that stands still.
    let writers = Writers::start(place.site.address, &place.shop_key);
    writers.write(500).await;
    writers.stop().await;
    while place.rows("select count(*) from outbox_event").await != ["0"] {
        sleep(Duration::from_millis(50)).await;
    }
    let (mut client, request) = (Client::new(place.site.address), get(BOARD, None));
    let truth = client.send(&request).await.expect("a board");
    let (mut reads, mut wrong, mut slowest) = (0, 0, Duration::ZERO);
    for death in 0..deaths {
        if death % 2 == 0 {
            kill(&socket).await
        } else {
            empty(&socket).await
        }
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(500) {
            let asked = Instant::now();
            let answer = client.send(&request).await;
            slowest = slowest.max(asked.elapsed());
            reads += 1;
            if !answer.is_ok_and(|answer| answer == truth) {
                wrong += 1;
            }
        }
    }
    server.end();
    place.end();
    vec![Finding::new(
        format!("Redis {deaths} times killed or emptied, in turn"),
        format!("{reads} boards read, {wrong} wrong; the slowest took {} ms", slowest.as_millis()),
        promise,
        truth.0 == 200 && wrong == 0 && slowest < Duration::from_millis(500),
    )]
}

async fn command<T: redis::FromRedisValue>(socket: &std::path::Path, words: &[&str]) -> Option<T> {
    let client = redis::Client::open(format!("redis+unix://{}", socket.display())).ok()?;
    let mut connection = client.get_multiplexed_async_connection().await.ok()?;
    let mut command = redis::Cmd::new();
    words.iter().for_each(|word| {
        command.arg(word);
    });
    command.query_async(&mut connection).await.ok()
}

async fn kill(socket: &std::path::Path) {
    let info: Option<String> = command(socket, &["INFO", "server"]).await;
    let pid = info.and_then(|info| info.lines().find_map(|line| line.strip_prefix("process_id:")?.trim().parse().ok()));
    if let Some(pid) = pid.and_then(Pid::from_raw) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

async fn empty(socket: &std::path::Path) {
    // It may still be starting after its last death.
    while command::<String>(socket, &["FLUSHALL"]).await.is_none() {
        sleep(Duration::from_millis(20)).await;
    }
}
