//! What the README claims about speed and size, each beside its reference and in the same run.
//!
//! `make bench` runs all of them, `make bench ONLY=purchases` one. Two cores are shared by the server, PostgreSQL, Redis
//! and the load: the ratios say more than the rates.

mod host;
mod imports;
mod large;
mod leaderboards;
mod load;
mod purchases;
mod questions;
mod starting;

use std::time::Duration;

/// How long each side of a comparison is measured, several times in turn.
pub const ROUND: Duration = Duration::from_secs(3);
pub const ROUNDS: usize = 3;
pub const CONNECTIONS: usize = 16;

type Benchmark = fn() -> anyhow::Result<()>;

fn main() -> anyhow::Result<()> {
    if starting::is_bare_server() {
        return starting::serve_bare();
    }
    // Bounds and fails, where benchmarks compare: it runs when it is named.
    if std::env::args().any(|argument| argument == "large") {
        return large::run();
    }
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    println!("| what | measured | reference | ratio |\n|---|---|---|---|");
    let benchmarks: [(&str, Benchmark); 5] = [
        ("questions", questions::run),
        ("purchases", purchases::run),
        ("leaderboards", leaderboards::run),
        ("imports", imports::run),
        ("starting", starting::run),
    ];
    for (name, run) in benchmarks {
        if name.contains(&only) {
            run()?;
        }
    }
    Ok(())
}

/// One line of the table. A rate's ratio is measured / reference.
pub fn report(what: &str, unit: &str, measured: f64, reference: (&str, f64)) {
    let (name, value) = reference;
    println!("| {what} | {measured:.0} {unit} | {name}: {value:.0} {unit} | {:.2} |", measured / value);
}

/// The median of the rounds' rates.
pub fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
