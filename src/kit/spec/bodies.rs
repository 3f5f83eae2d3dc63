//! What is wrong with a body that cannot be read: every field of it, by the description that is published for it. (The
//! framework stops at the first fault, and does not say where in the body that is.)

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;
use poem::{Endpoint, Request, Result};
use poem_openapi::{OperationId, error::ParseRequestPayloadError};
use serde_json::Value;
use uuid::Uuid;

use crate::kit::{
    problem::{Fields, Unreadable},
    time,
};

/// What every operation wants in its body.
pub struct Bodies {
    spec: Arc<Value>,
    /// By operation id.
    schemas: HashMap<String, Value>,
}

impl Bodies {
    /// Takes the request bodies from a published description.
    pub fn of(spec: Arc<Value>) -> Self {
        let operations = spec["paths"].as_object().into_iter().flatten().flat_map(|(_, path)| path.as_object().into_iter().flatten());
        let schemas = operations.filter_map(|(_, operation)| {
            let schema = operation.pointer("/requestBody/content/application~1json/schema")?;
            Some((operation["operationId"].as_str()?.to_owned(), schema.clone()))
        });
        Self { schemas: schemas.collect(), spec: spec.clone() }
    }

    /// Lets a request through. A body that turns out to be unreadable leaves with the reasons.
    pub async fn explain<E: Endpoint>(&self, inner: &E, mut request: Request) -> Result<E::Output> {
        let body = request.take_body().into_bytes().await?;
        request.set_body(body.clone());
        let mut outcome = inner.call(request).await;
        if let Err(error) = &mut outcome
            && error.is::<ParseRequestPayloadError>()
            && let Some(why) = error.data::<OperationId>().and_then(|operation| self.unreadable(operation.0, &body))
        {
            error.set_data(why);
        }
        outcome
    }

    fn unreadable(&self, operation: &str, body: &[u8]) -> Option<Unreadable> {
        let schema = self.schemas.get(operation)?;
        match if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(body) } {
            Err(error) => Some(Unreadable::NotJson(error.to_string())),
            Ok(value) => {
                let mut fields = Fields::default();
                self.look(schema, "", &value, "", &mut fields);
                fields.done().err().map(|problem| Unreadable::Fields(problem.errors))
            }
        }
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str().and_then(|reference| self.spec.pointer(reference.trim_start_matches('#'))) {
            Some(named) => self.resolved(named),
            // A type, and what its field adds to it.
            None => schema["allOf"].get(0).map_or(schema, |first| self.resolved(first)),
        }
    }

    fn look(&self, schema: &Value, name: &str, value: &Value, pointer: &str, fields: &mut Fields) {
        let schema = self.resolved(schema);
        match (schema["type"].as_str(), value) {
            (Some("object"), Value::Object(object)) => {
                let properties = schema["properties"].as_object();
                for (name, property) in properties.into_iter().flatten() {
                    let pointer = format!("{pointer}/{name}");
                    let is_required = schema["required"].as_array().is_some_and(|names| names.contains(&Value::from(name.as_str())));
                    match object.get(name) {
                        None | Some(Value::Null) if is_required => fields.missing(&pointer),
                        None | Some(Value::Null) => {}
                        Some(value) => self.look(property, name, value, &pointer, fields),
                    }
                }
                let is_known = |name: &String| match properties {
                    Some(known) => known.contains_key(name),
                    None => schema["additionalProperties"] != false,
                };
                for name in object.keys().filter(|name| !is_known(name)) {
                    fields.unknown(&format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")));
                }
            }
            (Some("array"), Value::Array(items)) => {
                for (at, item) in items.iter().enumerate() {
                    self.look(&schema["items"], name, item, &format!("{pointer}/{at}"), fields);
                }
            }
            (Some(kind), value) => {
                if let Some(wanted) = wanted(kind, schema, name, value) {
                    fields.refuse(pointer, wanted);
                }
            }
            // Anything will do.
            (None, _) => {}
        }
    }
}

/// What is wanted in the place of `value`, if it is something else.
fn wanted(kind: &str, schema: &Value, name: &str, value: &Value) -> Option<String> {
    let format = schema["format"].as_str().unwrap_or_default();
    let must_be = |what: &str, fits: bool| (!fits).then(|| format!("This must be {what}."));
    match (kind, value) {
        ("string", _) if schema["enum"].is_array() => {
            let words = schema["enum"].as_array().into_iter().flatten();
            let list: Vec<String> = words.clone().filter_map(|word| Some(format!("`{}`", word.as_str()?))).collect();
            must_be(&format!("one of {}", list.join(", ")), words.into_iter().any(|word| word == value))
        }
        ("string", value) => match (format, value.as_str()) {
            ("date-time", text) => must_be(time::WANTED, text.is_some_and(|text| time::parse(text).is_some())),
            ("date" | "naive-date", text) => {
                must_be("a date, such as 2026-11-30", text.is_some_and(|text| text.parse::<NaiveDate>().is_ok()))
            }
            ("uuid", text) => must_be("an id, as a UUID", text.is_some_and(|text| Uuid::parse_str(text).is_ok())),
            (_, Some(text)) => text.contains('\0').then(|| "This must not contain a NUL character.".to_owned()),
            (_, None) => must_be("a text", false),
        },
        ("integer", value) => {
            let whole = value.as_i64();
            match (format, whole) {
                ("int16", Some(number)) => must_be(&format!("{} to {}", i16::MIN, i16::MAX), i16::try_from(number).is_ok()),
                ("int32", Some(number)) => must_be(&format!("{} to {}", i32::MIN, i32::MAX), i32::try_from(number).is_ok()),
                _ if name.ends_with("_minor") => must_be("a whole number of minor units, such as 1999 for 19.99", whole.is_some()),
                _ => must_be("a whole number", whole.is_some()),
            }
        }
        ("number", value) => must_be("a number", value.is_number()),
        ("boolean", value) => must_be("true or false", value.is_boolean()),
        ("array", _) => must_be("a list", false),
        ("object", _) => must_be("an object", false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_fault_is_told_with_its_place() {
        let order = json!({ "type": "object", "required": ["at", "lines"], "properties": {
            "at": { "type": "string", "format": "date-time" },
            "day": { "type": "string", "format": "naive-date" },
            "id": { "allOf": [{ "$ref": "#/components/schemas/Id" }, { "description": "…" }] },
            "kind": { "type": "string", "enum": ["web", "shop"] },
            "gift": { "type": "boolean" },
            "line": { "type": "integer", "format": "int16" },
            "lines": { "type": "array", "items": { "$ref": "#/components/schemas/Line" } } } });
        let line = json!({ "type": "object", "required": ["unit_minor"], "properties": {
            "unit_minor": { "type": "integer", "format": "int64" }, "quantity": { "type": "integer" }, "sku": { "type": "string" } } });
        let spec = json!({
            "components": { "schemas": { "Order": order, "Line": line, "Id": { "type": "string", "format": "uuid" } } },
            "paths": { "/orders": { "post": { "operationId": "order",
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Order" } } } } } } },
        });
        let bodies = Bodies::of(Arc::new(spec));
        let at = "2026-11-30T12:00:00Z";
        let minor = "This must be a whole number of minor units, such as 1999 for 19.99.";
        let time = format!("This must be {}.", time::WANTED);
        let time = time.as_str();
        for (body, faults) in [
            (json!({ "at": at, "lines": [{ "unit_minor": 19.99 }] }), &[("/lines/0/unit_minor", minor)][..]),
            (json!({ "at": at, "lines": [{ "unit_minor": 1 }, { "unit_minor": "1999" }] }), &[("/lines/1/unit_minor", minor)]),
            (json!({ "at": "2026-11-30T12:00:00", "lines": [] }), &[("/at", time)]),
            (json!({ "at": "2026-11-30", "lines": [{}] }), &[("/at", time), ("/lines/0/unit_minor", "This is missing.")]),
            (json!({ "at": 1, "lines": {} }), &[("/at", time), ("/lines", "This must be a list.")]),
            (json!({ "lines": null }), &[("/at", "This is missing."), ("/lines", "This is missing.")]),
            (json!({ "at": at, "lines": [], "day": "30.11.2026" }), &[("/day", "This must be a date, such as 2026-11-30.")]),
            (json!({ "at": at, "lines": [], "id": "7" }), &[("/id", "This must be an id, as a UUID.")]),
            (json!({ "at": at, "lines": [], "kind": "fax" }), &[("/kind", "This must be one of `web`, `shop`.")]),
            (json!({ "at": at, "lines": [], "gift": "yes" }), &[("/gift", "This must be true or false.")]),
            (json!({ "at": at, "lines": [], "line": 40_000 }), &[("/line", "This must be -32768 to 32767.")]),
            (json!({ "at": at, "lines": [], "a/b": 1 }), &[("/a~1b", "There is no such field.")]),
            (
                json!({ "at": at, "lines": [{ "unit_minor": 1, "sku": "\0", "quantity": 1.5 }] }),
                &[("/lines/0/quantity", "This must be a whole number."), ("/lines/0/sku", "This must not contain a NUL character.")],
            ),
            (json!([]), &[("", "This must be an object.")]),
        ] {
            let Some(Unreadable::Fields(told)) = bodies.unreadable("order", body.to_string().as_bytes()) else { panic!("{body} is read") };
            let told: Vec<_> = told.iter().map(|fault| (fault.pointer.as_str(), fault.detail.as_str())).collect();
            assert_eq!(told, faults, "{body}");
        }
        assert_eq!(bodies.unreadable("order", json!({ "at": at, "lines": [], "gift": null }).to_string().as_bytes()), None);
        assert!(matches!(bodies.unreadable("order", b"{"), Some(Unreadable::NotJson(_))));
    }
}
