//! Where the servers' files and sockets are, and who may use them.

use std::{
    env,
    fs::{self, File, Permissions, TryLockError},
    io::ErrorKind,
    os::unix::fs::{FileExt, MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use rustix::process::geteuid;
use sha2::{Digest, Sha256};

use super::child::{PATIENCE, account, wait};
use crate::kit::console;

/// Linux ends a socket's path at 107 bytes; this leaves room for the file's own name.
const SOCKET_DIR_BYTES_MAX: usize = 90;
/// Permissions of a folder that other users may enter, and of one that they may not.
const OPEN: u32 = 0o755;
const CLOSED: u32 = 0o700;
/// A process that was just killed holds its lock for some time yet.
const LET_GO: Duration = Duration::from_secs(1);

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
            console::warn(format_args!(
                "{} is closed to other users, and PostgreSQL does not run as root; data is kept in {}.",
                barred.display(),
                dir.display()
            ));
            dir
        }
    };
    make(&dir, OPEN).with_context(|| format!("{} cannot be made: set DATA_DIR", dir.display()))?;
    Ok(dir.canonicalize()?)
}

/// The first existing folder on the way that other users cannot enter.
pub(super) fn barred(path: &Path) -> Option<PathBuf> {
    let closed = |dir: &Path| fs::metadata(dir).is_ok_and(|meta| meta.is_dir() && meta.mode() & 0o001 == 0);
    path.ancestors().find(|dir| closed(dir)).map(Path::to_owned)
}

/// Makes a folder with these permissions, whatever the umask, and the ones above it, which others may enter.
fn make(dir: &Path, mode: u32) -> std::io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(above) = dir.parent() {
        make(above, OPEN)?;
    }
    match fs::create_dir(dir) {
        // Another server that begins made it in the meantime, and sets what it wants.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        made => made.and_then(|()| fs::set_permissions(dir, Permissions::from_mode(mode))),
    }
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

/// What the lock file says while the server answers.
const SERVED: &str = "served";

/// The right to run the server of a home, as long as this lives.
pub(super) struct Keeping {
    lock: File,
    users: File,
}

impl Keeping {
    /// Tells everybody whether the server answers.
    pub fn serves(&mut self, answers: bool) -> Result<()> {
        self.lock.set_len(0)?;
        if answers {
            self.lock.write_all_at(SERVED.as_bytes(), 0)?;
        }
        Ok(())
    }

    /// Whether nobody uses the server any more. From then on nobody can, until this is dropped.
    pub fn is_over(&self) -> Result<bool> {
        took(self.users.try_lock())
    }
}

/// Whether a lock was free.
fn took(outcome: Result<(), TryLockError>) -> Result<bool> {
    match outcome {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

impl Home {
    /// Opens, or makes, the folder of the server `name` within the data folder, closed to other users.
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

    /// The path of a log in the folder.
    pub fn log(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Says that somebody uses the server, as long as the file is open. Waits while a supervisor ends that had nobody.
    pub fn enter(&self) -> Result<File> {
        let users = self.file("users")?;
        wait(PATIENCE, || Ok(took(users.try_lock_shared())?.then_some(())))
            .with_context(|| format!("the server in {} does not stop", self.dir.display()))?;
        Ok(users)
    }

    /// The right to run the server, unless another supervisor has it.
    pub fn keep(&self) -> Result<Option<Keeping>> {
        let lock = self.file("lock")?;
        // Who looks whether there is a supervisor holds the lock for a moment, too.
        let ours = wait(LET_GO, || Ok(took(lock.try_lock())?.then_some(())));
        if ours.is_err() {
            return Ok(None);
        }
        let mut keeping = Keeping { lock, users: self.file("users")? };
        keeping.serves(false)?;
        Ok(Some(keeping))
    }

    /// Whether a supervisor runs the server.
    pub fn is_kept(&self) -> Result<bool> {
        Ok(!took(self.file("lock")?.try_lock_shared())?)
    }

    /// Whether a supervisor runs the server, and it answers.
    pub fn is_served(&self) -> Result<bool> {
        Ok(self.is_kept()? && fs::read_to_string(self.dir.join("lock"))? == SERVED)
    }

    fn file(&self, name: &str) -> Result<File> {
        let path = self.dir.join(name);
        let file = File::options().create(true).truncate(false).read(true).write(true).open(&path);
        file.with_context(|| format!("{} cannot be opened", path.display()))
    }
}

/// Makes a folder that only the servers' account may enter.
fn own(dir: &Path) -> Result<()> {
    make(dir, CLOSED).with_context(|| format!("{} cannot be made: set DATA_DIR", dir.display()))?;
    // Somebody else may have made it first, where everyone may write.
    let meta = fs::symlink_metadata(dir)?;
    let us = geteuid().as_raw();
    let (uid, gid) = account().map_or((us, None), |(uid, gid)| (uid, Some(gid)));
    ensure!(meta.is_dir() && [us, uid].contains(&meta.uid()), "{} belongs to another user: remove it, or set DATA_DIR", dir.display());
    if us != uid {
        chown(dir, Some(uid), gid)?;
    }
    fs::set_permissions(dir, Permissions::from_mode(CLOSED))?;
    Ok(())
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
