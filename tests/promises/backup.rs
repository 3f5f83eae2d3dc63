//! A backup is what `pg_dump` writes; what is restored from it passes every check.

use std::{path::PathBuf, process::Command};

use serde_json::json;

use crate::support::Town;

/// A program of PostgreSQL's, beside the server's own or in the path.
fn program(name: &str) -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let named = std::env::var_os("PG_BIN_DIR").map(PathBuf::from);
    named.into_iter().chain(folders).map(|folder| folder.join(name)).find(|path| path.exists()).unwrap_or_else(|| name.into())
}

#[tokio::test]
async fn a_restored_backup_is_whole() {
    let town = Town::new().await;
    town.member("ada").await;
    let root = town.admin("root_of_all").await;
    root.post_once("/admin/adjustments", "k", json!({ "handle": "ada", "points": 50, "reason": "A gift" })).await.is(201);
    town.settle().await;
    let dump = std::env::temp_dir().join(format!("regulars-backup-{}", std::process::id()));
    let dumped = Command::new(program("pg_dump"))
        .args(["--format=custom", "--no-owner", "--file"])
        .arg(&dump)
        .arg(town.database_url())
        .output()
        .unwrap();
    assert!(dumped.status.success(), "{}", String::from_utf8_lossy(&dumped.stderr));

    let other = Town::empty().await;
    let restored =
        Command::new(program("pg_restore")).args(["--no-owner", "--dbname"]).arg(other.database_url()).arg(&dump).output().unwrap();
    std::fs::remove_file(dump).unwrap();
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let everything = "select count(*) || '/' || coalesce(sum(amount), 0) from ledger_entry";
    assert_eq!(other.rows(everything).await, town.rows(everything).await);
    assert_eq!(other.sign_in("ada").await.get("/me/points").await.int("/available"), 50);
    other.audit().await;
}
