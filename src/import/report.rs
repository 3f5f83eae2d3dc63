//! What an import says of itself: while it runs, and at the end. So do other commands that take their time.

use std::{fmt, sync::Arc, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

/// Refused rows that are shown one by one; the others are counted.
const SHOWN_MAX: usize = 20;

/// What is wrong, as a sentence with its place: "Posts.xml, line 17: CreationDate is not a date: `x`."
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {reason}")]
pub struct FileError {
    pub file: Arc<str>,
    pub line: u64,
    pub reason: String,
    /// Nothing after it can be read, as opposed to one row that is refused.
    pub ends_file: bool,
}

/// What an import did.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Report {
    pub tallies: Vec<Tally>,
    /// Rows that were refused.
    pub skipped: u64,
    /// The first of them, and why.
    pub shown: Vec<FileError>,
    /// What else there is to know, a sentence each.
    pub remarks: Vec<String>,
}

/// Rows of one kind.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Tally {
    pub kind: &'static str,
    pub read: u64,
    /// Those that were not known before.
    pub imported: u64,
}

impl Report {
    /// Counts a refused row, and keeps the reason of the first of them.
    pub fn skip(&mut self, error: FileError) {
        self.skipped += 1;
        if self.shown.len() < SHOWN_MAX {
            self.shown.push(error);
        }
    }

    /// How many rows of a kind were read and imported.
    pub fn of(&self, kind: &str) -> (u64, u64) {
        self.tallies.iter().find(|tally| tally.kind == kind).map_or((0, 0), |tally| (tally.read, tally.imported))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Tally { kind, read, imported } in &self.tallies {
            writeln!(f, "{kind:<12} {read:>9} read, {imported:>9} imported")?;
        }
        write!(f, "{} skipped", self.skipped)?;
        for error in &self.shown {
            write!(f, "\n  {error}")?;
        }
        if self.skipped > self.shown.len() as u64 {
            write!(f, "\n  and {} more", self.skipped - self.shown.len() as u64)?;
        }
        for remark in &self.remarks {
            write!(f, "\n{remark}")?;
        }
        Ok(())
    }
}

/// How far a stage has come: a bar on a terminal, elsewhere a line when it begins and one when it ends.
pub struct Meter(ProgressBar);

impl Meter {
    /// Begins a stage of `total` rows.
    pub fn start(stage: &'static str, total: u64) -> Self {
        let style = ProgressStyle::with_template("{prefix:<12} {wide_bar} {pos}/{len} {per_sec} {eta}");
        let bar = ProgressBar::new(total).with_prefix(stage).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        if bar.is_hidden() {
            eprintln!("{stage}: {total} to do");
        }
        Self(bar)
    }

    /// Prints a line, above the bar where there is one.
    pub fn say(&self, line: &str) {
        self.0.suspend(|| println!("{line}"));
    }

    /// So many more rows are done.
    pub fn advance(&self, rows: u64) {
        self.0.inc(rows);
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if self.0.is_hidden() {
            eprintln!("{}: {} done", self.0.prefix(), self.0.position());
        } else {
            self.0.abandon();
        }
    }
}
