//! Leaderboards of a million members: the top 20, and the places around somebody.

use anyhow::ensure;

use crate::{
    CONNECTIONS, ROUND, ROUNDS,
    host::{self, Host},
    load, median, report,
};

const MEMBERS: u32 = 1_000_000;

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

pub fn run() -> anyhow::Result<()> {
    for with_redis in [true, false] {
        let host = Host::start("leaderboards", with_redis)?;
        let token = host.join("somebody")?;
        host.sql(&fill())?;
        // PostgreSQL alone counts up to a million rows for a place: a few clients keep it busy.
        let (suffix, clients) = if with_redis { ("with Redis", CONNECTIONS) } else { ("without Redis, 4 clients", 4) };
        for (what, path, token) in [
            ("Leaderboard top 20 of a million", "/api/v1/leaderboards/points?period=all&limit=20", None),
            ("Leaderboard around me of a million", "/api/v1/leaderboards/points?period=all&around_me=5", Some(token.as_str())),
        ] {
            let request = load::get(path, token);
            let mut body = load::once(host.address, &request(0))?;
            // The first look has the copy in Redis made; give that its time.
            for _ in 0..if with_redis { 60 } else { 0 } {
                std::thread::sleep(std::time::Duration::from_millis(250));
                let again = load::once(host.address, &request(0))?;
                ensure!(again == body, "the answer changed with its source");
                body = again;
            }
            let reference = host::bare(&host.runtime, body)?;
            let bare = load::get("/", None);
            let (mut ours, mut theirs) = (vec![], vec![]);
            for _ in 0..ROUNDS {
                ours.push(load::rate(host.address, clients, ROUND, &request)?);
                theirs.push(load::rate(reference, clients, ROUND, &bare)?);
            }
            report(&format!("{what}, {suffix}"), "requests/s", median(ours), ("bare poem handler, same bytes", median(theirs)));
        }
    }
    Ok(())
}
