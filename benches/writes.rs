//! Writing in a forum: a reply, and a vote with the award that it earns, each with all that it told delivered. PostgreSQL's own
//! price of a commit stands beside them.

use crate::{
    Stage,
    cpu::Meter,
    databases::Databases,
    delivery,
    load::Load,
    measure::{self, Measured},
    pgbench,
    program::{Cache, Program},
    report::{COLUMNS, Claim, Report, cells},
    wal::{Position, Written},
};

const CONNECTIONS: [usize; 2] = [1, 16];
/// One row, and nothing to read: whoever acknowledges a write pays as much.
const COMMIT: &str = "\\set n random(1, 1000000000000)\ninsert into commit_alone (n) values (:n);\n";

pub fn run(stage: &mut Stage) -> anyhow::Result<()> {
    let (forum, report) = stage.forum()?;
    let databases = &forum.databases;
    databases.sql("create table if not exists commit_alone (n bigint)")?;
    let program = Program::serve(databases, Cache::On)?;
    let (meter, session) = (Meter::new(&program, databases)?, databases.session()?);
    report.table(
        "Writing",
        &[&["what", "connections"][..], &COLUMNS[..], &["WAL kB", "without page images", "awards", "commits/s of pgbench"][..]].concat(),
    );
    for (what, requests) in [("reply", &forum.replies), ("vote and its award", &forum.votes)] {
        for connections in CONNECTIONS {
            let load = Load { address: program.address, connections, requests, beside: None };
            measure::warm_up(&load)?;
            delivery::done(&session)?;
            let (log, before) = (Position::now(databases)?, awards(databases)?);
            let rounds = (0..measure::rounds()).map(|_| measure::once(&load, &meter, || delivery::done(&session)));
            let measured = Measured::of(&rounds.collect::<anyhow::Result<Vec<_>>>()?);
            let written = log.since(databases)?.of_each(measured.answered);
            let awarded = awards(databases)? - before;
            let commits = pgbench::run(databases, COMMIT, connections)?.rate;
            tell(report, what, connections, &measured, written, awarded, commits);
        }
    }
    Ok(())
}

/// How many awards granted points.
fn awards(databases: &Databases) -> anyhow::Result<f64> {
    Ok(databases.one("select count(*) from award where granted > 0")?.parse()?)
}

fn tell(report: &mut Report, what: &str, connections: usize, measured: &Measured, written: Written, awarded: f64, commits: f64) {
    let mut row = vec![what.to_owned(), connections.to_string()];
    row.extend(cells(measured));
    row.push(format!("{:.1}", written.bytes / 1_000.0));
    row.push(written.records.map(|bytes| format!("{:.1}", bytes / 1_000.0)).unwrap_or_default());
    row.push(if awarded > 0.0 { format!("{:.2}", awarded / measured.answered as f64) } else { String::new() });
    row.push(format!("{commits:.0}"));
    report.row(&row);
    if connections > 1 {
        report.claim(Claim {
            what: format!("{what}, {connections} clients, delivered"),
            measured: format!("{:.0}/s, p99 {:.1} ms", measured.rate, measured.p99_ms),
            cpu: Some(measured.cpu),
            reference: ("pgbench, a row and its commit", format!("{commits:.0}")),
            ratio: measured.rate / commits,
        });
    }
}
