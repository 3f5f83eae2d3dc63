//! Importing, beside reading the same files and doing nothing with them.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, ensure};

use crate::{host::Host, report};

pub fn run() -> anyhow::Result<()> {
    let Some(data) = std::env::var_os("REGULARS_TEST_DATA").map(PathBuf::from) else {
        println!("| Importing | skipped: REGULARS_TEST_DATA is not set | | |");
        return Ok(());
    };
    let dump = data.join("stackexchange-bicycles-meta");
    let purchases = data.join("cdnow-sample-purchases.csv");
    let host = Host::start("imports", true)?;
    let import = |arguments: &[&str]| -> anyhow::Result<f64> {
        let started = Instant::now();
        let status = Command::new(env!("CARGO_BIN_EXE_regulars"))
            .arg("import")
            .args(arguments)
            .env("DATABASE_URL", &host.database_url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        ensure!(status.success(), "import {arguments:?} ended with {status}");
        Ok(started.elapsed().as_secs_f64())
    };

    let rows = ["Users", "Posts", "Comments", "Votes", "Tags", "PostLinks"].map(|table| dump.join(format!("{table}.xml")));
    let started = Instant::now();
    let mut read = 0;
    for file in &rows {
        read += regulars::import::dump::rows(file).map_err(|error| anyhow::anyhow!("{error}"))?.filter(Result::is_ok).count();
    }
    let reading = read as f64 / started.elapsed().as_secs_f64();
    let seconds = import(&["stackexchange", dump.to_str().context("a path")?])?;
    report("Importing a Stack Exchange dump", "rows/s", read as f64 / seconds, ("reading its files", reading));

    let started = Instant::now();
    let read = csv::Reader::from_path(&purchases)?.records().count();
    let reading = read as f64 / started.elapsed().as_secs_f64();
    let seconds = import(&["purchases", purchases.to_str().context("a path")?])?;
    report("Importing purchases", "rows/s", read as f64 / seconds, ("reading the file", reading));
    Ok(())
}
