//! A visitor's request for a page, and what the API answers to it.

use std::sync::{Arc, OnceLock};

use poem::{
    Body, Endpoint, FromRequest, Request, RequestBody, Response, Result,
    endpoint::BoxEndpoint,
    http::{self, HeaderValue, StatusCode, uri::Scheme},
    web::{LocalAddr, RemoteAddr},
};
use serde::de::DeserializeOwned;

use super::{
    files::Files,
    site::{Presentation, Site, escaped},
};
use crate::kit::{Kit, Problem, answer_cache::Shown, changes::Key, problem, telemetry::RequestId};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// What pages are made of.
pub struct Web {
    /// The API below `/api/v1`.
    pub api: Arc<BoxEndpoint<'static, Response>>,
    pub kit: Kit,
    /// Under our name, for when the company's cannot be read.
    pub site: Site,
    pub files: Files,
}

/// Somebody without credentials looks at a page: whatever they send along, the page is the same for all.
pub struct PageRequest {
    pub web: Arc<Web>,
    /// As the company presents it.
    pub site: Arc<Site>,
    pub path: String,
    params: Vec<(String, String)>,
    /// What rate limits and logs know the caller by.
    addresses: (LocalAddr, RemoteAddr),
    forwarded_for: Vec<HeaderValue>,
    request_id: Option<RequestId>,
    /// Told of what the page shows, where somebody keeps it.
    shown: Option<Shown>,
    pub answers: Vec<ApiAnswer>,
}

/// What the API answered, for the app to find in the page.
#[derive(Clone)]
pub struct ApiAnswer {
    /// With `/api/v1`.
    pub path: String,
    pub json: String,
}

/// The site as it was while a page was made, for the refusal that may stand in the page's place.
pub type Seen = Arc<OnceLock<(Arc<Site>, ApiAnswer)>>;

impl<'a> FromRequest<'a> for PageRequest {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> Result<Self> {
        let web = request.data::<Arc<Web>>().ok_or_else(|| Problem::internal("a page without its web"))?.clone();
        let mut page = Self {
            site: Arc::new(web.site.clone()),
            web,
            path: request.uri().path().to_owned(),
            params: request.params()?,
            addresses: (request.local_addr().clone(), request.remote_addr().clone()),
            forwarded_for: request.headers().get_all(FORWARDED_FOR).iter().cloned().collect(),
            request_id: request.data::<RequestId>().cloned(),
            shown: Shown::of(request),
            answers: Vec::new(),
        };
        let words: Presentation = page.read("/site", &[]).await?;
        page.site = Arc::new(page.site.presented(words));
        if let (Some(seen), Some(answer)) = (request.data::<Seen>(), page.answers.first()) {
            // One request, one page: nobody else has set it.
            let _ = seen.set((page.site.clone(), answer.clone()));
        }
        Ok(page)
    }
}

impl PageRequest {
    /// A parameter of the page. An empty one counts as absent.
    pub fn param(&self, name: &str) -> Option<String> {
        self.params.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.clone())
    }

    /// Another path with the page's own parameters.
    pub fn at(&self, path: &str) -> String {
        address(path, &self.params.iter().map(|(name, value)| (name.as_str(), Some(value.as_str()))).collect::<Vec<_>>())
    }

    /// The page's own address with another value of a parameter. A cursor belongs to the others' values.
    pub fn with(&self, name: &str, value: &str) -> String {
        let others = self.params.iter().filter(|(known, _)| known != name && known != "cursor");
        let others = others.map(|(name, value)| (name.as_str(), Some(value.as_str())));
        address(&self.path, &others.chain([(name, Some(value))]).collect::<Vec<_>>())
    }

    /// What the API answers to a visitor. The page will carry the same bytes for the app.
    pub async fn read<T: DeserializeOwned>(&mut self, path: &str, params: &[(&str, Option<&str>)]) -> Result<T, Problem> {
        let path = address(path, params);
        let json = self.ask(&path).await?;
        let read = serde_json::from_str(&json).map_err(Problem::internal)?;
        self.answers.push(ApiAnswer { path: format!("/api/v1{path}"), json });
        Ok(read)
    }

    /// The page shows these kinds besides what the API answers.
    pub fn shows(&self, kinds: &[&'static str]) {
        if let Some(shown) = &self.shown {
            shown.add(kinds.iter().map(|kind| Key::Kind((*kind).into())));
        }
    }

    async fn ask(&self, path: &str) -> Result<String, Problem> {
        let (parts, ()) = http::Request::builder().uri(path).body(()).map_err(Problem::internal)?.into_parts();
        let (local, remote) = self.addresses.clone();
        let mut request = Request::from_parts((parts, local, remote, Scheme::HTTP).into(), Body::empty());
        for value in &self.forwarded_for {
            request.headers_mut().append(FORWARDED_FOR, value.clone());
        }
        if let Some(id) = &self.request_id {
            request.set_data(id.clone());
        }
        if let Some(shown) = &self.shown {
            request.set_data(shown.clone());
        }
        let mut response = self.web.api.call(request).await.map_err(problem::from_error)?;
        if response.status() != StatusCode::OK {
            return Err(Problem::internal(format!("the API answers {} at {path}", response.status())));
        }
        response.take_body().into_string().await.map_err(Problem::internal)
    }
}

/// A path with those parameters that have a value.
pub fn address(path: &str, params: &[(&str, Option<&str>)]) -> String {
    let given = params.iter().filter_map(|(name, value)| Some(format!("{name}={}", escaped((*value)?))));
    match given.collect::<Vec<_>>().join("&") {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}
