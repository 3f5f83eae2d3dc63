//! What people do in the forum.

use std::sync::atomic::{AtomicU32, Ordering};

use regulars::{
    domain::PostId,
    forum::post::{self, PostState},
};
use serde_json::json;

use super::{Person, Reply, Town};

static POSTS: AtomicU32 = AtomicU32::new(0);

/// A body that nobody has posted before.
fn unique(text: &str) -> String {
    format!("{}\n\n({})", padded(text, 20), POSTS.fetch_add(1, Ordering::Relaxed))
}

/// Titles have at least 15 characters, bodies 20; stories need not.
fn padded(text: &str, chars_min: usize) -> String {
    let mut text = text.to_owned();
    while text.chars().count() < chars_min {
        text += " (and so on)";
    }
    text
}

impl Person {
    /// Asks, and returns the question's id.
    pub async fn asks(&self, title: &str) -> String {
        self.asks_about(title, &["general"]).await
    }

    pub async fn asks_about(&self, title: &str, tags: &[&str]) -> String {
        self.tries_to_ask(title, tags, None).await.is(201).text("/id")
    }

    /// Asks in a group.
    pub async fn asks_in(&self, group: &str, title: &str) -> String {
        self.tries_to_ask(title, &["general"], Some(group)).await.is(201).text("/id")
    }

    pub async fn tries_to_ask(&self, title: &str, tags: &[&str], group: Option<&str>) -> Reply {
        let mut body = json!({ "title": padded(title, 15), "body": unique(title), "tags": tags });
        if let Some(group) = group {
            body["group"] = json!(group);
        }
        self.post("/questions", body).await
    }

    /// Answers, and returns the answer's id.
    pub async fn answers(&self, question: &str, body: &str) -> String {
        self.tries_to_answer(question, body).await.is(201).text("/id")
    }

    pub async fn tries_to_answer(&self, question: &str, body: &str) -> Reply {
        self.post(&format!("/questions/{question}/answers"), json!({ "body": unique(body) })).await
    }

    pub async fn accepts(&self, question: &str, answer: &str) {
        self.tries_to_accept(question, answer).await.is(204);
    }

    pub async fn tries_to_accept(&self, question: &str, answer: &str) -> Reply {
        self.put(&format!("/questions/{question}/accepted-answer"), json!({ "answer_id": answer })).await
    }

    pub async fn unaccepts(&self, question: &str) {
        self.delete(&format!("/questions/{question}/accepted-answer")).await.is(204);
    }

    /// Votes 1, -1 or 0 on a question.
    pub async fn votes_on_question(&self, question: &str, value: i64) -> Reply {
        self.put(&format!("/questions/{question}/vote"), json!({ "value": value })).await
    }

    /// Votes 1, -1 or 0 on an answer.
    pub async fn votes_on_answer(&self, answer: &str, value: i64) -> Reply {
        self.put(&format!("/answers/{answer}/vote"), json!({ "value": value })).await
    }

    /// Comments on a question, and returns the comment's id.
    pub async fn comments_on_question(&self, question: &str, body: &str) -> String {
        self.post(&format!("/questions/{question}/comments"), json!({ "body": body })).await.is(201).text("/id")
    }

    /// Comments on an answer, and returns the comment's id.
    pub async fn comments_on_answer(&self, answer: &str, body: &str) -> String {
        self.post(&format!("/answers/{answer}/comments"), json!({ "body": body })).await.is(201).text("/id")
    }

    pub async fn reads(&self, question: &str) -> Reply {
        self.get(&format!("/questions/{question}")).await
    }

    pub async fn deletes_question(&self, question: &str) -> Reply {
        self.delete(&format!("/questions/{question}")).await
    }

    pub async fn deletes_answer(&self, answer: &str) -> Reply {
        self.delete(&format!("/answers/{answer}")).await
    }

    pub async fn closes(&self, question: &str, reason: &str) -> Reply {
        self.put(&format!("/questions/{question}/closure"), json!({ "reason": reason })).await
    }

    pub async fn locks(&self, question: &str) -> Reply {
        self.put(&format!("/questions/{question}/lock"), json!(null)).await
    }

    /// Titles of a list of questions.
    pub async fn lists(&self, query: &str) -> Vec<String> {
        let items = self.get(&format!("/questions?{query}")).await.is(200).items();
        items.iter().map(|item| item["title"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Town {
    /// Hides, deletes or publishes a post, as moderators do.
    pub async fn moves_post(&self, id: &str, to: PostState) {
        let mut tx = self.app.kit.db.begin().await.expect("a transaction");
        let id = PostId(id.parse().expect("an id"));
        let row = post::find_for_update(&mut tx, id).await.expect("a query").expect("a post");
        post::change_state(&mut tx, &row, to, None, self.clock.now()).await.expect("the state changes");
        tx.commit().await.expect("the transaction commits");
    }

    /// Gives somebody a level of trust by hand, which holds.
    pub async fn trusts(&self, person: &Person, level: i16) {
        let id = person.id();
        self.sql(&format!(
            "update member set trust = {level} where id = '{id}';
             insert into trust_by_hand (member_id, trust, set_by, set_at) values ('{id}', {level}, '{id}', now())
             on conflict (member_id) do update set trust = excluded.trust"
        ))
        .await;
    }
}
