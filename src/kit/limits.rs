//! What a caller may cost: body size, time, and requests per minute.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock as _, DefaultClock},
};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result, error::ReadBodyError, http::StatusCode};

use super::Problem;

const HANDLER_TIMEOUT: Duration = Duration::from_secs(10);
/// For what looks at all there is, or moves all that somebody has.
const LONG_HANDLER_TIMEOUT: Duration = Duration::from_secs(60);

/// Reads the whole body before the handler runs, so that a slow client holds nothing but itself; refuses one that is too
/// large, announced or not, or too slow, and handlers that run too long. (poem's own size limit answers 411 to a plain GET.)
#[derive(Clone, Copy)]
pub struct RequestLimits {
    pub body_bytes_max: usize,
    /// Time for the whole body.
    pub body: Duration,
    /// Whether what is at a path may take long.
    pub is_long: fn(&str) -> bool,
}

impl RequestLimits {
    pub fn new(body_bytes_max: usize, is_long: fn(&str) -> bool) -> Self {
        Self { body_bytes_max, body: Duration::from_secs(30), is_long }
    }
}

pub struct Limited<E> {
    inner: E,
    limits: RequestLimits,
}

impl<E: Endpoint> Middleware<E> for RequestLimits {
    type Output = Limited<E>;
    fn transform(&self, inner: E) -> Limited<E> {
        Limited { inner, limits: *self }
    }
}

impl<E: Endpoint> Endpoint for Limited<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        // PostgreSQL has no NUL in text; no name, id or word to search for has one either.
        if request.uri().to_string().contains("%00") {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_parameter", "The address must not contain a NUL character.").into());
        }
        let bytes_max = self.limits.body_bytes_max;
        // What says that it is too large need not be sent.
        let announced = request.header("content-length").and_then(|text| text.parse::<usize>().ok());
        if announced.is_some_and(|bytes| bytes > bytes_max) {
            return Err(ReadBodyError::PayloadTooLarge.into());
        }
        let Ok(body) = tokio::time::timeout(self.limits.body, request.take_body().into_bytes_limit(bytes_max)).await else {
            return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "The body took too long to arrive.").into());
        };
        request.set_body(body?);
        let is_long = (self.limits.is_long)(request.uri().path());
        let patience = if is_long { LONG_HANDLER_TIMEOUT } else { HANDLER_TIMEOUT };
        match tokio::time::timeout(patience, self.inner.call(request)).await {
            Ok(answer) => Ok(answer?.into_response()),
            Err(_) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", "The server took too long; try again soon.")
                .retry_after(1)
                .into()),
        }
    }
}

/// Something that is rationed, per address or member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ration {
    /// Tries from one network.
    SignIn,
    /// Tries at one account: by one network (or member), and by all.
    Password,
    PasswordOfAll,
    /// Tries; members who joined count apart.
    SignUpForm,
    SignUp,
    Ask,
    Reply,
    Vote,
    /// Votes of one member on what another one wrote.
    VoteOnAuthor,
    Flag,
    VisitorSearch,
    /// Looks at a text before it is posted.
    Preview,
    /// Between two posts of somebody who is new.
    NewcomerPause,
    /// What somebody who is new may ask and reply on their first day.
    FirstDayAsk,
    FirstDayReply,
}

/// How rations are counted.
#[derive(Clone, Copy)]
pub struct Rationing {
    pub enforced: bool,
    /// Reverse proxies in front, each of which appends to X-Forwarded-For. That header is believed only so far.
    pub proxies: usize,
}

/// Rations per process (GCRA). They bound abuse and hold no truth, so they need no shared store.
#[derive(Clone)]
pub struct RateLimits {
    limiters: Arc<Vec<DefaultKeyedRateLimiter<String>>>,
    rationing: Rationing,
}

impl Ration {
    /// In the order of their declaration.
    const ALL: [Ration; 15] = [
        Self::SignIn,
        Self::Password,
        Self::PasswordOfAll,
        Self::SignUpForm,
        Self::SignUp,
        Self::Ask,
        Self::Reply,
        Self::Vote,
        Self::VoteOnAuthor,
        Self::Flag,
        Self::VisitorSearch,
        Self::Preview,
        Self::NewcomerPause,
        Self::FirstDayAsk,
        Self::FirstDayReply,
    ];

    fn quota(self) -> Quota {
        const DAY: Duration = Duration::from_secs(86_400);
        // So many at once, and one more after each such time.
        let every = |burst: u32, time: Duration| {
            let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
            Quota::with_period(time).unwrap_or(Quota::per_minute(burst)).allow_burst(burst)
        };
        let per = |burst: u32, time: Duration| every(burst, time / burst);
        // Nothing comes back before a day is over.
        let once = |burst: u32| every(burst, DAY);
        match self {
            Self::SignIn => per(6, Duration::from_secs(60)),
            Self::Password => per(10, Duration::from_secs(600)),
            // Far below the 100 failures of NIST SP 800-63B, 3.2.2, and 144 a day for who has networks without end.
            Self::PasswordOfAll => every(30, Duration::from_secs(600)),
            Self::SignUpForm => per(30, Duration::from_secs(3_600)),
            Self::SignUp => per(3, DAY),
            Self::Ask => per(20, DAY),
            Self::Reply => per(100, DAY),
            Self::Vote => per(40, DAY),
            Self::VoteOnAuthor => once(5),
            Self::Flag => per(20, DAY),
            Self::VisitorSearch => per(15, Duration::from_secs(60)),
            // Whoever types sees every pause of theirs.
            Self::Preview => per(60, Duration::from_secs(60)),
            Self::NewcomerPause => per(1, Duration::from_secs(30)),
            Self::FirstDayAsk => once(3),
            Self::FirstDayReply => once(10),
        }
    }
}

impl RateLimits {
    pub fn new(rationing: Rationing) -> Self {
        let limiters = Ration::ALL.into_iter().map(|ration| DefaultKeyedRateLimiter::keyed(ration.quota())).collect();
        Self { limiters: Arc::new(limiters), rationing }
    }

    /// The name by which rations know a caller who has not signed in.
    pub fn address(&self, request: &Request) -> String {
        let peer = request.remote_addr().as_socket_addr().map(|address| address.ip());
        // The last address was added by the proxy next to us, the one before it by the proxy before that.
        let forwarded =
            request.headers().get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",");
        let hops: Vec<_> = forwarded.split(',').map(str::trim).collect();
        let client = match self.rationing.proxies {
            0 => peer,
            proxies => hops.len().checked_sub(proxies).and_then(|at| hops.get(at)).and_then(|text| hop(text)).or(peer),
        };
        client.map_or_else(|| "local".to_owned(), network)
    }

    /// Takes one of `who`'s ration, or answers 429.
    pub fn take(&self, ration: Ration, who: &str) -> Result<(), Problem> {
        if !self.rationing.enforced {
            return Ok(());
        }
        let Some(limiter) = self.limiters.get(ration as usize) else { return Ok(()) };
        limiter
            .check_key(&who.to_owned())
            .map_err(|not_until| Problem::too_many(not_until.wait_time_from(DefaultClock::default().now()).as_secs() + 1))
    }

    /// Forgets callers whose rations are full again.
    pub fn tidy(&self) {
        for limiter in self.limiters.iter() {
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
        RateLimits::new(Rationing { enforced: true, proxies })
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
    fn rations_are_what_they_should_be() {
        for (n, (ration, times, seconds_max)) in [
            (Ration::SignIn, 6, 11),
            (Ration::Password, 10, 61),
            (Ration::PasswordOfAll, 30, 601),
            (Ration::SignUpForm, 30, 121),
            (Ration::SignUp, 3, 28_801),
            (Ration::Ask, 20, 4_321),
            (Ration::Reply, 100, 865),
            (Ration::Vote, 40, 2_161),
            (Ration::VoteOnAuthor, 5, 86_401),
            (Ration::Flag, 20, 4_321),
            (Ration::VisitorSearch, 15, 5),
            (Ration::Preview, 60, 2),
            (Ration::NewcomerPause, 1, 31),
            (Ration::FirstDayAsk, 3, 86_401),
            (Ration::FirstDayReply, 10, 86_401),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!((Ration::ALL[n] as usize, ration as usize), (n, n));
            let limits = limits(0);
            for _ in 0..times {
                limits.take(ration, "member:ada").unwrap();
            }
            let wait_s = limits.take(ration, "member:ada").unwrap_err().retry_after_s.unwrap();
            assert!((1..=seconds_max).contains(&wait_s), "{n}: {wait_s}");
            limits.take(ration, "member:bea").unwrap();
        }
    }

    #[test]
    fn a_ration_is_used_up_and_says_when_to_come_back() {
        let limits = limits(0);
        for _ in 0..3 {
            limits.take(Ration::SignUp, "203.0.113.9").unwrap();
        }
        let refused = limits.take(Ration::SignUp, "203.0.113.9").unwrap_err();
        assert_eq!((refused.status, refused.retry_after_s.is_some_and(|seconds| seconds > 3_600)), (429, true));
        limits.take(Ration::SignUp, "203.0.113.10").unwrap();
    }
}
