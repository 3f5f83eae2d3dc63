//! Redis as a cache: it holds no truth, and a dead or slow one never stalls a request.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use redis::{
    Client, IntoConnectionInfo, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
    io::tcp::TcpSettings,
};

/// What one use may cost a request.
const BUDGET: Duration = Duration::from_millis(50);
/// How long a failed Redis is left alone.
const COOLDOWN_MS: u64 = 1_000;

/// A connection with a budget and a circuit breaker, or none.
#[derive(Clone)]
pub struct Redis {
    connection: Option<ConnectionManager>,
    started: Instant,
    open_until_ms: Arc<AtomicU64>,
}

impl Redis {
    /// Connects when first used. `None`: the server works from PostgreSQL alone.
    pub fn connect(url: Option<&str>) -> anyhow::Result<Self> {
        let connection = match url {
            None => None,
            Some(url) => {
                let info = url.into_connection_info()?.set_tcp_settings(TcpSettings::default().set_nodelay(true));
                // The defaults retry for many seconds while every caller waits.
                let config = ConnectionManagerConfig::new()
                    .set_connection_timeout(Some(Duration::from_millis(250)))
                    .set_response_timeout(Some(Duration::from_millis(250)))
                    .set_number_of_retries(1)
                    .set_min_delay(Duration::from_millis(20))
                    .set_max_delay(Duration::from_millis(500));
                Some(ConnectionManager::new_lazy_with_config(Client::open(info)?, config)?)
            }
        };
        Ok(Self { connection, started: Instant::now(), open_until_ms: Arc::default() })
    }

    fn elapsed_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    /// Runs `work` within 50 ms. `None` means do without.
    pub async fn run<T, F, Fut>(&self, work: F) -> Option<T>
    where
        F: FnOnce(ConnectionManager) -> Fut,
        Fut: Future<Output = RedisResult<T>>,
    {
        self.run_within(BUDGET, work).await
    }

    /// Runs `work` within `budget`, for background work that no request waits for.
    pub async fn run_within<T, F, Fut>(&self, budget: Duration, work: F) -> Option<T>
    where
        F: FnOnce(ConnectionManager) -> Fut,
        Fut: Future<Output = RedisResult<T>>,
    {
        let connection = self.connection.clone()?;
        if self.elapsed_ms() < self.open_until_ms.load(Ordering::Relaxed) {
            return None;
        }
        match tokio::time::timeout(budget, work(connection)).await {
            Ok(Ok(value)) => Some(value),
            Ok(Err(error)) if !(error.is_io_error() || error.is_timeout() || error.is_connection_dropped()) => {
                tracing::warn!(%error, "Redis refused a command");
                None
            }
            outcome => {
                let cause = outcome.err().map_or("the connection failed", |_| "it was too slow");
                tracing::warn!(cause, "doing without Redis");
                self.open_until_ms.store(self.elapsed_ms() + COOLDOWN_MS, Ordering::Relaxed);
                None
            }
        }
    }
}
