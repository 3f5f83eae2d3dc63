//! Using a private server, which a supervisor runs.

use std::{
    fs::File,
    path::Path,
    process::Child,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use super::{
    child::{PATIENCE, tail, wait},
    folder::Home,
    supervisor::LOOK,
};

/// How long a supervisor may take at first: its server's files may have to be made.
const START_PATIENCE: Duration = Duration::from_secs(180);
/// Wait before another supervisor is started for one that failed; doubles from the one to the other.
const PAUSE_MIN: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// A server that can be used as long as this lives. It stops when the last one who uses it drops it, or ends.
#[must_use = "the server may stop when this is dropped"]
pub struct Server {
    url: String,
    is_attached: bool,
    home: Home,
    /// Locked by everybody who uses the server.
    users: Option<File>,
    watch: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Server {
    /// Where clients reach it; stays the same when the server is started again.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it ran already when we came.
    pub fn is_attached(&self) -> bool {
        self.is_attached
    }

    /// Uses the server of a home, which `spawn` starts a supervisor for where there is none.
    pub(super) fn join(url: String, home: Home, spawn: impl Fn() -> Result<Child> + Send + 'static) -> Result<Self> {
        let users = home.enter()?;
        let mut supervisor: Option<Child> = None;
        let mut is_attached = true;
        wait(START_PATIENCE, || {
            if home.is_served()? {
                return Ok(Some(()));
            }
            match &mut supervisor {
                None if home.is_kept()? => {}
                None => {
                    is_attached = false;
                    supervisor = Some(spawn()?);
                }
                Some(running) => match running.try_wait()? {
                    Some(status) if !status.success() => bail!("{}", said(&home.log("supervisor.log"))),
                    // Another one was faster.
                    Some(_) => supervisor = None,
                    None => {}
                },
            }
            Ok(None)
        })?;
        let (owner, dropped) = mpsc::channel();
        let watched = home.clone();
        let thread = thread::Builder::new().name("supervisor".to_owned()).spawn(move || watch(&watched, supervisor, &spawn, &dropped))?;
        Ok(Self { url, is_attached, home, users: Some(users), watch: Some((owner, thread)) })
    }
}

/// Starts another supervisor when there is none any more, until the owner lets go.
fn watch(home: &Home, mut supervisor: Option<Child>, spawn: &impl Fn() -> Result<Child>, dropped: &Receiver<()>) {
    let mut pause = PAUSE_MIN;
    while dropped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        let ended = supervisor.as_mut().map(Child::try_wait);
        if matches!(ended, Some(Ok(None))) || home.is_kept().unwrap_or(true) {
            continue;
        }
        pause = if home.is_served().unwrap_or(false) { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
        tracing::warn!(home = %home.dir.display(), "a private server lost its supervisor and gets another one");
        match spawn() {
            Ok(started) => supervisor = Some(started),
            Err(error) => tracing::error!("no supervisor can be started: {error:#}"),
        }
        if dropped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((owner, thread)) = self.watch.take() {
            drop(owner);
            let _ = thread.join();
        }
        let Some(users) = self.users.take() else { return };
        let is_last = users.try_lock().is_ok();
        drop(users);
        // So that nothing of it runs when we have ended.
        if is_last {
            let _ = wait(PATIENCE, || Ok((!self.home.is_kept()?).then_some(()))).context("a supervisor does not end");
        }
    }
}

fn said(log: &Path) -> String {
    tail(log).trim().to_owned()
}
