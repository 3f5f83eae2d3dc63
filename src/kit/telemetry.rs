//! One log line and one measurement for each request; a name for each request.

use std::time::Instant;

use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{HeaderValue, header},
};
use poem_openapi::OperationId;
use prometheus::{Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};
use uuid::Uuid;

use super::{
    Problem,
    problem::{self, General},
    secret,
};

/// The header that carries a request's id, both ways.
pub const REQUEST_ID: &str = "x-request-id";
const REQUEST_ID_CHARS_MAX: usize = 64;

/// What `/metrics` shows.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    pub events_parked: IntCounter,
    pub events_waiting: IntGauge,
    pub connections_in_use: IntGauge,
    pub background_failures: IntCounterVec,
    pub answers_from_memory: IntCounter,
}

impl Metrics {
    /// Metrics in a registry of their own. Err only where two have one name.
    pub fn new() -> prometheus::Result<Self> {
        let metrics = Self {
            registry: Registry::new(),
            requests: IntCounterVec::new(Opts::new("http_requests_total", "Requests answered."), &["operation", "status"])?,
            request_seconds: HistogramVec::new(
                HistogramOpts::new("http_request_duration_seconds", "Time from request to answer.")
                    .buckets(vec![0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0]),
                &["operation"],
            )?,
            events_parked: IntCounter::new("outbox_events_parked_total", "Events that a listener kept refusing.")?,
            events_waiting: IntGauge::new("outbox_events_waiting", "Events not yet delivered.")?,
            connections_in_use: IntGauge::new("database_connections_in_use", "Connections taken from the pool.")?,
            background_failures: IntCounterVec::new(
                Opts::new("background_failures_total", "Turns of background work that failed, panicked or took too long."),
                &["work"],
            )?,
            answers_from_memory: IntCounter::new("answers_from_memory_total", "Requests answered with kept bytes.")?,
        };
        metrics.registry.register(Box::new(metrics.requests.clone()))?;
        metrics.registry.register(Box::new(metrics.request_seconds.clone()))?;
        metrics.registry.register(Box::new(metrics.events_parked.clone()))?;
        metrics.registry.register(Box::new(metrics.events_waiting.clone()))?;
        metrics.registry.register(Box::new(metrics.connections_in_use.clone()))?;
        metrics.registry.register(Box::new(metrics.background_failures.clone()))?;
        metrics.registry.register(Box::new(metrics.answers_from_memory.clone()))?;
        Ok(metrics)
    }

    /// The Prometheus text format.
    pub fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            tracing::warn!(%error, "metrics cannot be written");
        }
        text
    }
}

/// Who may read the metrics: they tell how busy the place is, and what breaks.
#[derive(Clone)]
pub enum MetricsAccess {
    Open,
    /// Nobody, as if there were none.
    Closed,
    /// Whoever has the token of this hash.
    Token(Vec<u8>),
}

impl MetricsAccess {
    /// Open for who has this token, of which it keeps the hash.
    pub fn token(token: &str) -> Self {
        Self::Token(secret::hash(token))
    }

    /// Lets in by the Authorization header; 401 for a wrong token, 404 where it is closed.
    pub fn admits(&self, authorization: Option<&str>) -> Result<(), Problem> {
        let token = authorization.and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        match (self, token) {
            (Self::Open, _) => Ok(()),
            (Self::Closed, _) => Err(General::NoSuchPath.into()),
            // Hashes, so that the time it takes tells nothing.
            (Self::Token(hash), Some((_, token))) if secret::hash(token.trim()) == *hash => Ok(()),
            (Self::Token(_), _) => Err(Problem::unauthorized("Send METRICS_TOKEN as a bearer token.")),
        }
    }
}

/// The id of a request, for its log line and its answer.
#[derive(Clone)]
pub struct RequestId(pub String);

/// Names, answers, measures and logs a request. Outermost: whatever went wrong inside leaves here as a problem.
pub async fn observe<E: Endpoint>(
    inner: &E,
    metrics: &Metrics,
    allow: impl Fn(&str) -> Option<HeaderValue>,
    mut request: Request,
) -> Result<Response> {
    let started = Instant::now();
    let id = request
        .header(REQUEST_ID)
        .filter(|id| id.len() <= REQUEST_ID_CHARS_MAX && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)))
        .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(RequestId(id.clone()));

    let operation;
    let mut response = match inner.call(request).await {
        Ok(answer) => {
            let response = answer.into_response();
            operation = response.data::<OperationId>().map_or("", |operation| operation.0);
            response
        }
        Err(error) => {
            operation = error.data::<OperationId>().map_or("", |operation| operation.0);
            let wrong_method = error.is::<poem::error::MethodNotAllowedError>();
            let mut problem = problem::from_error(error);
            problem.request_id = Some(id.clone());
            let mut response = problem.into_response();
            response.set_data(OperationId(operation));
            if let Some(methods) = wrong_method.then(|| allow(&path)).flatten() {
                response.headers_mut().insert(header::ALLOW, methods);
            }
            response
        }
    };

    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    headers.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));

    let status = response.status();
    let elapsed = started.elapsed();
    metrics.requests.with_label_values(&[operation, status.as_str()]).inc();
    metrics.request_seconds.with_label_values(&[operation]).observe(elapsed.as_secs_f64());
    tracing::info!(request_id = id, %method, path, status = status.as_u16(), duration_us = elapsed.as_micros() as u64, operation, "request");
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_for_those_who_may_read_them() {
        let token = MetricsAccess::token("a token of sixteen");
        for (access, sent, expected) in [
            (&MetricsAccess::Open, None, Ok(())),
            (&MetricsAccess::Closed, None, Err(404)),
            (&MetricsAccess::Closed, Some("Bearer a token of sixteen"), Err(404)),
            (&token, None, Err(401)),
            (&token, Some("Bearer another token"), Err(401)),
            (&token, Some("Basic a token of sixteen"), Err(401)),
            (&token, Some("bearer a token of sixteen"), Ok(())),
        ] {
            assert_eq!(access.admits(sent).map_err(|problem| problem.status), expected, "{sent:?}");
        }
    }
}
