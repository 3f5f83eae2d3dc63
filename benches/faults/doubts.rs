//! The connection to PostgreSQL breaks after a commit, before its answer.

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    Finding,
    place::Place,
    process::Site,
    times,
    wire::Wire,
    writers::{Writers, none_wrong},
};

/// Commits between two that are cut.
const ONE_IN: usize = 5;

pub async fn run() -> Vec<Finding> {
    let doubts = times("DOUBTS", 500);
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
    wire.cut_commits(ONE_IN);
    while wire.commits_cut() < doubts {
        sleep(Duration::from_millis(20)).await;
    }
    wire.cut_commits(0);
    let (orders, busy, wrong) = writers.stop().await;
    let (holds, seen) = place.has_once(&orders).await;
    server.end();
    let cut = wire.commits_cut();
    place.end();
    vec![Finding::new(
        format!("{cut} commits whose answer was cut off, 8 shops writing"),
        format!("{seen}; {busy} answers of 503, {} wrong", wrong.len()),
        "the same request finds what was done",
        holds && none_wrong(&wrong),
    )]
}
