//! What one member has answered, for others to read.

use chrono::{DateTime, Utc};
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::member_list::{Row, load};
use crate::{
    domain::{ApiTag, PostId},
    identity::{Handle, Visitor},
    kit::{Kit, Problem, pagination::Page},
};

/// The operation that lists a member's answers.
pub struct MemberAnswerApi {
    pub kit: Kit,
}

/// An answer in a list of its author's.
#[derive(Object, Debug)]
struct AnswerCard {
    id: PostId,
    question_id: PostId,
    question_title: String,
    /// The first 200 characters or so, as plain text.
    excerpt: String,
    score: i32,
    /// It is the one that helped.
    accepted: bool,
    created_at: DateTime<Utc>,
}

impl From<Row> for AnswerCard {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            question_id: row.question_id,
            question_title: row.question_title,
            excerpt: row.excerpt,
            score: row.score,
            accepted: row.accepted,
            created_at: row.created_at,
        }
    }
}

#[OpenApi(tag = "ApiTag::Forum")]
impl MemberAnswerApi {
    /// List a member's answers
    ///
    /// Newest first. Those in private groups for the groups' members only.
    #[oai(path = "/members/:handle/answers", method = "get", operation_id = "list_member_answers")]
    async fn list_member_answers(
        &self,
        visitor: Visitor,
        handle: Path<Handle>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<AnswerCard>>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let author = handle.0.find(&mut conn).await?;
        let list = format!("answers of {author}");
        let request = self.kit.cursors.request(&list, cursor.0.as_deref(), limit.0)?;
        let rows = load(&mut conn, author, visitor.0.as_ref(), &request).await?;
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| (row.created_at.timestamp_micros(), row.id.0), AnswerCard::from)))
    }
}
