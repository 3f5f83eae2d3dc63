//! For search engines and browsers: what there is, where, and under which name.

use std::sync::Arc;

use askama::Template;
use chrono::{DateTime, SecondsFormat, Utc};
use poem::{Request, Response, handler, web::Data};
use serde_json::json;
use uuid::Uuid;

use super::{
    Web, files,
    page_request::PageRequest,
    site::{Site, escaped, question_path},
    store,
    view::{Group, Listed, Tag},
};
use crate::kit::{
    Problem,
    slug::{self, slug},
};

/// The media type of site maps.
pub const XML: &str = "application/xml";
/// Addresses in a part; the protocol allows 50,000.
const PART_QUESTIONS_MAX: i64 = 10_000;
/// Tags and groups that are named: the most used ones.
const NAMED_MAX: &str = "100";
/// The part of what is no question.
const LISTS: &str = "lists";
const PAGES: [&str; 6] = ["/", "/questions", "/tags", "/groups", "/rewards", "/leaderboards/reputation"];
const HOUR: &str = "public, max-age=3600";
const DAY: &str = "public, max-age=86400";

#[derive(Template)]
#[template(path = "sitemaps.xml")]
struct Index {
    parts: Vec<String>,
}

#[derive(Template)]
#[template(path = "sitemap.xml")]
struct Part {
    pages: Vec<(String, Option<String>)>,
}

#[derive(Template)]
#[template(path = "opensearch.xml")]
struct OpenSearch<'a> {
    site: &'a Site,
}

/// The list of parts, or the part that `?part=` names.
#[handler]
pub async fn sitemap(request: &Request, mut page: PageRequest) -> Result<Response, Problem> {
    let part = page.param("part");
    page.shows(store::PUBLIC_QUESTIONS);
    let web = page.web.clone();
    let address =
        |path: String, at: Option<DateTime<Utc>>| (web.site.address(&path), at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)));
    let xml = match part.as_deref() {
        None => {
            let starts = store::part_starts(&mut *web.kit.db.read().await?, PART_QUESTIONS_MAX).await?;
            let parts = [LISTS.to_owned()].into_iter().chain(starts.iter().map(Uuid::to_string));
            Index { parts: parts.map(|part| web.site.address(&format!("/sitemap.xml?part={part}"))).collect() }.render()
        }
        Some(LISTS) => {
            let tags: Listed<Tag> = page.read("/tags", &[("limit", Some(NAMED_MAX))]).await?;
            let groups: Listed<Group> = page.read("/groups", &[("limit", Some(NAMED_MAX))]).await?;
            let tags = tags.items.iter().map(|tag| format!("/tags/{}", escaped(&tag.name)));
            let groups = groups.items.iter().map(|group| format!("/groups/{}", escaped(&group.slug)));
            let paths = PAGES.into_iter().map(str::to_owned).chain(tags).chain(groups);
            Part { pages: paths.map(|path| address(path, None)).collect() }.render()
        }
        Some(start) => {
            let start = start.parse().map_err(|_| Problem::not_found("part"))?;
            let questions = store::part(&mut *web.kit.db.read().await?, start, PART_QUESTIONS_MAX).await?;
            let pages = questions
                .iter()
                .map(|question| address(question_path(question.id, &slug(&question.title, slug::CHARS_MAX)), Some(question.active_at)));
            Part { pages: pages.collect() }.render()
        }
    };
    Ok(files::cached(xml.map_err(Problem::internal)?.into_bytes(), XML, HOUR, request))
}

/// robots.txt: everything may be read but searches.
#[handler]
pub fn robots(request: &Request, Data(web): Data<&Arc<Web>>) -> Response {
    let text = format!("User-agent: *\nDisallow: /search\n\nSitemap: {}\n", web.site.address("/sitemap.xml"));
    files::cached(text.into_bytes(), "text/plain", DAY, request)
}

/// How a browser's search bar asks here (OpenSearch 1.1).
#[handler]
pub async fn opensearch(request: &Request, page: PageRequest) -> Result<Response, Problem> {
    let xml = OpenSearch { site: &page.site }.render().map_err(Problem::internal)?;
    Ok(files::cached(xml.into_bytes(), "application/opensearchdescription+xml", DAY, request))
}

/// What a device shows that keeps the site among its apps (W3C's Web Application Manifest).
#[handler]
pub async fn manifest(request: &Request, page: PageRequest) -> Response {
    let manifest = json!({
        "name": page.site.name,
        "description": page.site.description,
        "start_url": "/",
        "display": "standalone",
        "theme_color": "#0f766e",
        "background_color": "#ffffff",
        "icons": [{ "src": "/favicon.svg", "sizes": "any", "type": "image/svg+xml" }],
    });
    files::cached(manifest.to_string().into_bytes(), "application/manifest+json", HOUR, request)
}
