//! Private PostgreSQL and Redis servers for when no others are configured.
//!
//! They are the real programs, found on this machine, run as children on Unix sockets in a folder
//! that only they may enter: no port, no password, and they end when this process does, however it
//! ends. A child that dies while we run is started again behind the same URL. Of several processes
//! on one data folder, the first runs the servers and the others use them; when it goes, another
//! one runs them.

mod binaries;
mod child;
mod folder;
mod leftovers;
mod postgres;
mod redis;
mod supervisor;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use anyhow::Result;

pub use self::supervisor::Server;
use self::{
    folder::{Hold, Home},
    postgres::Postgres,
    redis::Redis,
};

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

    /// Starts PostgreSQL, with a new cluster and database the first time, or joins the one that
    /// another process runs. Blocks until it answers.
    pub fn postgres(&self) -> Result<Server> {
        let home = Home::open(&self.data, "postgres")?;
        let url = postgres::url(&home);
        let hold = home.hold(|| postgres::answers(&home))?;
        let program = {
            let (home, data, settings) = (home.clone(), self.data.clone(), self.settings.clone());
            move |lock| Postgres::new(home, lock, &data, &settings)
        };
        match hold {
            Hold::Ours(lock) => Server::supervised(url, program(lock)?),
            Hold::Theirs => Server::attached(url, home, program),
        }
    }

    /// Starts Redis as a cache that keeps nothing, or joins the one that another process runs.
    /// `None`, with a line on stderr, where there is no Redis program or it does not start.
    pub fn redis(&self) -> Result<Option<Server>> {
        let Some(program) = binaries::redis(self.settings.redis_bin.as_deref(), &self.data)? else {
            eprintln!("Redis was not found; Regulars works from PostgreSQL alone.");
            return Ok(None);
        };
        let server = self.start_redis(program);
        Ok(server.inspect_err(|error| eprintln!("Regulars works from PostgreSQL alone: {error:#}.")).ok())
    }

    fn start_redis(&self, program: PathBuf) -> Result<Server> {
        let home = Home::open(&self.data, "redis")?;
        let url = redis::url(&home);
        let hold = home.hold(|| redis::answers(&home))?;
        let program = {
            let home = home.clone();
            move |lock| Redis::new(home, lock, program)
        };
        match hold {
            Hold::Ours(lock) => Server::supervised(url, program(lock)),
            Hold::Theirs => Server::attached(url, home, |lock| Ok(program(lock))),
        }
    }
}
