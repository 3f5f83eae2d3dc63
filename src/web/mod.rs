//! What browsers get: the single page app's files, and pages with their content written in.
//!
//! The pages are the first client of our own API. Each asks it as a visitor would, though over no network, shows what it
//! answers, and carries the same bytes for the app, which so begins without a request. That is why this module imports no
//! feature, and why what a visitor may not read is absent here without a line of code.

mod feed;
pub mod files;
mod html;
mod json_ld;
mod page_request;
mod pages;
mod shell;
mod site;
mod sitemap;
mod store;
mod view;

use std::sync::Arc;

use poem::{
    Endpoint, EndpointExt, FromRequest, IntoResponse, Request, Response, Result, Route,
    error::{MethodNotAllowedError, NotFoundError},
    get, handler,
    http::{Method, header},
    web::Data,
};

use self::page_request::{PageRequest, Seen};
pub use self::{files::Files, page_request::Web, site::Site};
use crate::kit::problem;

/// Paths whose pages the app alone draws, as its router writes them.
const APP_ALONE: [&str; 44] = [
    "admin",
    "admin/adjustments",
    "admin/api-keys",
    "admin/audit-log",
    "admin/dashboard",
    "admin/earning-rules",
    "admin/earning-rules/$ruleId",
    "admin/earning-rules/new",
    "admin/earning-rules/try",
    "admin/groups",
    "admin/members",
    "admin/members/$handle",
    "admin/partners",
    "admin/redemptions",
    "admin/referrals",
    "admin/review",
    "admin/rewards",
    "admin/settings",
    "admin/tags",
    "admin/tiers",
    "ask",
    "groups/$slug/board",
    "groups/$slug/edit",
    "groups/$slug/members",
    "groups/new",
    "leaderboards",
    "members",
    "members/$handle/answers",
    "notifications",
    "points",
    "referral",
    "rewards/mine",
    "search",
    "settings",
    "settings/data",
    "settings/looks",
    "settings/moderation",
    "settings/notifications",
    "settings/password",
    "settings/profile",
    "settings/sessions",
    "settings/shops",
    "sign-in",
    "sign-up",
];

/// Those of them that no search engine should show: they lead nowhere but back.
const UNLISTED: [&str; 3] = ["search", "sign-in", "sign-up"];

/// Every path that is not the API's.
pub fn endpoint(web: Arc<Web>) -> impl Endpoint<Output = Response> {
    Route::new()
        .at("/", get(pages::home))
        .at("/questions", get(pages::questions_page))
        .at("/questions/:id", get(pages::question_page))
        .at("/questions/:id/:slug", get(pages::question_page))
        .at("/tags", get(pages::tags_page))
        .at("/tags/:name", get(pages::tag_page))
        .at("/groups", get(pages::groups_page))
        // The app's form for a new one.
        .at("/groups/new", rest)
        .at("/groups/:slug", get(pages::group_page))
        .at("/members/:handle", get(pages::member_page))
        .at("/leaderboards/:board", get(pages::leaderboard_page))
        .at("/rewards", get(pages::rewards_page))
        .at("/feeds/questions.atom", get(feed::question_feed))
        .at("/sitemap.xml", get(sitemap::sitemap))
        .at("/robots.txt", get(sitemap::robots))
        .at("/opensearch.xml", get(sitemap::opensearch))
        .at("/site.webmanifest", get(sitemap::manifest))
        // Not `/*rest` alone, which poem prefers to `/`.
        .at("/:first", rest)
        .at("/:first/*rest", rest)
        .data(web)
        .around(|inner, request| async move { without_body(&*inner, request).await })
}

/// Files, the app alone, the same without a slash at the end, or nothing.
#[handler]
async fn rest(request: &Request, Data(web): Data<&Arc<Web>>) -> Result<Response> {
    let path = request.uri().path().trim_start_matches('/');
    let file = files::answer(web.files, path, request);
    let is_apps = is_apps(path);
    if (is_apps || file.is_some()) && request.method() != Method::GET {
        return Err(MethodNotAllowedError.into());
    }
    if let Some(file) = file {
        return Ok(file);
    }
    if path.ends_with('/') {
        // With one slash before it: two would lead to another host.
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        return Ok(pages::moved(&format!("/{}{query}", path.trim_end_matches('/'))));
    }
    // For the name, which the refusal bears too.
    let page = PageRequest::from_request_without_body(request).await;
    if is_apps { Ok(page?.app_alone(UNLISTED.contains(&path))?) } else { Err(NotFoundError.into()) }
}

/// Whether the app has a page at a path that begins after the first slash.
fn is_apps(path: &str) -> bool {
    let fits = |pattern: &str| {
        pattern.split('/').count() == path.split('/').count()
            && pattern
                .split('/')
                .zip(path.split('/'))
                .all(|(part, given)| if part.starts_with('$') { !given.is_empty() } else { part == given })
    };
    APP_ALONE.into_iter().any(fits)
}

/// HEAD is a GET without its body.
async fn without_body<E: Endpoint>(inner: &E, mut request: Request) -> Result<Response> {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.set_method(Method::GET);
    }
    let mut response = inner.call(request).await?.into_response();
    if is_head {
        response.set_body(());
    }
    Ok(response)
}

/// Words refusals for people, where a person asks for a page.
pub async fn worded<E: Endpoint>(inner: &E, web: &Web, mut request: Request) -> Result<Response> {
    let is_head = request.method() == Method::HEAD;
    let wants_page = (is_head || request.method() == Method::GET)
        && !request.uri().path().starts_with("/api/")
        && request.header(header::ACCEPT).is_some_and(|types| types.contains("text/html"));
    let seen = Seen::default();
    request.set_data(seen.clone());
    match inner.call(request).await {
        Ok(answer) => Ok(answer.into_response()),
        Err(error) if wants_page => {
            let mut response = web.refusal(&problem::from_error(error), &seen)?;
            if is_head {
                response.set_body(());
            }
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// Those that are written here, as the app's router writes them.
    const WRITTEN: [&str; 11] = [
        "",
        "groups",
        "groups/$slug",
        "leaderboards/$board",
        "members/$handle",
        "questions",
        "questions/$id",
        "questions/$id/$slug",
        "rewards",
        "tags",
        "tags/$name",
    ];

    fn routes(folder: &Path, at: &str, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.file_stem().unwrap().to_string_lossy().into_owned();
            // What begins with `_` is no part of an address; `index` is the folder's own, `route` what its pages share.
            let path = if name.starts_with('_') { at.to_owned() } else { format!("{at}/{name}") };
            if entry.is_dir() {
                routes(&entry, &path, found);
            } else if name == "index" {
                found.insert(at.to_owned());
            } else if let Some((path, optional)) = path.split_once(".{-") {
                found.extend([path.to_owned(), format!("{path}/{}", optional.trim_end_matches('}'))]);
            } else if name != "route" && !name.starts_with('_') {
                found.insert(path);
            }
        }
    }

    #[test]
    fn what_the_app_draws_is_served_and_nothing_else() {
        let mut found = BTreeSet::new();
        routes(Path::new("frontend/src/routes"), "", &mut found);
        let found: BTreeSet<_> = found.iter().map(|path| path.trim_start_matches('/')).collect();
        let served: BTreeSet<_> = APP_ALONE.into_iter().chain(WRITTEN).collect();
        assert_eq!(served, found);
    }

    #[test]
    fn a_page_of_the_app_is_known_by_its_whole_path() {
        for (path, expected) in [
            ("ask", true),
            ("groups/baristas/board", true),
            ("settings/password", true),
            ("groups//board", false),
            ("groups/baristas/board/x", false),
            ("ask/x", false),
            ("", false),
            ("questions/x/y/z", false),
        ] {
            assert_eq!(is_apps(path), expected, "{path}");
        }
    }
}
