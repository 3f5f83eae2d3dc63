//! The time, which tests may set.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Duration, DurationRound, Utc};

/// Now, in UTC and to the microsecond, as PostgreSQL keeps it.
#[derive(Clone, Default)]
pub struct Clock {
    /// Added to the system's time, in microseconds; 0 but for tests, and for seeds, whose past is made up.
    ahead_us: Arc<AtomicI64>,
}

impl Clock {
    /// The present instant, to the microsecond, as PostgreSQL keeps it.
    pub fn now(&self) -> DateTime<Utc> {
        let now = Utc::now().duration_trunc(Duration::microseconds(1)).unwrap_or_else(|_| Utc::now());
        now + Duration::microseconds(self.ahead_us.load(Ordering::Relaxed))
    }

    /// Lets `time` pass at once.
    pub fn advance(&self, time: Duration) {
        self.ahead_us.fetch_add(time.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }
}
