//! PostgreSQL's own load generator: the reference for what writes.

use std::{fs, process::Command};

use anyhow::Context;

use crate::{
    cpu::{Cpu, Meter},
    databases::Databases,
    measure,
};

/// What pgbench came to.
#[derive(Clone, Copy, Debug)]
pub struct Transactions {
    pub count: f64,
    /// A second.
    pub rate: f64,
    /// A transaction's; PostgreSQL's alone.
    pub cpu: Cpu,
}

/// Runs a script for a round, by so many clients.
pub fn run(databases: &Databases, script: &str, clients: usize) -> anyhow::Result<Transactions> {
    let file = databases.folder.join("script.sql");
    fs::write(&file, script)?;
    // Beside postgres itself, where Debian puts it; or in the path.
    let version = databases.one("show server_version")?;
    let beside = format!("/usr/lib/postgresql/{}/bin/pgbench", version.split('.').next().unwrap_or_default());
    let program = if fs::exists(&beside)? { beside } else { "pgbench".to_owned() };
    let meter = Meter::of_databases(databases)?;
    let before = meter.read()?;
    // It counts whole seconds.
    let seconds = measure::round().as_secs().max(1);
    let output = Command::new(program)
        .args(["-n", "-M", "prepared", "-j", "1", "-c", &clients.to_string(), "-T", &seconds.to_string(), "-f"])
        .arg(&file)
        .arg(&databases.url)
        .output()?;
    let cpu = meter.read()? - before;
    let text = String::from_utf8_lossy(&output.stdout);
    let figure = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.split([' ', '/']).next()?.parse::<f64>().ok());
    let failed = || format!("pgbench: {text}{}", String::from_utf8_lossy(&output.stderr));
    let count = figure("number of transactions actually processed: ").with_context(failed)?;
    Ok(Transactions { count, rate: figure("tps = ").with_context(failed)?, cpu: cpu / count.max(1.0) })
}
