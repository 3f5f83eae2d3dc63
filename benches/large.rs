//! What grows with the data, on a database of 1,000,000 lots and 200,000 questions: `make check-large` prints the times and
//! fails on a broken invariant, on an answer that is no success, and where verifying takes longer than its bound.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use regulars::{
    app,
    kit::{db::Db, verify},
    loyalty::leaderboard,
};
use serde_json::Value;

use crate::{host::Host, load};

const FILL: &str = include_str!("large/fill.sql");
const VERIFY_MAX: Duration = Duration::from_secs(60);
/// Pages of each list that are read.
const PAGES: usize = 4;
/// The slowest lists, told one by one.
const TOLD: usize = 12;

pub fn run() -> Result<()> {
    let scale = std::env::var("LARGE_SCALE").unwrap_or_else(|_| "1".to_owned());
    let host = Host::start("large", true)?;
    let (boss, heavy) = (host.sign_in("boss")?, host.sign_in("heavy")?);
    drop(heavy);
    println!("| what | s |\n|---|---|");
    timed("fill", || host.sql(&format!("set large.scale = '{scale}'; {FILL}")))?;
    for fact in host.rows(COUNTS)? {
        println!("| {fact} | |");
    }
    host.sql("vacuum analyze")?;
    // The member with most of everything signs in with the account just made.
    host.sql("update account set member_id = (select id from member where handle = 'member1') where email_key = 'heavy@bench.example'")?;
    host.sql("update member set role = 'administrator' where handle = 'boss'")?;
    let heavy = host.sign_in("heavy")?;

    timed("count every board", || rebuild(&host).map(drop))?;
    let wrong = timed("count every board again", || rebuild(&host))?;
    ensure!(wrong == 0, "{wrong} scores changed without a cause");
    verify_all(&host)?;
    lists(&host, &boss, &heavy)?;
    let export = timed("export the heaviest member", || fetch(host.address, &get("/api/v1/me/export", &heavy, "application/json")))?;
    println!("| the export's MB: {} | |", export.len() / 1_000_000);
    timed("requalify everybody: silver at 400", || requalify(&host, &boss, 400))?;
    timed("requalify everybody: silver at 500", || requalify(&host, &boss, 500))?;
    timed("deliver what that told", || delivered(&host))?;
    timed("erase the heaviest member", || {
        let body = r#"{"password":"a thousand rounds"}"#;
        let headers = format!("authorization: Bearer {heavy}\r\n");
        fetch(host.address, &request("DELETE", "/api/v1/me", &headers, body)).map(drop)
    })?;
    timed("deliver what that told", || delivered(&host))?;
    verify_all(&host)
}

const COUNTS: &str = "select count(*) || ' lots' from lot union all select count(*) || ' entries' from ledger_entry
    union all select count(*) || ' purchases' from purchase union all select count(*) || ' redemptions' from redemption
    union all select count(*) || ' awards' from award union all select count(*) filter (where kind = 'question') || ' questions' from post
    union all select count(*) filter (where kind = 'answer') || ' answers' from post union all select count(*) || ' votes' from vote
    union all select pg_size_pretty(pg_database_size(current_database()))";

fn timed<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let begun = Instant::now();
    let result = work().with_context(|| what.to_owned())?;
    println!("| {what} | {:.2} |", begun.elapsed().as_secs_f64());
    Ok(result)
}

fn rebuild(host: &Host) -> Result<usize> {
    host.runtime.block_on(async {
        let mut tx = Db::connect(&host.database_url, 1, Duration::from_secs(5), chrono_tz::UTC)?.begin().await?;
        let wrong = leaderboard::rebuild(&mut tx).await?;
        tx.commit().await?;
        Ok(wrong)
    })
}

fn verify_all(host: &Host) -> Result<()> {
    let begun = Instant::now();
    let mut times = Vec::new();
    let findings = host.runtime.block_on(async {
        let mut snapshot = verify::snapshot(&Db::connect(&host.database_url, 1, Duration::from_secs(5), chrono_tz::UTC)?).await?;
        let mut last = Instant::now();
        let timing = |finding: &verify::Finding| {
            times.push((last.elapsed(), finding.invariant.clone()));
            last = Instant::now();
        };
        anyhow::Ok(verify::run(&mut snapshot, app::checks(), timing).await?)
    })?;
    let took = begun.elapsed();
    println!("| verify, {} invariants | {:.2} |", findings.len(), took.as_secs_f64());
    times.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    for (time, invariant) in times.iter().take(TOLD) {
        println!("| - {invariant} | {:.2} |", time.as_secs_f64());
    }
    let unsound: Vec<String> =
        findings.iter().filter(|finding| finding.outcome != verify::Outcome::Holds).map(ToString::to_string).collect();
    ensure!(unsound.is_empty(), "{}", unsound.join("\n"));
    ensure!(took <= VERIFY_MAX, "verifying took {took:.1?}; {VERIFY_MAX:?} are allowed");
    Ok(())
}

fn requalify(host: &Host, boss: &str, threshold: u32) -> Result<()> {
    let tier = one(host, "select id::text from tier where name = 'Silver'")?;
    let version = one(host, "select version::text from tier where name = 'Silver'")?;
    let headers = format!("authorization: Bearer {boss}\r\nif-match: \"{version}\"\r\n");
    fetch(host.address, &request("PATCH", &format!("/api/v1/admin/tiers/{tier}"), &headers, &format!(r#"{{"threshold":{threshold}}}"#)))
        .map(drop)
}

/// Waits until no event waits.
fn delivered(host: &Host) -> Result<()> {
    while one(host, "select count(*)::text from outbox_event")? != "0" {
        std::thread::sleep(Duration::from_millis(50));
    }
    ensure!(one(host, "select count(*)::text from parked_event")? == "0", "an event was parked");
    Ok(())
}

/// Reads the first pages of every list of the description, with every order and filter, and whole as CSV where it is offered.
fn lists(host: &Host, boss: &str, heavy: &str) -> Result<()> {
    let spec: Value = serde_json::from_slice(&load::once(host.address, &load::get("/openapi.json", None)(0))?)?;
    let known = known(host)?;
    let mut times = Vec::new();
    let mut failures = Vec::new();
    for (path, operations) in spec["paths"].as_object().context("no paths")? {
        let operation = &operations["get"];
        let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        if !parameters.iter().any(|parameter| parameter["name"] == "limit") {
            continue;
        }
        let token = if path.starts_with("/admin") { boss } else { heavy };
        for place in places(&spec, path, parameters, &known)? {
            let begun = Instant::now();
            match pages(host, &place, token) {
                Ok(slowest) => times.push((slowest, place.clone())),
                Err(error) => failures.push(format!("{place} ({:.1?}): {error:#}", begun.elapsed())),
            }
        }
        if operation["responses"]["200"]["content"].get("text/csv").is_some() {
            let place = places(&spec, path, &[], &known)?.remove(0);
            let begun = Instant::now();
            match fetch(host.address, &get(&format!("/api/v1{place}"), token, "text/csv")) {
                Ok(file) => println!("| {place} as CSV, {:.1} MB | {:.2} |", file.len() as f64 / 1e6, begun.elapsed().as_secs_f64()),
                Err(error) => failures.push(format!("{place} as CSV ({:.1?}): {error:#}", begun.elapsed())),
            }
        }
    }
    times.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    println!("| {} lists, {PAGES} pages of each; the median's slowest page | {:.3} |", times.len(), times[times.len() / 2].0.as_secs_f64());
    for (time, place) in times.iter().take(TOLD) {
        println!("| - {place} | {:.3} |", time.as_secs_f64());
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

/// What parameters may be, by name.
fn known(host: &Host) -> Result<BTreeMap<&'static str, String>> {
    let mut known = BTreeMap::from([
        ("handle", "member1"),
        ("actor", "member2"),
        ("member", "member1"),
        ("author", "member1"),
        ("advocate", "member1"),
        ("action", "adjust_points"),
        ("slug", "group-1"),
        ("group", "group-1"),
        ("tag", "tag1"),
        ("q", "ba"),
        ("tier", "10"),
        ("around_me", "5"),
        ("mine", "true"),
        ("unread", "true"),
        ("followed", "true"),
    ])
    .into_iter()
    .map(|(name, value)| (name, value.to_owned()))
    .collect::<BTreeMap<_, _>>();
    for (name, query) in [
        ("rule_id", "select id::text from earning_rule limit 1"),
        ("partner_id", "select id::text from partner limit 1"),
        ("reward", "select reward_id::text from redemption group by 1 order by count(*) desc limit 1"),
        ("subject", "select id::text from member where handle = 'member1'"),
        ("question_id", "select id::text from post where kind = 'question' and state = 'published' order by answer_count desc, id limit 1"),
        ("answer_id", "select id::text from post where kind = 'answer' order by comment_count desc, id limit 1"),
    ] {
        known.insert(name, one(host, query)?);
    }
    Ok(known)
}

/// A list's path as it is, and with each of its filters and orders alone.
fn places(spec: &Value, path: &str, parameters: &[Value], known: &BTreeMap<&str, String>) -> Result<Vec<String>> {
    let mut bases = vec![path.to_owned()];
    let mut queries = vec![String::new()];
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        // Boards are a closed list.
        let values = match known.get(name) {
            Some(value) => vec![value.clone()],
            None => words(spec, parameters, name),
        };
        let filled = |base: &String| values.iter().map(|value| base.replace(&format!("{{{name}}}"), value)).collect::<Vec<_>>();
        bases = bases.iter().flat_map(filled).collect();
    }
    for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
        let name = parameter["name"].as_str().context("no name")?;
        let mut values = words(spec, parameters, name);
        values.extend(known.get(name).cloned());
        if values.is_empty() && !["cursor", "limit"].contains(&name) {
            bail!("{path}: nothing is known for {name}");
        }
        let wanted = parameter["required"] == true;
        queries.retain(|query| !(wanted && query.is_empty()));
        queries.extend(values.iter().map(|value| format!("?{name}={value}")));
    }
    Ok(bases.iter().flat_map(|base| queries.iter().map(move |query| format!("{base}{query}"))).collect())
}

/// The words of a parameter that is a closed list.
fn words(spec: &Value, parameters: &[Value], name: &str) -> Vec<String> {
    let schema = parameters.iter().find(|parameter| parameter["name"] == name).map(|parameter| &parameter["schema"]);
    let reference = schema.and_then(|schema| schema["$ref"].as_str()).and_then(|reference| reference.rsplit('/').next());
    let words = reference.and_then(|name| spec["components"]["schemas"][name]["enum"].as_array());
    words.into_iter().flatten().filter_map(|word| Some(word.as_str()?.to_owned())).collect()
}

/// Reads some pages of a list. Returns the time of the slowest.
fn pages(host: &Host, place: &str, token: &str) -> Result<Duration> {
    let mut slowest = Duration::ZERO;
    let mut cursor = String::new();
    for _ in 0..PAGES {
        let joint = if place.contains('?') { '&' } else { '?' };
        let path = if cursor.is_empty() { format!("/api/v1{place}") } else { format!("/api/v1{place}{joint}cursor={cursor}") };
        let begun = Instant::now();
        let body = fetch(host.address, &get(&path, token, "application/json"))?;
        slowest = slowest.max(begun.elapsed());
        let page: Value = serde_json::from_slice(&body)?;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    Ok(slowest)
}

fn one(host: &Host, query: &str) -> Result<String> {
    host.rows(query)?.into_iter().next().with_context(|| format!("no row: {query}"))
}

fn get(path: &str, token: &str, accept: &str) -> Vec<u8> {
    request("GET", path, &format!("authorization: Bearer {token}\r\naccept: {accept}\r\n"), "")
}

fn request(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n{headers}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// One answer over a connection of its own, however it is sent.
fn fetch(address: SocketAddr, request: &[u8]) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").context("no answer")?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let body = answer.split_off(end + 4);
    let status = head.lines().next().unwrap_or_default();
    ensure!(status.split(' ').nth(1).is_some_and(|code| code.starts_with('2')), "{status} {}", String::from_utf8_lossy(&body));
    ensure!(!head.contains("transfer-encoding: chunked") || body.ends_with(b"0\r\n\r\n"), "the answer breaks off");
    Ok(body)
}
