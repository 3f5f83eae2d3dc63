//! The newest questions as an Atom feed (RFC 4287).

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Utc};
use poem::{Request, Response, handler};

use super::{
    files,
    page_request::PageRequest,
    store,
    view::{Card, Listed},
};
use crate::kit::Problem;

const CACHING: &str = "public, max-age=300";

#[derive(Template)]
#[template(path = "feed.xml")]
struct Feed<'a> {
    title: String,
    /// This feed's own address, and that of the page with the same questions.
    own: String,
    page: String,
    updated: DateTime<Utc>,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    card: &'a Card,
    url: String,
    author_url: String,
    updated: DateTime<Utc>,
    html: String,
}

/// `?tag=` and `?group=` narrow it.
#[handler]
pub async fn question_feed(request: &Request, mut page: PageRequest) -> Result<Response, Problem> {
    let (tag, group) = (page.param("tag"), page.param("group"));
    let filters = [("tag", tag.as_deref()), ("group", group.as_deref())];
    let list: Listed<Card> = page.read("/questions", &[&[("sort", Some("new"))], &filters[..]].concat()).await?;
    let ids: Vec<_> = list.items.iter().map(|card| card.id).collect();
    let bodies = store::bodies(&mut *page.web.kit.db.read().await?, &ids).await?;
    let mut bodies: HashMap<_, _> = bodies.into_iter().map(|body| (body.id, body)).collect();
    let site = &page.site;
    let mut entries = Vec::new();
    for card in &list.items {
        let Some(body) = bodies.remove(&card.id) else { continue };
        entries.push(Entry {
            card,
            url: site.address(&card.path()),
            author_url: site.address(&card.author.path()),
            updated: body.edited_at.unwrap_or(card.created_at),
            html: body.body_html,
        });
    }
    let of = tag.iter().chain(&group).map(|name| format!(": {name}"));
    let feed = Feed {
        title: site.name.clone() + &of.collect::<String>(),
        own: site.address(&super::page_request::address("/feeds/questions.atom", &filters)),
        page: site.address(&super::page_request::address("/questions", &filters)),
        updated: entries.iter().map(|entry| entry.updated).max().unwrap_or_default(),
        entries,
    };
    let mut xml = feed.render().map_err(Problem::internal)?;
    // XML has no way to write the others, not even escaped.
    xml.retain(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..));
    Ok(files::cached(xml.into_bytes(), "application/atom+xml", CACHING, request))
}
