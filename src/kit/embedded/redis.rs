//! A private Redis: a cache that keeps nothing.

use std::{
    fs::{self, File},
    os::unix::net::UnixStream,
    path::PathBuf,
    process::Child,
};

use anyhow::Result;
use rustix::process::Signal;

use super::{
    child::{command, start},
    folder::Home,
    leftovers::end_processes,
    supervisor::{Program, url_path},
};

pub(super) struct Redis {
    home: Home,
    program: PathBuf,
    /// Keeps other processes from running a server in this home.
    _lock: File,
}

impl Redis {
    pub fn new(home: Home, lock: File, program: PathBuf) -> Self {
        Self { home, program, _lock: lock }
    }
}

impl Program for Redis {
    const NAME: &str = "Redis";
    const STOP: Signal = Signal::TERM;

    fn start(&mut self) -> Result<Child> {
        // An old one would remove our socket when it ends.
        end_processes(&self.home.dir, None, Self::STOP)?;
        let socket = socket(&self.home);
        let _ = fs::remove_file(&socket);
        let log = self.home.log("redis.log");
        let mut command = command(&self.program, &log)?;
        command.args(["--port", "0", "--unixsocketperm", "700", "--save", "", "--appendonly", "no"]);
        command.args(["--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru"]);
        command.arg("--unixsocket").arg(&socket).arg("--dir").arg(&self.home.dir);
        start(command, Self::STOP, &log, |_| UnixStream::connect(&socket).is_ok())
    }
}

pub(super) fn url(home: &Home) -> String {
    format!("redis+unix://{}", url_path(&socket(home)))
}

/// Whether the server that another process runs here takes connections.
pub(super) fn answers(home: &Home) -> bool {
    UnixStream::connect(socket(home)).is_ok()
}

fn socket(home: &Home) -> PathBuf {
    home.sockets.join("redis.sock")
}
