//! Folders with files for one story, gone when it ends.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

static FOLDERS: AtomicU32 = AtomicU32::new(0);

pub struct Folder {
    path: PathBuf,
    /// What goes with it.
    root: PathBuf,
}

impl Folder {
    /// An empty folder of this name, in one that nobody else uses.
    pub fn new(name: &str) -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("regulars-story-{}-{number}", std::process::id()));
        let path = root.join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        Self { path, root }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path.join(name);
        std::fs::write(&path, content).expect("the file is written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}
