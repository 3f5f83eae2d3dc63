//! What happens when things break: `make faults` breaks them, and prints what was seen.
//!
//! Each fault is made several times under load, on private servers with fsync on, and its promise is checked afterwards:
//! nothing acknowledged is lost, nothing is done twice, `regulars verify` holds, and answers are right, or 503 and soon. The
//! program fails when a promise is broken. `ONLY=kills make faults` runs one; [`times`] names what else can be set.
//! docs/reliability.md explains the figures.

// The stories use the rest of these.
#[allow(dead_code)]
#[path = "../../tests/support/folder.rs"]
mod folder;
#[allow(dead_code)]
#[path = "../../tests/support/frontend.rs"]
mod frontend;
#[allow(dead_code)]
#[path = "../../tests/support/process.rs"]
mod process;
#[allow(dead_code)]
#[path = "../../tests/support/wait.rs"]
mod wait;
#[allow(dead_code)]
#[path = "../../tests/support/wire.rs"]
mod wire;

mod client;
mod disk;
mod doubts;
mod freezes;
mod kills;
mod overload;
mod place;
mod redis;
mod restarts;
mod sockets;
mod writers;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

pub use folder::Folder;

pub const PASSWORD: &str = "a thousand faults";
/// All of it together, unless more times are asked for.
const TIME: Duration = Duration::from_secs(20 * 60);

/// A promise, and whether it was kept.
pub struct Finding {
    what: String,
    seen: String,
    promise: &'static str,
    kept: Option<bool>,
}

impl Finding {
    pub fn new(what: impl Into<String>, seen: impl Into<String>, promise: &'static str, kept: bool) -> Self {
        Self { what: what.into(), seen: seen.into(), promise, kept: Some(kept) }
    }

    /// Not tried here, and why.
    pub fn skipped(what: impl Into<String>, why: impl Into<String>, promise: &'static str) -> Self {
        Self { what: what.into(), seen: why.into(), promise, kept: None }
    }
}

/// How often a fault is made: the variable of this name, or so many times.
pub fn times(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    // As many sockets as the server may have to bear.
    regulars::kit::server::sockets::possible(65_536);
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let begun = Instant::now();
    let mut all_kept = true;
    println!("| fault | seen | promise | |\n|---|---|---|---|");
    macro_rules! faults {
        ($($fault:ident),+) => { $(
            if stringify!($fault).contains(&only) {
                if begun.elapsed() > TIME {
                    all_kept = false;
                    println!("| {} | there was no time left | {TIME:?} in all | BROKEN |", stringify!($fault));
                } else {
                    for Finding { what, seen, promise, kept } in $fault::run().await {
                        let verdict = match kept { Some(true) => "kept", Some(false) => "BROKEN", None => "skipped" };
                        all_kept &= kept != Some(false);
                        println!("| {what} | {seen} | {promise} | {verdict} |");
                    }
                }
            }
        )+ };
    }
    faults!(kills, doubts, freezes, redis, disk, restarts, overload, sockets);
    eprintln!("It took {} s.", begun.elapsed().as_secs());
    if all_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
