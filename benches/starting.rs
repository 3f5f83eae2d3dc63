//! Starting from nothing, and the memory of an idle server.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};

use crate::{host, report};

const BARE: &str = "REGULARS_BENCH_BARE_PORT";
const PATIENCE: Duration = Duration::from_secs(60);

pub fn is_bare_server() -> bool {
    std::env::var_os(BARE).is_some()
}

/// The reference for memory: poem with one handler, in a process of its own.
pub fn serve_bare() -> anyhow::Result<()> {
    let port: u16 = std::env::var(BARE)?.parse()?;
    let route = poem::Route::new().at("/", poem::get(poem::endpoint::make_sync(|_| "hello")));
    let server = poem::Server::new(poem::listener::TcpListener::bind(("127.0.0.1", port)));
    Ok(tokio::runtime::Runtime::new()?.block_on(server.run(route))?)
}

pub fn run() -> anyhow::Result<()> {
    let folder = host::folder("starting")?;
    let port = free_port()?;
    let start = |data: &Path| -> anyhow::Result<(Child, f64)> {
        let started = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_regulars"))
            .env("DATA_DIR", data)
            .env("PORT", port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        wait_for(port)?;
        Ok((child, started.elapsed().as_secs_f64() * 1_000.0))
    };
    let data = folder.join("data");
    let (child, cold_ms) = start(&data)?;
    let memory_kib = resident_kib(child.id())?;
    stop(child)?;
    let (child, warm_ms) = start(&data)?;
    stop(child)?;

    let postgres_ms = postgres_alone(&folder)?;
    report("Cold start to ready: new cluster, schema, seeds", "ms", cold_ms, ("PostgreSQL alone: initdb, start, stop", postgres_ms));
    report("Warm start to ready", "ms", warm_ms, ("PostgreSQL alone: initdb, start, stop", postgres_ms));

    let bare = Command::new(std::env::current_exe()?).env(BARE, port.to_string()).stdout(Stdio::null()).spawn()?;
    wait_for(port)?;
    let bare_kib = resident_kib(bare.id())?;
    stop(bare)?;
    report("Memory of the idle server", "KiB", memory_kib, ("poem with one handler", bare_kib));
    fs::remove_dir_all(folder)?;
    Ok(())
}

fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn wait_for(port: u16) -> anyhow::Result<()> {
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        ensure!(started.elapsed() < PATIENCE, "the server does not listen");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn stop(mut child: Child) -> anyhow::Result<()> {
    Command::new("kill").arg(child.id().to_string()).status()?;
    child.wait()?;
    Ok(())
}

fn resident_kib(pid: u32) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS")).context("VmRSS")?;
    Ok(line.split_whitespace().nth(1).context("a number")?.parse()?)
}

/// What PostgreSQL itself needs to make a cluster, start and stop.
fn postgres_alone(folder: &Path) -> anyhow::Result<f64> {
    let supervisor = Some(env!("CARGO_BIN_EXE_regulars").into());
    let settings = regulars::kit::embedded::Settings { data_dir: Some(folder.join("reference")), supervisor, ..Default::default() };
    let started = Instant::now();
    drop(regulars::kit::embedded::Embedded::new(settings)?.postgres()?);
    Ok(started.elapsed().as_secs_f64() * 1_000.0)
}
