//! The history of posts.

use chrono::{DateTime, Utc};
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;

use super::{
    permit,
    revision::{self, RevisionRow},
    store,
};
use crate::{
    domain::{ApiTag, PostId, PostKind},
    identity::{Actor, Visitor, member::AuthorView, permission::Action},
    kit::{Kit, Problem, pagination::Page},
};

/// Operations that list the revisions of a question or an answer.
pub struct RevisionApi {
    pub kit: Kit,
}

/// What a post said at some time.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
struct RevisionView {
    /// 1 is the original.
    number: i32,
    title: Option<String>,
    /// Markdown.
    body: String,
    /// Of a question.
    tags: Vec<String>,
    /// What was changed, and why.
    reason: String,
    editor: AuthorView,
    created_at: DateTime<Utc>,
}

impl From<RevisionRow> for RevisionView {
    fn from(row: RevisionRow) -> Self {
        Self {
            number: row.number,
            title: row.title,
            body: row.body_markdown,
            tags: row.tags.split_whitespace().map(str::to_owned).collect(),
            reason: row.reason,
            editor: row.editor.into(),
            created_at: row.created_at,
        }
    }
}

#[OpenApi(tag = "ApiTag::Forum")]
impl RevisionApi {
    /// List the revisions of a question
    ///
    /// Newest first.
    #[oai(path = "/questions/:question_id/revisions", method = "get", operation_id = "list_question_revisions")]
    async fn list_question_revisions(
        &self,
        visitor: Visitor,
        question_id: Path<PostId>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<RevisionView>>, Problem> {
        self.list(visitor.0, question_id.0, PostKind::Question, cursor.0, limit.0).await
    }

    /// List the revisions of an answer
    ///
    /// Newest first.
    #[oai(path = "/answers/:answer_id/revisions", method = "get", operation_id = "list_answer_revisions")]
    async fn list_answer_revisions(
        &self,
        visitor: Visitor,
        answer_id: Path<PostId>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<RevisionView>>, Problem> {
        self.list(visitor.0, answer_id.0, PostKind::Answer, cursor.0, limit.0).await
    }
}

impl RevisionApi {
    async fn list(
        &self,
        actor: Option<Actor>,
        id: PostId,
        kind: PostKind,
        cursor: Option<String>,
        limit: Option<usize>,
    ) -> Result<Json<Page<RevisionView>>, Problem> {
        let list = format!("revisions?{id}");
        let request = self.kit.cursors.request(&list, cursor.as_deref(), limit)?;
        let mut conn = self.kit.db.read().await?;
        let thread = store::find_thread_of(&mut conn, id, kind).await?;
        permit(&mut conn, actor.as_ref(), Action::See, &thread).await?;
        let seek = request.seek.as_ref().map(|seek| seek.key);
        let rows = revision::list(&mut conn, id, seek, request.back(), request.rows()).await?;
        // A revision has a number and no id of its own.
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| (row.number, Uuid::nil()), RevisionView::from)))
    }
}
