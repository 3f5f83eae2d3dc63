//! Running one server program: as whom, into which log, and until when.

use std::{
    ffi::OsStr,
    fs::{self, OpenOptions},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, geteuid, kill_process};

const TICK: Duration = Duration::from_millis(10);
/// How long a server may take to start, to recover or to leave.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// How long a server may take to stop before it is killed.
const STOP_PATIENCE: Duration = Duration::from_secs(15);

/// A longer log is put aside, over the one before, when its server starts.
const LOG_BYTES_MAX: u64 = 10 << 20;

/// A server program that can be started any number of times.
pub(super) trait Program {
    const NAME: &str;
    /// Asks it to stop; the kernel sends it too when we die.
    const STOP: Signal;

    /// Clears what an earlier run has left, starts the program and waits until it answers.
    fn start(&mut self) -> Result<Child>;
}

/// The account that servers run under when we are root, which PostgreSQL refuses to be.
pub(super) fn account() -> Option<(u32, u32)> {
    let users = geteuid().is_root().then(|| fs::read_to_string("/etc/passwd").ok())??;
    ["postgres:", "nobody:"].iter().find_map(|name| {
        let mut fields = users.lines().find(|user| user.starts_with(name))?.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    })
}

/// A command that runs unprivileged, on which PostgreSQL insists, and that writes to `log`.
pub(super) fn command(program: impl AsRef<OsStr>, log: &Path) -> Result<Command> {
    if fs::metadata(log).is_ok_and(|meta| meta.len() > LOG_BYTES_MAX) {
        fs::rename(log, log.with_extension("old"))?;
    }
    let output =
        OpenOptions::new().create(true).append(true).open(log).with_context(|| format!("{} cannot be written to", log.display()))?;
    let mut command = Command::new(program);
    command.current_dir("/").stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    if let Some((uid, gid)) = account() {
        command.uid(uid).gid(gid);
    }
    Ok(command)
}

/// Spawns a child that Ctrl-C does not reach and that the kernel signals when the calling *thread*
/// ends, and waits until it is `ready`. A child that does not get there is killed.
pub(super) fn start(mut command: Command, on_death: Signal, log: &Path, ready: impl Fn(&Child) -> bool) -> Result<Child> {
    command.process_group(0);
    die_with_this_thread(&mut command, on_death);
    let name = Path::new(command.get_program()).display().to_string();
    let mut child = command.spawn().with_context(|| format!("{name} could not be run"))?;
    let started = wait(PATIENCE, || {
        if let Some(status) = child.try_wait()? {
            bail!("{name} ended with {status}:\n{}", tail(log));
        }
        Ok(ready(&child).then_some(()))
    });
    if started.is_err() {
        let _ = child.kill();
        let _ = child.wait();
    }
    started.map(|()| child)
}

#[cfg(target_os = "linux")]
fn die_with_this_thread(command: &mut Command, on_death: Signal) {
    use rustix::process::{getpid, getppid, set_parent_process_death_signal};
    let parent = getpid();
    // The standard library calls it after it has changed the user, which would undo it.
    let ask_for_signal = move || {
        set_parent_process_death_signal(Some(on_death))?;
        // The parent may have died before the question.
        if getppid() == Some(parent) { Ok(()) } else { Err(std::io::ErrorKind::BrokenPipe.into()) }
    };
    // SAFETY: between fork and exec only the child's one thread exists; the closure makes three
    // system calls and neither allocates nor takes a lock.
    unsafe { command.pre_exec(ask_for_signal) };
}

#[cfg(not(target_os = "linux"))]
fn die_with_this_thread(_: &mut Command, _: Signal) {}

/// Asks a child to stop, and kills it when it does not.
pub(super) fn stop(child: &mut Child, how: Signal) {
    signal(child.id(), how);
    if wait(STOP_PATIENCE, || Ok(child.try_wait()?)).is_err() {
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Asks again and again until there is an answer.
pub(super) fn wait<T>(patience: Duration, mut question: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let end = Instant::now() + patience;
    loop {
        if let Some(answer) = question()? {
            return Ok(answer);
        }
        ensure!(Instant::now() < end, "gave up after {} s", patience.as_secs());
        sleep(TICK);
    }
}

/// Sends a process a signal, if it is still there.
pub(super) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal); // it may be gone already, which is as good
    }
}

/// The last lines of a log.
pub(super) fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}
