//! Problems: every code stands in the catalogue, and a unique key that two requests race for is named.

use std::collections::BTreeSet;

use regulars::app;
use serde_json::json;

use crate::support::Town;

#[test]
fn the_catalogue_is_what_the_code_says() {
    assert!(include_str!("../../docs/problems.md") == app::catalogue_of_problems(), "docs/problems.md is out of date: make problems");
}

/// A refusal that no feature lists would be missing from the catalogue.
#[test]
fn every_refusal_is_listed() {
    let listed: BTreeSet<(&str, &str)> = app::problems().into_iter().map(|kind| (kind.code, kind.detail)).collect();
    let mut declared = 0;
    let mut unlisted = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = std::fs::read_to_string(&entry).unwrap();
            for block in text.split("refusals! {\n").skip(1) {
                let block = block.split("\n}").next().unwrap_or_default();
                let lines = block.lines().filter(|line| line.contains(" = "));
                for (code, detail) in lines.filter_map(|line| Some((line.split('"').nth(1)?, line.split('"').nth(3)?))) {
                    declared += 1;
                    if !listed.contains(&(code, detail)) {
                        unlisted.push(format!("{}: {code}", entry.display()));
                    }
                }
            }
        }
    }
    assert!(declared > 100, "{declared} refusals were found");
    assert!(unlisted.is_empty(), "{unlisted:#?}");
}

/// Every name that a problem gives to a unique key is one of the database's.
#[tokio::test]
async fn named_constraints_exist() {
    let town = Town::new().await;
    let keys: BTreeSet<String> = town
        .rows("select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid where i.indisunique and c.relnamespace = 'public'::regnamespace")
        .await
        .into_iter()
        .collect();
    for kind in app::problems() {
        for constraint in kind.constraints {
            assert!(keys.contains(*constraint), "{}: there is no unique key {constraint}", kind.code);
        }
    }
}

/// Whoever comes second in a race for a name is told as one who comes later.
#[tokio::test(flavor = "multi_thread")]
async fn who_loses_a_race_for_a_name_learns_of_what() {
    let town = Town::new().await;
    let rosa = town.admin("rosa").await;
    for (path, code, made) in [
        ("/admin/partners", "name_taken", json!({ "name": "Shop" })),
        ("/admin/tiers", "tier_rank_taken", json!({ "rank": 99, "name": "Amber", "threshold": 900_000, "benefits": "" })),
        (
            "/admin/rewards",
            "reward_name_taken",
            json!({ "name": "Mug", "kind": "percentage_coupon", "face_value": 10, "price_points": 100 }),
        ),
    ] {
        let tries = (0..6).map(|_| rosa.post(path, made.clone()));
        let answers = futures_util::future::join_all(tries).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
        assert_eq!(won.len(), 1, "{path}");
        for answer in lost {
            assert_eq!(answer.status, 409, "{path}: {:#}", answer.body);
            assert!([code, "tier_name_taken"].contains(&answer.text("/code").as_str()), "{path}: {:#}", answer.body);
        }
    }
}
