//! PostgreSQL's disk is full for a while.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use rustix::process::geteuid;
use tokio::time::sleep;

use crate::{
    Finding,
    client::{Client, get},
    place::Place,
    process::Site,
    times,
    writers::{Writers, none_wrong},
};

const PROMISE: &str = "writes are answered 503 and nothing worse, and go on when there is room";
/// Room for a cluster with its log of changes.
const DISK: &str = "size=400m";

pub async fn run() -> Vec<Finding> {
    let fills = times("FILLS", 2);
    let what = format!("PostgreSQL's disk {fills} times full for 5 s");
    let site = Site::new();
    let Some(_disk) = geteuid().is_root().then(|| Disk::mounted(site.data_dir())).flatten() else {
        return vec![Finding::skipped(what, "only root may mount a small disk", PROMISE)];
    };
    let (place, mut server) = Place::serving(site, async |url| url.to_owned()).await;
    let writers = Writers::start(place.site.address, &place.shop_key);
    let (mut reader, read) = (Client::new(place.site.address), get("/api/v1/questions", None));
    let (mut reads, mut worse, mut longest_s) = (0, Vec::new(), 0.0_f64);
    for _ in 0..fills {
        writers.write(50).await;
        let filler = fill(place.site.data_dir());
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) {
            reads += 1;
            match reader.send(&read).await {
                Ok((200 | 503, _)) => {}
                Ok((status, body)) => worse.push(format!("{status} {}", String::from_utf8_lossy(&body))),
                Err(error) => worse.push(error.to_string()),
            }
            sleep(Duration::from_millis(50)).await;
        }
        let _ = fs::remove_file(filler);
        let freed = Instant::now();
        writers.write(20).await;
        longest_s = longest_s.max(freed.elapsed().as_secs_f64());
    }
    let (orders, busy, wrong) = writers.stop().await;
    let (holds, seen) = place.has_once(&orders).await;
    server.end();
    place.end();
    vec![Finding::new(
        what,
        format!(
            "{seen}; {busy} answers of 503 and {} worse to writes, {} of {reads} worse to reads{}; writing again {longest_s:.1} s after \
             there was room at most",
            wrong.len(),
            worse.len(),
            worse.first().map(|answer| format!(", such as {answer}")).unwrap_or_default(),
        ),
        PROMISE,
        holds && none_wrong(&wrong) && worse.is_empty() && busy > 0,
    )]
}

/// Takes all room that there is.
fn fill(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("filler");
    let mut file = File::create(&path).expect("a file");
    let block = vec![0; 64 * 1024];
    while file.write_all(&block).is_ok() {}
    while file.write_all(&[0; 512]).is_ok() {}
    path
}

/// A small disk in memory, gone when it is dropped.
struct Disk(std::path::PathBuf);

impl Disk {
    fn mounted(folder: &Path) -> Option<Self> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", DISK, "tmpfs"]).arg(folder).status().ok()?;
        mounted.success().then(|| Self(folder.to_owned()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
