//! A request whose transaction waited in a circle is done again.
//!
//! Of transactions that wait for each other PostgreSQL ends one, which leaves nothing behind; whoever sent it would only be
//! asked to send it again (503). Locks are taken in one order wherever that can be told; where a row leads on to another one,
//! as a tag does to what it stands for, it cannot.

use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{self, Method, uri::Scheme},
};

use super::{Problem, telemetry::RequestId};

/// Times that a request is done at most.
const TRIES_MAX: usize = 3;

/// Calls `inner`, and again as long as it meets a deadlock, three times at most.
pub struct DeadlockRetry<E> {
    pub inner: E,
}

impl<E: Endpoint> Endpoint for DeadlockRetry<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        // Whoever reads waits for nobody.
        if [Method::GET, Method::HEAD].contains(request.method()) {
            return Ok(self.inner.call(request).await?.into_response());
        }
        let body = request.take_body().into_bytes().await?;
        for _ in 1..TRIES_MAX {
            let mut same = copy(&request);
            same.set_body(body.clone());
            match self.inner.call(same).await {
                Err(error) if error.downcast_ref::<Problem>().is_some_and(|problem| problem.is_deadlock) => {
                    tracing::info!(path = request.uri().path(), "a request met a deadlock, and is done again");
                }
                answer => return Ok(answer?.into_response()),
            }
        }
        request.set_body(body);
        Ok(self.inner.call(request).await?.into_response())
    }
}

/// The same request, without its body.
fn copy(request: &Request) -> Request {
    let mut parts = http::Request::new(()).into_parts().0;
    parts.method = request.method().clone();
    parts.uri = request.uri().clone();
    parts.version = request.version();
    parts.headers = request.headers().clone();
    let (local, remote) = (request.local_addr().clone(), request.remote_addr().clone());
    let mut same = Request::from_parts((parts, local, remote, Scheme::HTTP).into(), poem::Body::empty());
    if let Some(id) = request.data::<RequestId>() {
        same.set_data(id.clone());
    }
    same
}
