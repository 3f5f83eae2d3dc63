//! A private Redis: a cache that keeps nothing.

use std::{fs, os::unix::net::UnixStream, path::PathBuf, process::Child};

use anyhow::Result;
use rustix::process::Signal;

use super::{
    child::{Program, command, start},
    folder::{Home, url_path},
    leftovers::end_processes,
};

/// A private Redis that can be started.
pub(super) struct Redis {
    home: Home,
    program: PathBuf,
}

impl Redis {
    /// A Redis of this program, in this folder.
    pub fn new(home: Home, program: PathBuf) -> Self {
        Self { home, program }
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

/// The REDIS_URL of the private Redis in this folder, over its socket.
pub(super) fn url(home: &Home) -> String {
    format!("redis+unix://{}", url_path(&socket(home)))
}

fn socket(home: &Home) -> PathBuf {
    home.sockets.join("redis.sock")
}
