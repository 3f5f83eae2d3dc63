//! What documents name exists.

use std::{fs, path::Path};

#[test]
fn every_path_that_a_document_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/reliability.md"] {
        let text = fs::read_to_string(root.join(document)).unwrap_or_else(|_| panic!("there is no {document}"));
        for quoted in text.split('`').skip(1).step_by(2) {
            let looks_like_path = ["src/", "tests/", "benches/", "migrations/", "openapi/", "scripts/", "docs/", ".ci/"]
                .iter()
                .any(|start| quoted.starts_with(start));
            if looks_like_path && !quoted.contains(['*', '<', '{', ' ']) && !root.join(quoted).exists() {
                missing.push(format!("{document} names {quoted}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_readme_lists_the_configuration_as_the_code_has_it() {
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&regulars::config::Config::markdown_table()), "README.md: paste what `regulars config` prints");
}
