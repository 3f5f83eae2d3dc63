//! The process that runs one private server for as long as somebody uses it.

use std::{
    env, fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tokio::signal::unix::{SignalKind, signal};

use super::{
    child::{Program, stop},
    folder::{Home, Keeping},
    postgres::Postgres,
    redis::Redis,
};

/// The variable that tells a process to be a supervisor, and of what.
const TASK: &str = "REGULARS_SUPERVISOR";
/// How often it is seen to that the server lives and somebody uses it.
pub(super) const LOOK: Duration = Duration::from_millis(100);
/// Wait before a server that keeps dying is started again; doubles from the one to the other.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// A server that lived this long did not die of its start.
const STEADY: Duration = Duration::from_secs(30);

/// What a supervisor is asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Task {
    pub data: PathBuf,
    pub kept: Kept,
}

/// Which server is kept, and with what.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Kept {
    Postgres { bin_dir: Option<PathBuf>, fsync_off: bool },
    Redis { program: PathBuf },
}

/// A test binary's `main` is not ours: there, a test keeps.
const ARGUMENTS: &[&str] = if cfg!(test) { &["--exact", "kit::embedded::tests::supervisor", "--ignored", "--nocapture"] } else { &[] };

/// Starts a supervisor, out of reach of this terminal's Ctrl-C. What it says goes to `log`.
pub(super) fn spawn(program: Option<&Path>, task: &Task, log: &Path) -> Result<Child> {
    let program = program.map_or_else(env::current_exe, |program| Ok(program.to_owned()))?;
    let log = fs::File::create(log).with_context(|| format!("{} cannot be written to", log.display()))?;
    let mut command = Command::new(&program);
    command.args(ARGUMENTS).env(TASK, serde_json::to_string(task)?).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    command.spawn().with_context(|| format!("{} could not be run", program.display()))
}

/// Keeps a server, if this process was started for that, until nobody uses it. Comes before anything else in `main`.
pub fn supervise_if_asked() -> Option<Result<()>> {
    let task = env::var(TASK).ok()?;
    Some(serde_json::from_str(&task).context("the task of a supervisor cannot be read").and_then(keep))
}

fn keep(task: Task) -> Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).try_init().ok();
    // Whoever stops all processes of a service at once wants it stopped in order: its users go first, and they end this.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].into_iter().try_for_each(|kind| signal(kind).map(drop))
    })?;
    match task.kept {
        Kept::Postgres { bin_dir, fsync_off } => {
            let home = Home::open(&task.data, "postgres")?;
            let Some(keeping) = home.keep()? else { return Ok(()) };
            supervise(&mut Postgres::new(home, &task.data, bin_dir.as_deref(), fsync_off)?, keeping)
        }
        Kept::Redis { program } => {
            let home = Home::open(&task.data, "redis")?;
            let Some(keeping) = home.keep()? else { return Ok(()) };
            supervise(&mut Redis::new(home, program), keeping)
        }
    }
}

/// Runs the program until nobody uses it. That it starts the first time is for somebody to see who waits.
fn supervise<P: Program>(program: &mut P, mut keeping: Keeping) -> Result<()> {
    let first = program.start().with_context(|| format!("{} does not start", P::NAME))?;
    keeping.serves(true)?;
    let mut child = Some(first);
    let mut since = Instant::now();
    let mut pause = PAUSE_MIN;
    while !keeping.is_over()? {
        match &mut child {
            Some(running) => {
                if let Some(status) = running.try_wait()? {
                    tracing::warn!(server = P::NAME, %status, "a private server ended and is started again");
                    keeping.serves(false)?;
                    child = None;
                    pause = if since.elapsed() > STEADY { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
                    since = Instant::now();
                    continue;
                }
            }
            None if since.elapsed() < pause => {}
            None => {
                match program.start() {
                    Ok(started) => {
                        child = Some(started);
                        keeping.serves(true)?;
                    }
                    Err(error) => {
                        tracing::error!(server = P::NAME, "a private server does not start: {error:#}");
                        pause = (pause * 2).min(PAUSE_MAX);
                    }
                }
                since = Instant::now();
            }
        }
        sleep(LOOK);
    }
    if let Some(mut running) = child {
        stop(&mut running, P::STOP);
    }
    Ok(())
}
