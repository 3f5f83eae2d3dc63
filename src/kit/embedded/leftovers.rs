//! What a killed run leaves behind.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use rustix::process::Signal;

use super::child::{PATIENCE, signal, wait};

/// Ends the processes that work in `dir`, which is how servers of an earlier run are known. Where
/// `leader` is among them it is asked alone, for it tells the others.
pub(super) fn end_processes(dir: &Path, leader: Option<u32>, ask_leader: Signal) -> Result<()> {
    wait(PATIENCE, || {
        let left = processes_in(dir);
        match left.iter().find(|&&pid| Some(pid) == leader) {
            Some(&pid) => signal(pid, ask_leader),
            None => left.iter().for_each(|&pid| signal(pid, Signal::TERM)),
        }
        Ok(left.is_empty().then_some(()))
    })
    .with_context(|| format!("a server of an earlier run, in {}, does not stop", dir.display()))
}

/// Zombies are not among them: they have no working directory.
pub(super) fn processes_in(dir: &Path) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == dir))
        .collect()
}
