mod purchases;
mod stackexchange;

use std::path::{Path, PathBuf};

/// The real data that is too large to keep here, where the environment says it is.
pub fn real(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("REGULARS_TEST_DATA").map(|folder| Path::new(&folder).join(name)).filter(|path| path.exists());
    if path.is_none() {
        println!("Skipped: REGULARS_TEST_DATA does not name a folder with {name}.");
    }
    path
}
