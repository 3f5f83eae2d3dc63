//! The published OpenAPI description: what poem-openapi writes, with its slips mended and examples added.

mod bodies;
pub mod bounds;
pub mod examples;

use std::collections::HashSet;

use poem::http::HeaderValue;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

pub use self::bodies::Bodies;
use super::idempotency;

/// JSON in which an object's repeated key is merged: poem-openapi writes a path once for each API that has part of it.
struct Merged(Value);

impl<'de> Deserialize<'de> for Merged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Merging;
        impl<'de> Visitor<'de> for Merging {
            type Value = Value;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("JSON")
            }
            fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
                Ok(v.into())
            }
            fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
                Ok(v.into())
            }
            fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
                Ok(v.into())
            }
            fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
                // Bounds of integers come as 100.0.
                Ok(if v.fract() == 0.0 && v.abs() < 9e15 { Value::from(v as i64) } else { v.into() })
            }
            fn visit_str<E>(self, v: &str) -> Result<Value, E> {
                Ok(v.into())
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
                let mut items = Vec::new();
                while let Some(Merged(item)) = seq.next_element()? {
                    items.push(item);
                }
                Ok(items.into())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut merged = Map::new();
                while let Some((key, Merged(value))) = map.next_entry::<String, Merged>()? {
                    match (merged.get_mut(&key), value) {
                        (Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
                        (_, value) => {
                            merged.insert(key, value);
                        }
                    }
                }
                Ok(Value::Object(merged))
            }
        }
        deserializer.deserialize_any(Merging).map(Merged)
    }
}

fn walk(value: &mut Value, mend: &mut dyn FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            mend(object);
            object.values_mut().for_each(|value| walk(value, mend));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| walk(value, mend)),
        _ => {}
    }
}

/// The description as it is published, from the one that poem-openapi writes.
pub fn finish(raw: &str) -> anyhow::Result<Value> {
    let Merged(mut spec) = serde_json::from_str(raw)?;
    spec["openapi"] = json!("3.0.3");
    walk(&mut spec, &mut |object| {
        for kind in ["application/json", "text/plain"] {
            if let Some(content) = object.remove(&format!("{kind}; charset=utf-8")) {
                object.insert(kind.to_owned(), content);
            }
        }
        if object.get("deprecated") == Some(&json!(false)) {
            object.remove("deprecated");
        }
        if object.contains_key("in") && object.contains_key("schema") {
            object.remove("explode");
        }
        match object.get("format").and_then(Value::as_str) {
            Some(format) if format.starts_with("uint") => {
                if format == "uint32" {
                    object.entry("maximum").or_insert(json!(u32::MAX));
                }
                object.entry("minimum").or_insert(json!(0));
                object.insert("format".to_owned(), json!("int64"));
            }
            Some("naive-date") => {
                object.insert("format".to_owned(), json!("date"));
            }
            _ => {}
        }
        if let Some(Value::Object(headers)) = object.get_mut("headers") {
            *headers = std::mem::take(headers).into_iter().map(|(name, value)| (header_name(&name), value)).collect();
        }
    });
    let schemas = spec["components"]["schemas"].clone();
    for path in spec["paths"].as_object_mut().into_iter().flat_map(|paths| paths.iter_mut()) {
        let (path, operations) = path;
        for (method, operation) in operations.as_object_mut().into_iter().flatten() {
            mend_operation(path, method, operation, &schemas);
        }
    }
    Ok(spec)
}

fn header_name(name: &str) -> String {
    let word = |word: &str| match word.to_lowercase().as_str() {
        "etag" => "ETag".to_owned(),
        "www" => "WWW".to_owned(),
        lower => lower[..1].to_uppercase() + &lower[1..],
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// Schemes named `partner SCOPE` part into scheme and `x-required-scopes` (a bearer scheme cannot have scopes in 3.0);
/// problems that cannot occur go.
fn mend_operation(path: &str, method: &str, operation: &mut Value, schemas: &Value) {
    let mut scopes: Vec<Value> = Vec::new();
    let mut secured = false;
    for requirement in operation.get_mut("security").and_then(Value::as_array_mut).into_iter().flatten() {
        let named = requirement.as_object_mut().map(std::mem::take).unwrap_or_default();
        secured |= !named.is_empty();
        for (scheme, _) in named {
            let (scheme, scope) = scheme.split_once(' ').unwrap_or((&scheme, ""));
            requirement[scheme] = json!([]);
            if !scope.is_empty() {
                scopes.push(scope.into());
            }
        }
    }
    if !scopes.is_empty() {
        operation["x-required-scopes"] = scopes.into();
    }
    if operation.get("security").is_none() {
        operation["security"] = json!([]);
    }
    let has_body = operation.get("requestBody").is_some();
    let reads = method == "get";
    // (To index what is absent would put a null there.)
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        if parameter["name"] == idempotency::NAME {
            parameter["description"] = json!(idempotency::MEANING);
        }
    }
    // A parameter that is more than a choice may name what there is not, or be read and still be refused.
    let free = |parameter: &Value| {
        let schema = &parameter["schema"];
        let choice =
            schema["type"] == "boolean" || schema.get("enum").is_some() || schema.get("$ref").is_some() || schema.get("allOf").is_some();
        parameter["in"] == "query" && !choice && !["cursor", "limit"].iter().any(|name| parameter["name"] == *name)
    };
    let asks = operation["parameters"].as_array().into_iter().flatten().any(free);
    // Of what somebody saw: by its tag, or by its version in the body.
    let body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str().and_then(|name| name.rsplit('/').next());
    let versioned = body.is_some_and(|name| schemas[name]["properties"].get("version").is_some());
    let conditional = versioned || operation["parameters"].as_array().into_iter().flatten().any(|p| p["name"] == "If-Match");
    if let Some(responses) = operation["responses"].as_object_mut() {
        responses.retain(|status, response| {
            let can_occur = match status.as_str() {
                "401" | "403" => secured || path.contains("/auth/"),
                "404" => path.contains('{') || has_body || asks,
                "409" => !reads,
                "412" => conditional,
                "413" | "415" => has_body,
                "422" => has_body || asks,
                _ => true,
            };
            can_occur || response["content"].get(crate::kit::problem::CONTENT_TYPE).is_none()
        });
        for (_, response) in responses {
            if response["description"] == "" {
                response["description"] = json!("Done.");
            }
        }
    }
}

/// The operations that want no credentials.
pub fn open_operations(spec: &Value) -> HashSet<String> {
    let open = |operation: &&Value| operation["security"].as_array().is_some_and(|all| all.is_empty() || all.contains(&json!({})));
    let items = spec["paths"].as_object().into_iter().flat_map(Map::values);
    let operations = items.flat_map(|item| item.as_object().into_iter().flat_map(Map::values));
    operations.filter(open).filter_map(|operation| Some(operation["operationId"].as_str()?.to_owned())).collect()
}

/// The methods of each path, for the `Allow` header of a 405 (RFC 9110, 15.5.6).
pub struct Methods(Vec<(Vec<String>, HeaderValue)>);

impl Methods {
    /// Takes the methods from a published description; where there is GET, HEAD is, too.
    pub fn of(spec: &Value) -> Self {
        let base = spec["servers"][0]["url"].as_str().unwrap_or_default();
        let methods = |operations: &Value| {
            let mut names: Vec<String> = operations.as_object().into_iter().flat_map(|o| o.keys()).map(|m| m.to_uppercase()).collect();
            if names.iter().any(|name| name == "GET") {
                names.push("HEAD".to_owned());
            }
            HeaderValue::from_str(&names.join(", ")).ok()
        };
        let paths = spec["paths"].as_object().into_iter().flatten();
        Self(paths.filter_map(|(path, operations)| Some((segments(&format!("{base}{path}")), methods(operations)?))).collect())
    }

    /// The value of `Allow` for a path; None where nothing is at it.
    pub fn allowed(&self, path: &str) -> Option<HeaderValue> {
        let path = segments(path);
        let fits = |pattern: &[String]| {
            pattern.len() == path.len() && pattern.iter().zip(&path).all(|(want, have)| want.starts_with('{') || want == have)
        };
        self.0
            .iter()
            .filter(|(pattern, _)| fits(pattern))
            .max_by_key(|(pattern, _)| pattern.iter().filter(|segment| !segment.starts_with('{')).count())
            .map(|(_, methods)| methods.clone())
    }
}

fn segments(path: &str) -> Vec<String> {
    path.trim_start_matches('/').split('/').map(str::to_owned).collect()
}
