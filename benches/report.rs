//! What was measured: printed as it comes, and written to docs/speed.md, and in short to the README, when a run is whole.

use std::{fs, process::Command};

use anyhow::Context;

use crate::{cpu::Cpu, measure::Measured};

const WHOLE: &str = "docs/speed.md";
const SHORT: &str = "README.md";
/// Between them, a document is ours.
const MARKS: [&str; 2] = ["<!-- figures: make bench -->\n", "<!-- end of figures -->"];

/// The figures of a run.
#[derive(Default)]
pub struct Report {
    whole: String,
    claims: Vec<String>,
}

/// What the README says of one figure.
pub struct Claim<'a> {
    pub what: String,
    /// With its unit.
    pub measured: String,
    /// A request's, where there are requests.
    pub cpu: Option<Cpu>,
    /// What was measured beside it, and how that went.
    pub reference: (&'a str, String),
    /// Measured to reference.
    pub ratio: f64,
}

impl Report {
    /// Begins a table.
    pub fn table(&mut self, title: &str, columns: &[&str]) {
        self.say(&format!("\n## {title}\n"));
        self.row(&columns.iter().map(|&column| column.to_owned()).collect::<Vec<_>>());
        self.say(&format!("{}|", "|---".repeat(columns.len())));
    }

    /// One line of the table begun last.
    pub fn row(&mut self, cells: &[String]) {
        self.say(&format!("| {} |", cells.join(" | ")));
    }

    /// A sentence below the table.
    pub fn remark(&mut self, sentence: &str) {
        self.say(&format!("\n{sentence}"));
    }

    /// A line of the README's table.
    pub fn claim(&mut self, claim: Claim) {
        let Claim { what, measured, cpu, reference: (reference, value), ratio } = claim;
        let cpu = cpu.map(parts).unwrap_or_default();
        self.claims.push(format!("| {what} | {measured} | {cpu} | {reference}: {value} | {ratio:.2} |"));
    }

    /// Prints the README's table.
    pub fn print_claims(&self) {
        println!("\n{}", self.short());
    }

    /// Writes both documents.
    pub fn write(&self, postgres: &str) -> anyhow::Result<()> {
        let where_and_when = where_and_when(postgres)?;
        put(WHOLE, &format!("{where_and_when}\n{}", self.whole))?;
        put(SHORT, &format!("{where_and_when}\n\n{}", self.short()))
    }

    fn short(&self) -> String {
        let head = "| what | measured | CPU ms: server + PostgreSQL + Redis | beside it | ratio |\n|---|---|---|---|---|\n";
        format!("{head}{}\n", self.claims.join("\n"))
    }

    fn say(&mut self, line: &str) {
        println!("{line}");
        self.whole.push_str(line);
        self.whole.push('\n');
    }
}

/// The cells of a load that was measured: rate, percentiles, CPU by whose it is, and all of it.
pub fn cells(measured: &Measured) -> Vec<String> {
    let refused = if measured.refused > 0 { format!(" ({} refused)", measured.refused) } else { String::new() };
    let Cpu { server, postgres, redis } = measured.cpu;
    vec![
        format!("{:.0}{refused}", measured.rate),
        format!("{:.2}", measured.p50_ms),
        format!("{:.2}", measured.p99_ms),
        format!("{server:.3}"),
        format!("{postgres:.3}"),
        format!("{redis:.3}"),
        format!("{:.3}", measured.cpu.total()),
    ]
}

/// The titles of [`cells`]; CPU in milliseconds.
pub const COLUMNS: [&str; 7] = ["requests/s", "p50 ms", "p99 ms", "server", "PostgreSQL", "Redis", "CPU ms"];

fn parts(Cpu { server, postgres, redis }: Cpu) -> String {
    format!("{server:.3} + {postgres:.3} + {redis:.3}")
}

fn where_and_when(postgres: &str) -> anyhow::Result<String> {
    let git = |arguments: &[&str]| -> anyhow::Result<String> {
        Ok(String::from_utf8(Command::new("git").args(arguments).output().context("git")?.stdout)?.trim().to_owned())
    };
    let changed = if git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty() { "" } else { " and changes" };
    let model = fs::read_to_string("/proc/cpuinfo")?;
    let model = model.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("unknown", |(_, model)| model);
    Ok(format!(
        "{}, commit {}{changed}, {} cores ({model}), PostgreSQL {postgres}.",
        chrono::Utc::now().format("%Y-%m-%d"),
        git(&["rev-parse", "--short", "HEAD"])?,
        std::thread::available_parallelism()?
    ))
}

/// Puts `text` between the marks of a document.
fn put(document: &str, text: &str) -> anyhow::Result<()> {
    let path = format!("{}/{document}", env!("CARGO_MANIFEST_DIR"));
    let now = fs::read_to_string(&path)?;
    let [begin, end] = MARKS;
    let (before, rest) = now.split_once(begin).with_context(|| format!("{document} has no {begin}"))?;
    let (_, after) = rest.split_once(end).with_context(|| format!("{document} has no {end}"))?;
    Ok(fs::write(path, format!("{before}{begin}{}\n{end}{after}", text.trim_end()))?)
}
