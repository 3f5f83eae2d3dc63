//! What documents and comments cite exists, and the glossary has every noun.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A file below the root, as text.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|_| panic!("there is no {path}"))
}

/// Every text file at or below `path`.
fn files(path: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut waiting = vec![Path::new(ROOT).join(path)];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if let Ok(text) = fs::read_to_string(&path) {
            found.push((path, text));
        }
    }
    assert!(!found.is_empty(), "there is no {path}");
    found
}

fn documents() -> Vec<(PathBuf, String)> {
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs"].iter().flat_map(|path| files(path)).collect()
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The comments of a source, those that follow each other as one paragraph; all of a document.
fn prose(path: &Path, text: &str) -> String {
    let (marks, inline): (&[&str], _) = match path.extension().and_then(|extension| extension.to_str()) {
        Some("md") => return text.to_owned(),
        Some("rs" | "ts" | "tsx" | "js" | "css") => (&["//", "/*", "*"], Some(" // ")),
        Some("sql") => (&["--"], None),
        _ => (&["#"], None),
    };
    let mut prose = String::new();
    for line in text.lines().map(str::trim) {
        let comment = match marks.iter().find_map(|mark| line.strip_prefix(mark)) {
            Some(comment) => Some(comment.trim_start_matches(['/', '!', '*', '#'])),
            None => inline.and_then(|mark| line.split_once(mark)).map(|(_, comment)| comment),
        };
        prose.push_str(comment.unwrap_or("\n"));
        prose.push(' ');
    }
    prose
}

/// The titles of a document's headings, without their numbers.
fn headings(document: &str) -> impl Iterator<Item = &str> {
    let lines = document.lines().filter(|line| line.starts_with('#'));
    lines.map(|line| line.trim_start_matches(|c: char| c == '#' || c == '.' || c == ' ' || c.is_ascii_digit()))
}

/// The cells of a document's tables, row by row.
fn rows(document: &str) -> impl Iterator<Item = Vec<&str>> {
    document.lines().filter_map(|line| Some(line.strip_prefix("| ")?.trim_end_matches([' ', '|']).split(" | ").map(str::trim).collect()))
}

/// The numbers that a text begins with: `7`, `7 to 10`, `5, 6 and 7`.
fn numbers(text: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = Vec::new();
    let mut ranges = false;
    for word in text.split_whitespace() {
        match word.trim_end_matches(|c: char| !c.is_alphanumeric()) {
            "and" => {}
            "to" => ranges = true,
            number => match (number.parse(), numbers.last()) {
                (Ok(end), Some(start)) if std::mem::take(&mut ranges) => numbers.extend(start + 1..=end),
                (Ok(number), _) => numbers.push(number),
                (Err(_), _) => break,
            },
        }
        if word.ends_with(['.', ';', ':', ')']) {
            break;
        }
    }
    numbers
}

/// What the prose of a file in `folder` cites and is not there: a document, a heading of one, a source, an acceptance vector.
fn dangling(folder: &Path, prose: &str) -> Vec<String> {
    let words = prose.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut dangling = Vec::new();
    for (end, extension) in [".md", ".rs"].iter().flat_map(|extension| words.match_indices(extension)) {
        let start = words[..end].rfind(|c: char| !c.is_ascii_alphanumeric() && !"/._-".contains(c)).map_or(0, |at| at + 1);
        let (name, after) = (&words[start..end + 3], &words[end + 3..]);
        // `rules.rs` alone is a role that files have.
        let names_file = if extension == ".rs" { name.contains('/') } else { name != ".md" };
        if !names_file || name.starts_with("//") || after.starts_with(char::is_alphanumeric) {
            continue;
        }
        let places = [folder.to_owned(), ROOT.into(), format!("{ROOT}/docs").into(), format!("{ROOT}/src").into()];
        let Some(document) = places.iter().find_map(|place| fs::read_to_string(place.join(name)).ok()) else {
            dangling.push(name.to_owned());
            continue;
        };
        let Some(part) = after.trim_start_matches([')', ']', '`']).strip_prefix(", ") else { continue };
        let part = part.trim_start_matches(['"', '[']);
        let other_file = part.split(' ').next().is_some_and(|word| word.contains(".md"));
        if part.starts_with(char::is_uppercase) && !other_file && !headings(&document).any(|title| part.starts_with(title)) {
            dangling.push(format!("{name}, {}", part.split(['.', ',', ')', '"']).next().unwrap_or(part)));
        }
    }
    let vectors = read("docs/loyalty-rules.md");
    let vectors: BTreeSet<u32> = rows(&vectors).filter_map(|row| row[0].parse().ok()).collect();
    for (at, mark) in ["ector ", "ectors "].iter().flat_map(|mark| words.match_indices(mark)) {
        let missing = numbers(&words[at + mark.len()..]).into_iter().filter(|number| !vectors.contains(number));
        dangling.extend(missing.map(|number| format!("vector {number}")));
    }
    dangling
}

#[test]
fn what_comments_and_documents_cite_exists() {
    let sources = ["src", "tests", "migrations", "frontend/src", "scripts", "benches", "Makefile"].into_iter().flat_map(files);
    let found = sources.chain(documents()).flat_map(|(path, text)| {
        let dangling = dangling(path.parent().unwrap(), &prose(&path, &text));
        dangling.into_iter().map(move |what| format!("{} cites {what}", path.display()))
    });
    let found: Vec<_> = found.collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_dangling_citation_is_found() {
    for (file, text, expected) in [
        ("a.rs", "/// As it should be (docs/loyalty-rules.md, Tiers), and in\n/// docs/loyalty-rules.md, vectors 7 to 9 and 10.", vec![]),
        ("a.rs", "//! The book (design/loyalty.md).", vec!["design/loyalty.md"]),
        ("a.rs", "let x = 1; \x2f/ by docs/loyalty-rules.md, Tears", vec!["docs/loyalty-rules.md, Tears"]),
        ("a.rs", "/// Over lines: docs/loyalty-rules.md,\n/// Ladders)", vec!["docs/loyalty-rules.md, Ladders"]),
        ("a.rs", "/// Vectors 1,\n/// 98 and 99.", vec!["vector 98", "vector 99"]),
        ("a.rs", "let document = \"gone.md\";", vec![]),
        (
            "a.sql",
            "-- See docs/gone.md and forum/gone/rules.rs, not lib.rs, main.rs or kit/mod.rs.",
            vec!["docs/gone.md", "forum/gone/rules.rs"],
        ),
        ("Makefile", "# See gone.md", vec!["gone.md"]),
        (
            "a.md",
            "In [points](docs/points.md), Losses, and [reliability](docs/reliability.md), \"Silent connections\".",
            vec!["docs/points.md, Losses"],
        ),
        ("a.md", "README.md, ARCHITECTURE.md and https://example.org/gone.md", vec![]),
    ] {
        assert_eq!(dangling(Path::new(ROOT), &prose(Path::new(file), text)), expected, "{text}");
    }
}

#[test]
fn every_path_and_test_that_a_document_names_exists() {
    let mut missing = Vec::new();
    for (document, text) in documents() {
        for named in quoted(&text) {
            let looks_like_path = ["src/", "tests/", "benches/", "migrations/", "openapi/", "scripts/", "docs/", ".ci/"]
                .iter()
                .any(|start| named.starts_with(start));
            if !looks_like_path || named.contains(['*', '<', '{', ' ']) {
                continue;
            }
            let (path, test) = named.split_once("::").unwrap_or((named, ""));
            let path = Path::new(ROOT).join(path);
            let has_test = || fs::read_to_string(&path).unwrap().contains(&format!("fn {test}("));
            if !path.exists() || !test.is_empty() && !has_test() {
                missing.push(format!("{} names {named}", document.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_acceptance_vector_names_a_test() {
    let rules = read("docs/loyalty-rules.md");
    let vectors: Vec<_> = rows(&rules).filter(|row| row[0].parse::<u32>().is_ok()).collect();
    assert!(vectors.len() > 10 && vectors.iter().all(|row| row.len() == 3 && row[2].contains(".rs::")), "{vectors:#?}");
    assert!(vectors.iter().zip(1..).all(|(row, number)| row[0] == format!("{number}")), "they are numbered in order");
}

#[test]
fn the_readme_lists_the_configuration_as_the_code_has_it() {
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&regulars::config::Config::markdown_table()), "README.md: paste what `regulars config` prints");
}

/// What the glossary names, by the heading of its column.
fn glossary() -> BTreeMap<String, BTreeSet<String>> {
    let text = read("docs/glossary.md");
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut columns = Vec::new();
    for row in text.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|')) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 6, "docs/glossary.md: {row}");
        if cells[0] == "noun" {
            columns.clone_from(&cells);
        }
        for (column, cell) in columns.iter().zip(&cells) {
            named.entry((*column).to_owned()).or_default().extend(quoted(cell).map(str::to_owned));
        }
    }
    named
}

#[test]
fn the_glossary_has_every_url() {
    let api: Value = serde_json::from_str(&read("openapi/openapi.json")).unwrap();
    let with_any_id = |path: &str| {
        let step = |step: &str| if step.starts_with('{') { "{…}".to_owned() } else { step.to_owned() };
        path.split('/').map(step).collect::<Vec<_>>().join("/")
    };
    let paths: Vec<String> = api["paths"].as_object().unwrap().keys().map(|path| with_any_id(path)).collect();
    let urls = &glossary()["URL"];
    let covers = |url: &str, path: &str| match url.strip_suffix("/…") {
        Some(above) => path == above || path.starts_with(&format!("{above}/")),
        None => path == url,
    };
    let unnamed: Vec<_> = paths.iter().filter(|path| !urls.iter().any(|url| covers(url, path))).collect();
    let gone: Vec<_> = urls.iter().filter(|url| !paths.iter().any(|path| covers(url, path))).collect();
    assert!(unnamed.is_empty() && gone.is_empty(), "docs/glossary.md lacks {unnamed:#?}, and names {gone:#?}");
}

#[test]
fn the_glossary_has_every_table() {
    let schema = include_str!("../../src/schema/tables.rs");
    let name = |line: &str| line.trim().split_once(" (").filter(|_| line.ends_with('{')).map(|(name, _)| name.to_owned());
    let tables: BTreeSet<String> = schema.lines().filter_map(name).collect();
    assert!(tables.len() > 50);
    let differences: Vec<_> = tables.symmetric_difference(&glossary()["table"]).cloned().collect();
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn the_glossary_has_every_folder_and_names_types_and_pages_that_exist() {
    let named = glossary();
    let sources = files("src").into_iter().map(|(_, text)| text).collect::<String>();
    let declared = |name: &str| {
        ["struct", "enum", "trait", "type"].iter().any(|kind| {
            let declaration = format!("pub {kind} {name}");
            sources.match_indices(&declaration).any(|(at, _)| !sources[at + declaration.len()..].starts_with(char::is_alphanumeric))
        })
    };
    let code = &named["code"];
    let is_there =
        |name: &String| if name.starts_with(char::is_uppercase) { declared(name) } else { Path::new(ROOT).join("src").join(name).exists() };
    let gone: Vec<_> = code.iter().filter(|name| !is_there(name)).collect();
    assert!(gone.is_empty(), "there is no {gone:#?}");
    for feature in ["identity", "community", "forum", "loyalty", "insight"] {
        for folder in fs::read_dir(Path::new(ROOT).join("src").join(feature)).unwrap().map(|entry| entry.unwrap()) {
            let name = format!("{feature}/{}", folder.file_name().display());
            assert!(!folder.path().is_dir() || code.contains(&name), "docs/glossary.md lacks {name}");
        }
    }

    let address = |text: String| {
        let (_, route) = text.split_once("createFileRoute(")?;
        let route = route.trim_start().trim_start_matches(['"', '\'']).split(['"', '\'']).next()?;
        Some(route.replace("/_member", "").trim_end_matches('/').to_owned())
    };
    let pages: BTreeSet<String> = files("frontend/src/routes").into_iter().filter_map(|(_, text)| address(text)).collect();
    let gone: Vec<_> = named["page"].difference(&pages).collect();
    assert!(gone.is_empty(), "there is no {gone:#?}; there are {pages:#?}");
}
