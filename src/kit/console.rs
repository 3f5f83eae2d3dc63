//! Sentences for whoever started the program. A full disk or a closed pipe takes them, and nothing else.

use std::{
    fmt::Arguments,
    io::{Write, stderr, stdout},
};

/// What was asked for.
pub fn say(line: Arguments<'_>) {
    let _ = writeln!(stdout(), "{line}");
}

/// What to know beside.
pub fn warn(line: Arguments<'_>) {
    let _ = writeln!(stderr(), "{line}");
}
