//! Reading: the question page with 20 answers, and the list of questions.

use crate::{
    CONNECTIONS, ROUND, ROUNDS,
    host::{self, Host},
    load, median, report,
};

const FILL: &str = "
insert into member (id, handle, handle_key, display_name, created_at)
select gen_random_uuid(), 'member' || n, 'member' || n, 'Member ' || n, now() - n * interval '1 hour' from generate_series(1, 1000) n;
create temporary table people as select id, row_number() over () as n from member;
insert into post (id, kind, question_id, author_id, title, body_markdown, body_html, renderer, answer_count, hot_key, active_at, created_at)
select q.id, 'question', q.id, people.id, 'How do I keep part number ' || q.n || ' from rusting in winter?',
       repeat('A paragraph about salt, rain and patience. ', 8), '<p>' || repeat('A paragraph about salt, rain and patience. ', 8) || '</p>', 2,
       20, q.n, now() - q.n * interval '1 minute', now() - q.n * interval '1 minute'
from (select gen_random_uuid() as id, n from generate_series(1, 5000) n) q (id, n)
join people on people.n = 1 + q.n % 1000;
insert into post (id, kind, question_id, author_id, body_markdown, body_html, renderer, active_at, created_at)
select gen_random_uuid(), 'answer', q.id, people.id, repeat('Dry it, oil it, ride it. ', 10),
       '<p>' || repeat('Dry it, oil it, ride it. ', 10) || '</p>', 2, now(), now() - a.n * interval '1 minute'
from (select id, row_number() over (order by created_at desc) as r from post where kind = 'question' limit 200) q
cross join generate_series(1, 20) a (n) join people on people.n = 1 + (q.r * 20 + a.n) % 1000;
insert into tag (id, name, question_count, created_at) select gen_random_uuid(), 'tag' || n, 0, now() from generate_series(1, 20) n;
insert into question_tag (question_id, tag_id)
select q.id, t.id from (select id, row_number() over () as r from post where kind = 'question') q
join (select id, row_number() over () as r from tag) t on t.r = 1 + q.r % 20;
analyze;
";

pub fn run() -> anyhow::Result<()> {
    let host = Host::start("questions", true)?;
    host.sql(FILL)?;
    let question = host.rows("select id from post where kind = 'question' order by created_at desc limit 1")?.remove(0);
    for (what, path) in [
        ("Question page with 20 answers", format!("/api/v1/questions/{question}")),
        ("Question list, 20 items", "/api/v1/questions?sort=hot".to_owned()),
    ] {
        let request = load::get(&path, None);
        let body = load::once(host.address, &request(0))?;
        let bytes = body.len();
        let reference = host::bare(&host.runtime, body)?;
        let bare = load::get("/", None);
        let (mut ours, mut theirs) = (vec![], vec![]);
        for _ in 0..ROUNDS {
            ours.push(load::rate(host.address, CONNECTIONS, ROUND, &request)?);
            theirs.push(load::rate(reference, CONNECTIONS, ROUND, &bare)?);
        }
        report(&format!("{what} ({bytes} bytes of JSON)"), "requests/s", median(ours), ("bare poem handler, same bytes", median(theirs)));
    }
    from_memory(&host, &question)
}

/// The same from memory, as JSON and as a page, plain and compressed. Server and load are one process: the CPU is that of both, and so
/// it is for the reference.
fn from_memory(host: &Host, question: &str) -> anyhow::Result<()> {
    let keeping = host.keeping()?;
    let address = String::from_utf8(load::head(keeping, &load::get(&format!("/questions/{question}"), None)(0))?)?;
    let page = address.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default().trim().to_owned();
    println!(
        "\n| from memory | bytes | requests/s | bare poem handler, same bytes | ratio | CPU ms a request | bare | above it |\n|---|---|---|---|---|---|---|---|"
    );
    for (what, path) in [
        ("question", format!("/api/v1/questions/{question}")),
        ("question page", page),
        ("list", "/api/v1/questions?sort=hot".to_owned()),
        ("home page", "/".to_owned()),
    ] {
        for (coding, headers) in [("plain", ""), ("gzip", "accept-encoding: gzip\r\n")] {
            let request = load::get_with(&path, headers);
            let body = load::once(keeping, &request(0))?;
            let bytes = body.len();
            let reference = host::bare(&host.runtime, body)?;
            let bare = load::get_with("/", headers);
            let mut seen = (vec![], vec![], vec![], vec![]);
            for _ in 0..ROUNDS {
                for (address, request, rates, costs) in
                    [(keeping, &request, &mut seen.0, &mut seen.1), (reference, &bare, &mut seen.2, &mut seen.3)]
                {
                    let before = load::cpu_s()?;
                    let rate = load::rate(address, CONNECTIONS, ROUND, request)?;
                    costs.push((load::cpu_s()? - before) * 1_000.0 / (rate * ROUND.as_secs_f64()));
                    rates.push(rate);
                }
            }
            let (ours, cost, theirs, least) = (median(seen.0), median(seen.1), median(seen.2), median(seen.3));
            println!(
                "| {what}, {coding} | {bytes} | {ours:.0} | {theirs:.0} | {:.2} | {cost:.4} | {least:.4} | {:.4} |",
                ours / theirs,
                cost - least
            );
        }
    }
    Ok(())
}
