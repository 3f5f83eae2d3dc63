//! Tests wait for what they mean: nothing is asserted by letting time go by.

use std::{fs, path::Path};

use proc_macro2::{TokenStream, TokenTree};

/// Where tests may sleep: in what waits for a condition.
const WAITING: &str = "wait.rs";
/// Calls that let time go by. PostgreSQL's own `pg_sleep` is none of them: a statement that takes long is what some stories
/// are about.
const SLEEPS: [&str; 3] = ["sleep", "sleep_until", "park_timeout"];

/// The calls of a source that let time go by, and its wishes that something does not happen within some time.
fn idle_calls(source: TokenStream) -> Vec<String> {
    let trees: Vec<TokenTree> = source.into_iter().collect();
    let text = |at: usize| trees.get(at).map(ToString::to_string).unwrap_or_default();
    let is_call = |at: usize| matches!(trees.get(at), Some(TokenTree::Group(group)) if group.to_string().starts_with('('));
    let mut found = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => found.extend(idle_calls(group.stream())),
            TokenTree::Ident(name) if is_call(at + 1) => {
                let fails = name == "timeout" && [2, 3, 4, 5].map(|next| text(at + next)) == [".", "await", ".", "is_err"];
                if fails || SLEEPS.iter().any(|sleep| name == sleep) {
                    found.push(format!("{name}{}", text(at + 1)));
                }
            }
            _ => {}
        }
    }
    found
}

fn look_into(folder: &Path, found: &mut Vec<String>) {
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            look_into(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && path.file_name().is_some_and(|name| name != WAITING) {
            let source = fs::read_to_string(&path).expect("a text").parse().expect("a source");
            found.extend(idle_calls(source).into_iter().map(|call| format!("{}: {call}", path.display())));
        }
    }
}

#[test]
fn tests_sleep_only_in_what_waits_for_something() {
    let mut found = Vec::new();
    look_into(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut found);
    assert!(found.is_empty(), "wait for what is meant, with wait::until: {found:#?}");
}

#[test]
fn a_sleep_is_noticed() {
    for (source, expected) in [
        ("tokio::time::sleep(Duration::from_millis(1)).await;", true),
        ("fn a() { loop { sleep(PAUSE).await } }", true),
        ("assert!(timeout(SOON, stream.next()).await.is_err(), \"it is quiet\");", true),
        ("timeout(SOON, stream.next()).await.expect(\"an event\");", false),
        ("conn.batch_execute(\"select pg_sleep(1)\");", false),
        ("use tokio::time::sleep; // sleep(1)", false),
    ] {
        assert_eq!(!idle_calls(source.parse().expect("a source")).is_empty(), expected, "{source}");
    }
}
