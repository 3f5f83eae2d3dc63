//! The published description of the API.

use std::{collections::HashSet, fs};

use regulars::kit::spec::bounds;
use serde_json::{Value, json};

use crate::support::Town;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Every operation of a description: path, method and the operation itself.
pub fn operations(spec: &Value) -> Vec<(String, String, Value)> {
    let paths = spec["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let path = path.clone();
        METHODS.iter().filter_map(move |method| Some((path.clone(), (*method).to_owned(), item.get(*method)?.clone()))).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[tokio::test]
async fn the_committed_description_is_what_the_code_says() {
    let town = Town::new().await;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json");
    let committed: Value = serde_json::from_str(&fs::read_to_string(path).expect("openapi/openapi.json")).expect("JSON");
    let written = town.app.spec().expect("a description");
    assert!(committed == written, "openapi/openapi.json is out of date: run `make openapi`");
}

#[tokio::test]
async fn every_operation_is_described_in_full() {
    let town = Town::new().await;
    let spec = town.app.spec().expect("a description");
    let mut ids = HashSet::new();
    let mut lacking = Vec::new();
    for (path, method, operation) in operations(&spec) {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let mut want = |holds: bool, what: &str| {
            if !holds {
                lacking.push(format!("{method} {path} ({id}): {what}"));
            }
        };
        want(!id.is_empty() && id.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "an operation id in snake_case");
        want(ids.insert(id.clone()), "an operation id of its own");
        want(operation["tags"].as_array().is_some_and(|tags| !tags.is_empty()), "a tag");
        want(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "a summary");
        want(operation["security"].is_array(), "its security");
        want(operation["responses"]["500"].is_object(), "problem answers");
        want(
            operation["responses"].as_object().is_some_and(|all| all.keys().any(|status| status.starts_with('2'))),
            "an answer when all is well",
        );
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default();
            want(name.to_lowercase() == name || parameter["in"] == "header", "parameters in snake_case");
        }
        let body = &operation["requestBody"]["content"]["application/json"];
        want(body.is_null() || !body["example"].is_null(), "an example of its body");
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            want(response["description"].as_str().is_some_and(|text| !text.is_empty()), &format!("a description of {status}"));
            let is_problem = response["content"].get("application/problem+json").is_some();
            want(status.starts_with('2') || status == "304" || is_problem, &format!("a problem answer for {status}"));
        }
    }
    assert!(lacking.is_empty(), "{lacking:#?}");
}

#[tokio::test]
async fn every_text_of_a_request_has_its_bound() {
    let town = Town::new().await;
    let spec = town.app.spec().expect("a description");
    let mut unbounded = Vec::new();
    for name in bounds::reachable(&spec, "requestBody") {
        let schema = &spec["components"]["schemas"][&name];
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            for text in [property, &property["items"]] {
                if is_unbounded(text) || (is_free(text) && text.get("maxLength").is_none()) {
                    unbounded.push(format!("{name}.{field}"));
                }
            }
        }
        if schema["type"] == "object" && schema["additionalProperties"] != false {
            unbounded.push(name);
        }
    }
    for (path, _, operation) in operations(&spec) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let (name, schema) = (&parameter["name"], &parameter["schema"]);
            let is_page = name == "limit" && (&schema["minimum"], &schema["maximum"]) != (&json!(1), &json!(100));
            if is_page || (parameter["in"] != "header" && is_unbounded(schema)) {
                unbounded.push(format!("{path} {name}"));
            }
        }
    }
    assert!(unbounded.is_empty(), "src/bounds.rs lacks {unbounded:#?}");
}

fn is_free(text: &Value) -> bool {
    text["type"] == "string" && text.get("enum").is_none() && text.get("format").is_none()
}

/// A text that could have a NUL, or a number that nobody can keep.
fn is_unbounded(schema: &Value) -> bool {
    let open = schema.get("minimum").is_none() || schema.get("maximum").is_none();
    (is_free(schema) && schema.get("pattern").is_none()) || (schema["type"] == "integer" && open)
}

/// Where a description has a null that is no example: what reads it takes the null for a value.
fn nulls(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Null => found.push(at.to_owned()),
        Value::Array(items) => items.iter().for_each(|item| nulls(item, at, found)),
        Value::Object(object) => {
            object.iter().filter(|(name, _)| *name != "example").for_each(|(name, item)| nulls(item, &format!("{at}/{name}"), found))
        }
        _ => {}
    }
}

#[tokio::test]
async fn the_description_leaves_out_what_there_is_not() {
    let spec = Town::new().await.app.spec().expect("a description");
    let mut found = Vec::new();
    nulls(&spec, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(spec["info"]["license"].as_object().map(|licence| licence.len()), Some(1), "the rest is of OpenAPI 3.1");
}

/// A body of the right shape, as long as its schema allows.
fn filled(spec: &Value, schema: &Value) -> Value {
    let schema = schema["$ref"].as_str().and_then(|reference| spec.pointer(&reference[1..])).unwrap_or(schema);
    if let Some(part) = schema["allOf"].get(0) {
        return filled(spec, part);
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            fields.map(|(name, field)| (name.clone(), filled(spec, field))).collect()
        }
        Some("array") => json!([filled(spec, &schema["items"])]),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(false),
        _ => match schema["format"].as_str() {
            Some("uuid") => json!("01890000-0000-7000-8000-000000000000"),
            Some("date-time") => json!("2026-01-01T00:00:00Z"),
            Some("date") => json!("2026-01-01"),
            _ => json!("x".repeat(schema["minLength"].as_u64().unwrap_or(1).max(1) as usize)),
        },
    }
}

/// The pointers of a body's fields, with the schema of each.
fn fields(spec: &Value, schema: &Value, at: &str, found: &mut Vec<(String, Value)>) {
    let schema = schema["$ref"].as_str().and_then(|reference| spec.pointer(&reference[1..])).unwrap_or(schema);
    match schema["allOf"].get(0) {
        Some(part) => fields(spec, part, at, found),
        None => {
            for (name, field) in schema["properties"].as_object().into_iter().flatten() {
                found.push((format!("{at}/{name}"), field.clone()));
                fields(spec, field, &format!("{at}/{name}"), found);
            }
            if schema["type"] == "array" {
                fields(spec, &schema["items"], &format!("{at}/0"), found);
            }
        }
    }
}

/// Every body is sent with one field beyond what its schema says: too long, too large, of too many, of a time nobody can
/// keep, or unknown.
#[tokio::test]
async fn what_goes_beyond_the_description_is_refused() {
    let town = Town::new().await;
    let spec = town.app.spec().expect("a description");
    let root = town.admin("root1").await;
    let scopes = "purchases:write members:read redemptions:write catalog:write";
    let partner = town.partner("shop", scopes).await;
    let mut wrong = Vec::new();
    let mut sent = 0;
    for (path, method, operation) in operations(&spec) {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() || ["erase_me", "log_out"].contains(&operation["operationId"].as_str().unwrap()) {
            continue;
        }
        let partners = operation["x-required-scopes"].is_array() && !operation["security"].to_string().contains("member");
        let person = if partners { &partner } else { &root };
        let path = path.replace("{handle}", "root1").replace("{board}", "points");
        let part = |part: &str| if part.starts_with('{') { "01890000-0000-7000-8000-000000000000".to_owned() } else { part.to_owned() };
        let path = path.split('/').map(part).collect::<Vec<_>>().join("/");
        let good = filled(&spec, schema);
        let mut found = Vec::new();
        fields(&spec, schema, "", &mut found);
        let mut beyond = vec![("/unknown".to_owned(), json!(1))];
        for (pointer, field) in &found {
            if let Some(most) = field["maxLength"].as_u64() {
                beyond.push((pointer.clone(), json!("x".repeat(most as usize + 1))));
                // Space at the end is a part of what is sent.
                beyond.push((pointer.clone(), json!("x".repeat(most as usize) + " ")));
            }
            if let Some(least) = field["minLength"].as_u64().filter(|least| *least > 0) {
                beyond.push((pointer.clone(), json!(" ".repeat(least as usize))));
            }
            if let Some(most) = field["maximum"].as_i64().and_then(|most| most.checked_add(1)) {
                beyond.push((pointer.clone(), json!(most)));
            }
            if let Some(least) = field["minimum"].as_i64().and_then(|least| least.checked_sub(1)) {
                beyond.push((pointer.clone(), json!(least)));
            }
            if let Some(most) = field["maxItems"].as_u64() {
                beyond.push((pointer.clone(), vec![filled(&spec, &field["items"]); most as usize + 1].into()));
            }
            if field["minItems"].as_u64().is_some_and(|least| least > 0) {
                beyond.push((pointer.clone(), json!([])));
            }
            if field["format"] == "date-time" {
                for time in ["-009999-01-01T00:00:00Z", "0000-06-01T00:00:00Z", "+262142-12-31T23:59:59Z", "+300000-01-01T00:00:00Z"] {
                    beyond.push((pointer.clone(), json!(time)));
                }
            }
        }
        for (pointer, value) in beyond {
            let mut body = good.clone();
            match body.pointer_mut(&pointer) {
                Some(place) => *place = value.clone(),
                None => body["unknown"] = value.clone(),
            }
            let key = format!("{sent}");
            let reply = person.send(method.to_uppercase().parse().unwrap(), &path, Some(body), &[("idempotency-key", &key)]).await;
            sent += 1;
            // Where the time could be kept, the fault is named.
            let named = value.as_str().is_none_or(|text| !text.contains("T00:") && !text.contains("T23:"))
                || reply.body["errors"].to_string().contains(pointer.trim_start_matches('/').split('/').next_back().unwrap());
            if !(400..500).contains(&reply.status) || !named {
                let value: String = value.to_string().chars().take(60).collect();
                wrong.push(format!("{method} {path} answers {} to {pointer} {value}: {}", reply.status, reply.body));
            }
        }
    }
    assert!(sent > 100, "{sent}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
