//! Turns events into notifications, a batch at a time: at most four reads for those who are to hear, and one write.

use std::collections::BTreeSet;

use futures_util::future::BoxFuture;

use super::{
    rules::{self, Audience, News},
    store,
};
use crate::{
    domain::MemberId,
    events::Event,
    kit::{
        Conn,
        outbox::{Delivered, Listener},
    },
};

/// Inserts the notifications that events give rise to.
pub struct NotificationListener;

impl Listener<Event> for NotificationListener {
    fn name(&self) -> &'static str {
        "notification"
    }

    fn react<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let news: Vec<News> = batch.iter().flat_map(rules::news).collect();
            if !news.is_empty() {
                let told = address(conn, news).await?;
                store::insert(conn, &rules::notifications(told)).await?;
            }
            Ok(())
        })
    }
}

/// Finds the members behind each audience who want to hear of it: for who was merged, whom they are a part of.
async fn address(conn: &mut Conn, news: Vec<News>) -> anyhow::Result<Vec<(MemberId, News)>> {
    let (mut questions, mut groups) = (Vec::new(), Vec::new());
    for item in &news {
        match &item.audience {
            Audience::Member(_) | Audience::Members(_) => {}
            Audience::Followers(question) => questions.push(*question),
            Audience::Leaders(group) => groups.push(*group),
        }
    }
    let followers = if questions.is_empty() { vec![] } else { store::find_followers(conn, &questions).await? };
    let leaders = if groups.is_empty() { vec![] } else { store::find_leaders(conn, &groups).await? };
    let mut told = Vec::new();
    for item in news {
        let members: Vec<MemberId> = match &item.audience {
            Audience::Member(member) => vec![*member],
            Audience::Followers(question) => followers.iter().filter(|(of, _)| of == question).map(|(_, member)| *member).collect(),
            Audience::Members(members) => members.clone(),
            Audience::Leaders(group) => leaders.iter().filter(|(of, _)| of == group).map(|(_, member)| *member).collect(),
        };
        told.extend(members.into_iter().map(|member| (member, item.clone())));
    }
    let named: BTreeSet<MemberId> = told.iter().flat_map(|(member, news)| [Some(*member), news.actor_id]).flatten().collect();
    let merged = store::find_merged(conn, &Vec::from_iter(named)).await?;
    let whole = |member: MemberId| merged.get(&member).copied().unwrap_or(member);
    for (member, news) in &mut told {
        (*member, news.actor_id) = (whole(*member), news.actor_id.map(whole));
    }
    let members: Vec<MemberId> = told.iter().map(|(member, _)| *member).collect();
    let unwanted = store::find_unwanted(conn, &members).await?;
    told.retain(|(member, news)| !unwanted.contains(&(*member, news.kind)));
    Ok(told)
}
