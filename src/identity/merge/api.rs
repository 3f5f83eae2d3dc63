//! Merging two members of one person, for administrators.

use chrono::{DateTime, Utc};
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{
    MergeParticipants,
    rules::{self, MergeOutcome},
    run,
    store::{self, MergeRow},
};
use crate::{
    domain::{ApiTag, MemberId, MergeId},
    identity::{Admin, Handle},
    kit::{Conn, Kit, Problem, pagination::Page, problem::Fields, text::Text},
};

/// Operations on merges for administrators: preview, merge, list and undo.
pub struct MergeApi {
    pub kit: Kit,
    pub parts: MergeParticipants,
}

/// Two members to look at as one: the other one by exactly one of these.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct PreviewMerge {
    /// The handle of the one that this one would become a part of.
    into: Option<Handle>,
    /// The handle of the one that would become a part of this one.
    from: Option<Handle>,
}

/// Two members who become one: the other one by exactly one of `into` and `from`.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct MergeMembers {
    /// The handle of the one that this one becomes a part of.
    into: Option<Handle>,
    /// The handle of the one that becomes a part of this one.
    from: Option<Handle>,
    /// Why, for the audit log: 3 to 500 characters.
    reason: Text,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct UndoMerge {
    /// Why, for the audit log: 3 to 500 characters.
    reason: Text,
}

/// A member in a merge.
#[derive(Object)]
struct MergedMember {
    id: MemberId,
    handle: String,
    display_name: String,
}

/// What a merge would come to.
#[derive(Object)]
struct MergePreview {
    /// Whose everything would go over.
    from: MergedMember,
    /// Whose it would be.
    into: MergedMember,
    outcome: MergeOutcome,
}

/// A merge.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct MergeView {
    id: MergeId,
    /// Whose everything went over.
    from: MergedMember,
    /// Whose it is.
    into: MergedMember,
    /// Handle of who merged them; absent where the member claimed it by a partner's code.
    by: Option<String>,
    /// Why, in the words of who did it.
    reason: String,
    outcome: MergeOutcome,
    at: DateTime<Utc>,
    undone_at: Option<DateTime<Utc>>,
    /// Handle of who undid it.
    undone_by: Option<String>,
    /// Whether it can be undone: until points next move.
    may_undo: bool,
}

#[OpenApi(prefix_path = "/admin", tag = "ApiTag::Administration")]
impl MergeApi {
    /// See what a merge would come to
    ///
    /// It is merged, looked at, and not kept.
    #[oai(path = "/members/:handle/merges/preview", method = "post", operation_id = "preview_merge")]
    async fn preview_merge(&self, admin: Admin, handle: Path<Handle>, body: Json<PreviewMerge>) -> Result<Json<MergePreview>, Problem> {
        let mut tx = self.kit.db.begin().await?;
        run::begin(&mut tx).await?;
        let pair = pair(&mut tx, handle.0, body.0.into, body.0.from).await?;
        let by = Some(admin.0.member_id);
        let (merge, _) = run::merge(&mut tx, &self.parts, pair, by, "", self.kit.clock.now()).await?;
        let row = store::find(&mut tx, merge.id).await?;
        // Dropped, and so rolled back.
        Ok(Json(MergePreview { outcome: row.outcome()?, from: from(&row), into: into(&row) }))
    }

    /// Merge two members of one person
    ///
    /// What the one wrote, bought, earned and joined becomes the other's, with its dates; what the two had of each other is
    /// taken back. The one can no longer sign in, and its handle leads to the other. Sent again, it answers the same merge.
    /// Staff are not merged away.
    #[oai(path = "/members/:handle/merges", method = "post", operation_id = "merge_members")]
    async fn merge_members(&self, admin: Admin, handle: Path<Handle>, body: Json<MergeMembers>) -> Result<Json<MergeView>, Problem> {
        let Json(body) = body;
        let reason = checked(&body.reason)?;
        let mut tx = self.kit.db.begin().await?;
        run::begin(&mut tx).await?;
        let pair = pair(&mut tx, handle.0, body.into, body.from).await?;
        if let Some(row) = store::find_points_and_tier(&mut tx, pair.0, pair.1).await? {
            return self.view(&mut tx, row).await.map(Json);
        }
        let by = Some(admin.0.member_id);
        let (merge, _) = run::merge(&mut tx, &self.parts, pair, by, &reason, self.kit.clock.now()).await?;
        let row = store::find(&mut tx, merge.id).await?;
        let view = self.view(&mut tx, row).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(Json(view))
    }

    /// List a member's merges
    ///
    /// On either side, the newest first.
    #[oai(path = "/members/:handle/merges", method = "get", operation_id = "list_merges")]
    async fn list_merges(
        &self,
        _admin: Admin,
        handle: Path<Handle>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<MergeView>>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let member = handle.0.find_itself(&mut conn).await?;
        let list = format!("list_merges?{member}");
        let request = self.kit.cursors.request::<()>(&list, cursor.0.as_deref(), limit.0)?;
        let mut views = Vec::new();
        for row in store::list(&mut conn, member, &request).await? {
            views.push(self.view(&mut conn, row).await?);
        }
        Ok(Json(self.kit.cursors.page(&list, &request, views, |view| ((), view.id.0), |view| view)))
    }

    /// Undo a merge
    ///
    /// Parts the two again, as they were. Only until points of either next move. Sent again, it answers the same.
    #[oai(path = "/merges/:merge_id/undo", method = "post", operation_id = "undo_merge")]
    async fn undo_merge(&self, admin: Admin, merge_id: Path<MergeId>, body: Json<UndoMerge>) -> Result<Json<MergeView>, Problem> {
        let reason = checked(&body.reason)?;
        let mut tx = self.kit.db.begin().await?;
        run::begin(&mut tx).await?;
        run::undo(&mut tx, &self.parts, merge_id.0, admin.0.member_id, &reason, self.kit.clock.now()).await?;
        let row = store::find(&mut tx, merge_id.0).await?;
        let view = self.view(&mut tx, row).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(Json(view))
    }
}

impl MergeApi {
    async fn view(&self, conn: &mut Conn, row: MergeRow) -> Result<MergeView, Problem> {
        Ok(MergeView {
            may_undo: run::may_undo(conn, &self.parts, &row).await?,
            from: from(&row),
            into: into(&row),
            outcome: row.outcome()?,
            id: row.id,
            by: row.by_handle,
            reason: row.reason,
            at: row.at,
            undone_at: row.undone_at,
            undone_by: row.undone_by,
        })
    }
}

/// Who is to become a part of whom.
async fn pair(conn: &mut Conn, this: Handle, into: Option<Handle>, from: Option<Handle>) -> Result<(MemberId, MemberId), Problem> {
    let this = this.find_itself(conn).await?;
    match (into, from) {
        (Some(into), None) => Ok((this, into.find_itself(conn).await?)),
        (None, Some(from)) => Ok((from.find_itself(conn).await?, this)),
        _ => Err(Problem::invalid_field("", "Name the other member by into or by from, and not by both.")),
    }
}

fn checked(reason: &Text) -> Result<String, Problem> {
    let reason = reason.trim();
    let mut fields = Fields::default();
    fields.chars("/reason", reason, rules::REASON_CHARS);
    fields.done()?;
    Ok(reason.to_owned())
}

fn from(row: &MergeRow) -> MergedMember {
    MergedMember { id: row.from_id, handle: row.from_handle.clone(), display_name: row.from_name.clone() }
}

fn into(row: &MergeRow) -> MergedMember {
    MergedMember { id: row.into_id, handle: row.into_handle.clone(), display_name: row.into_name.clone() }
}
