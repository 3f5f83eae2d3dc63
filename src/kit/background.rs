//! Work that nobody waits for: done again and again, whatever becomes of one turn of it.
//!
//! A turn that fails, panics or takes too long is given up, and rolls back; the next one comes after a pause that grows
//! with each failure. Readiness and `/metrics` tell of it.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::time::{sleep, timeout};

use super::{Kit, Problem};

/// The most that one turn takes.
const TURN_MAX: Duration = Duration::from_secs(15 * 60);
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// Regular work: what it is, how often, and what it does.
pub struct Job {
    pub name: &'static str,
    /// Rest between two turns.
    pub every: Duration,
    pub run: fn(Kit) -> BoxFuture<'static, Result<(), Problem>>,
}

/// Does a turn of `work`, rests, and does the next. Ends only with its task.
pub async fn repeat(kit: Kit, name: &'static str, rest: Duration, work: impl Fn() -> BoxFuture<'static, Result<(), Problem>>) {
    let mut failures = 0;
    loop {
        let turn = async { work().await };
        let failure = match timeout(TURN_MAX, AssertUnwindSafe(turn).catch_unwind()).await {
            Ok(Ok(Ok(()))) => None,
            Ok(Ok(Err(problem))) => Some(problem.to_string()),
            Ok(Err(panic)) => Some(format!("it panicked: {}", message(&*panic))),
            Err(_) => Some(format!("it took longer than {TURN_MAX:?}")),
        };
        failures = failure.as_ref().map_or(0, |_| failures + 1);
        kit.failures.set(name, failures);
        match failure {
            None => sleep(rest).await,
            Some(error) => {
                kit.metrics.background_failures.with_label_values(&[name]).inc();
                let pause = pause(failures);
                tracing::warn!(work = name, error, failures, ?pause, "background work failed and is tried again");
                sleep(pause).await;
            }
        }
    }
}

/// How long to wait after so many failures in a row.
fn pause(failures: u32) -> Duration {
    PAUSE_MIN.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(PAUSE_MAX)
}

/// What a panic said.
pub fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_have_an_end() {
        for (failures, seconds) in [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (1_000, 30)] {
            assert_eq!(pause(failures), Duration::from_secs(seconds), "{failures}");
        }
    }
}
