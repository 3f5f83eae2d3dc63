//! Who may keep an answer: browsers and proxies keep what nothing forbids them.

use std::collections::HashSet;

use poem::{
    Endpoint, Request, Response, Result,
    http::{HeaderValue, Method, header},
};
use poem_openapi::OperationId;

/// What an answer says where it does not say otherwise.
///
/// What only those read who have credentials is kept by nobody: a browser belongs to more than one person. What everybody
/// reads, a browser may keep for a member, too, where it has a tag to ask with whether it still is as it was.
fn rule(reads: bool, open: bool, credentials: bool, tagged: bool) -> Option<&'static str> {
    match (reads && open, credentials, tagged) {
        (true, false, _) => None,
        (true, true, true) => Some("private, no-cache"),
        _ => Some("private, no-store"),
    }
}

/// Says of the answers of `inner` who may keep them.
pub struct Marked<E> {
    pub inner: E,
    /// The operations that want no credentials.
    pub open: HashSet<String>,
}

impl<E: Endpoint<Output = Response>> Endpoint for Marked<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let credentials = request.headers().contains_key(header::AUTHORIZATION);
        let mut response = self.inner.call(request).await?;
        let open = response.data::<OperationId>().is_some_and(|operation| self.open.contains(operation.0));
        let tagged = response.headers().contains_key(header::ETAG);
        if let Some(caching) = rule(reads, open, credentials, tagged) {
            response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(caching));
        }
        if reads && open {
            // What a visitor was answered is no answer to a member.
            response.headers_mut().append(header::VARY, HeaderValue::from_static("Authorization"));
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_answers_are_kept_by_nobody() {
        for (reads, open, credentials, tagged, expected) in [
            (true, true, false, true, None),
            (true, true, true, true, Some("private, no-cache")),
            (true, true, true, false, Some("private, no-store")),
            (true, false, true, true, Some("private, no-store")),
            // A sign-in sends no credentials, and is answered with some.
            (false, true, false, false, Some("private, no-store")),
            (false, false, true, true, Some("private, no-store")),
        ] {
            assert_eq!(rule(reads, open, credentials, tagged), expected, "{reads} {open} {credentials} {tagged}");
        }
    }
}
