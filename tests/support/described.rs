//! Every answer in every story is one that the description knows: its status, and what its JSON looks like.

use std::sync::OnceLock;

use poem::{Response, http::StatusCode};
use poem_openapi::OperationId;
use regulars::app::App;
use serde_json::Value;

static SPEC: OnceLock<Value> = OnceLock::new();

/// The description, of whichever town came first: they are all the same.
pub fn learn(app: &App) {
    SPEC.get_or_init(|| app.spec().expect("a description"));
}

fn operation(id: &str) -> Option<&'static Value> {
    let paths = SPEC.get()?["paths"].as_object()?;
    paths
        .values()
        .flat_map(|item| item.as_object().into_iter().flat_map(|item| item.values()))
        .find(|operation| operation["operationId"] == id)
}

/// Fails unless the description has this answer.
#[track_caller]
pub fn check(response: &Response, body: &Value) {
    let Some(id) = response.data::<OperationId>().map(|operation| operation.0) else { return };
    let Some(operation) = operation(id) else { return };
    let (status, kind) = (response.status(), response.content_type().unwrap_or_default());
    // Nobody has unpacked it here.
    let packed = response.headers().contains_key("content-encoding");
    let described = &operation["responses"][status.as_str()];
    assert!(!described.is_null(), "{id} answers {status}, which its description lacks: {body:#}");
    if !packed && (status == StatusCode::OK && kind.starts_with("application/json") || status == StatusCode::CREATED) {
        let schema = &described["content"]["application/json"]["schema"];
        if let Err(fault) = fits(schema, body, "") {
            panic!("{id} answers what its description does not know: {fault} in {body:#}");
        }
    }
}

fn resolved(schema: &Value) -> &Value {
    match schema["$ref"].as_str().and_then(|reference| SPEC.get()?.pointer(&reference[1..])) {
        Some(schema) => schema,
        None => schema,
    }
}

/// Whether a value is as its schema says; if not, where and why.
pub fn fits(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let fault = |why: &str| Err(format!("{at}: {why}"));
    if value.is_null() && schema["nullable"] == true {
        return Ok(());
    }
    let schema = resolved(schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        fits(part, value, at)?;
    }
    if let Some(values) = schema["enum"].as_array().filter(|values| !values.contains(value)) {
        return fault(&format!("{value} is none of {values:?}"));
    }
    match (schema["type"].as_str(), value) {
        (Some("object"), Value::Object(object)) => {
            let Some(fields) = schema["properties"].as_object() else { return Ok(()) };
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !object.contains_key(name) {
                    return fault(&format!("{name} is absent"));
                }
            }
            for (name, value) in object {
                match fields.get(name) {
                    Some(field) => fits(field, value, &format!("{at}/{name}"))?,
                    None => return fault(&format!("{name} is not described")),
                }
            }
            Ok(())
        }
        (Some("array"), Value::Array(items)) => {
            items.iter().enumerate().try_for_each(|(n, item)| fits(&schema["items"], item, &format!("{at}/{n}")))
        }
        (Some("string"), Value::String(_)) | (Some("boolean"), Value::Bool(_)) | (Some("number"), Value::Number(_)) | (None, _) => Ok(()),
        (Some("integer"), Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(()),
        (Some(kind), value) => fault(&format!("{value} is no {kind}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::fits;

    #[test]
    fn what_a_description_does_not_know_is_noticed() {
        let schema = json!({ "type": "object", "required": ["id"], "properties": {
            "id": { "type": "integer" }, "name": { "type": "string", "nullable": true }, "kind": { "type": "string", "enum": ["a"] },
            "of": { "type": "array", "items": { "type": "boolean" } } } });
        for (value, expected) in [
            (json!({ "id": 1, "name": null, "kind": "a", "of": [true] }), true),
            (json!({ "name": "x" }), false),
            (json!({ "id": null }), false),
            (json!({ "id": 1.5 }), false),
            (json!({ "id": 1, "kind": "b" }), false),
            (json!({ "id": 1, "kind": null }), false),
            (json!({ "id": 1, "of": [1] }), false),
            (json!({ "id": 1, "more": 1 }), false),
        ] {
            assert_eq!(fits(&schema, &value, "").is_ok(), expected, "{value}");
        }
    }
}
