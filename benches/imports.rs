//! Importing, beside reading the same files and doing nothing with them.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, ensure};

use crate::{
    Stage,
    cpu::{self, Cpu, Meter},
    databases::Databases,
    report::{Claim, Report},
};

pub fn run(stage: &mut Stage) -> anyhow::Result<()> {
    let report = &mut stage.report;
    let Some(data) = std::env::var_os("REGULARS_TEST_DATA").map(PathBuf::from) else {
        report.remark("Importing was not measured: REGULARS_TEST_DATA is not set.");
        return Ok(());
    };
    let dump = data.join("stackexchange-bicycles-meta");
    let purchases = data.join("cdnow-sample-purchases.csv");
    let databases = Databases::start("imports", true)?;
    report.table("Importing", &["what", "rows", "rows/s", "program", "PostgreSQL", "CPU ms a row", "reading its files, rows/s"]);

    let rows = ["Users", "Posts", "Comments", "Votes", "Tags", "PostLinks"].map(|table| dump.join(format!("{table}.xml")));
    let started = Instant::now();
    let mut read = 0;
    for file in &rows {
        read += regulars::import::dump::rows(file).map_err(|error| anyhow::anyhow!("{error}"))?.filter(Result::is_ok).count();
    }
    let reading = read as f64 / started.elapsed().as_secs_f64();
    let imported = import(&databases, &["stackexchange", dump.to_str().context("a path")?])?;
    tell(report, "a Stack Exchange dump", read as f64, imported, reading);

    let started = Instant::now();
    let read = csv::Reader::from_path(&purchases)?.records().count();
    let reading = read as f64 / started.elapsed().as_secs_f64();
    let imported = import(&databases, &["purchases", purchases.to_str().context("a path")?])?;
    tell(report, "purchases", read as f64, imported, reading);
    Ok(())
}

/// Seconds, and CPU.
fn import(databases: &Databases, arguments: &[&str]) -> anyhow::Result<(f64, Cpu)> {
    let meter = Meter::of_databases(databases)?;
    let (before, begun, started) = (meter.read()?, cpu::of_ended_ms()?, Instant::now());
    let status = Command::new(env!("CARGO_BIN_EXE_regulars"))
        .arg("import")
        .args(arguments)
        .env("DATABASE_URL", &databases.url)
        .env("DATA_DIR", &databases.folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    ensure!(status.success(), "import {arguments:?} ended with {status}");
    let used = meter.read()? - before;
    Ok((started.elapsed().as_secs_f64(), Cpu { server: cpu::of_ended_ms()? - begun, ..used }))
}

fn tell(report: &mut Report, what: &str, rows: f64, (seconds, used): (f64, Cpu), reading: f64) {
    let (rate, cpu) = (rows / seconds, used / rows);
    report.row(&[
        what.to_owned(),
        format!("{rows:.0}"),
        format!("{rate:.0}"),
        format!("{:.3}", cpu.server),
        format!("{:.3}", cpu.postgres),
        format!("{:.3}", cpu.total()),
        format!("{reading:.0}"),
    ]);
    report.claim(Claim {
        what: format!("importing {what}"),
        measured: format!("{rate:.0} rows/s"),
        cpu: Some(cpu),
        reference: ("reading the files", format!("{reading:.0}")),
        ratio: rate / reading,
    });
}
