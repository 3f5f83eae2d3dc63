//! The published description of the API.

use std::{collections::HashSet, fs};

use serde_json::Value;

use crate::town::Town;

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
