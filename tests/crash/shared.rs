//! A private PostgreSQL that several processes use, whoever of them started it and however they end.

use std::{
    fs::{self, File},
    io::Write,
    path::PathBuf,
    process::Command,
    time::Duration,
};

use serde_json::Value;

use crate::support::process::Site;

const HEADER: &str = "member_external_id,order_id,purchased_at,quantity,amount_minor,currency\n";

async fn is_ready(site: &Site) -> bool {
    matches!(site.send("GET", "//health/ready", None, "", None).await, Some((200, Value::Null)))
}

/// The end to write to, once an import reads from the other one.
async fn is_read(pipe: PathBuf) -> File {
    let opened = tokio::task::spawn_blocking(move || File::options().write(true).open(pipe).expect("a pipe"));
    tokio::time::timeout(Duration::from_secs(40), opened).await.expect("the import reads").expect("a file")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_goes_on_when_an_import_that_came_first_ends() {
    let site = Site::new();
    // An import that reads it lasts until somebody has written to it.
    let pipe = site.data_dir().join("orders.csv");
    fs::create_dir_all(site.data_dir()).expect("a folder");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let import = ["import", "purchases", pipe.to_str().expect("a path")];

    let mut first = site.begin(&import);
    let postgres = site.runs_postgres().await;
    let mut server = site.serve().await;
    is_read(pipe.clone()).await.write_all(HEADER.as_bytes()).expect("it is written");
    assert!(first.ends_well());
    for _ in 0..3 {
        site.is_looked_after().await;
        assert!(is_ready(&site).await, "the server goes on without a pause");
    }
    assert_eq!(site.runs_postgres().await, postgres, "it is the same PostgreSQL");

    // The other way round, and by a kill: the import goes on.
    let mut second = site.begin(&import);
    let _writer = is_read(pipe.clone()).await;
    server.end();
    site.is_looked_after().await;
    assert_eq!(site.runs_postgres().await, postgres);
    let mut server = site.serve().await;
    second.end();
    site.is_looked_after().await;
    assert!(is_ready(&site).await);
    assert_eq!(site.runs_postgres().await, postgres);

    server.end();
    site.stops_postgres().await;
    site.verify();
}
