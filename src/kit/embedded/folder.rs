//! Where the servers' files and sockets are, and who may use them.

use std::{
    env,
    fs::{self, File, Permissions, TryLockError},
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rustix::process::geteuid;
use sha2::{Digest, Sha256};

use super::child::{PATIENCE, wait};

/// Linux ends a socket's path at 107 bytes; this leaves room for the file's own name.
const SOCKET_DIR_BYTES_MAX: usize = 90;
/// A process that was just killed holds its lock for some time yet, and its server still answers.
const LET_GO: Duration = Duration::from_millis(200);

/// The account that servers run under when we are root, which PostgreSQL refuses to be.
pub(super) fn account() -> Option<(u32, u32)> {
    let users = geteuid().is_root().then(|| fs::read_to_string("/etc/passwd").ok())??;
    ["postgres:", "nobody:"].iter().find_map(|name| {
        let mut fields = users.lines().find(|user| user.starts_with(name))?.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    })
}

/// Chooses and makes the data folder. The default one gives way when servers could not enter it;
/// an explicit one does not.
pub(super) fn data_folder(explicit: Option<&Path>) -> Result<PathBuf> {
    let wanted = match explicit {
        Some(dir) => std::path::absolute(dir)?,
        None => env::current_dir().context("the current folder is gone")?.join("data"),
    };
    let barred = account().and_then(|_| barred(&wanted));
    let dir = match (barred, explicit) {
        (None, _) => wanted,
        (Some(barred), Some(_)) => anyhow::bail!(
            "DATA_DIR is {}, but {} is closed to other users, and PostgreSQL does not run as root: choose another DATA_DIR",
            wanted.display(),
            barred.display()
        ),
        (Some(barred), None) => {
            let dir = Path::new("/var/lib/regulars").join(short_name(&wanted));
            eprintln!(
                "{} is closed to other users, and PostgreSQL does not run as root; data is kept in {}.",
                barred.display(),
                dir.display()
            );
            dir
        }
    };
    make(&dir).with_context(|| format!("{} cannot be made: set DATA_DIR", dir.display()))?;
    Ok(dir.canonicalize()?)
}

/// The first existing folder on the way that other users cannot enter.
pub(super) fn barred(path: &Path) -> Option<PathBuf> {
    let closed = |dir: &Path| fs::metadata(dir).is_ok_and(|meta| meta.is_dir() && meta.mode() & 0o001 == 0);
    path.ancestors().find(|dir| closed(dir)).map(Path::to_owned)
}

/// Makes a folder that others may enter, whatever the umask, and the ones above it.
fn make(dir: &Path) -> std::io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(above) = dir.parent() {
        make(above)?;
    }
    fs::create_dir(dir)?;
    fs::set_permissions(dir, Permissions::from_mode(0o755))
}

/// A name that stands for one path: always the same, and short.
fn short_name(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    digest[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One server's own folders, closed to everyone else.
#[derive(Debug, Clone)]
pub(super) struct Home {
    /// For its files.
    pub dir: PathBuf,
    /// For its socket: the same, unless its path is too long for one.
    pub sockets: PathBuf,
}

/// Who runs the server of a home.
pub(super) enum Hold {
    /// We do, for as long as the lock is open.
    Ours(File),
    /// Another process does, and its server answers.
    Theirs,
}

impl Home {
    pub fn open(data: &Path, name: &str) -> Result<Self> {
        let dir = data.join(name);
        own(&dir)?;
        let sockets = if dir.as_os_str().len() <= SOCKET_DIR_BYTES_MAX {
            dir.clone()
        } else {
            let short = env::temp_dir().join(format!("regulars-{}", short_name(&dir)));
            own(&short)?;
            short
        };
        Ok(Self { dir, sockets })
    }

    pub fn log(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Takes the home, or finds that another process has it and serves from it.
    pub fn hold(&self, answers: impl Fn() -> bool) -> Result<Hold> {
        let begin = Instant::now();
        wait(PATIENCE, || {
            let ours = self.try_lock()?.map(Hold::Ours);
            let theirs = || begin.elapsed() > LET_GO && answers();
            Ok(ours.or_else(|| theirs().then_some(Hold::Theirs)))
        })
        .with_context(|| format!("{} is in use, but its server does not answer", self.dir.display()))
    }

    /// The lock that says who runs the server, unless somebody has it.
    pub fn try_lock(&self) -> Result<Option<File>> {
        let lock = File::create(self.dir.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// Makes a folder that only the servers' account may enter.
fn own(dir: &Path) -> Result<()> {
    make(dir).with_context(|| format!("{} cannot be made: set DATA_DIR", dir.display()))?;
    // Somebody else may have made it first, where everyone may write.
    let meta = fs::symlink_metadata(dir)?;
    let us = geteuid().as_raw();
    let (uid, gid) = account().map_or((us, None), |(uid, gid)| (uid, Some(gid)));
    ensure!(meta.is_dir() && [us, uid].contains(&meta.uid()), "{} belongs to another user: remove it, or set DATA_DIR", dir.display());
    if us != uid {
        chown(dir, Some(uid), gid)?;
    }
    fs::set_permissions(dir, Permissions::from_mode(0o700))?;
    Ok(())
}
