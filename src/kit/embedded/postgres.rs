//! A private PostgreSQL: one cluster, one database, one user.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;

use super::{
    binaries,
    child::{Program, command, start, tail},
    folder::{Home, url_path},
    leftovers::end_processes,
};

/// Name of the user and of the database.
const NAME: &str = "regulars";

/// A private PostgreSQL that can be started.
pub(super) struct Postgres {
    home: Home,
    cluster: PathBuf,
    bin: PathBuf,
    fsync_off: bool,
}

impl Postgres {
    /// Finds the programs that fit the cluster, and makes a cluster if there is none.
    pub fn new(home: Home, data: &Path, bin_dir: Option<&Path>, fsync_off: bool) -> Result<Self> {
        let cluster = cluster(&home);
        let major = fs::read_to_string(cluster.join("PG_VERSION")).ok();
        let bin = binaries::postgres(bin_dir, major.as_deref().map(str::trim), data)?;
        if !cluster.exists() {
            // Made beside and renamed, so that a half-made one never counts.
            let new = home.dir.join("new");
            create_cluster(&bin, &new, &home.log("initdb.log"), fsync_off)?;
            fs::rename(new, &cluster)?;
        }
        Ok(Self { home, cluster, bin, fsync_off })
    }

    /// PostgreSQL refuses to start when the pid in a lock file belongs to a zombie or, as happens
    /// in containers, has been given to another process of the same user.
    fn clear_leftovers(&self) -> Result<()> {
        end_processes(&self.cluster, postmaster(&self.cluster), Signal::INT)?;
        let socket = self.home.sockets.join(".s.PGSQL.5432");
        for file in [self.cluster.join("postmaster.pid"), socket.with_extension("5432.lock"), socket] {
            remove(&file)?;
        }
        Ok(())
    }
}

impl Program for Postgres {
    const NAME: &str = "PostgreSQL";
    /// Fast shutdown: sessions are ended, everything is written.
    const STOP: Signal = Signal::INT;

    fn start(&mut self) -> Result<Child> {
        self.clear_leftovers()?;
        let log = self.home.log("postgres.log");
        let mut command = command(self.bin.join("postgres"), &log)?;
        command.arg("-D").arg(&self.cluster).arg("-k").arg(&self.home.sockets).args(["-p", "5432"]);
        let mut set = |settings: &[&str]| {
            settings.iter().for_each(|setting| {
                command.args(["-c", setting]);
            });
        };
        set(&["listen_addresses=", "unix_socket_permissions=0700", "max_connections=100", "shared_buffers=128MB"]);
        // On a disk without a head, a page from anywhere costs what the next one does.
        set(&["random_page_cost=1.1"]);
        // A refused row is its writer's business; its values are nobody's.
        set(&["log_error_verbosity=terse", "log_min_error_statement=panic"]);
        if cfg!(target_os = "linux") {
            set(&["recovery_init_sync_method=syncfs"]); // seconds faster after a kill
        }
        if self.fsync_off {
            set(&["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
        }
        start(command, Self::STOP, &log, |child| state(&self.cluster) == Some((child.id(), true)))
    }
}

/// The DATABASE_URL of the private PostgreSQL in this folder, over its socket.
pub(super) fn url(home: &Home) -> String {
    format!("postgres://{NAME}@{}/{NAME}", url_path(&home.sockets).replace('/', "%2F"))
}

fn cluster(home: &Home) -> PathBuf {
    home.dir.join("cluster")
}

/// The postmaster's pid and whether it is ready, where `pg_ctl` looks too: lines 1 and 8.
fn state(cluster: &Path) -> Option<(u32, bool)> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let mut lines = text.lines().map(str::trim);
    Some((lines.next()?.parse().ok()?, lines.nth(6) == Some("ready")))
}

fn postmaster(cluster: &Path) -> Option<u32> {
    state(cluster).map(|(pid, _)| pid)
}

fn create_cluster(bin: &Path, dir: &Path, log: &Path, fsync_off: bool) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    let status = command(bin.join("initdb"), log)?
        // The order of C.UTF-8 is the same on every machine. Trust is for whoever may enter the folder.
        .args(["-U", NAME, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-D"])
        .arg(dir)
        .args(fsync_off.then_some("--no-sync"))
        .status()
        .with_context(|| format!("{} could not be run", bin.join("initdb").display()))?;
    ensure!(status.success(), "initdb failed:\n{}", tail(log));
    let mut single = command(bin.join("postgres"), log)?.args(["--single", "-D"]).arg(dir).arg("postgres").stdin(Stdio::piped()).spawn()?;
    writeln!(single.stdin.take().context("it has no standard input")?, "CREATE DATABASE {NAME}")?;
    ensure!(single.wait()?.success(), "the database could not be made:\n{}", tail(log));
    Ok(())
}

fn remove(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
