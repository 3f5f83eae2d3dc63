//! One request's statements as a pgbench script: read from PostgreSQL's own log, so that they are not written here again.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};

use crate::{
    databases::Databases,
    load,
    purchases::{LOGGED, MEMBERS},
};

/// The statements of one request, with fresh ids and members each time.
pub fn script_of(databases: &Databases, address: SocketAddr, request: &[u8]) -> anyhow::Result<String> {
    let session = databases.session()?;
    session.sql("alter system set log_statement = 'all'")?;
    session.sql("select pg_reload_conf()")?;
    std::thread::sleep(std::time::Duration::from_millis(300));
    load::once(address, request)?;
    session.sql("alter system reset log_statement")?;
    session.sql("select pg_reload_conf()")?;

    let log = fs::read_to_string(find_log(databases)?)?;
    let statements = transaction_with(&log, "idempotency_key").context("the log has no purchase")?;
    ensure!(statements.len() > 4, "the log has only {statements:?}");
    let mut script = format!("\\set n random(1, 1000000000000)\n\\set m random(1, {MEMBERS})\n");
    for statement in statements {
        script.push_str(&vary(&statement));
        script.push_str(";\n");
    }
    Ok(script)
}

fn find_log(databases: &Databases) -> anyhow::Result<PathBuf> {
    let cluster = databases.one("show data_directory")?;
    let folder = Path::new(&cluster).parent().context("a parent")?.to_owned();
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
        text if text == format!("order-{LOGGED}") || text == format!("key-{LOGGED}") => Some(format!("'{value}-' || (:n)::text")),
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
