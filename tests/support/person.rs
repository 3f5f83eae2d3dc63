//! Somebody who sends requests: a visitor, a member, or a partner's system.

use std::sync::Arc;

use poem::{Endpoint, Request, RequestBuilder, Response, endpoint::BoxEndpoint, http::Method};
use serde_json::Value;

use super::{Reply, Town, described};

#[derive(Clone)]
pub struct Person {
    server: Arc<BoxEndpoint<'static, Response>>,
    pub handle: String,
    pub member_id: Option<String>,
    pub token: Option<String>,
}

impl Person {
    pub fn new(server: Arc<BoxEndpoint<'static, Response>>, handle: &str, token: Option<String>) -> Self {
        Self { server, handle: handle.to_owned(), member_id: None, token }
    }

    /// The same person, who speaks to another server.
    pub fn at(&self, town: &Town) -> Self {
        Self { server: town.server.clone(), ..self.clone() }
    }

    pub fn id(&self) -> &str {
        self.member_id.as_deref().expect("a member")
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// A post with an Idempotency-Key.
    pub async fn post_once(&self, path: &str, key: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body), &[("idempotency-key", key)]).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body), &[]).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body), &[]).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None, &[]).await
    }

    /// `path` below /api/v1, or from the root when it begins with `//`.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Reply {
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.send_raw(method, path, body, headers).await
    }

    /// Sends a request whose answer is not read yet.
    pub async fn open(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
        self.server.get_response(self.request(method, &format!("/api/v1{path}"), headers).finish()).await
    }

    /// The same from the root, with `//` or `/` before it.
    pub async fn open_at(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let path = path.strip_prefix('/').filter(|rest| rest.starts_with('/')).unwrap_or(path);
        self.server.get_response(self.request(Method::GET, path, headers).finish()).await
    }

    fn request(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> RequestBuilder {
        let mut request = Request::builder().method(method).uri(path.parse().expect("an address"));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    }

    pub async fn send_raw(&self, method: Method, path: &str, body: Option<(&str, Vec<u8>)>, headers: &[(&str, &str)]) -> Reply {
        let path = path.strip_prefix('/').filter(|rest| rest.starts_with('/')).map_or_else(|| format!("/api/v1{path}"), str::to_owned);
        let is_head = method == Method::HEAD;
        let request = self.request(method, &path, headers);
        let request = match body {
            Some((content_type, body)) => request.content_type(content_type).body(body),
            None => request.finish(),
        };
        let mut response = self.server.get_response(request).await;
        let bytes = response.take_body().into_bytes().await.expect("a whole body");
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        // An answer to HEAD has no body.
        if !is_head {
            described::check(&response, &body);
        }
        Reply { status: response.status().as_u16(), headers: response.headers().clone(), body }
    }
}
