//! Private PostgreSQL and Redis servers for when no others are configured.
//!
//! They are the real programs, found on this machine, on Unix sockets in a folder that only they may enter: no port, no
//! password. Several processes may use one data folder, and none of them runs the servers: who comes first starts a
//! [supervisor] for each, a process that starts its server again when that dies, and stops it when nobody uses
//! it any more, however its users ended. So an import that came before the server may end before it. A supervisor that is
//! killed takes its server along, and whoever still uses it starts another one, behind the same URL.

mod binaries;
mod child;
mod folder;
mod leftovers;
mod postgres;
mod redis;
mod server;
mod supervisor;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use anyhow::Result;

use self::{
    folder::Home,
    supervisor::{Kept, Task},
};
pub use self::{server::Server, supervisor::supervise_if_asked};
use super::console;

/// Where private servers live and what they are made of.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Folder for everything; `data` in the current folder, or a place that servers can enter.
    pub data_dir: Option<PathBuf>,
    /// Folder of the PostgreSQL programs; searched for if `None`.
    pub pg_bin_dir: Option<PathBuf>,
    /// The Redis program; searched for if `None`.
    pub redis_bin: Option<PathBuf>,
    /// Trades safety on power loss for speed. For tests only.
    pub fsync_off: bool,
    /// A program whose `main` begins with [`supervise_if_asked`]; the running one if `None`.
    pub supervisor: Option<PathBuf>,
}

/// A data folder, from which private servers are started.
pub struct Embedded {
    data: PathBuf,
    settings: Settings,
}

impl Embedded {
    /// Chooses the data folder and makes it.
    pub fn new(settings: Settings) -> Result<Self> {
        Ok(Self { data: folder::data_folder(settings.data_dir.as_deref())?, settings })
    }

    /// Has PostgreSQL started, with a new cluster and database the first time, unless it runs already. Blocks until it
    /// answers.
    pub fn postgres(&self) -> Result<Server> {
        let home = Home::open(&self.data, "postgres")?;
        let url = postgres::url(&home);
        let kept = Kept::Postgres { bin_dir: self.settings.pg_bin_dir.clone(), fsync_off: self.settings.fsync_off };
        self.join(home, url, kept)
    }

    /// Has Redis started as a cache that keeps nothing, unless it runs already. `None`, with a line on stderr, where there
    /// is no Redis program or it does not start.
    pub fn redis(&self) -> Result<Option<Server>> {
        let Some(program) = binaries::redis(self.settings.redis_bin.as_deref(), &self.data)? else {
            console::warn(format_args!("Redis was not found; Regulars works from PostgreSQL alone."));
            return Ok(None);
        };
        let server = Home::open(&self.data, "redis").and_then(|home| {
            let url = redis::url(&home);
            self.join(home, url, Kept::Redis { program })
        });
        Ok(server.inspect_err(|error| console::warn(format_args!("Regulars works from PostgreSQL alone: {error:#}."))).ok())
    }

    fn join(&self, home: Home, url: String, kept: Kept) -> Result<Server> {
        let task = Task { data: self.data.clone(), kept };
        let supervisor = self.settings.supervisor.clone();
        let log = home.log("supervisor.log");
        Server::join(url, home, move || supervisor::spawn(supervisor.as_deref(), &task, &log))
    }
}
