//! Brings reputation in line with the posts that events tell of, a batch at a time: a few reads, one write, one publishing.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use super::{
    rules::{Book, ScoredPost},
    store,
};
use crate::{
    domain::PostId,
    events::{self, Event},
    kit::{
        Conn,
        outbox::{Delivered, Listener},
    },
};

/// Settles the reputation of posts that votes, acceptances, moderation or merges have changed.
pub struct ReputationListener;

impl Listener<Event> for ReputationListener {
    fn name(&self) -> &'static str {
        "reputation"
    }
    fn react<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            // Of several events of a post, the last.
            let changed = batch.iter().filter_map(|heard| Some((heard.event.changed_post()?.id, (heard.number.to_string(), heard.at))));
            Ok(settle(conn, &changed.collect()).await?)
        })
    }
}

/// Posts what is due for posts as they stand and is not in the book, and takes back what is not due. Each post comes with
/// a source that the book does not know, and the time of what is taken back.
pub async fn settle(conn: &mut Conn, changed: &BTreeMap<PostId, (String, DateTime<Utc>)>) -> diesel::QueryResult<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let ids: Vec<PostId> = changed.keys().copied().collect();
    let posts: HashMap<PostId, ScoredPost> = store::find_scored_posts(conn, &ids).await?.into_iter().map(|post| (post.id, post)).collect();
    let mut book = Book::default();
    for row in store::of_posts(conn, &ids).await? {
        book.remember(row.post_id, row.kind.cause(), row.member_id, row.amount);
    }
    let new = store::find_new_votes(conn, &ids).await?;
    let days: HashSet<_> = new.iter().filter_map(|vote| Some((posts.get(&vote.post_id)?.author_id, vote.cast_at.date_naive()))).collect();
    if !days.is_empty() {
        for row in store::of_days(conn, &days.into_iter().collect::<Vec<_>>()).await? {
            book.remember_day(row.member_id, row.day, row.amount);
        }
    }
    for gone in store::find_gone_votes(conn, &ids).await? {
        if let (Some(post), Some((_, at))) = (posts.get(&gone.post_id), changed.get(&gone.post_id)) {
            book.discount(post, &gone, *at);
        }
    }
    for vote in &new {
        if let Some(post) = posts.get(&vote.post_id) {
            book.count(post, vote);
        }
    }
    for (id, (source, at)) in changed {
        if let Some(post) = posts.get(id) {
            book.settle(post, source, *at);
        }
    }
    let posted = store::post(conn, &book.posted).await?;
    let changes: Vec<_> = posted
        .into_iter()
        .map(|n| &book.posted[n])
        .filter(|entry| entry.amount != 0)
        .map(|entry| {
            let (member_id, group_id) = (entry.member_id, entry.group_id);
            (entry.at, Event::ReputationChanged { member_id, amount: entry.amount.into(), group_id })
        })
        .collect();
    events::publish_at(conn, &changes).await
}
