//! Lets `cargo build` work before the pages' app was built.

use std::{env, fs, io, path::Path};

/// The pages' frame without the app: what the server writes into it reads well on its own.
const FRAME: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><!--head--></head><body><div id=\"root\"><!--content--></div><!--preload-->\
<p>These pages are for reading only, because their app was not built: <code>make web</code> builds it.</p></body></html>\n";

fn main() -> io::Result<()> {
    let dist = Path::new("frontend/dist");
    if !dist.join("index.html").exists() {
        fs::create_dir_all(dist)?;
        fs::write(dist.join("index.html"), FRAME)?;
    }
    println!("cargo::rerun-if-changed=build.rs");
    // Debug builds read the files when they are asked for them.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=frontend/dist");
    }
    Ok(())
}
