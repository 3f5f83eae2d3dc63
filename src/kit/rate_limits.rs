//! How often one caller may do something: requests and tries over time.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock as _, DefaultClock},
};
use poem::Request;

use super::Problem;

/// The time of limits that count by day.
pub const DAY: Duration = Duration::from_secs(86_400);

/// So many at once, and one more after each pause (GCRA). Features name theirs beside what they limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RateLimit {
    /// Of what; no two have one name.
    name: &'static str,
    burst: NonZeroU32,
    pause: Duration,
}

impl RateLimit {
    /// `burst` at once, and one more after each `pause`.
    pub const fn every(name: &'static str, burst: u32, pause: Duration) -> Self {
        match NonZeroU32::new(burst) {
            Some(burst) => Self { name, burst, pause },
            None => panic!("a rate limit that lets nothing pass"),
        }
    }

    /// `burst` in each `time`, which come back one by one.
    pub const fn per(name: &'static str, burst: u32, time: Duration) -> Self {
        match time.checked_div(burst) {
            Some(pause) => Self::every(name, burst, pause),
            None => panic!("a rate limit that lets nothing pass"),
        }
    }

    /// What it limits.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    fn quota(self) -> Quota {
        Quota::with_period(self.pause).unwrap_or(Quota::per_second(self.burst)).allow_burst(self.burst)
    }
}

/// Whether rate limits hold, and by what a visitor is known.
#[derive(Clone, Copy)]
pub struct RateLimitSettings {
    pub enforced: bool,
    /// Reverse proxies in front, each of which appends to X-Forwarded-For. That header is believed only so far.
    pub proxies: usize,
}

/// What callers have used of their rate limits, per process. They bound abuse and hold no truth, so they need no shared store.
#[derive(Clone)]
pub struct RateLimits {
    limiters: Arc<RwLock<HashMap<RateLimit, Arc<DefaultKeyedRateLimiter<String>>>>>,
    settings: RateLimitSettings,
}

impl RateLimits {
    /// Limits that nobody has used anything of yet.
    pub fn new(settings: RateLimitSettings) -> Self {
        Self { limiters: Arc::default(), settings }
    }

    fn limiter(&self, limit: RateLimit) -> Arc<DefaultKeyedRateLimiter<String>> {
        let known = self.limiters.read().unwrap_or_else(PoisonError::into_inner).get(&limit).cloned();
        known.unwrap_or_else(|| {
            let mut limiters = self.limiters.write().unwrap_or_else(PoisonError::into_inner);
            limiters.entry(limit).or_insert_with(|| Arc::new(DefaultKeyedRateLimiter::keyed(limit.quota()))).clone()
        })
    }

    /// The name by which rate limits know a caller who has not signed in.
    pub fn address(&self, request: &Request) -> String {
        let peer = request.remote_addr().as_socket_addr().map(|address| address.ip());
        // The last address was added by the proxy next to us, the one before it by the proxy before that.
        let forwarded =
            request.headers().get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",");
        let hops: Vec<_> = forwarded.split(',').map(str::trim).collect();
        let client = match self.settings.proxies {
            0 => peer,
            proxies => hops.len().checked_sub(proxies).and_then(|at| hops.get(at)).and_then(|text| hop(text)).or(peer),
        };
        client.map_or_else(|| "local".to_owned(), network)
    }

    /// Counts one more by `who`, or answers 429.
    pub fn take(&self, limit: RateLimit, who: &str) -> Result<(), Problem> {
        if !self.settings.enforced {
            return Ok(());
        }
        self.limiter(limit)
            .check_key(&who.to_owned())
            .map_err(|not_until| Problem::too_many(not_until.wait_time_from(DefaultClock::default().now()).as_secs() + 1))
    }

    /// Drops callers who have used nothing of their limits.
    pub fn tidy(&self) {
        for limiter in self.limiters.read().unwrap_or_else(PoisonError::into_inner).values() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// An address as proxies write it: alone, in brackets, or with the port.
fn hop(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

/// An IPv6 customer has a /64 to choose addresses from.
fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V6(ip) if !ip.is_loopback() => format!("{:x}", u128::from(ip) >> 64),
        ip => ip.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(proxies: usize) -> RateLimits {
        RateLimits::new(RateLimitSettings { enforced: true, proxies })
    }

    #[test]
    fn an_address_is_believed_as_far_as_our_own_proxies_go() {
        for (proxies, forwarded, expected) in [
            (0, "203.0.113.9", "local"),
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
            (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
            (2, "203.0.113.9", "local"),
            (1, "nonsense", "local"),
            (1, "2001:db8:1:2:3:4:5:6", "20010db800010002"),
            (1, "[2001:db8:1:2:3:4:5:6]", "20010db800010002"),
            (1, "[2001:db8:1:2:3:4:5:6]:443", "20010db800010002"),
            (1, "203.0.113.9:51234", "203.0.113.9"),
            (2, "198.51.100.1:1, 203.0.113.9:2", "198.51.100.1"),
            (1, "::ffff:203.0.113.9", "203.0.113.9"),
            (1, "[203.0.113.9", "local"),
            (1, "203.0.113.9:x", "local"),
        ] {
            let request = Request::builder().header("x-forwarded-for", forwarded).finish();
            assert_eq!(limits(proxies).address(&request), expected, "{proxies} {forwarded}");
        }
    }

    #[test]
    fn limits_are_counted_apart_and_say_when_to_come_back() {
        const SIGN_UP: RateLimit = RateLimit::per("sign up", 3, DAY);
        const VOTE_ON_AUTHOR: RateLimit = RateLimit::every("vote on author", 5, DAY);
        for (limit, times, seconds_max) in [(SIGN_UP, 3, 28_801), (VOTE_ON_AUTHOR, 5, 86_401)] {
            let limits = limits(0);
            for _ in 0..times {
                limits.take(limit, "203.0.113.9").unwrap();
            }
            let refused = limits.take(limit, "203.0.113.9").unwrap_err();
            let wait_s = refused.retry_after_s.unwrap();
            assert_eq!((refused.status, (seconds_max - 2..=seconds_max).contains(&wait_s)), (429, true), "{limit:?} {wait_s}");
            limits.take(limit, "203.0.113.10").unwrap();
        }
        let limits = limits(0);
        for _ in 0..3 {
            limits.take(SIGN_UP, "203.0.113.9").unwrap();
        }
        limits.take(VOTE_ON_AUTHOR, "203.0.113.9").unwrap();
    }
}
