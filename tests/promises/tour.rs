//! The README's tour, run as printed against the real program.

use std::process::Command;

use crate::support::process::{ADMIN, Site};

#[tokio::test]
async fn the_tour_works_as_printed() {
    let readme = include_str!("../../README.md");
    let (_, tour) = readme.split_once("## A five-minute tour").expect("a tour");
    let (tour, _) = tour.split_once("\n## ").expect("a next chapter");
    let commands: Vec<_> = tour.split("```sh\n").skip(1).filter_map(|block| block.split_once("```")).map(|(block, _)| block).collect();
    assert!(commands.len() >= 5);
    let site = Site::new();
    let _server = site.serve().await;
    let script = format!("set -eu\n{}", commands.concat())
        .replace("http://127.0.0.1:8080", &format!("http://{}", site.address))
        .replace("target/quick/regulars", env!("CARGO_BIN_EXE_regulars"));
    let output = Command::new("bash").args(["-c", &script]).env("DATA_DIR", site.data_dir()).output().expect("bash runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for expected in [
        "You earned 10 points, available after the waiting time",
        "\"points\":649",
        "idempotency-replayed: true",
        "\"name\":\"Silver\"",
        "\"state\":\"issued\"",
        "\"available\":249",
        "\"rank\":1,\"score\":649",
        "holds: A balance is the sum of its entries.",
    ] {
        assert!(said.contains(expected), "the tour does not say {expected}:\n{said}");
    }
    assert!(!said.contains("BROKEN"), "{said}");
}

#[tokio::test]
async fn the_first_start_says_how_to_become_administrator() {
    let site = Site::without_administrator();
    let hint = "admin create --email you@example.org --handle you";
    let hints = || site.logs().matches(hint).count();
    let mut server = site.serve().await;
    assert_eq!(hints(), 1, "{}", site.logs());
    let created = site.run(&["admin", "create", "--email", ADMIN, "--handle", "boss"]);
    assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
    server.end();
    let _server = site.serve().await;
    assert_eq!(hints(), 1, "{}", site.logs());
}
