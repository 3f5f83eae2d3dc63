//! The tables of a dump that we import, typed.

use chrono::{DateTime, Utc};

use super::{super::FileError, Row};

/// One kind of row, and the file it is in.
pub trait Record: Sized {
    const FILE: &'static str;

    /// # Errors
    /// [`FileError`] when a value is missing or is not what it should be.
    fn read(row: &Row) -> Result<Self, FileError>;
}

/// A row of Users.xml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub line: u64,
    /// -1 is the site itself.
    pub id: i64,
    pub display_name: String,
    pub reputation: i32,
    pub created_at: DateTime<Utc>,
    pub seen_at: Option<DateTime<Utc>>,
    pub website: Option<String>,
    pub location: Option<String>,
    pub about_html: Option<String>,
}

/// What kind of post it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostKind {
    Question,
    Answer,
    /// Tag descriptions, elections and other pages that are no conversation; the number is the dump's.
    Other(i16),
}

/// A row of Posts.xml. Bodies are HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub line: u64,
    pub id: i64,
    pub kind: PostKind,
    /// The question, of an answer.
    pub parent_id: Option<i64>,
    /// Of a question.
    pub accepted_answer_id: Option<i64>,
    /// Of a question.
    pub title: Option<String>,
    pub tags: Vec<String>,
    pub body_html: String,
    pub score: i32,
    pub views: i64,
    /// Missing when the author's account is gone; `author_name` may then still say who it was.
    pub author_id: Option<i64>,
    pub author_name: Option<String>,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub active_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
}

/// A row of Comments.xml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub line: u64,
    pub id: i64,
    pub post_id: i64,
    /// Markdown, unlike a post's body.
    pub text: String,
    pub score: i32,
    pub author_id: Option<i64>,
    pub author_name: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// What kind of vote it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoteKind {
    Accepted,
    Up,
    Down,
    BountyStart,
    BountyClose,
    /// Flags, closing and deleting; the number is the dump's.
    Other(i16),
}

/// A row of Votes.xml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    pub line: u64,
    pub id: i64,
    pub post_id: i64,
    pub kind: VoteKind,
    /// Public dumps name the voter of bounties only.
    pub voter_id: Option<i64>,
    pub bounty: Option<i32>,
    /// Dumps keep the day only.
    pub created_at: DateTime<Utc>,
}

/// A row of Tags.xml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub line: u64,
    pub id: i64,
    pub name: String,
    pub posts: i32,
    pub excerpt_post_id: Option<i64>,
    pub wiki_post_id: Option<i64>,
}

/// How one post leads to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    Linked,
    /// `post_id` is closed as a duplicate of `related_post_id`.
    Duplicate,
    Other(i16),
}

/// A row of PostLinks.xml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostLink {
    pub line: u64,
    pub id: i64,
    pub post_id: i64,
    pub related_post_id: i64,
    pub kind: LinkKind,
    pub created_at: DateTime<Utc>,
}

impl Record for User {
    const FILE: &'static str = "Users.xml";

    fn read(row: &Row) -> Result<Self, FileError> {
        Ok(User {
            line: row.line,
            id: row.required_number("Id")?,
            display_name: row.required("DisplayName")?.trim().to_owned(),
            reputation: row.number("Reputation")?.unwrap_or(1),
            created_at: row.required_date("CreationDate")?,
            seen_at: row.date("LastAccessDate")?,
            website: owned(row, "WebsiteUrl"),
            location: owned(row, "Location"),
            about_html: owned(row, "AboutMe"),
        })
    }
}

impl Record for Post {
    const FILE: &'static str = "Posts.xml";

    fn read(row: &Row) -> Result<Self, FileError> {
        let kind = match row.required_number("PostTypeId")? {
            1 => PostKind::Question,
            2 => PostKind::Answer,
            other => PostKind::Other(other),
        };
        match kind {
            PostKind::Question => row.required("Title").map(drop)?,
            PostKind::Answer => row.required("ParentId").map(drop)?,
            PostKind::Other(_) => {}
        }
        Ok(Post {
            line: row.line,
            id: row.required_number("Id")?,
            kind,
            parent_id: row.number("ParentId")?,
            accepted_answer_id: row.number("AcceptedAnswerId")?,
            title: owned(row, "Title"),
            tags: tags(row)?,
            body_html: owned(row, "Body").unwrap_or_default(),
            score: row.number("Score")?.unwrap_or(0),
            views: row.number("ViewCount")?.unwrap_or(0),
            author_id: row.number("OwnerUserId")?,
            author_name: owned(row, "OwnerDisplayName"),
            created_at: row.required_date("CreationDate")?,
            edited_at: row.date("LastEditDate")?,
            active_at: row.date("LastActivityDate")?,
            closed_at: row.date("ClosedDate")?,
        })
    }
}

impl Record for Comment {
    const FILE: &'static str = "Comments.xml";

    fn read(row: &Row) -> Result<Self, FileError> {
        Ok(Comment {
            line: row.line,
            id: row.required_number("Id")?,
            post_id: row.required_number("PostId")?,
            text: row.required("Text")?.to_owned(),
            score: row.number("Score")?.unwrap_or(0),
            author_id: row.number("UserId")?,
            author_name: owned(row, "UserDisplayName"),
            created_at: row.required_date("CreationDate")?,
        })
    }
}

impl Record for Vote {
    const FILE: &'static str = "Votes.xml";

    fn read(row: &Row) -> Result<Self, FileError> {
        Ok(Vote {
            line: row.line,
            id: row.required_number("Id")?,
            post_id: row.required_number("PostId")?,
            kind: match row.required_number("VoteTypeId")? {
                1 => VoteKind::Accepted,
                2 => VoteKind::Up,
                3 => VoteKind::Down,
                8 => VoteKind::BountyStart,
                9 => VoteKind::BountyClose,
                other => VoteKind::Other(other),
            },
            voter_id: row.number("UserId")?,
            bounty: row.number("BountyAmount")?,
            created_at: row.required_date("CreationDate")?,
        })
    }
}

impl Record for Tag {
    const FILE: &'static str = "Tags.xml";

    fn read(row: &Row) -> Result<Self, FileError> {
        Ok(Tag {
            line: row.line,
            id: row.required_number("Id")?,
            name: row.required("TagName")?.trim().to_owned(),
            posts: row.number("Count")?.unwrap_or(0),
            excerpt_post_id: row.number("ExcerptPostId")?,
            wiki_post_id: row.number("WikiPostId")?,
        })
    }
}

impl Record for PostLink {
    const FILE: &'static str = "PostLinks.xml";

    fn read(row: &Row) -> Result<Self, FileError> {
        Ok(PostLink {
            line: row.line,
            id: row.required_number("Id")?,
            post_id: row.required_number("PostId")?,
            related_post_id: row.required_number("RelatedPostId")?,
            kind: match row.required_number("LinkTypeId")? {
                1 => LinkKind::Linked,
                3 => LinkKind::Duplicate,
                other => LinkKind::Other(other),
            },
            created_at: row.required_date("CreationDate")?,
        })
    }
}

fn owned(row: &Row, name: &str) -> Option<String> {
    row.text(name).map(str::to_owned)
}

/// `<a><b>` in older dumps, `|a|b|` in newer ones.
fn tags(row: &Row) -> Result<Vec<String>, FileError> {
    let Some(text) = row.text("Tags").map(str::trim) else {
        return Ok(Vec::new());
    };
    let inner = |open, close| text.strip_prefix(open)?.strip_suffix(close);
    let names: Option<Vec<&str>> =
        inner('<', '>').map(|all| all.split("><").collect()).or_else(|| inner('|', '|').map(|all| all.split('|').collect()));
    let plain = |name: &&str| !name.is_empty() && !name.contains(|c: char| "<>|".contains(c) || c.is_whitespace());
    match names {
        Some(names) if names.iter().all(plain) => Ok(names.into_iter().map(str::to_owned).collect()),
        _ => Err(row.error(format!("Tags are not written like `<a><b>` or `|a|b|`: {}.", super::super::quoted(text)))),
    }
}
