//! What grows with the forum: each answer at 50,000 posts and at 1,000,000, from PostgreSQL, and the ratio. Not in a whole run,
//! for the larger forum takes long to fill.

use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::Value;

use crate::{
    Stage,
    cpu::Meter,
    forum::Forum,
    load::{self, Load},
    measure::{self, Measured},
    program::{Cache, Program},
    searches::{self, Searches},
};

/// The fixture has 50,000 posts; the larger forum is so many times as large, unless `GROWTH` says otherwise.
const LARGER: u32 = 20;
/// Who search at a time.
const SEARCHERS: usize = 4;
/// How deep the deep pages lie, in pages of 100 questions.
const DEPTH: usize = 50;

pub fn run(stage: &mut Stage) -> anyhow::Result<()> {
    let mut seen: BTreeMap<usize, (&str, Vec<Measured>)> = BTreeMap::new();
    let mut searched: BTreeMap<usize, (&str, Vec<Measured>)> = BTreeMap::new();
    let (mut posts, mut words, mut kinds) = (Vec::new(), Vec::new(), Vec::<Searches>::new());
    let larger = std::env::var("GROWTH").ok().map_or(Ok(LARGER), |larger| larger.parse()).context("GROWTH is no number")?;
    for scale in [1, larger] {
        let forum = Forum::fill("growth", scale)?;
        posts.push(forum.databases.one("select count(*) from post")?);
        let program = Program::serve(&forum.databases, Cache::Off)?;
        let meter = Meter::new(&program, &forum.databases)?;
        // The same is looked for in both forums, which have one language.
        if kinds.is_empty() {
            (words, kinds) = (searches_of(&forum)?, searches::of(&forum.databases)?);
        }
        for (at, searches) in kinds.iter().enumerate() {
            let load = Load { address: program.address, connections: SEARCHERS, requests: &searches.requests(), beside: None };
            searched.entry(at).or_insert((searches.kind, vec![])).1.push(measure::alone(&load, &meter).context(searches.kind)?);
        }
        let cases = lists(&forum, &program)?.into_iter().chain(words.clone());
        for (at, (what, path)) in cases.enumerate() {
            let requests = load::get(&path, "");
            let load = Load { address: program.address, connections: 1, requests: &requests, beside: None };
            let measured = measure::alone(&load, &meter).with_context(|| path)?;
            seen.entry(at).or_insert((what, vec![])).1.push(measured);
        }
    }
    let [small, large] = &posts[..] else { return Ok(()) };
    stage.report.table(
        "Growth, one client, from PostgreSQL",
        &["what", &format!("CPU ms at {small} posts"), &format!("at {large}"), "ratio", "p50 ms", "then", "p99 ms", "then"],
    );
    rows(stage, seen);
    stage.report.table(
        "A thousand searches by seven kinds, four clients, from PostgreSQL",
        &["what", &format!("CPU ms at {small} posts"), &format!("at {large}"), "ratio", "p50 ms", "then", "p99 ms", "then"],
    );
    rows(stage, searched);
    Ok(())
}

fn rows(stage: &mut Stage, seen: BTreeMap<usize, (&str, Vec<Measured>)>) {
    for (what, measured) in seen.into_values() {
        let [small, large] = &measured[..] else { continue };
        let (less, more) = (small.cpu.total(), large.cpu.total());
        stage.report.row(&[
            what.to_owned(),
            format!("{less:.2}"),
            format!("{more:.2}"),
            format!("{:.2}", more / less),
            format!("{:.2}", small.p50_ms),
            format!("{:.2}", large.p50_ms),
            format!("{:.2}", small.p99_ms),
            format!("{:.2}", large.p99_ms),
        ]);
    }
}

fn lists(forum: &Forum, program: &Program) -> anyhow::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("question, JSON", format!("/api/v1/questions/{}", forum.question)),
        ("question, page", forum.page.clone()),
        ("home, page", "/".to_owned()),
        ("list, hot", "/api/v1/questions?sort=hot".to_owned()),
        ("list, active", "/api/v1/questions?sort=active".to_owned()),
        ("list, new", "/api/v1/questions?sort=new".to_owned()),
        ("list, top", "/api/v1/questions?sort=top".to_owned()),
        ("list, unanswered", "/api/v1/questions?sort=unanswered".to_owned()),
        ("list, new, 5,000 questions deep", deep(program, "/api/v1/questions?sort=new&limit=100")?),
        ("list of a tag", "/api/v1/questions?tag=tag1".to_owned()),
        ("tag, page", "/tags/tag1".to_owned()),
        ("board", "/api/v1/leaderboards/reputation?period=all".to_owned()),
        ("site map, list of parts", "/sitemap.xml".to_owned()),
        ("feed", "/feeds/questions.atom".to_owned()),
    ])
}

fn searches_of(forum: &Forum) -> anyhow::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("search, a word in 0.5 % of posts", forum.search(&[0.5])),
        ("search, a word in 17 %", forum.search(&[17.0])),
        ("search, two words, in 5 % and 2 %", forum.search(&[5.0, 2.0])),
        ("similar questions", forum.similar()?),
    ])
}

/// The page after so many others.
fn deep(program: &Program, list: &str) -> anyhow::Result<String> {
    let mut path = list.to_owned();
    for _ in 0..DEPTH {
        let page: Value = serde_json::from_slice(&load::once(program.address, &load::get(&path, "").next())?)?;
        path = format!("{list}&cursor={}", page["next_cursor"].as_str().context("the list is too short")?);
    }
    Ok(path)
}
