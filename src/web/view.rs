//! What pages show of the API's answers.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::site::{escaped, question_path};

/// A page of a list, with the way on and back.
#[derive(Deserialize)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
    pub prev_cursor: Option<String>,
}

/// Who wrote something.
#[derive(Deserialize)]
pub struct Author {
    pub handle: String,
    pub display_name: String,
    #[serde(default)]
    pub reputation: i32,
}

impl Author {
    /// Where the member's page is.
    pub fn path(&self) -> String {
        format!("/members/{}", escaped(&self.handle))
    }
}

/// The group of a question.
#[derive(Deserialize)]
pub struct GroupRef {
    pub slug: String,
    pub name: String,
}

impl GroupRef {
    /// Where the group's page is.
    pub fn path(&self) -> String {
        format!("/groups/{}", escaped(&self.slug))
    }
}

/// A question in a list.
#[derive(Deserialize)]
pub struct Card {
    pub id: Uuid,
    pub title: String,
    pub slug: String,
    pub tags: Vec<String>,
    pub group: Option<GroupRef>,
    pub author: Author,
    pub score: i32,
    pub answer_count: i32,
    pub solved: bool,
    pub created_at: DateTime<Utc>,
}

impl Card {
    /// Where the question's page is.
    pub fn path(&self) -> String {
        question_path(self.id, &self.slug)
    }
}

/// A question with its first answers.
#[derive(Deserialize)]
pub struct Question {
    pub id: Uuid,
    pub title: String,
    pub slug: String,
    pub excerpt: String,
    pub body_html: String,
    pub tags: Vec<String>,
    pub group: Option<GroupRef>,
    pub author: Author,
    pub score: i32,
    pub answer_count: i32,
    pub closed: Option<Closure>,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub comments: Vec<Comment>,
    pub answers: Listed<Answer>,
}

impl Question {
    /// Where the question's page is.
    pub fn path(&self) -> String {
        question_path(self.id, &self.slug)
    }
}

/// How a question was closed.
#[derive(Deserialize)]
pub struct Closure {
    pub duplicate_of: Option<Uuid>,
}

/// An answer with its comments.
#[derive(Deserialize)]
pub struct Answer {
    pub id: Uuid,
    pub body_html: String,
    pub author: Author,
    pub score: i32,
    pub accepted: bool,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub comments: Vec<Comment>,
}

/// A comment on a question or answer.
#[derive(Deserialize)]
pub struct Comment {
    pub author: Author,
    pub body_html: String,
    pub created_at: DateTime<Utc>,
}

/// A tag in a list.
#[derive(Deserialize)]
pub struct Tag {
    pub name: String,
    pub description: String,
    pub question_count: i32,
    pub synonym_of: Option<String>,
}

/// A group in a list, or on its page.
#[derive(Deserialize)]
pub struct Group {
    pub slug: String,
    pub name: String,
    pub description: String,
    pub member_count: i32,
}

/// A member's public page.
#[derive(Deserialize)]
pub struct Profile {
    pub handle: String,
    pub display_name: String,
    pub merged_into: Option<String>,
    pub bio: String,
    pub reputation: i32,
    pub answers: i64,
    pub accepted_answers: i64,
    pub questions: i64,
    pub since: DateTime<Utc>,
}

/// The places of a leaderboard.
#[derive(Deserialize)]
pub struct Board {
    pub items: Vec<BoardRow>,
}

/// A place of a leaderboard.
#[derive(Deserialize)]
pub struct BoardRow {
    pub rank: i64,
    pub score: i64,
    pub member: Author,
}

/// A reward of the catalogue.
#[derive(Deserialize)]
pub struct Reward {
    pub name: String,
    pub description: String,
    pub price_points: i64,
    /// None: unlimited.
    pub stock_left: Option<i32>,
}
