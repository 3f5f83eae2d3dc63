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

/// Beginnings of paths whose pages the app alone draws, below those that are written here.
const APP_ALONE: [&str; 20] = [
    "admin",
    "ask",
    "groups",
    "leaderboards",
    "me",
    "members",
    "moderation",
    "notifications",
    "points",
    "purchases",
    "questions",
    "referral",
    "reset-password",
    "rewards",
    "search",
    "settings",
    "sign-in",
    "sign-up",
    "tiers",
    "verify-email",
];

/// Those of them that no search engine should show: they lead nowhere but back.
const UNLISTED: [&str; 3] = ["search", "sign-in", "sign-up"];

/// Every path that is not the API's.
pub fn endpoint(web: Web) -> impl Endpoint<Output = Response> {
    let web = Arc::new(web);
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
        .data(web.clone())
        .around(move |inner, request| {
            let web = web.clone();
            async move { answer(&*inner, &web, request).await }
        })
}

/// Files, the app alone, or nothing.
#[handler]
async fn rest(request: &Request, Data(web): Data<&Arc<Web>>) -> Result<Response> {
    let path = request.uri().path().trim_start_matches('/');
    let place = path.split('/').next().unwrap_or_default();
    let file = files::answer(web.files, path, request);
    let is_apps = file.is_none() && !path.contains('.') && APP_ALONE.contains(&place);
    if (is_apps || file.is_some()) && request.method() != Method::GET {
        return Err(MethodNotAllowedError.into());
    }
    if let Some(file) = file {
        return Ok(file);
    }
    // For the name, which the refusal bears too.
    let page = PageRequest::from_request_without_body(request).await;
    if is_apps { Ok(page?.app_alone(UNLISTED.contains(&place))?) } else { Err(NotFoundError.into()) }
}

/// Words refusals for people, where a person asks; HEAD is a GET without its body.
async fn answer<E: Endpoint>(inner: &E, web: &Web, mut request: Request) -> Result<Response> {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.set_method(Method::GET);
    }
    let wants_page = request.method() == Method::GET
        && !request.uri().path().starts_with("/api/")
        && request.header(header::ACCEPT).is_some_and(|types| types.contains("text/html"));
    let seen = Seen::default();
    request.set_data(seen.clone());
    let mut response = match inner.call(request).await {
        Ok(answer) => answer.into_response(),
        Err(error) if wants_page => web.refusal(&problem::from_error(error), &seen)?,
        Err(error) => return Err(error),
    };
    if is_head {
        response.set_body(());
    }
    Ok(response)
}
