//! What grows with the data, on a database of 1,000,000 lots and 200,000 questions: `make check-large` prints the times and
//! fails on a broken invariant, on an answer that is no success, and where verifying, a job or an answer takes longer than its bound.

mod host;
mod walk;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use regulars::{
    app::{self, App},
    kit::{db::Db, secret, verify},
    loyalty::leaderboard,
};

use self::host::{Host, settings_of};

const FILL: &str = include_str!("large/fill.sql");
const FAULTS: &str = include_str!("large/faults.sql");
const VERIFY_MAX: Duration = Duration::from_secs(60);
/// What one job may take, the first time it meets all there is.
const JOB_MAX: Duration = Duration::from_secs(300);
/// The slowest of many, told one by one.
const TOLD: usize = 12;
/// Of each write.
const WRITES: usize = 300;

/// Somebody who sends requests, with the headers that say who.
struct Caller {
    name: &'static str,
    headers: String,
}

impl Caller {
    fn new(name: &'static str, token: &str) -> Self {
        Self { name, headers: format!("authorization: Bearer {token}\r\n") }
    }

    fn joining(host: &Host, name: &'static str) -> Result<Self> {
        Ok(Self::new(name, &host.join(name)?))
    }
}

pub fn run() -> Result<()> {
    let scale = std::env::var("LARGE_SCALE").unwrap_or_else(|_| "1".to_owned());
    let host = Host::start("large")?;
    let (boss, mona) = (Caller::joining(&host, "boss")?, Caller::joining(&host, "mona")?);
    let newcomer = Caller::joining(&host, "newcomer")?;
    host.join("heavy")?;
    println!("| what | s |\n|---|---|");
    timed("fill", || host.sql(&format!("set large.scale = '{scale}'; {FILL}")))?;
    for fact in host.rows(COUNTS)? {
        println!("| {fact} | |");
    }
    host.sql("vacuum analyze")?;
    // The member with most of everything signs in with the account just made.
    host.sql("update account set member_id = (select id from member where handle = 'member1') where email_key = 'heavy@bench.example'")?;
    host.sql("update member set role = 'administrator' where handle = 'boss'; update member set role = 'moderator' where handle = 'mona'")?;
    let heavy = Caller::new("the heaviest member", &host.sign_in("heavy")?);
    let shop = shop(&host)?;

    let mut failures = Vec::new();
    // What fails is told at the end: the rest is worth knowing, too.
    let mut step = |done: Result<()>| failures.extend(done.err().map(|error| format!("{error:#}")));
    step(timed("take all posts apart, and count their words", || operate(&host, "index-posts").map(drop)));
    step(timed("count every board", || rebuild(&host).map(drop)));
    step(timed("count every board again", || {
        let wrong = rebuild(&host)?;
        ensure!(wrong == 0, "{wrong} scores changed without a cause");
        Ok(())
    }));
    step(verify_all(&host));
    step(writes(&host, &shop, &heavy));
    step(timed("deliver what that told", || delivered(&host)));
    // Everybody's favourite last: what all may read is read deepest by whom most concerns.
    let callers = [Caller { name: "a visitor", headers: String::new() }, newcomer, mona, shop, boss, heavy];
    step(walk::all(&host, &callers));
    let [.., boss, heavy] = &callers;
    step(timed("export the heaviest member", || {
        let export = fetch(host.address, &get("/api/v1/me/export", heavy, "application/json"))?;
        println!("| the export's MB: {} | |", export.len() / 1_000_000);
        Ok(())
    }));
    step(timed("requalify everybody: silver at 400", || requalify(&host, boss, 400)));
    step(timed("requalify everybody: silver at 500", || requalify(&host, boss, 500)));
    step(timed("deliver what that told", || delivered(&host)));
    step(jobs(&host));
    step(timed("deliver what that told", || delivered(&host)));
    step(timed("erase the heaviest member", || {
        let body = r#"{"password":"a thousand rounds"}"#;
        Ok(fetch(host.address, &request("DELETE", "/api/v1/me", &heavy.headers, body)).map(drop)?)
    }));
    step(timed("deliver what that told", || delivered(&host)));
    step(verify_all(&host));
    host.sql(FAULTS)?;
    step(timed("reconcile one row in ten of each book", || reconcile(&host)));
    step(verify_all(&host));
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
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
        let mut tx = Db::connect(&host.url, 1, Duration::from_secs(5), chrono_tz::UTC)?.begin().await?;
        let wrong = leaderboard::rebuild(&mut tx).await?;
        tx.commit().await?;
        Ok(wrong)
    })
}

fn verify_all(host: &Host) -> Result<()> {
    let begun = Instant::now();
    let mut times = Vec::new();
    let findings = host.runtime.block_on(async {
        let db = Db::connect(&host.url, 2, Duration::from_secs(5), chrono_tz::UTC)?;
        let mut snapshot = verify::snapshot(&db).await?;
        let mut last = Instant::now();
        let timing = |finding: &verify::Finding| {
            times.push((last.elapsed(), finding.invariant.clone()));
            last = Instant::now();
        };
        anyhow::Ok(verify::run_abreast(&db, &mut snapshot, app::checks(), timing).await?)
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

/// The shop that knows everybody.
fn shop(host: &Host) -> Result<Caller> {
    let key = format!("rk_{}", secret::random_token());
    let hash: String = secret::hash(&key).iter().map(|byte| format!("{byte:02x}")).collect();
    host.sql(&format!(
        "insert into api_key (id, partner_id, name, prefix, hash, scopes, created_at)
         select gen_random_uuid(), partner_id, 'till', 'rk_', '\\x{hash}',
                'purchases:write members:read members:pii redemptions:write redemptions:read_any catalog:write', now()
         from external_member limit 1"
    ))?;
    Ok(Caller::new("a shop", &key))
}

/// What is written all day, one after another.
fn writes(host: &Host, shop: &Caller, heavy: &Caller) -> Result<()> {
    let customers = host.one("select count(*)::text from external_member")?.parse::<usize>()?;
    each("a purchase", |n| {
        let body = format!(
            r#"{{"member":{{"external_id":"customer-{}"}},"order_id":"till-{n}","purchased_at":"2026-01-01T00:00:00Z","currency":"EUR","lines":[{{"sku":"mug","quantity":1,"unit_minor":1999}}]}}"#,
            1 + n * 7_919 % customers
        );
        let headers = format!("{}idempotency-key: purchase-{n}\r\n", shop.headers);
        Ok(fetch(host.address, &request("POST", "/api/v1/purchases", &headers, &body)).map(drop)?)
    })?;
    let rewards = host.rows("select id::text from reward where name in ('Reward 1', 'Reward 2') order by name")?;
    let able =
        "select x.external_id from external_member x join wallet w using (member_id) where w.available > 100 order by x.external_id limit";
    let able = host.rows(&format!("{able} {WRITES}"))?;
    let kinds = [("a redemption of a code", ""), ("a redemption", r#","ship_to":"Ada, Mill Lane 1, Bath""#)];
    for ((what, to), reward) in kinds.into_iter().zip(&rewards) {
        each(what, |n| {
            let customer = &able[n % able.len()];
            let body = format!(r#"{{"reward_id":"{reward}","member_external_id":"{customer}"{to}}}"#);
            let headers = format!("{}idempotency-key: {reward}-{n}\r\n", shop.headers);
            Ok(fetch(host.address, &request("POST", "/api/v1/redemptions", &headers, &body)).map(drop)?)
        })?;
    }
    each("a question", |n| {
        let body = format!(
            r#"{{"title":"How does the tap of number {n} work?","body":"It drips for days on end, and I @member2 wonder why.","tags":["tag1","tag500"]}}"#
        );
        Ok(fetch(host.address, &request("POST", "/api/v1/questions", &heavy.headers, &body)).map(drop)?)
    })?;
    let busiest =
        host.one("select question_id::text from question_listing where published order by answer_count desc, question_id limit 1")?;
    each("an answer", |n| {
        let body = format!(r#"{{"body":"This is answer number {n}, which says what the others say."}}"#);
        Ok(fetch(host.address, &request("POST", &format!("/api/v1/questions/{busiest}/answers"), &heavy.headers, &body)).map(drop)?)
    })?;
    let posts = host.rows(&format!(
        "select id::text from post p where kind = 'answer' and state = 'published' and group_id is null
         and author_id <> (select member_id from account where email_key = 'heavy@bench.example')
         and not exists (select from vote v join account a using (member_id) where v.post_id = p.id and a.email_key = 'heavy@bench.example')
         limit {WRITES}"
    ))?;
    each("a vote", |n| {
        let path = format!("/api/v1/answers/{}/vote", posts[n % posts.len()]);
        Ok(fetch(host.address, &request("PUT", &path, &heavy.headers, r#"{"value":1}"#)).map(drop)?)
    })
}

/// Tells what most of the writes took, and the slowest.
fn each(what: &str, write: impl Fn(usize) -> Result<()>) -> Result<()> {
    let mut times = Vec::new();
    for n in 0..WRITES {
        let begun = Instant::now();
        write(n).with_context(|| what.to_owned())?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    for (which, time) in [("the median", times[WRITES / 2]), ("99 of 100", times[WRITES * 99 / 100])] {
        println!("| {what}, {which} of {WRITES} | {:.4} |", time.as_secs_f64());
    }
    Ok(())
}

/// Runs each regular job, with a check of integrity that was asked for.
fn jobs(host: &Host) -> Result<()> {
    host.sql(
        "insert into integrity_check (id, requested_by, requested_at, total)
         select gen_random_uuid(), id, now(), 1 from member where handle = 'boss'",
    )?;
    let kit = host.runtime.block_on(App::build(settings_of(&host.url, None)))?.kit.in_background();
    let mut failures = Vec::new();
    for job in app::jobs() {
        let begun = Instant::now();
        let done = timed(job.name, || host.runtime.block_on((job.run)(kit.clone())).map_err(|problem| anyhow!("{problem}")));
        let took = begun.elapsed();
        failures.extend(done.err().map(|error| format!("{error:#}")));
        if took > JOB_MAX {
            failures.push(format!("{} took {took:.1?}; {JOB_MAX:?} are allowed", job.name));
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

fn reconcile(host: &Host) -> Result<()> {
    for line in operate(host, "reconcile")?.lines().filter(|line| line.contains("mended")) {
        println!("| - {line} | |");
    }
    Ok(())
}

/// What the program says when an operator runs this.
fn operate(host: &Host, command: &str) -> Result<String> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_regulars"));
    program.args(["admin", command]).env("DATABASE_URL", &host.url).env("DATA_DIR", &host.folder).env("RUST_LOG", "warn");
    let done = program.output()?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    ensure!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    Ok(said)
}

fn requalify(host: &Host, boss: &Caller, threshold: u32) -> Result<()> {
    let tier = host.one("select id::text from tier where name = 'Silver'")?;
    let version = host.one("select version::text from tier where name = 'Silver'")?;
    let headers = format!("{}if-match: \"{version}\"\r\n", boss.headers);
    let body = format!(r#"{{"threshold":{threshold}}}"#);
    Ok(fetch(host.address, &request("PATCH", &format!("/api/v1/admin/tiers/{tier}"), &headers, &body)).map(drop)?)
}

/// Waits until no event waits.
fn delivered(host: &Host) -> Result<()> {
    while host.one("select count(*)::text from outbox_event")? != "0" {
        std::thread::sleep(Duration::from_millis(50));
    }
    ensure!(host.one("select count(*)::text from parked_event")? == "0", "an event was parked");
    Ok(())
}

fn get(path: &str, caller: &Caller, accept: &str) -> Vec<u8> {
    request("GET", path, &format!("{}accept: {accept}\r\n", caller.headers), "")
}

fn request(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n{headers}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
enum Failed {
    /// It is not for this caller, as far as such callers are told.
    #[error("refused: {0}")]
    Refused(String),
    #[error(transparent)]
    Otherwise(#[from] anyhow::Error),
}

/// One answer over a connection of its own, however it is sent.
fn fetch(address: SocketAddr, request: &[u8]) -> Result<Vec<u8>, Failed> {
    let exchange = || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(request)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        anyhow::Ok(answer)
    };
    let mut answer = exchange()?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").context("no answer")?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let body = answer.split_off(end + 4);
    let status = head.lines().next().unwrap_or_default();
    match status.split(' ').nth(1).and_then(|code| code.parse().ok()) {
        Some(200..300) if head.contains("transfer-encoding: chunked") && !body.ends_with(b"0\r\n\r\n") => {
            Err(anyhow!("the answer breaks off").into())
        }
        Some(200..300) => Ok(body),
        Some(401 | 403 | 404) => Err(Failed::Refused(String::from_utf8_lossy(&body).into_owned())),
        _ => Err(anyhow!("{status} {}", String::from_utf8_lossy(&body)).into()),
    }
}
