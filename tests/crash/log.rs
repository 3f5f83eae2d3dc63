//! The disk on which the log lies is full.

use std::path::Path;

use serde_json::json;

use crate::support::{PASSWORD, process::Site};

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_costs_nobody_their_answer() {
    let site = Site::new();
    // Whoever writes there is told that no space is left.
    let mut server = site.serve_logging_to(Path::new("/dev/full")).await;
    for _ in 0..10 {
        let read = site.send("GET", "/questions", None, "", None).await;
        assert_eq!(read.map(|(status, _)| status), Some(200));
    }
    let form = json!({ "email": "ada@example.org", "password": PASSWORD, "handle": "ada" });
    let joined = site.send("POST", "/auth/register", None, "", Some(&form)).await;
    assert_eq!(joined.map(|(status, _)| status), Some(202));
    server.end();
    site.verify();
}
