//! A page, written into the app's index.html.

use std::slice;

use askama::Template;
use poem::{
    Response,
    http::{HeaderValue, StatusCode, header},
};
use poem_openapi::OperationId;
use serde_json::Value;

use super::{
    page_request::{ApiAnswer, PageRequest, Seen, Web},
    shell::{self, Parts, inert},
    site::Site,
};
use crate::kit::{Problem, secret};

/// A year, in seconds.
const HSTS: &str = "max-age=31536000";

/// What a page says, and what it says about itself.
pub struct Page<T> {
    pub title: String,
    pub description: String,
    /// The one address of this content; absent where search engines should not keep it.
    pub canonical: Option<String>,
    /// The path of a feed of what is listed here.
    pub feed: Option<String>,
    pub json_ld: Option<Value>,
    pub content: T,
}

#[derive(Template)]
#[template(path = "head.html")]
struct Head<'a> {
    site: &'a Site,
    title: &'a str,
    description: &'a str,
    canonical: Option<&'a str>,
    /// Whether search engines should forget that they saw it.
    noindex: bool,
    feed: Option<&'a str>,
    json_ld: Option<String>,
}

#[derive(Template)]
#[template(path = "frame.html")]
struct Frame<'a> {
    site: &'a Site,
    nonce: &'a str,
    content: &'a str,
}

#[derive(Template)]
#[template(path = "preload.html")]
struct Preload<'a> {
    answers: &'a [ApiAnswer],
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Refused<'a> {
    detail: &'a str,
}

impl PageRequest {
    /// The page, with the API's answers that it was made from.
    pub fn show<T: Template>(&self, page: Page<T>) -> Result<Response, Problem> {
        let content = page.content.render().map_err(Problem::internal)?;
        let (canonical, feed) = (page.canonical.map(|path| self.web.site.address(&path)), page.feed);
        let head = Head {
            site: &self.site,
            title: &page.title,
            description: &page.description,
            canonical: canonical.as_deref(),
            noindex: canonical.is_none(),
            feed: feed.as_deref(),
            json_ld: page.json_ld.map(|data| inert(&data.to_string()).into_owned()),
        };
        self.web.write(StatusCode::OK, &head, Some(&content), &self.answers)
    }

    /// The app alone, for pages that are nobody's but the caller's.
    pub fn app_alone(&self, noindex: bool) -> Result<Response, Problem> {
        let head = Head { noindex, ..Head::plain(&self.site, &self.site.name) };
        self.web.write(StatusCode::OK, &head, None, &self.answers)
    }
}

impl<'a> Head<'a> {
    /// Of a page that has no content of its own.
    fn plain(site: &'a Site, title: &'a str) -> Self {
        Self { site, title, description: &site.description, canonical: None, noindex: true, feed: None, json_ld: None }
    }
}

impl Web {
    /// A refusal as a sentence, above which the app may draw its own.
    pub fn refusal(&self, problem: &Problem, seen: &Seen) -> Result<Response, Problem> {
        let (site, answers) = seen.get().map_or((&self.site, &[][..]), |(site, answer)| (site, slice::from_ref(answer)));
        let content = Refused { detail: &problem.detail }.render().map_err(Problem::internal)?;
        let title = format!("{} | {}", problem.title, site.name);
        let mut response = self.write(problem.status(), &Head::plain(site, &title), Some(&content), answers)?;
        if let Some(seconds) = problem.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        Ok(response)
    }

    fn write(&self, status: StatusCode, head: &Head, content: Option<&str>, answers: &[ApiAnswer]) -> Result<Response, Problem> {
        let nonce = secret::random_token();
        let index = (self.files)("index.html").ok_or_else(|| Problem::internal("there is no index.html"))?;
        let frame = content.map(|content| Frame { site: head.site, nonce: &nonce, content }.render());
        let html = shell::fill(
            &String::from_utf8_lossy(&index.data),
            &Parts {
                nonce: &nonce,
                head: &head.render().map_err(Problem::internal)?,
                content: &frame.transpose().map_err(Problem::internal)?.unwrap_or_default(),
                preload: &Preload { answers }.render().map_err(Problem::internal)?,
            },
        );
        let policy = format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
             font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        );
        let mut response = Response::builder()
            .status(status)
            .content_type("text/html; charset=utf-8")
            .header(header::CACHE_CONTROL, "no-cache")
            .header(header::CONTENT_SECURITY_POLICY, policy)
            .header(header::REFERRER_POLICY, "strict-origin-when-cross-origin")
            .header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
            .body(html);
        if self.site.is_secure() {
            response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
        }
        response.set_data(OperationId("page"));
        Ok(response)
    }
}
