//! Bad input gets a clear answer: never a 5xx, always a problem.

use poem::http::Method;
use serde_json::{Value, json};

use super::description::operations;
use crate::support::{Person, Town};

/// Bodies that nobody should send.
fn hostile_bodies() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = [
        "",
        "{",
        "[]",
        "null",
        "1",
        "\"x\"",
        "{}",
        "{\"unknown\": 1}",
        "{\"a\": \"\\ud800\"}",
        "{\"a\": 1e400}",
        "{\"a\": 1, \"a\": 2}",
        "\u{feff}{}",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    bodies.push(vec![0xff, 0xfe, b'{', b'}']);
    bodies.push(format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)).into_bytes());
    bodies.push(format!("{{\"a\": \"{}\"}}", "x".repeat(300_000)).into_bytes());
    bodies
}

/// Values that take the place of each field in turn.
fn hostile_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("\u{0}"),
        json!("a\u{0}b"),
        json!("\u{202e}\u{feff}\u{1f600}"),
        json!("x".repeat(40_000)),
        json!("' or 1=1; --"),
        json!("9999-12-31T23:59:59Z"),
        json!("0000-00-00"),
        json!([]),
        json!([null]),
        json!({}),
        json!({ "a": { "b": [] } }),
    ]
}

fn resolve<'a>(spec: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => spec.pointer(&reference[1..]).expect("a schema"),
        None => schema.get("allOf").map_or(schema, |all| resolve(spec, &all[0])),
    }
}

/// A body of the right shape, for hostile values to be put into.
fn plausible(spec: &Value, schema: &Value, depth: usize) -> Value {
    let schema = resolve(spec, schema);
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("object") if depth < 4 => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            fields.map(|(name, field)| (name.clone(), plausible(spec, field, depth + 1))).collect()
        }
        Some("array") => json!([plausible(spec, &schema["items"], depth + 1)]),
        Some("integer") => json!(1),
        Some("number") => json!(1),
        Some("boolean") => json!(false),
        Some("string") => match schema["format"].as_str() {
            Some("uuid") => json!("01890000-0000-7000-8000-000000000000"),
            Some("date-time") => json!("2026-01-01T00:00:00Z"),
            _ => json!("something plausible"),
        },
        _ => json!({}),
    }
}

/// The body with one field at a time replaced, one level of objects and lists deep.
fn spoiled(body: &Value) -> Vec<Value> {
    let mut bodies = Vec::new();
    let mut pointers: Vec<String> = body.as_object().into_iter().flatten().map(|(name, _)| format!("/{name}")).collect();
    for pointer in pointers.clone() {
        let inner = body.pointer(&pointer).and_then(|value| value.get(0).or(Some(value))).and_then(Value::as_object);
        let first = if body.pointer(&pointer).is_some_and(Value::is_array) { "/0" } else { "" };
        pointers.extend(inner.into_iter().flatten().map(|(name, _)| format!("{pointer}{first}/{name}")));
    }
    for pointer in pointers {
        for value in hostile_values() {
            let mut body = body.clone();
            if let Some(place) = body.pointer_mut(&pointer) {
                *place = value;
                bodies.push(body);
            }
        }
    }
    bodies
}

async fn send(person: &Person, method: &str, path: &str, body: Vec<u8>) -> Result<(), String> {
    let shown = String::from_utf8_lossy(&body).chars().take(200).collect::<String>();
    let method: Method = method.to_uppercase().parse().unwrap();
    let reply = person.send_raw(method, path, Some(("application/json", body)), &[("idempotency-key", &shown_key(&shown))]).await;
    let is_problem = reply.headers.get("content-type").is_some_and(|kind| kind == "application/problem+json");
    match reply.status {
        200..400 => Ok(()),
        400..500 if is_problem && reply.body["code"] == "bad_body" => {
            let is_placed = reply.body["errors"][0]["pointer"].is_string()
                || reply.body["detail"].as_str().is_some_and(|detail| detail.starts_with("The body is not JSON: "));
            is_placed.then_some(()).ok_or_else(|| format!("{path} does not say what is wrong with {shown}: {}", reply.body))
        }
        400..500 if is_problem && reply.body["code"].is_string() => Ok(()),
        status => Err(format!("{path} answered {status} to {shown}: {}", reply.body)),
    }
}

fn shown_key(shown: &str) -> String {
    regulars::kit::secret::hash(shown).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn no_body_is_ever_too_much() {
    let town = Town::new().await;
    let spec = town.app.spec().expect("a description");
    let admin = town.admin("ada").await;
    let scopes = "purchases:write members:read members:pii redemptions:write redemptions:read_any \
                  redemptions:write_any catalog:write catalog:write_any ledger:read webhooks:write";
    let partner = town.partner("shop", scopes).await;
    let mut wrong = Vec::new();
    for (path, method, operation) in operations(&spec) {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null()
            || ["erase_me", "change_password", "log_out", "register", "log_in"].contains(&operation["operationId"].as_str().unwrap())
        {
            continue;
        }
        let path = fill(&path, None);
        let by_partner = operation["security"].to_string().contains("partner");
        let caller = if by_partner { &partner } else { &admin };
        let spoiled = spoiled(&plausible(&spec, schema, 0)).into_iter().map(|body| body.to_string().into_bytes());
        for body in hostile_bodies().into_iter().chain(spoiled) {
            if let Err(fault) = send(caller, &method, &path, body).await {
                wrong.push(fault);
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults: {:#?}", wrong.len(), &wrong[..wrong.len().min(12)]);
}

/// An operation's path with ids of nothing, or with `segment` in their place.
fn fill(path: &str, segment: Option<&str>) -> String {
    let id = "01890000-0000-7000-8000-000000000000";
    let part = |part: &str| match (segment, part) {
        (Some(segment), part) if part.starts_with('{') => segment.to_owned(),
        (None, "{handle}") => "ada".to_owned(),
        (None, "{board}") => "points".to_owned(),
        (None, part) if part.starts_with('{') => id.to_owned(),
        (_, part) => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn no_way_of_asking_is_ever_too_much() {
    const METHODS: [&str; 6] = ["HEAD", "OPTIONS", "TRACE", "PROPFIND", "BREW", "get"];
    const KINDS: [&str; 8] = [
        "",
        "*/*",
        "text/plain",
        "application/json;;",
        "APPLICATION/JSON; charset=utf-16",
        "application/vnd.api+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ];
    const SEGMENTS: [&str; 14] =
        ["%00", "a%00b", "%2F", "a%2Fb", "..%2F..", "%5C", "%FF%FE", "%0A", "%25", "*", "-1", "@ada", "a;b=c", "%F0%9F%98%80"];
    const QUERIES: [&str; 9] =
        ["", "&&&=", "limit", "limit=1&limit=2", "limit=1e3", "limit=%00", "q=%FF", "unknown=1", "from=99999-01-01&until=-5"];
    const HEADERS: [(&str, &str); 12] = [
        ("accept", "image/png"),
        ("accept", "*/*;q=0, ;;;"),
        ("accept", "text/csv; bom=maybe; delimiter=pipe"),
        ("accept-encoding", "gzip;q=abc, ,"),
        ("content-encoding", "gzip"),
        ("cookie", "a=b;;;=, x"),
        ("if-match", "\"\"\"\""),
        ("if-none-match", "\"\"\"\""),
        ("last-event-id", "-1"),
        ("range", "bytes=5-1"),
        ("x-forwarded-for", "nonsense,,"),
        ("x-request-id", "{}"),
    ];
    let town = Town::new().await;
    let spec = town.app.spec().expect("a description");
    let root = town.admin("ada").await;
    let (long, endless) = (format!("x={}", "y".repeat(60_000)), "a=1&".repeat(5_000));
    let queries = QUERIES.map(str::to_owned).into_iter().chain([long, endless]).collect::<Vec<_>>();
    let mut wrong = Vec::new();
    for (path, method, operation) in operations(&spec) {
        // A session ends, a member goes, a stream has no end.
        if ["log_out", "erase_me", "stream_my_notifications"].contains(&operation["operationId"].as_str().unwrap()) {
            continue;
        }
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let body = || if schema.is_null() { Vec::new() } else { plausible(&spec, schema, 0).to_string().into_bytes() };
        let (method, plain, json) = (method.to_uppercase(), fill(&path, None), "application/json");
        let mut asked: Vec<_> = METHODS.map(|method| (method, plain.clone(), json, None)).into();
        if !schema.is_null() {
            asked.extend(KINDS.map(|kind| (method.as_str(), plain.clone(), kind, None)));
        }
        asked.extend(HEADERS.map(|header| (method.as_str(), plain.clone(), json, Some(header))));
        if method == "GET" {
            asked.extend(queries.iter().map(|query| (method.as_str(), format!("{plain}?{query}"), json, None)));
        }
        if path.contains('{') {
            asked.extend(SEGMENTS.iter().map(|segment| (method.as_str(), fill(&path, Some(segment)), json, None)));
        }
        for (method, url, kind, header) in asked {
            let headers: Vec<_> = header.into_iter().chain([("idempotency-key", "one")]).collect();
            let reply = root.send_raw(method.parse().unwrap(), &url, Some((kind, body())), &headers).await;
            let is_problem = reply.header("content-type") == Some("application/problem+json");
            let told = reply.status < 400 || method == "HEAD" || is_problem;
            let allowed = reply.status != 405 || reply.header("allow").is_some();
            if reply.status >= 500 || !told || !allowed {
                let url: String = url.chars().take(120).collect();
                wrong.push(format!("{method} {url} {kind} {header:?} answered {}: {}", reply.status, reply.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults: {:#?}", wrong.len(), &wrong[..wrong.len().min(12)]);
    root.get("/me").await.is(200);
}

#[tokio::test]
async fn no_query_is_ever_too_much() {
    let town = Town::new().await;
    let spec = town.app.spec().expect("a description");
    let admin = town.admin("ada").await;
    let hostile = [
        "",
        "%00",
        "a%00b",
        "%ff",
        "%F0%9F%98%80",
        "-1",
        "0",
        "99999999999999999999",
        "1e9",
        "[]",
        "' or 1=1; --",
        "x%20AND%20(",
        "%5C%22(%26|!",
        &"x".repeat(3_000),
    ];
    let mut wrong = Vec::new();
    for (path, method, operation) in operations(&spec) {
        if method != "get" {
            continue;
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let place = format!("{{{name}}}");
            for value in hostile {
                let segments = |own: bool| {
                    let fill = |segment: &str| match segment {
                        segment if own && segment == place => value.replace(' ', "%20"),
                        "{board}" => "points".to_owned(),
                        segment if segment.starts_with('{') => "01890000-0000-7000-8000-000000000000".to_owned(),
                        segment => segment.to_owned(),
                    };
                    path.split('/').map(fill).collect::<Vec<_>>().join("/")
                };
                let url = match parameter["in"].as_str() {
                    Some("query") => format!("{}?{name}={}", segments(false), value.replace(' ', "%20")),
                    Some("path") if !value.is_empty() && !value.contains('|') => segments(true),
                    _ => continue,
                };
                if url.parse::<poem::http::Uri>().is_err() {
                    continue;
                }
                let reply = admin.get(&url).await;
                if reply.status >= 500 {
                    wrong.push(format!("{url} answered {}: {}", reply.status, reply.body));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults: {:#?}", wrong.len(), &wrong[..wrong.len().min(12)]);
}
