//! Recording a purchase over HTTP, beside pgbench running the same SQL statements in one transaction.
//!
//! The statements are not written here: they are read from PostgreSQL's own log of one request.

use std::{collections::BTreeMap, fs, process::Command, sync::Arc};

use anyhow::{Context, ensure};
use regulars::kit::secret;

use crate::{CONNECTIONS, ROUND, ROUNDS, host::Host, load, median, report};

const MEMBERS: u64 = 1_000;

pub fn run() -> anyhow::Result<()> {
    let host = Host::start("purchases", true)?;
    let key = format!("rk_{}", secret::random_token());
    let hash: String = secret::hash(&key).iter().map(|byte| format!("{byte:02x}")).collect();
    // Members whose ids and external ids both follow from a number, so that pgbench can name them too.
    host.sql(&format!(
        "insert into partner (id, name, created_at) values ('01890000-0000-7000-8000-00000000aaaa', 'bench', now());
         insert into api_key (id, partner_id, name, prefix, hash, scopes, created_at)
         select gen_random_uuid(), id, 'bench', 'rk_', '\\x{hash}', 'purchases:write', now() from partner;
         insert into member (id, handle, handle_key, display_name, created_at)
         select ('01890000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'member' || n, 'member' || n, 'Member', now()
         from generate_series(1, {MEMBERS}) n;
         insert into external_member (partner_id, external_id, member_id, linked_at)
         select p.id, 'customer-' || n, ('01890000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, now()
         from partner p, generate_series(1, {MEMBERS}) n;
         analyze;"
    ))?;
    let authorization = format!("authorization: Bearer {key}");
    let purchase: load::Requests = Arc::new(move |n| {
        let body = format!(
            "{{\"member\":{{\"external_id\":\"customer-{}\"}},\"order_id\":\"order-{n}\",\"purchased_at\":\"2026-01-01T00:00:00Z\",\
             \"currency\":\"EUR\",\"lines\":[{{\"sku\":\"mug\",\"quantity\":1,\"unit_minor\":1999}},{{\"sku\":\"beans\",\"quantity\":3,\"unit_minor\":549}}]}}",
            1 + n % MEMBERS
        );
        load::post("/api/v1/purchases", &format!("{authorization}\r\nidempotency-key: key-{n}\r\n"), &body)
    });

    // Every connection of the pool has prepared its statements, and every wallet exists, before one request is logged.
    let warm = purchase.clone();
    load::rate(host.address, CONNECTIONS, ROUND, &(Arc::new(move |n| warm(1_000_000_u64 + n)) as load::Requests))?;
    let script = host.folder.join("purchase.sql");
    fs::write(&script, script_of(&host, &purchase(2_000_000))?)?;

    let (mut ours, mut theirs) = (vec![], vec![]);
    for round in 1..=ROUNDS as u64 {
        let requests = purchase.clone();
        let offset = round * 10_000_000;
        ours.push(load::rate(host.address, CONNECTIONS, ROUND, &(Arc::new(move |n| requests(offset + n)) as load::Requests))?);
        theirs.push(pgbench(&host, &script)?);
    }
    report("Recording a purchase, whole HTTP request", "purchases/s", median(ours), ("pgbench, the same statements", median(theirs)));
    Ok(())
}

/// The statements that PostgreSQL logged for one request, as a pgbench script with fresh ids and members each time.
fn script_of(host: &Host, request: &[u8]) -> anyhow::Result<String> {
    host.sql("alter system set log_statement = 'all'")?;
    host.sql("select pg_reload_conf()")?;
    std::thread::sleep(std::time::Duration::from_millis(300));
    load::once(host.address, request)?;
    host.sql("alter system reset log_statement")?;
    host.sql("select pg_reload_conf()")?;

    let log = fs::read_to_string(find_log(host)?)?;
    let statements = transaction_with(&log, "idempotency_key").context("the log has no purchase")?;
    ensure!(statements.len() > 4, "the log has only {statements:?}");
    let mut script = format!("\\set n random(1, 1000000000000)\n\\set m random(1, {MEMBERS})\n");
    for statement in statements {
        script.push_str(&vary(&statement));
        script.push_str(";\n");
    }
    Ok(script)
}

fn find_log(host: &Host) -> anyhow::Result<std::path::PathBuf> {
    let cluster = host.rows("show data_directory")?.remove(0);
    let folder = std::path::Path::new(&cluster).parent().context("a parent")?.to_owned();
    let log = fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).find(|path| path.ends_with("postgres.log"));
    log.with_context(|| format!("{} has no log", folder.display()))
}

/// The statements between BEGIN and COMMIT of the last transaction that names `word`, parameters filled in.
fn transaction_with(log: &str, word: &str) -> Option<Vec<String>> {
    let mut open: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut found = None;
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match line.strip_prefix('\t') {
            Some(rest) => entries.last_mut()?.push_str(&format!("\n{rest}")),
            None => entries.push(line.to_owned()),
        }
    }
    for entry in entries {
        let Some((prefix, rest)) = entry.split_once("] ") else { continue };
        let pid = prefix.rsplit_once('[').map(|(_, pid)| pid.to_owned())?;
        if let Some(statement) = rest.strip_prefix("LOG:  statement: ") {
            if statement.starts_with("BEGIN") {
                open.insert(pid, vec!["BEGIN".to_owned()]);
            } else if let Some(mut statements) = statement.starts_with("COMMIT").then(|| open.remove(&pid)).flatten() {
                statements.push("COMMIT".to_owned());
                if statements.iter().any(|statement| statement.contains(word)) {
                    found = Some(statements);
                }
            }
        } else if let Some((_, statement)) = rest.strip_prefix("LOG:  execute ").and_then(|rest| rest.split_once(": ")) {
            if let Some(statements) = open.get_mut(&pid) {
                statements.push(statement.to_owned());
            }
        } else if let Some(parameters) = rest.strip_prefix("DETAIL:  parameters: ")
            && let Some(statement) = open.get_mut(&pid).and_then(|statements| statements.last_mut())
        {
            *statement = fill_in(statement, parameters);
        }
    }
    found
}

/// Puts `$1 = '…', $2 = NULL` into the statement, last parameter first so that `$1` does not spoil `$10`.
fn fill_in(statement: &str, parameters: &str) -> String {
    let mut values = Vec::new();
    let mut rest = parameters;
    while let Some((name, value)) = rest.split_once(" = ") {
        let end = match value.strip_prefix('\'') {
            None => value.find(',').unwrap_or(value.len()),
            Some(quoted) => {
                let mut end = 0;
                while let Some(at) = quoted[end..].find('\'') {
                    end += at + 1;
                    if !quoted[end..].starts_with('\'') {
                        break;
                    }
                    end += 1;
                }
                end + 1
            }
        };
        values.push((name.trim_start_matches(", ").to_owned(), value[..end].to_owned()));
        rest = &value[end..];
    }
    values.into_iter().rev().fold(statement.to_owned(), |text, (name, value)| text.replace(&name, &value))
}

/// Makes what must be unique depend on `:n`, and the member on `:m`; in arrays, too.
fn vary(statement: &str) -> String {
    let mut out = String::new();
    let mut rest = statement;
    while let Some((before, quoted)) = rest.split_once('\'') {
        let Some((literal, after)) = quoted.split_once('\'') else { break };
        out.push_str(before);
        out.push_str(&match varied(literal) {
            Some(id) if is_uuid(literal) => format!("({id})::uuid"),
            Some(text) => format!("({text})"),
            None if literal.contains(['{', '"']) => vary_array(literal),
            None => format!("'{literal}'"),
        });
        rest = after;
    }
    out + rest
}

/// What to write for one value, if it is one that varies.
fn varied(value: &str) -> Option<String> {
    let ours = value.starts_with("01890000-0000-7000-8000-");
    match value {
        id if ours && !id.ends_with("aaaa") => Some("'01890000-0000-7000-8000-' || lpad((:m)::text, 12, '0')".to_owned()),
        id if !ours && is_uuid(id) && is_made_now(id) => Some(format!("md5('{id}' || (:n)::text)::uuid")),
        "order-2000000" | "key-2000000" => Some(format!("'{value}-' || (:n)::text")),
        text if text.starts_with("customer-") => Some("'customer-' || (:m)::text".to_owned()),
        _ => None,
    }
}

/// The values within an array or a JSON document one by one, with the type that the parameter had.
fn vary_array(literal: &str) -> String {
    const MARKS: [char; 6] = ['{', '}', ',', '"', ':', '\\'];
    let mut varies = false;
    let mut all_ids = true;
    let values: Vec<String> = literal
        .split_inclusive(MARKS)
        .map(|piece| {
            let value = piece.trim_end_matches(MARKS);
            all_ids &= value.is_empty() || value == "NULL" || is_uuid(value);
            let Some(expression) = varied(value) else { return format!("'{piece}'") };
            varies = true;
            format!("{expression} || '{}'", &piece[value.len()..])
        })
        .collect();
    let kind = if literal.starts_with("{\"{") {
        "jsonb[]"
    } else if serde_json::from_str::<serde_json::Value>(literal).is_ok() {
        "jsonb"
    } else if all_ids {
        "uuid[]"
    } else {
        "text[]"
    };
    if varies { format!("({})::{kind}", values.join(" || ")) } else { format!("'{literal}'") }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| if [8, 13, 18, 23].contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Made by this request, and not a rule or tier that was there before: a UUIDv7 says when.
fn is_made_now(id: &str) -> bool {
    let millis = u64::from_str_radix(&id.replace('-', "")[..12], 16).unwrap_or(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    now.saturating_sub(millis) < 2_000
}

fn pgbench(host: &Host, script: &std::path::Path) -> anyhow::Result<f64> {
    let url = &host.database_url;
    // Beside postgres itself, where Debian puts it; or in the path.
    let cluster_major = host.rows("show server_version")?.remove(0);
    let major = cluster_major.split('.').next().unwrap_or_default();
    let beside = format!("/usr/lib/postgresql/{major}/bin/pgbench");
    let program = if fs::exists(&beside)? { beside } else { "pgbench".to_owned() };
    let output = Command::new(program)
        .args(["-n", "-M", "prepared", "-c", "10", "-j", "1", "-T", &ROUND.as_secs().to_string(), "-f"])
        .arg(script)
        .arg(url)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.with_context(|| format!("pgbench: {text}{}", String::from_utf8_lossy(&output.stderr)))
}
