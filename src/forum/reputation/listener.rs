//! Turns events into reputation, a batch at a time: three reads, one write, one telling.

use std::collections::HashSet;

use futures_util::future::BoxFuture;

use super::{
    rules::{Account, Book, accounts},
    store,
};
use crate::{
    events::{self, Event},
    kit::{
        Conn,
        outbox::{Listener, Occurrence},
    },
};

pub struct Reputation;

impl Listener<Event> for Reputation {
    fn name(&self) -> &'static str {
        "reputation"
    }
    fn hear<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Occurrence<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let mut book = open(conn, batch).await?;
            for occurrence in batch {
                book.hear(occurrence);
            }
            if book.posted.is_empty() {
                return Ok(());
            }
            let new = store::post(conn, &book.posted).await?;
            let changes: Vec<_> = new
                .into_iter()
                .map(|n| &book.posted[n])
                .map(|entry| {
                    let (member_id, group_id) = (entry.member_id, entry.group_id);
                    (entry.at, Event::ReputationChanged { member_id, amount: entry.amount.into(), group_id })
                })
                .collect();
            events::tell_at(conn, &changes).await?;
            Ok(())
        })
    }
}

/// The part of the book that a batch needs.
async fn open(conn: &mut Conn, batch: &[Occurrence<Event>]) -> anyhow::Result<Book> {
    let (mut votes, mut posts, mut days) = (HashSet::new(), HashSet::new(), HashSet::new());
    for occurrence in batch {
        match &occurrence.event {
            Event::VoteCast { vote_id, post, from, to, .. } => {
                if *from != 0 {
                    votes.insert(*vote_id);
                }
                if *to == 1 {
                    days.insert((post.author_id, occurrence.at.date_naive()));
                }
            }
            Event::AnswerUnaccepted { answer, .. } => {
                posts.insert(answer.id);
            }
            Event::PostWithdrawn { post, .. } | Event::PostReturned { post, .. } | Event::SpamCleared { post } => {
                posts.insert(post.id);
            }
            _ => {}
        }
    }
    let mut book = Book::default();
    if !votes.is_empty() {
        for row in store::of_votes(conn, &votes.into_iter().collect::<Vec<_>>()).await? {
            if let Ok(vote) = row.source.parse() {
                book.remember(Account::Vote(crate::words::VoteId(vote)), row.member_id, row.amount);
            }
        }
    }
    if !posts.is_empty() {
        for row in store::of_posts(conn, &posts.into_iter().collect::<Vec<_>>()).await? {
            for account in accounts(row.kind, row.post_id, None) {
                book.remember(account, row.member_id, row.amount);
            }
        }
    }
    if !days.is_empty() {
        for row in store::of_days(conn, &days.into_iter().collect::<Vec<_>>()).await? {
            book.remember_day(row.member_id, row.day, row.amount);
        }
    }
    Ok(book)
}
