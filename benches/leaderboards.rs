//! Leaderboards of a million members: the top 20, and the places around somebody.

use std::{thread, time::Duration};

use anyhow::ensure;

use crate::{
    Stage,
    cpu::Meter,
    databases::Databases,
    load::{self, Load},
    measure,
    program::{Cache, Program},
    report::{COLUMNS, Claim, cells},
};

const MEMBERS: u32 = 1_000_000;
const CONNECTIONS: usize = 16;

fn fill() -> String {
    format!(
        "insert into member (id, handle, handle_key, display_name, created_at)
         select gen_random_uuid(), 'member' || n, 'member' || n, 'Member ' || n, now() from generate_series(1, {MEMBERS}) n;
         insert into leaderboard (id, metric, period, starts_on, version) values (gen_random_uuid(), 'points', 'all', '0001-01-01', 1);
         insert into leaderboard_score (leaderboard_id, member_id, score, reached_at, version)
         select l.id, m.id, (random() * 100000)::bigint, now() - random() * interval '1 year', 1 from leaderboard l cross join member m;
         analyze;"
    )
}

pub fn run(stage: &mut Stage) -> anyhow::Result<()> {
    let report = &mut stage.report;
    report.table(
        "Leaderboards of a million members",
        &[&["what", "Redis", "bytes"][..], &COLUMNS[..], &["bare requests/s", "bare CPU ms"][..]].concat(),
    );
    let mut databases = Databases::start("leaderboards", true)?;
    let token = Program::serve(&databases, Cache::Off)?.join("somebody")?;
    databases.sql(&fill())?;
    for with_redis in [true, false] {
        if !with_redis {
            databases.redis_url = None;
        }
        let program = Program::serve(&databases, Cache::Off)?;
        let meter = Meter::new(&program, &databases)?;
        for (what, path, headers) in [
            ("top 20", "/api/v1/leaderboards/points?period=all&limit=20", String::new()),
            ("around me", "/api/v1/leaderboards/points?period=all&around_me=5", load::bearer(&token)),
        ] {
            let requests = load::get(path, &headers);
            let body = load::once(program.address, &requests.next())?;
            // The first look has the copy in Redis made; give that its time.
            for _ in 0..if with_redis { 60 } else { 0 } {
                thread::sleep(Duration::from_millis(250));
                ensure!(load::once(program.address, &requests.next())? == body, "the answer changed with its source");
            }
            let bare = Program::bare(&databases.folder, &body)?;
            let plain = load::get("/", "");
            let load = Load { address: program.address, connections: CONNECTIONS, requests: &requests, beside: None };
            let reference = Load { address: bare.address, requests: &plain, ..load };
            let [ours, theirs] = measure::in_turn([(&load, &meter), (&reference, &Meter::of_bare(&bare))], || Ok(()))?;
            let (redis, suffix) = if with_redis { ("yes", "with Redis") } else { ("no", "without Redis") };
            let mut row = vec![what.to_owned(), redis.to_owned(), body.len().to_string()];
            row.extend(cells(&ours));
            row.push(format!("{:.0}", theirs.rate));
            row.push(format!("{:.3}", theirs.cpu.total()));
            report.row(&row);
            if !headers.is_empty() {
                report.claim(Claim {
                    what: format!("leaderboard of a million, {what}, {suffix}"),
                    measured: format!("{:.0} requests/s, p99 {:.1} ms", ours.rate, ours.p99_ms),
                    cpu: Some(ours.cpu),
                    reference: ("bare poem handler, same bytes", format!("{:.0}, {:.3} ms", theirs.rate, theirs.cpu.total())),
                    ratio: ours.rate / theirs.rate,
                });
            }
        }
    }
    Ok(())
}
