//! Every GET of the description, by every kind of caller.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::{Caller, Failed, TOLD, fetch, get, host::Host};
use crate::load;

/// Pages of each list that each caller reads.
const PAGES: usize = 4;
/// How long one caller reads on in each list, a hundred items at a time: a cursor must not cost more the deeper it lies.
const DEPTH: Duration = Duration::from_secs(1);
/// What an answer may take, and one that sums up all there is.
const ANSWER_MAX: Duration = Duration::from_secs(1);
const SUM_MAX: Duration = Duration::from_secs(20);
/// Measured by themselves, or without an end.
const APART: [&str; 2] = ["/me/export", "/me/notifications/stream"];
/// What sums up all there is, and does not go by single parameters.
const SUMS: [(&str, &[&str]); 2] = [
    ("/admin/dashboard", &["", "?from=2025-01-01&until=2026-01-01&step=day", "?from=2020-01-01&step=month"]),
    ("/admin/tiers/preview", &["?rank=10&threshold=400", "?rank=15&threshold=1000", "?without=20"]),
];

/// A page that was read.
struct Read {
    took: Duration,
    what: String,
}

pub fn all(host: &Host, callers: &[Caller]) -> Result<()> {
    let spec: Value = serde_json::from_slice(&load::once(host.address, &load::get("/openapi.json", "").next())?)?;
    let known = known(host)?;
    let (mut reads, mut failures, mut deepest) = (Vec::new(), Vec::new(), 0);
    let (mut operations, mut places_read) = (0, 0);
    for (path, methods) in spec["paths"].as_object().context("no paths")? {
        let operation = &methods["get"];
        if operation.is_null() || APART.contains(&path.as_str()) {
            continue;
        }
        operations += 1;
        let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let places = places(&spec, path, parameters, &known)?;
        places_read += places.len();
        for place in &places {
            let mut answered = None;
            for caller in callers {
                match pages(host, place, caller, 20, |read| read < PAGES) {
                    Ok((slowest, _)) => {
                        reads.push(Read { took: slowest, what: format!("{place}, {}", caller.name) });
                        answered = Some(caller);
                    }
                    Err(Failed::Refused(_)) => {}
                    Err(Failed::Otherwise(error)) => failures.push(format!("{place}, {}: {error:#}", caller.name)),
                }
            }
            let Some(caller) = answered else {
                failures.push(format!("{place} is answered to nobody"));
                continue;
            };
            if parameters.iter().any(|parameter| parameter["name"] == "cursor") {
                let begun = Instant::now();
                match pages(host, place, caller, 100, |_| begun.elapsed() < DEPTH) {
                    Ok((slowest, pages)) => {
                        deepest = deepest.max(pages * 100);
                        reads.push(Read { took: slowest, what: format!("{place}, {}, to item {}", caller.name, pages * 100) });
                    }
                    Err(error) => failures.push(format!("{place}, {}, on the way: {error}", caller.name)),
                }
            }
        }
        if operation["responses"]["200"]["content"].get("text/csv").is_some() {
            let place = places.first().context("no place")?;
            for caller in callers {
                let begun = Instant::now();
                match fetch(host.address, &get(&format!("/api/v1{place}"), caller, "text/csv")) {
                    Ok(file) => println!(
                        "| {place} as CSV, {}, {:.1} MB | {:.2} |",
                        caller.name,
                        file.len() as f64 / 1e6,
                        begun.elapsed().as_secs_f64()
                    ),
                    Err(Failed::Refused(_)) => {}
                    Err(Failed::Otherwise(error)) => failures.push(format!("{place} as CSV, {}: {error:#}", caller.name)),
                }
            }
        }
    }
    reads.sort_by_key(|read| std::cmp::Reverse(read.took));
    let part = |percent: usize| reads[reads.len() * (100 - percent) / 100].took.as_secs_f64();
    println!(
        "| {operations} GET operations, {places_read} addresses, {} readings, down to item {deepest}: median | {:.3} |",
        reads.len(),
        part(50)
    );
    println!("| - 99 of 100 | {:.3} |", part(99));
    for Read { took, what } in reads.iter().take(TOLD) {
        println!("| - {what} | {:.3} |", took.as_secs_f64());
    }
    for Read { took, what } in &reads {
        let most = if SUMS.iter().any(|(path, _)| what.starts_with(path)) { SUM_MAX } else { ANSWER_MAX };
        if *took > most {
            failures.push(format!("{what} took {took:.1?}; {most:?} are allowed"));
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

/// What parameters may be, by name: what there is much of, and what there is little or nothing of.
fn known(host: &Host) -> Result<BTreeMap<&'static str, Vec<String>>> {
    let last = host.one("select handle from member where handle ~ '^member' order by created_at desc limit 1")?;
    let word = host.one("select split_part(title, ' ', 2) from post where kind = 'question' limit 1")?;
    let mut known: BTreeMap<&str, Vec<String>> = BTreeMap::from([
        ("handle", vec!["member1", &last]),
        ("actor", vec!["member2", &last]),
        ("member", vec!["member1", &last]),
        ("author", vec!["member1", &last]),
        ("advocate", vec!["member1", &last]),
        ("action", vec!["adjust_points", "withdraw_codes"]),
        ("slug", vec!["group-1", "group-50"]),
        ("group", vec!["group-1", "group-50"]),
        ("tag", vec!["tag1", "tag500"]),
        ("name", vec!["tag1", "tag500"]),
        ("q", vec!["ba", "member9", &word, "a%20note", "zzzzz"]),
        ("title", vec!["How%20does%20this%20work%20number%207", "zzzzz%20zzzzz%20zzzzz"]),
        ("tier", vec!["10", "30"]),
        ("around_me", vec!["5", "50"]),
        ("external_id", vec!["customer-1"]),
        ("mine", vec!["true"]),
        ("unread", vec!["true", "false"]),
        ("followed", vec!["true"]),
    ])
    .into_iter()
    .map(|(name, values)| (name, values.into_iter().map(str::to_owned).collect()))
    .collect();
    for (name, query) in [
        ("rule_id", "select id::text from earning_rule limit 1"),
        ("partner_id", "select partner_id::text from external_member limit 1"),
        (
            "reward",
            "(select reward_id::text from redemption group by 1 order by count(*) desc limit 1)
                    union all (select id::text from reward where id not in (select reward_id from redemption) limit 1)",
        ),
        ("reward_id", "select reward_id::text from redemption group by 1 order by count(*) desc limit 1"),
        ("redemption_id", "select id::text from redemption limit 1"),
        ("purchase_id", "select id::text from purchase limit 1"),
        ("id", "select id::text from review_item where state = 'open' limit 1"),
        ("subject", "select id::text from member where handle in ('member1', 'boss')"),
        ("question_id", "select question_id::text from question_listing where published order by answer_count desc, question_id limit 1"),
        ("answer_id", "select post_id::text from post_counter where post_id <> question_id order by comment_count desc, post_id limit 1"),
    ] {
        known.insert(name, host.rows(query)?);
    }
    Ok(known)
}

/// A path as it is, and with each of its filters and orders, alone and in pairs.
fn places(spec: &Value, path: &str, parameters: &[Value], known: &BTreeMap<&str, Vec<String>>) -> Result<BTreeSet<String>> {
    let mut bases = vec![path.to_owned()];
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        // Boards are a closed list.
        let values = known.get(name).cloned().unwrap_or_else(|| words(spec, parameters, name));
        ensure!(!values.is_empty(), "{path}: nothing is known for {name}");
        let filled = |base: &String| values.iter().map(|value| base.replace(&format!("{{{name}}}"), value)).collect::<Vec<_>>();
        bases = bases.iter().flat_map(filled).collect();
    }
    let mut queries: Vec<Vec<String>> = vec![vec![]];
    for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
        let name = parameter["name"].as_str().context("no name")?;
        if ["cursor", "limit"].contains(&name) || SUMS.iter().any(|(whole, _)| *whole == path) {
            continue;
        }
        let mut values = words(spec, parameters, name);
        values.extend(known.get(name).into_iter().flatten().cloned());
        if values.is_empty() {
            bail!("{path}: nothing is known for {name}");
        }
        let with = |query: &Vec<String>| {
            let longer = |value: &String| [query.clone(), vec![format!("{name}={value}")]].concat();
            values.iter().map(longer).collect::<Vec<_>>()
        };
        let longer: Vec<_> = queries.iter().filter(|query| query.len() < 2).flat_map(with).collect();
        if parameter["required"] == true {
            queries = longer;
        } else {
            queries.extend(longer);
        }
    }
    let mut queries: Vec<String> =
        queries.iter().map(|query| if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) }).collect();
    if let Some((_, whole)) = SUMS.iter().find(|(whole, _)| *whole == path) {
        queries = whole.iter().map(|&query| query.to_owned()).collect();
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

/// Reads a list page by page while `on` says so of the pages read. Returns the time of the slowest, and how many there were.
fn pages(host: &Host, place: &str, caller: &Caller, limit: usize, on: impl Fn(usize) -> bool) -> Result<(Duration, usize), Failed> {
    let (mut slowest, mut read, mut cursor) = (Duration::ZERO, 0, String::new());
    loop {
        let joint = if place.contains('?') { '&' } else { '?' };
        let path =
            if cursor.is_empty() { format!("/api/v1{place}") } else { format!("/api/v1{place}{joint}cursor={cursor}&limit={limit}") };
        let begun = Instant::now();
        let body = fetch(host.address, &get(&path, caller, "application/json"))?;
        slowest = slowest.max(begun.elapsed());
        read += 1;
        let page: Value = serde_json::from_slice(&body).map_err(|error| Failed::Otherwise(error.into()))?;
        match page["next_cursor"].as_str() {
            Some(next) if on(read) => cursor = next.to_owned(),
            _ => return Ok((slowest, read)),
        }
    }
}
