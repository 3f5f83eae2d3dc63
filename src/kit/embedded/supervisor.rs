//! Keeps one child server running until its owner lets go of it.

use std::{
    fs::File,
    path::Path,
    process::Child,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rustix::process::Signal;

use super::{child::stop, folder::Home};

/// How often it is seen to that the child lives.
const LOOK: Duration = Duration::from_millis(100);
/// Wait before a child that keeps dying is started again; doubles from the one to the other.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// A child that lived this long did not die of its start.
const STEADY: Duration = Duration::from_secs(30);

/// A server program that can be started any number of times.
pub(super) trait Program: Send + 'static {
    const NAME: &str;
    /// Asks it to stop; the kernel sends it too when we die.
    const STOP: Signal;

    /// Clears what an earlier run has left, starts the program and waits until it answers.
    fn start(&mut self) -> Result<Child>;
}

/// A server that can be used as long as this lives; if we started it, it stops when dropped.
#[must_use = "the server stops when this is dropped"]
pub struct Server {
    url: String,
    is_attached: bool,
    supervisor: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Server {
    /// Where clients reach it; stays the same when the server is started again.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether another process ran it when we came.
    pub fn is_attached(&self) -> bool {
        self.is_attached
    }

    /// Joins the server that another process runs, and runs it on when that one lets go of it.
    pub(super) fn attached<P: Program>(url: String, home: Home, program: impl FnOnce(File) -> Result<P> + Send + 'static) -> Result<Self> {
        let (owner, dropped) = mpsc::channel();
        let thread = thread::Builder::new().name(P::NAME.to_lowercase()).spawn(move || {
            let lock = loop {
                if let_go(&dropped, LOOK) {
                    return;
                }
                if let Ok(Some(lock)) = home.try_lock() {
                    break lock;
                }
            };
            tracing::info!(server = P::NAME, "a private server is taken over");
            match program(lock) {
                Ok(mut program) => supervise(&mut program, None, &dropped),
                Err(error) => tracing::error!(server = P::NAME, "a private server cannot be taken over: {error:#}"),
            }
        })?;
        Ok(Self { url, is_attached: true, supervisor: Some((owner, thread)) })
    }

    /// Starts the program on a thread of its own: Linux signals a child when the *thread* that
    /// spawned it ends, so a borrowed thread would stop the server at a time of its choosing.
    pub(super) fn supervised<P: Program>(url: String, mut program: P) -> Result<Self> {
        let (started, first) = mpsc::channel();
        let (owner, dropped) = mpsc::channel();
        let thread = thread::Builder::new().name(P::NAME.to_lowercase()).spawn(move || match program.start() {
            Ok(child) => {
                let _ = started.send(Ok(()));
                supervise(&mut program, Some(child), &dropped);
            }
            Err(error) => {
                let _ = started.send(Err(error));
            }
        })?;
        first.recv().context("its thread ended")?.with_context(|| format!("{} does not start", P::NAME))?;
        Ok(Self { url, is_attached: false, supervisor: Some((owner, thread)) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((owner, thread)) = self.supervisor.take() {
            drop(owner);
            let _ = thread.join();
        }
    }
}

/// Keeps the program running, from a `child` that runs already or from none.
fn supervise<P: Program>(program: &mut P, mut child: Option<Child>, dropped: &Receiver<()>) {
    let mut since = Instant::now();
    let mut pause = Duration::ZERO;
    loop {
        let Some(running) = &mut child else {
            if let_go(dropped, pause) {
                return;
            }
            match program.start() {
                Ok(started) => child = Some(started),
                Err(error) => tracing::error!(server = P::NAME, "a private server does not start: {error:#}"),
            }
            since = Instant::now();
            pause = (pause * 2).clamp(PAUSE_MIN, PAUSE_MAX);
            continue;
        };
        if let_go(dropped, LOOK) {
            return stop(running, P::STOP);
        }
        if let Ok(Some(status)) = running.try_wait() {
            tracing::warn!(server = P::NAME, %status, "a private server ended and is started again");
            if since.elapsed() > STEADY {
                pause = Duration::ZERO;
            }
            child = None;
        }
    }
}

/// Whether the owner lets go within `time`.
fn let_go(dropped: &Receiver<()>, time: Duration) -> bool {
    dropped.recv_timeout(time) != Err(RecvTimeoutError::Timeout)
}

/// A path as part of a URL.
pub(super) fn url_path(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes
        .map(|&byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
