//! Reading one's reputation.

use chrono::{DateTime, Utc};
use poem_openapi::{Object, OpenApi, param::Query, payload::Json};

use super::{
    rules::EntryKind,
    store::{self, EntryRow},
};
use crate::{
    domain::{ApiTag, PostId},
    identity::Myself,
    kit::{Kit, Problem, pagination::Page},
};

/// The operation that lists one's own reputation, entry by entry.
pub struct ReputationApi {
    pub kit: Kit,
}

/// A change of reputation.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
struct ReputationEntry {
    kind: EntryKind,
    amount: i32,
    /// Where it happened; absent where the caller may not see that, or no longer.
    question_id: Option<PostId>,
    question_title: Option<String>,
    at: DateTime<Utc>,
}

impl From<EntryRow> for ReputationEntry {
    fn from(row: EntryRow) -> Self {
        Self { kind: row.kind, amount: row.amount, question_id: row.question_id, question_title: row.title, at: row.occurred_at }
    }
}

#[OpenApi(tag = "ApiTag::Forum")]
impl ReputationApi {
    /// List my reputation's changes
    ///
    /// Latest first. Reputation is their sum, and shown as 1 when that is less.
    #[oai(path = "/me/reputation", method = "get", operation_id = "list_my_reputation")]
    async fn list_my_reputation(
        &self,
        myself: Myself,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<ReputationEntry>>, Problem> {
        let list = format!("reputation?{}", myself.0.member_id);
        let request = self.kit.cursors.request::<i64>(&list, cursor.0.as_deref(), limit.0)?;
        let mut conn = self.kit.db.read().await?;
        let seek = request.seek.as_ref().and_then(|seek| DateTime::from_timestamp_micros(seek.key).map(|at: DateTime<Utc>| (at, seek.id)));
        let rows = store::list(&mut conn, (myself.0.member_id, myself.0.is_staff()), seek, request.back(), request.rows()).await?;
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| (row.occurred_at.timestamp_micros(), row.id), ReputationEntry::from)))
    }
}
