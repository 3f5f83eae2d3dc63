//! kill -9 of the server and of PostgreSQL, in turn, while shops write.

use std::time::Instant;

use crate::{
    Finding,
    place::Place,
    process::Site,
    times,
    writers::{Writers, none_wrong},
};

const ORDERS_BETWEEN: usize = 40;

pub async fn run() -> Vec<Finding> {
    let kills = times("KILLS", 20);
    let (place, mut server) = Place::serving(Site::new(), async |url| url.to_owned()).await;
    let writers = Writers::start(place.site.address, &place.shop_key);
    let mut longest_s = 0.0_f64;
    for kill in 0..kills {
        writers.write(ORDERS_BETWEEN).await;
        let begun = Instant::now();
        if kill % 2 == 0 {
            server.end();
            server = place.site.serve().await;
        } else {
            place.site.kill_postgres().await;
        }
        writers.write(1).await;
        longest_s = longest_s.max(begun.elapsed().as_secs_f64());
    }
    let (orders, busy, wrong) = writers.stop().await;
    let (holds, seen) = place.has_once(&orders).await;
    server.end();
    place.end();
    vec![Finding::new(
        format!("{kills} times kill -9, of the server and of PostgreSQL in turn, 8 shops writing"),
        format!("{seen}; {busy} answers of 503, {} wrong; writing again after {longest_s:.1} s at most", wrong.len()),
        "nothing acknowledged is lost, nothing is done twice",
        holds && none_wrong(&wrong),
    )]
}
