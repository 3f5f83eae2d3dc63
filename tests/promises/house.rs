//! Who may import whom (ARCHITECTURE.md): a module may use those that stand after it in its own line.

use std::{fs, path::Path};

/// A module, and the top-level modules that it may name.
const MAY_USE: &[(&str, &[&str])] = &[
    ("kit", &["schema"]),
    ("schema", &["kit"]),
    ("words", &["kit"]),
    ("events", &["words", "kit"]),
    ("identity", &["app", "events", "words", "kit", "schema"]),
    ("community", &["app", "identity", "events", "words", "kit", "schema"]),
    ("forum", &["app", "identity", "events", "words", "kit", "schema"]),
    ("loyalty", &["app", "identity", "events", "words", "kit", "schema"]),
    ("insight", &["app", "identity", "events", "words", "kit", "schema"]),
    // The pages are clients of the API, as anybody's program is.
    ("web", &["kit"]),
    ("import", &["app", "forum", "loyalty", "identity", "events", "words", "kit", "schema"]),
];

/// The only names of `app` that a feature may use: how it is registered and described.
const OF_APP: &[&str] = &["Tag", "Job"];

#[test]
fn siblings_never_import_each_other() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // Exported macros stand at the crate's root, wherever they are written.
    let texts = MAY_USE.iter().flat_map(|(module, _)| sources(&src, module)).map(|(_, text)| text);
    let macros: Vec<String> = texts.flat_map(|text| names_after(&text, "macro_rules! ")).collect();
    let mut breaches = Vec::new();
    for (module, allowed) in MAY_USE {
        for (path, text) in sources(&src, module) {
            for named in named_modules(&text) {
                let is_macro = macros.contains(&named);
                if named != *module && !is_macro && !allowed.contains(&named.as_str()) {
                    breaches.push(format!("{path} names crate::{named}"));
                }
            }
            for name in names_after(&text, "app::") {
                // The importers stand beside it.
                if *module != "import" && !OF_APP.contains(&name.as_str()) {
                    breaches.push(format!("{path} names app::{name}"));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[test]
fn rules_are_pure() {
    let mut breaches = Vec::new();
    for (module, _) in MAY_USE {
        for (path, text) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), module) {
            let (text, _) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
            if path.ends_with("rules.rs") {
                for impure in ["async ", "Utc::now", "diesel_async", "rand::", "poem_openapi::OpenApi", ".await"] {
                    if text.contains(impure) {
                        breaches.push(format!("{path} has `{impure}`"));
                    }
                }
            }
            if text.contains("statement_timeout") && !path.ends_with("kit/db.rs") {
                breaches.push(format!("{path} sets a time-out that its connection does not know of: db::allow does both"));
            }
            if path.ends_with("api.rs") && (text.contains("sql_query") || text.contains("diesel::insert_into")) {
                breaches.push(format!("{path} has SQL"));
            }
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

/// The sources of a top-level module, be it a file or a folder.
fn sources(src: &Path, module: &str) -> Vec<(String, String)> {
    let file = src.join(format!("{module}.rs"));
    let mut found = Vec::new();
    if file.exists() {
        found.push((file.display().to_string(), fs::read_to_string(file).unwrap()));
    }
    let mut folders = vec![src.join(module)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// The names that stand after each `mark`.
fn names_after(text: &str, mark: &str) -> Vec<String> {
    let name = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    text.match_indices(mark).map(|(at, _)| name(&text[at + mark.len()..])).collect()
}

/// The `x` of every `crate::x` and of every line of a `use crate::{ … }`.
fn named_modules(text: &str) -> Vec<String> {
    let name = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut named = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + 7..];
        match rest.strip_prefix('{') {
            None => named.push(name(rest)),
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (at, c) in group.char_indices() {
                    if start && depth == 0 && !c.is_whitespace() && c != '}' {
                        named.push(name(&group[at..]));
                        start = false;
                    }
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        _ => {}
                    }
                }
            }
        }
    }
    named.retain(|name| !name.is_empty());
    named
}
