//! Reading a forum: from memory and from PostgreSQL, plain and compressed, alone and beside votes, each beside a bare poem handler
//! that answers the same bytes.

use std::{collections::HashMap, thread, time::Instant};

use anyhow::ensure;

use crate::{
    Stage,
    cpu::Meter,
    delivery,
    forum::Forum,
    load::{self, Load, Requests},
    measure::{self, Measured},
    program::{Cache, Program},
    report::{COLUMNS, Claim, Report, cells},
};

const GZIP: &str = "accept-encoding: gzip\r\n";
const VOTES_PER_S: u32 = 20;
/// Connections at a time: as many as a busy server has, and one, which waits for each answer.
const MANY: usize = 16;

/// Something that is read again and again.
struct Case {
    what: &'static str,
    path: String,
    headers: String,
    /// The reader has it already, and asks whether it has changed.
    known: bool,
    /// How it is measured.
    ways: Ways,
    /// What of it the README says.
    told: &'static [Cache],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ways {
    /// In every way there is.
    All,
    /// By many connections, plain and compressed.
    Many,
    /// By many connections, plain.
    Plain,
    /// By one connection and by many, plain, as the server is by default: it is never answered from memory.
    Live,
}

/// One way to measure a case.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Way {
    gzip: bool,
    connections: usize,
    votes_per_s: u32,
}

impl Case {
    fn ways(&self, cache: Cache) -> Vec<Way> {
        let ways = |codings: &[bool], connections: &[usize], votes: &[u32]| {
            let mut ways = Vec::new();
            for &gzip in codings {
                for &connections in connections {
                    ways.extend(votes.iter().map(|&votes_per_s| Way { gzip, connections, votes_per_s }));
                }
            }
            ways
        };
        match self.ways {
            Ways::All => ways(&[false, true], &[1, MANY], &[0, VOTES_PER_S]),
            Ways::Many => ways(&[false, true], &[MANY], &[0]),
            Ways::Plain => ways(&[false], &[MANY], &[0]),
            Ways::Live if cache == Cache::On => ways(&[false], &[1, MANY], &[0]),
            Ways::Live => vec![],
        }
    }

    fn headers(&self, program: &Program, way: Way) -> anyhow::Result<String> {
        let mut headers = format!("{}{}", self.headers, if way.gzip { GZIP } else { "" });
        if self.known {
            let etag = load::header(program.address, &load::get(&self.path, &headers).next(), "etag")?;
            headers += &format!("if-none-match: {etag}\r\n");
        }
        Ok(headers)
    }
}

pub fn run(stage: &mut Stage) -> anyhow::Result<()> {
    let (forum, report) = stage.forum()?;
    let cases = cases(forum)?;
    let mut references: HashMap<(usize, Way), Measured> = HashMap::new();
    for (cache, title) in [(Cache::On, "Reading, answers kept in memory"), (Cache::Off, "Reading from PostgreSQL")] {
        let program = Program::serve(&forum.databases, cache)?;
        let (meter, session) = (Meter::new(&program, &forum.databases)?, forum.databases.session()?);
        report.table(
            title,
            &[&["case", "bytes", "connections", "votes/s beside"][..], &COLUMNS[..], &["bare requests/s", "bare CPU ms", "beyond it"][..]]
                .concat(),
        );
        for (at, case) in cases.iter().enumerate() {
            for way in case.ways(cache) {
                // What the votes beside the last one told is over, and changes nothing any more.
                delivery::done(&session)?;
                let headers = case.headers(&program, way)?;
                let requests = load::get(&case.path, &headers);
                let body = load::once(program.address, &requests.next())?;
                let load = Load {
                    address: program.address,
                    connections: way.connections,
                    requests: &requests,
                    beside: (way.votes_per_s > 0).then_some((&forum.votes_beside, way.votes_per_s)),
                };
                // Nothing that the reference does depends on votes, or on where answers come from.
                let key = (at, Way { votes_per_s: 0, ..way });
                let (ours, bare) = match references.get(&key) {
                    Some(&bare) => (measure::alone(&load, &meter)?, bare),
                    None => {
                        let bare = Program::bare(&forum.databases.folder, &body)?;
                        let requests = load::get("/", &headers);
                        let reference = Load { address: bare.address, requests: &requests, beside: None, ..load };
                        let [ours, bare] = measure::in_turn([(&load, &meter), (&reference, &Meter::of_bare(&bare))], || Ok(()))?;
                        references.insert(key, bare);
                        (ours, bare)
                    }
                };
                ensure!(!case.known || body.is_empty(), "{} was sent once more", case.path);
                tell(report, case, cache, way, body.len(), &ours, &bare);
            }
        }
        if cache == Cache::On {
            at_rest(report, &program, &meter, &forum.votes_beside)?;
        }
    }
    Ok(())
}

fn cases(forum: &Forum) -> anyhow::Result<Vec<Case>> {
    let question = format!("/api/v1/questions/{}", forum.question);
    let both: &[Cache] = &[Cache::On, Cache::Off];
    let (on, neither): (&[Cache], &[Cache]) = (&[Cache::On], &[]);
    let case = |what, path: &str, ways, told| Case { what, path: path.to_owned(), headers: String::new(), known: false, ways, told };
    Ok(vec![
        case("question, JSON", &question, Ways::All, both),
        case("list, JSON", "/api/v1/questions?sort=hot", Ways::All, both),
        case("question, page", &forum.page, Ways::Many, on),
        case("home, page", "/", Ways::Many, neither),
        case("tag, page", "/tags/tag1", Ways::Many, neither),
        case("board, JSON", "/api/v1/leaderboards/reputation?period=all", Ways::Many, neither),
        Case { known: true, ..case("question, 304", &question, Ways::Plain, on) },
        Case { headers: forum.reader.clone(), ..case("question, JSON, signed in", &question, Ways::Plain, on) },
        case("search, two words", &forum.search(&[5.0, 2.0]), Ways::Live, on),
        case("search, a word in 17 % of posts", &forum.search(&[17.0]), Ways::Live, neither),
        case("similar questions", &forum.similar()?, Ways::Live, on),
    ])
}

fn tell(report: &mut Report, case: &Case, cache: Cache, way: Way, bytes: usize, ours: &Measured, bare: &Measured) {
    let coding = if way.gzip { ", gzip" } else { "" };
    let mut row = vec![format!("{}{coding}", case.what), bytes.to_string(), way.connections.to_string(), way.votes_per_s.to_string()];
    row.extend(cells(ours));
    row.push(format!("{:.0}", bare.rate));
    row.push(format!("{:.3}", bare.cpu.total()));
    row.push(format!("{:.3}", ours.cpu.total() - bare.cpu.total()));
    report.row(&row);
    // The README says what many readers cost, plain and alone; and of a page, as browsers ask for it.
    let is_page = case.what.ends_with("page");
    if case.told.contains(&cache) && way == (Way { gzip: is_page, connections: MANY, votes_per_s: 0 }) {
        let from = match (case.ways, cache) {
            (Ways::All | Ways::Many, Cache::On) => ", from memory",
            (Ways::All | Ways::Many, Cache::Off) => ", from PostgreSQL",
            _ => "",
        };
        report.claim(Claim {
            what: format!("{}{coding}{from} ({bytes} bytes)", case.what),
            measured: format!("{:.0} requests/s, p99 {:.1} ms", ours.rate, ours.p99_ms),
            cpu: Some(ours.cpu),
            reference: ("bare poem handler, same bytes", format!("{:.0}, {:.3} ms", bare.rate, bare.cpu.total())),
            ratio: ours.rate / bare.rate,
        });
    }
}

/// What the server costs while nobody reads, and what the votes beside the readings cost by themselves.
fn at_rest(report: &mut Report, program: &Program, meter: &Meter, votes: &Requests) -> anyhow::Result<()> {
    report.table("At rest, a second", &["what", "server", "PostgreSQL", "Redis", "CPU ms"]);
    let nothing = load::get("/", "");
    for (what, beside) in [("nothing".to_owned(), None), (format!("{VOTES_PER_S} votes"), Some((votes, VOTES_PER_S)))] {
        let (before, begun) = (meter.read()?, Instant::now());
        Load { address: program.address, connections: 0, requests: &nothing, beside }.run(measure::round())?;
        thread::sleep(measure::round().saturating_sub(begun.elapsed()));
        let cpu = (meter.read()? - before) / begun.elapsed().as_secs_f64();
        let figures = [cpu.server, cpu.postgres, cpu.redis, cpu.total()].map(|ms| format!("{ms:.1}"));
        report.row(&[&[what][..], &figures[..]].concat());
    }
    report.remark(&format!("Memory of the server after {MANY} clients: {:.0} MB.", program.resident_kib()? / 1_024.0));
    Ok(())
}
