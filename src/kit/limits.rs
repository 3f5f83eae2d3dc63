//! What a caller may cost: body size, time, and requests per minute.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock as _, DefaultClock},
};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result, error::ReadBodyError, http::StatusCode};

use super::Problem;

const HANDLER_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads the whole body before the handler runs, so that a slow client holds nothing but itself; refuses one that is too
/// large, announced or not, or too slow, and handlers that run too long. (poem's own size limit answers 411 to a plain GET.)
#[derive(Clone, Copy)]
pub struct RequestLimits {
    pub body_bytes_max: usize,
    /// Time for the whole body.
    pub body: Duration,
}

impl RequestLimits {
    pub fn new(body_bytes_max: usize) -> Self {
        Self { body_bytes_max, body: Duration::from_secs(30) }
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
        match tokio::time::timeout(HANDLER_TIMEOUT, self.inner.call(request)).await {
            Ok(answer) => Ok(answer?.into_response()),
            Err(_) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", "The server took too long; try again soon.")
                .retry_after(1)
                .into()),
        }
    }
}

/// Something that is rationed, per address or member.
#[derive(Clone, Copy)]
pub enum Ration {
    SignIn,
    SignUp,
    Ask,
    Reply,
    Vote,
    Flag,
    VisitorSearch,
}

/// Rations per process (GCRA). They bound abuse and hold no truth, so they need no shared store.
#[derive(Clone)]
pub struct RateLimits {
    limiters: Arc<Vec<DefaultKeyedRateLimiter<String>>>,
    enforced: bool,
}

impl Ration {
    const ALL: [Ration; 7] = [Self::SignIn, Self::SignUp, Self::Ask, Self::Reply, Self::Vote, Self::Flag, Self::VisitorSearch];

    fn quota(self) -> Quota {
        let per = |burst: u32, time: Duration| {
            let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
            Quota::with_period(time / burst.get()).unwrap_or(Quota::per_minute(burst)).allow_burst(burst)
        };
        const DAY: Duration = Duration::from_secs(86_400);
        match self {
            Self::SignIn => per(6, Duration::from_secs(60)),
            Self::SignUp => per(3, DAY),
            Self::Ask => per(20, DAY),
            Self::Reply => per(100, DAY),
            Self::Vote => per(40, DAY),
            Self::Flag => per(20, DAY),
            Self::VisitorSearch => per(15, Duration::from_secs(60)),
        }
    }
}

impl RateLimits {
    pub fn new(enforced: bool) -> Self {
        let limiters = Ration::ALL.into_iter().map(|ration| DefaultKeyedRateLimiter::keyed(ration.quota())).collect();
        Self { limiters: Arc::new(limiters), enforced }
    }

    /// Takes one of `who`'s ration, or answers 429.
    pub fn take(&self, ration: Ration, who: &str) -> Result<(), Problem> {
        if !self.enforced {
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
