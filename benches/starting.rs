//! Starting from nothing, and the memory of an idle server.

use std::{fs, path::Path, time::Instant};

use regulars::kit::embedded::{Embedded, Settings};

use crate::{
    Stage,
    databases::folder,
    program::Program,
    report::{Claim, Report},
};

pub fn run(stage: &mut Stage) -> anyhow::Result<()> {
    let report = &mut stage.report;
    let folder = folder("starting")?;
    let data = folder.join("data");
    let start = || -> anyhow::Result<(Program, f64)> {
        let started = Instant::now();
        Ok((Program::alone(&data)?, started.elapsed().as_secs_f64() * 1_000.0))
    };
    let (program, cold_ms) = start()?;
    let memory_kib = program.resident_kib()?;
    drop(program);
    let (program, warm_ms) = start()?;
    drop(program);
    let postgres_ms = postgres_alone(&folder)?;
    let bare_kib = Program::bare(&folder, b"hello")?.resident_kib()?;

    report.table("Starting", &["what", "measured", "reference", "ratio"]);
    let postgres = "PostgreSQL alone: initdb, start, stop";
    tell(report, "cold start to ready: new cluster, schema, seeds", "ms", cold_ms, (postgres, postgres_ms));
    tell(report, "warm start to ready", "ms", warm_ms, (postgres, postgres_ms));
    tell(report, "memory of the idle server", "MB", memory_kib / 1_024.0, ("poem with one handler", bare_kib / 1_024.0));
    fs::remove_dir_all(folder)?;
    Ok(())
}

fn tell(report: &mut Report, what: &str, unit: &str, measured: f64, (reference, value): (&str, f64)) {
    let ratio = measured / value;
    report.row(&[what.to_owned(), format!("{measured:.0} {unit}"), format!("{reference}: {value:.0} {unit}"), format!("{ratio:.2}")]);
    if !what.starts_with("warm") {
        report.claim(Claim {
            what: what.to_owned(),
            measured: format!("{measured:.0} {unit}"),
            cpu: None,
            reference: (reference, format!("{value:.0} {unit}")),
            ratio,
        });
    }
}

/// What PostgreSQL itself needs to make a cluster, start and stop.
fn postgres_alone(folder: &Path) -> anyhow::Result<f64> {
    let supervisor = Some(env!("CARGO_BIN_EXE_regulars").into());
    let settings = Settings { data_dir: Some(folder.join("reference")), supervisor, ..Default::default() };
    let started = Instant::now();
    drop(Embedded::new(settings)?.postgres()?);
    Ok(started.elapsed().as_secs_f64() * 1_000.0)
}
