//! What a caller may cost: body size, time, and requests per minute.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock as _, DefaultClock},
};
use poem::{
    Body, Endpoint, IntoResponse, Middleware, Request, Response, Result,
    error::ReadBodyError,
    http::{StatusCode, Version, header},
};

use super::Problem;

const HANDLER_TIMEOUT: Duration = Duration::from_secs(10);

/// Refuses bodies over a size, announced or not, and handlers that run too long. (poem's own size limit answers 411 to
/// a plain GET.)
pub struct RequestLimits {
    pub body_bytes_max: usize,
}

pub struct Limited<E> {
    inner: E,
    body_bytes_max: usize,
}

impl<E: Endpoint> Middleware<E> for RequestLimits {
    type Output = Limited<E>;
    fn transform(&self, inner: E) -> Limited<E> {
        Limited { inner, body_bytes_max: self.body_bytes_max }
    }
}

impl<E: Endpoint> Endpoint for Limited<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let announced = request.header("content-length").and_then(|text| text.parse::<usize>().ok());
        let streamed = request.headers().contains_key(header::TRANSFER_ENCODING) || request.version() == Version::HTTP_2;
        match announced {
            Some(bytes) if bytes > self.body_bytes_max => return Err(ReadBodyError::PayloadTooLarge.into()),
            None if streamed => {
                let bytes = request.take_body().into_bytes_limit(self.body_bytes_max).await?;
                request.set_body(Body::from_bytes(bytes));
            }
            _ => {}
        }
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
