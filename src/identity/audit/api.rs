//! Reading the audit log.

use chrono::{DateTime, Utc};
use poem::web::Accept;
use poem_openapi::{Object, OpenApi, param::Query, types::Any};
use serde_json::Value;
use uuid::Uuid;

use super::store::{self, AuditRow, Filter};
use crate::{
    domain::ApiTag,
    identity::{
        Admin,
        handle::{Handle, find_wanted},
    },
    kit::{
        Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
    },
};

/// The operation that reads the audit log.
pub struct AuditApi {
    pub kit: Kit,
}

/// An act of staff.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct AuditView {
    id: Uuid,
    /// Handle of who did it; absent for the server's operator.
    actor: Option<String>,
    /// The operation, such as `set_member_role`.
    action: String,
    /// What kind of thing it was done to.
    subject_kind: String,
    subject_id: Uuid,
    /// What people call it: a handle, a name, or the title of the question.
    subject_name: Option<String>,
    /// Why, in the words of who did it.
    reason: String,
    /// What else is worth knowing, by action.
    detail: Any<Value>,
    at: DateTime<Utc>,
}

impl From<AuditRow> for AuditView {
    fn from(row: AuditRow) -> Self {
        let AuditRow { id, actor, action, subject_kind, subject_id, subject_name, reason, detail, created_at } = row;
        Self { id, actor, action, subject_kind, subject_id, subject_name, reason, detail: Any(detail), at: created_at }
    }
}

#[OpenApi(prefix_path = "/admin", tag = "ApiTag::Administration")]
impl AuditApi {
    /// List what staff did
    ///
    /// The newest first.
    #[oai(path = "/audit-log", method = "get", operation_id = "list_audit_log")]
    #[allow(clippy::too_many_arguments)]
    async fn list_audit_log(
        &self,
        _admin: Admin,
        /// Handle of who did it; 404 when nobody has it.
        actor: Query<Option<Handle>>,
        /// The operation, such as `set_member_role`.
        action: Query<Option<String>>,
        /// Id of what it was done to.
        subject: Query<Option<Uuid>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<AuditView>, Problem> {
        let actor = find_wanted(&self.kit, actor.0).await?;
        let filter = Filter { actor, action: action.0, subject: subject.0 };
        let shown = filter.clone();
        let fetch = move |kit: Kit, request| {
            let filter = filter.clone();
            async move { Ok(store::list(&mut *kit.db.read().await?, &filter, &request).await?) }
        };
        let asked = ListRequest { cursor: cursor.0, limit: limit.0, accept };
        csv_list::answer(&self.kit, "list_audit_log", shown, asked, fetch, |row| ((), row.id), AuditView::from).await
    }
}
