//! What requests may be: how long their texts, how large their numbers; that nothing else may be in them; and where null
//! counts as absent. The framework knows none of it, since it is handlers that refuse, naming every field at once.

use std::{collections::BTreeSet, ops::RangeInclusive};

use serde_json::{Map, Value, json};

/// How far something in a request may go.
#[derive(Clone, Debug)]
pub enum Bound {
    /// A text has so many characters, or so has each text of a list. Space at its ends is none of the least.
    Chars(RangeInclusive<usize>),
    /// A text has so many characters and looks like this pattern; where there is no most, the pattern alone counts.
    Like(RangeInclusive<usize>, &'static str),
    /// A text of this format.
    Format(&'static str),
    /// A number, or each number of a list.
    Number(RangeInclusive<i64>),
    /// A list has so many items.
    Items(RangeInclusive<usize>),
    /// It stands in the body, if only as null.
    Named,
}

impl Bound {
    fn describe(&self, schema: &mut Map<String, Value>) {
        match self {
            Self::Chars(chars) => text(each(schema), chars, &written(*chars.start())),
            Self::Like(chars, pattern) => text(each(schema), chars, pattern),
            Self::Format(format) => {
                each(schema).insert("format".to_owned(), json!(format));
            }
            Self::Number(numbers) => {
                let number = each(schema);
                number.insert("minimum".to_owned(), json!(numbers.start()));
                number.insert("maximum".to_owned(), json!(numbers.end()));
            }
            Self::Items(items) => {
                schema.insert("minItems".to_owned(), json!(items.start()));
                schema.insert("maxItems".to_owned(), json!(items.end()));
            }
            Self::Named => {
                schema.insert("nullable".to_owned(), json!(true));
            }
        }
    }
}

/// What a bound is for: the items of a list, or else the thing itself.
fn each(schema: &mut Map<String, Value>) -> &mut Map<String, Value> {
    if schema.get("items").is_some_and(Value::is_object) { schema["items"].as_object_mut().expect("an object") } else { schema }
}

fn text(schema: &mut Map<String, Value>, chars: &RangeInclusive<usize>, pattern: &str) {
    if *chars.end() < usize::MAX {
        schema.insert("minLength".to_owned(), json!(chars.start()));
        schema.insert("maxLength".to_owned(), json!(chars.end()));
    }
    schema.insert("pattern".to_owned(), json!(pattern));
}

/// The pattern of texts with at least so many characters between the spaces at their ends, and no NUL.
fn written(chars_min: usize) -> String {
    match chars_min {
        0 => r"^[^\u0000]*$".to_owned(),
        1 => r"^[^\u0000]*[^\s\u0000][^\u0000]*$".to_owned(),
        more => format!(r"^[^\u0000]*[^\s\u0000][^\u0000]{{{},}}[^\s\u0000][^\u0000]*$", more - 2),
    }
}

/// A number is one that can be kept, whatever else bounds it.
fn kept(number: &mut Map<String, Value>) {
    let (least, most) = match number.get("format").and_then(Value::as_str) {
        Some("int16") => (i16::MIN.into(), i16::MAX.into()),
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        Some("int64") => (i64::MIN, i64::MAX),
        _ => return,
    };
    number.entry("minimum").or_insert(json!(least));
    number.entry("maximum").or_insert(json!(most));
}

/// Describes them. A bound is named by what it bounds: a field by `Schema.field`, a parameter by its own name, or by
/// `operation.parameter` where it differs. Returns the names that name nothing.
pub fn add(spec: &mut Value, bounds: &[(&'static str, Bound)]) -> Vec<&'static str> {
    let mut used = BTreeSet::new();
    let (sent, answered) = (reachable(spec, "requestBody"), reachable(spec, "responses"));
    for name in &sent {
        let only_sent = !answered.contains(name);
        let Some(schema) = spec["components"]["schemas"][name].as_object_mut() else { continue };
        let required: Vec<String> = schema.get("required").and_then(|names| serde_json::from_value(names.clone()).ok()).unwrap_or_default();
        let mut named = Vec::new();
        if schema.get("type") != Some(&json!("object")) {
            continue;
        }
        for (field, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            let Some(property) = property.as_object_mut() else { continue };
            if only_sent && !required.contains(field) {
                nullable(property);
            }
            kept(each(property));
            let full = format!("{name}.{field}");
            for (bounded, bound) in bounds.iter().filter(|(bounded, _)| *bounded == full) {
                used.insert(*bounded);
                bound.describe(property);
                if matches!(bound, Bound::Named) {
                    named.push(field.clone());
                }
            }
        }
        if !named.is_empty() {
            schema.insert("required".to_owned(), json!(required.into_iter().chain(named).collect::<Vec<_>>()));
        }
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
    let items = spec["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in items.flat_map(|item| item.as_object_mut().into_iter().flat_map(Map::values_mut)) {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            let own = format!("{id}.{name}");
            let by = if bounds.iter().any(|(bounded, _)| *bounded == own) { own } else { name };
            let is_header = parameter["in"] == "header";
            let Some(schema) = parameter["schema"].as_object_mut() else { continue };
            kept(schema);
            if !is_header && schema.get("type") == Some(&json!("string")) && !schema.contains_key("format") {
                schema.insert("pattern".to_owned(), json!(written(0)));
            }
            for (bounded, bound) in bounds.iter().filter(|(bounded, _)| *bounded == by) {
                used.insert(*bounded);
                bound.describe(schema);
            }
        }
    }
    bounds.iter().map(|(name, _)| *name).filter(|name| !used.contains(name)).collect()
}

/// A reference has no room for more: it becomes the only part of a whole that has.
fn nullable(property: &mut Map<String, Value>) {
    if let Some(reference) = property.remove("$ref") {
        property.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
    property.insert("nullable".to_owned(), json!(true));
}

/// The named schemas that this part of any operation leads to.
pub fn reachable(spec: &Value, part: &str) -> BTreeSet<String> {
    fn follow(spec: &Value, value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                if let Some(name) = object.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next())
                    && found.insert(name.to_owned())
                {
                    follow(spec, &spec["components"]["schemas"][name], found);
                }
                object.values().for_each(|value| follow(spec, value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| follow(spec, value, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    let items = spec["paths"].as_object().into_iter().flat_map(Map::values);
    for operation in items.flat_map(|item| item.as_object().into_iter().flat_map(Map::values)) {
        follow(spec, &operation[part], &mut found);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_stand_where_they_belong() {
        let text = json!({ "type": "string" });
        let mut spec = json!({
            "components": { "schemas": {
                "Ask": { "type": "object", "required": ["title", "slug", "number"], "properties": {
                    "title": text, "tags": { "type": "array", "items": text }, "in": { "$ref": "#/components/schemas/Place" },
                    "left": { "type": "integer", "default": 0 }, "slug": text, "rest": { "$ref": "#/components/schemas/Nothing" },
                    "number": { "type": "integer", "format": "int16", "minimum": 1 } } },
                "Nothing": { "type": "object" },
                "Place": { "type": "object", "properties": { "at": text } } } },
            "paths": { "/q": { "post": {
                "operationId": "ask",
                "parameters": [{ "name": "limit", "in": "query", "schema": { "type": "integer" } }],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Ask" } } } },
                "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Place" } } } } } } } }
        });
        let bounds = [
            ("Ask.title", Bound::Chars(15..=150)),
            ("Ask.tags", Bound::Chars(1..=35)),
            ("Ask.tags", Bound::Items(1..=5)),
            ("Ask.in", Bound::Named),
            ("Ask.slug", Bound::Like(0..=usize::MAX, "^[a-z]+$")),
            ("limit", Bound::Number(1..=100)),
            ("Ask.nothing", Bound::Named),
        ];
        assert_eq!(add(&mut spec, &bounds), ["Ask.nothing"]);
        let ask = &spec["components"]["schemas"]["Ask"];
        let title = json!({ "type": "string", "minLength": 15, "maxLength": 150, "pattern": written(15) });
        assert_eq!(ask["properties"]["title"], title);
        assert_eq!(ask["properties"]["number"], json!({ "type": "integer", "format": "int16", "minimum": 1, "maximum": i16::MAX }));
        assert_eq!(ask["properties"]["slug"]["pattern"], "^[a-z]+$");
        assert_eq!((&ask["properties"]["tags"]["maxItems"], &ask["properties"]["tags"]["items"]["maxLength"]), (&json!(5), &json!(35)));
        assert_eq!(ask["properties"]["in"], json!({ "allOf": [{ "$ref": "#/components/schemas/Place" }], "nullable": true }));
        assert_eq!((&ask["required"], &ask["additionalProperties"]), (&json!(["title", "slug", "number", "in"]), &json!(false)));
        assert_eq!(ask["properties"]["left"]["nullable"], true);
        assert_eq!(spec["components"]["schemas"]["Nothing"]["additionalProperties"], false);
        let place = &spec["components"]["schemas"]["Place"];
        assert_eq!(place["properties"]["at"].get("nullable"), None, "it is answered, too, and then absent");
        assert_eq!(spec["paths"]["/q"]["post"]["parameters"][0]["schema"]["maximum"], 100);
    }
}
