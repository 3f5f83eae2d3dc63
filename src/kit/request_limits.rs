//! What one request may cost: the size of its body, and time.

use std::time::Duration;

use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result, error::ReadBodyError};

use super::{Problem, problem::General};

crate::refusals! {
    /// What ends a request that takes too long.
    pub enum Refusal {
        BodyTooSlow = REQUEST_TIMEOUT "body_too_slow" "The body took too long to arrive.",
        Timeout = SERVICE_UNAVAILABLE "timeout" "The server took too long; try again soon.",
    }
}

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
    /// Bodies of at most so many bytes, within 30 seconds. `is_long`: whether what is at a path may take longer.
    pub fn new(body_bytes_max: usize, is_long: fn(&str) -> bool) -> Self {
        Self { body_bytes_max, body: Duration::from_secs(30), is_long }
    }
}

/// An endpoint behind [`RequestLimits`]: 400 for a NUL in the address, 408, 413 or 503 `timeout`.
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
            return Err(Problem::from(General::BadParameter).because("The address must not contain a NUL character.").into());
        }
        let bytes_max = self.limits.body_bytes_max;
        // What says that it is too large need not be sent.
        let announced = request.header("content-length").and_then(|text| text.parse::<usize>().ok());
        if announced.is_some_and(|bytes| bytes > bytes_max) {
            return Err(ReadBodyError::PayloadTooLarge.into());
        }
        let Ok(body) = tokio::time::timeout(self.limits.body, request.take_body().into_bytes_limit(bytes_max)).await else {
            return Err(Problem::from(Refusal::BodyTooSlow).into());
        };
        request.set_body(body?);
        let is_long = (self.limits.is_long)(request.uri().path());
        let patience = if is_long { LONG_HANDLER_TIMEOUT } else { HANDLER_TIMEOUT };
        match tokio::time::timeout(patience, self.inner.call(request)).await {
            Ok(answer) => Ok(answer?.into_response()),
            Err(_) => Err(Problem::from(Refusal::Timeout).retry_after(1).into()),
        }
    }
}
