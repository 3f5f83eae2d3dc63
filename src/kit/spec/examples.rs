//! Examples for the description, made from its own schemas, so that they are never out of date.

use serde_json::{Map, Value, json};

const DEPTH_MAX: usize = 6;
const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const TIME: &str = "2026-05-17T09:30:00Z";

/// What a text field of some name looks like, as `(name, text)`, or that it goes without (because it does not go with the
/// rest). Named `Schema.field` where fields of one name differ.
pub type Names = [(&'static str, Option<&'static str>)];

/// Gives every request body and every good answer an example.
pub fn add(spec: &mut Value, names: &Names) {
    let schemas = spec["components"]["schemas"].clone();
    let made = |media: &mut Value| {
        if media.get("schema").is_some() && media.get("example").is_none() {
            media["example"] = example(&schemas, &media["schema"], "", names, 0);
        }
    };
    let items = spec["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in items.flat_map(|item| item.as_object_mut().into_iter().flat_map(Map::values_mut)) {
        if let Some(media) = operation.pointer_mut("/requestBody/content/application~1json") {
            made(media);
        }
        for (status, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            if let Some(media) = response.pointer_mut("/content/application~1json").filter(|_| status.starts_with('2')) {
                made(media);
            }
        }
    }
}

fn example(schemas: &Value, schema: &Value, name: &str, names: &Names, depth: usize) -> Value {
    let of = |schema: &Value, name: &str| example(schemas, schema, name, names, depth + 1);
    if let Some(schema_name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return match schemas[schema_name]["properties"].as_object() {
            _ if depth > DEPTH_MAX => json!({}),
            Some(fields) => fields
                .iter()
                .filter_map(|(field, schema)| {
                    let own = format!("{schema_name}.{field}");
                    let named = |known: &str| names.iter().find(|(name, _)| *name == known);
                    match named(&own).or_else(|| named(field)) {
                        Some((_, None)) => None,
                        Some((name, Some(_))) => Some((field.clone(), of(schema, name))),
                        None => Some((field.clone(), of(schema, field))),
                    }
                })
                .collect(),
            None => of(&schemas[schema_name], name),
        };
    }
    for composed in ["allOf", "oneOf", "anyOf"] {
        if let Some(first) = schema[composed].get(0) {
            return of(first, name);
        }
    }
    for given in [&schema["example"], &schema["default"], &schema["enum"][0]] {
        if !given.is_null() {
            return given.clone();
        }
    }
    match schema["type"].as_str() {
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            fields.map(|(name, field)| (name.clone(), of(field, name))).collect()
        }
        Some("array") if depth > DEPTH_MAX => json!([]),
        Some("array") => json!([of(&schema["items"], name)]),
        Some("boolean") => json!(true),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        _ => match (names.iter().find(|(known, _)| *known == name), schema["format"].as_str()) {
            (Some((_, Some(text))), _) => json!(text),
            (_, Some("uuid")) => json!(ID),
            (_, Some("date-time")) => json!(TIME),
            (_, Some("date")) => json!(TIME[..10]),
            _ => json!("…"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_follows_its_schema() {
        let mut spec = json!({
            "components": { "schemas": {
                "Pet": { "type": "object", "properties": {
                    "id": { "type": "string", "format": "uuid" }, "age": { "type": "integer" },
                    "born_at": { "type": "string", "format": "date-time" }, "handle": { "type": "string" }, "friend": { "$ref": "#/components/schemas/Pet" },
                    "kind": { "type": "string", "enum": ["cat", "dog"] }, "ages": { "type": "array", "items": { "type": "integer" } } } } } },
            "paths": { "/pets": { "post": {
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Pet" } } } },
                "responses": { "201": { "content": { "application/json": { "schema": { "type": "boolean" } } } } } } } }
        });
        add(&mut spec, &[("handle", Some("tom")), ("Pet.age", None), ("Pet.born_at", Some("2020-02-02T02:02:02Z"))]);
        let operation = &spec["paths"]["/pets"]["post"];
        let example = &operation["requestBody"]["content"]["application/json"]["example"];
        assert_eq!(
            (&example["handle"], &example["kind"], &example["ages"], &example["id"]),
            (&json!("tom"), &json!("cat"), &json!([1]), &json!(ID))
        );
        assert_eq!((example.get("age"), &example["born_at"]), (None, &json!("2020-02-02T02:02:02Z")));
        assert_eq!(example["friend"]["handle"], "tom");
        assert_eq!(operation["responses"]["201"]["content"]["application/json"]["example"], true);
    }
}
