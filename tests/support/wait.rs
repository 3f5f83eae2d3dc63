//! Waiting for what is meant. Here alone tests sleep, between one look and the next: a sleep by itself promises nothing.

use std::time::{Duration, Instant};

/// Enough for what happens at once on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// Returns when the condition holds; fails when it does not within 20 seconds.
pub async fn until(what: &str, holds: impl AsyncFnMut() -> bool) {
    until_within(PATIENCE, || what.to_owned(), holds).await;
}

/// Returns when the condition holds; fails with what `describe` says then, when it does not within `patience`.
pub async fn until_within(patience: Duration, describe: impl Fn() -> String, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < patience, "after {patience:?} still not: {}", describe());
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// A pause before what may be refused for a while is tried again.
pub async fn before_another_try() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}
