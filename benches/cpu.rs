//! Who used how much CPU, as the kernel counts it.

use std::{fs, ops};

use anyhow::Context;

use crate::{databases::Databases, program::Program};

/// CPU milliseconds, by whose they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu {
    pub server: f64,
    /// All of PostgreSQL: the connections' processes, and those of its own.
    pub postgres: f64,
    pub redis: f64,
}

impl Cpu {
    pub fn total(&self) -> f64 {
        self.server + self.postgres + self.redis
    }
}

impl ops::Sub for Cpu {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self { server: self.server - before.server, postgres: self.postgres - before.postgres, redis: self.redis - before.redis }
    }
}

impl ops::Div<f64> for Cpu {
    type Output = Self;

    fn div(self, by: f64) -> Self {
        Self { server: self.server / by, postgres: self.postgres / by, redis: self.redis / by }
    }
}

/// Reads what a server and its databases have used.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    server: u32,
    postgres: Option<u32>,
    redis: Option<u32>,
}

impl Meter {
    /// Of the real program.
    pub fn new(program: &Program, databases: &Databases) -> anyhow::Result<Self> {
        Ok(Self { server: program.pid(), ..Self::of_databases(databases)? })
    }

    /// Of the databases alone.
    pub fn of_databases(databases: &Databases) -> anyhow::Result<Self> {
        let lock = fs::read_to_string(format!("{}/postmaster.pid", databases.one("show data_directory")?))?;
        let postgres = lock.lines().next().context("the lock file is empty")?.parse()?;
        let redis = databases.redis_url.as_deref().map(redis_pid).transpose()?;
        Ok(Self { server: 0, postgres: Some(postgres), redis })
    }

    /// Of the reference, which asks nobody.
    pub fn of_bare(program: &Program) -> Self {
        Self { server: program.pid(), postgres: None, redis: None }
    }

    /// All that they have used so far.
    pub fn read(&self) -> anyhow::Result<Cpu> {
        let processes = processes()?;
        let own = |pid: u32| processes.iter().filter(|process| process.pid == pid).map(|process| process.own_ms).sum::<f64>();
        let postgres = self.postgres.map_or(0.0, |postmaster| {
            // What has ended counts for the postmaster, which waited for it.
            let ended = processes.iter().filter(|process| process.pid == postmaster).map(|process| process.ended_ms);
            let children = processes.iter().filter(|process| process.parent == postmaster).map(|process| process.own_ms);
            own(postmaster) + ended.sum::<f64>() + children.sum::<f64>()
        });
        Ok(Cpu { server: own(self.server), postgres, redis: self.redis.map_or(0.0, own) })
    }
}

fn redis_pid(url: &str) -> anyhow::Result<u32> {
    let info: String = redis::cmd("INFO").arg("server").query(&mut redis::Client::open(url)?.get_connection()?)?;
    let pid = info.lines().find_map(|line| line.strip_prefix("process_id:")).context("Redis does not say which process it is")?;
    Ok(pid.trim().parse()?)
}

/// The kernel tells times in hundredths of a second, on every machine.
const TICK_MS: f64 = 10.0;

struct Process {
    pid: u32,
    parent: u32,
    /// User and system time, of its threads that have ended, too.
    own_ms: f64,
    /// The same of its children that it has waited for.
    ended_ms: f64,
}

/// Every process there is; one that ends meanwhile is left out.
fn processes() -> anyhow::Result<Vec<Process>> {
    let read = |entry: fs::DirEntry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name before the last parenthesis may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let ms = |field: usize| Some(fields.get(field)?.parse::<f64>().ok()? * TICK_MS);
        Some(Process { pid, parent: fields.get(1)?.parse().ok()?, own_ms: ms(11)? + ms(12)?, ended_ms: ms(13)? + ms(14)? })
    };
    Ok(fs::read_dir("/proc")?.flatten().filter_map(read).collect())
}

/// Milliseconds of all processes that this one has started and waited for.
pub fn of_ended_ms() -> anyhow::Result<f64> {
    let own = std::process::id();
    Ok(processes()?.iter().filter(|process| process.pid == own).map(|process| process.ended_ms).sum())
}
