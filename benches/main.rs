//! What the README claims about speed and size, each beside its reference and in the same run.
//!
//! `make bench` runs all of them and writes what came of them to docs/speed.md and the README; `make bench ONLY=purchases` runs
//! one, and prints it. `BENCH_ROUND_MS` and `BENCH_ROUNDS` shorten the rounds, to see that they work: then nothing is written.
//! The cores are shared by the server, PostgreSQL, Redis and the load, so CPU and ratios say more than rates. The server is the
//! real program, in a process of its own, as it is by default.

mod cpu;
mod databases;
mod delivery;
mod forum;
mod growth;
mod imports;
mod large;
mod leaderboards;
mod load;
mod measure;
mod outbox;
mod pgbench;
mod program;
mod purchases;
mod reads;
mod report;
mod searches;
mod starting;
mod statements;
mod wal;
mod writes;

use crate::{forum::Forum, report::Report};

type Benchmark = fn(&mut Stage) -> anyhow::Result<()>;

const BENCHMARKS: [(&str, Benchmark); 7] = [
    ("reads", reads::run),
    ("writes", writes::run),
    ("purchases", purchases::run),
    ("outbox", outbox::run),
    ("leaderboards", leaderboards::run),
    ("imports", imports::run),
    ("starting", starting::run),
];

/// What benchmarks share.
#[derive(Default)]
pub struct Stage {
    report: Report,
    /// Filled when it is first asked for.
    forum: Option<Forum>,
}

impl Stage {
    /// The forum of the fixture.
    fn forum(&mut self) -> anyhow::Result<(&Forum, &mut Report)> {
        let forum = match self.forum.take() {
            Some(forum) => forum,
            None => {
                let forum = Forum::fill("forum", 1)?;
                forum.verify()?;
                forum
            }
        };
        Ok((self.forum.insert(forum), &mut self.report))
    }
}

fn main() -> anyhow::Result<()> {
    if program::is_bare() {
        return program::serve_bare();
    }
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let mut stage = Stage::default();
    match only.as_str() {
        // Bounds and fails, where benchmarks compare: it runs when it is named.
        "large" => return large::run(),
        "growth" => return growth::run(&mut stage),
        _ => {}
    }
    for (name, run) in BENCHMARKS {
        if name.contains(&only) {
            run(&mut stage)?;
        }
    }
    // What was written to it is right, too.
    if let Some(forum) = &stage.forum {
        forum.verify()?;
    }
    stage.report.print_claims();
    if only.is_empty() && !measure::is_trial() {
        let (forum, _) = stage.forum()?;
        let postgres = forum.databases.one("select split_part(current_setting('server_version'), ' ', 1)")?;
        stage.report.write(&postgres)?;
    }
    Ok(())
}
