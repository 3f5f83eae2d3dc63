//! Imposing, listing and lifting sanctions.

use chrono::{DateTime, TimeDelta, Utc};
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use serde_json::json;

use super::{
    rules::{self, NewSanction, Refusal, SanctionKind},
    store,
};
use crate::{
    domain::{ApiTag, MemberId, PostId, ReviewItemId, SanctionId},
    identity::{
        Actor, Handle, Moderator, Myself,
        audit::{self, AuditEntry},
    },
    kit::{Kit, Problem, pagination::Page, problem::Fields, text::Text},
};

/// Operations on sanctions: impose, list and lift them.
pub struct SanctionApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct ImposeSanction {
    kind: SanctionKind,
    /// How long: 24, 72, 168 or 720 for a silence; 1 to 87600, or absent for good, for a suspension; absent for a warning.
    hours: Option<i64>,
    /// For staff and the audit log: 3 to 1000 characters.
    reason: Text,
    /// What the member is told; the reason by default.
    note: Option<Text>,
}

/// A sanction as staff see it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SanctionView {
    id: SanctionId,
    kind: SanctionKind,
    reason: String,
    /// What the member is told.
    note: String,
    /// The moderator's handle; absent when the weight of flags did it.
    imposed_by: Option<String>,
    /// The review item whose decision it was part of.
    review_item_id: Option<ReviewItemId>,
    starts_at: DateTime<Utc>,
    /// Absent for warnings, and for what holds for good.
    ends_at: Option<DateTime<Utc>>,
    lifted_at: Option<DateTime<Utc>>,
    /// Whether it still keeps the member from something.
    in_force: bool,
}

/// A sanction as the sanctioned member sees it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct MySanction {
    id: SanctionId,
    kind: SanctionKind,
    /// What the moderators have to say about it.
    note: String,
    /// The post that it is about.
    post_id: Option<PostId>,
    starts_at: DateTime<Utc>,
    /// Absent for warnings, and for what holds for good.
    ends_at: Option<DateTime<Utc>>,
    lifted_at: Option<DateTime<Utc>>,
    in_force: bool,
}

#[derive(ApiResponse)]
enum ImposeAnswer {
    /// Imposed.
    #[oai(status = 201)]
    Imposed(Json<SanctionView>),
}

#[derive(ApiResponse)]
enum LiftAnswer {
    /// Lifted.
    #[oai(status = 204)]
    Lifted,
}

#[OpenApi(tag = "ApiTag::Moderation")]
impl SanctionApi {
    /// Sanction a member
    ///
    /// Warns, silences or suspends. Only administrators sanction staff, and nobody themselves.
    #[oai(path = "/admin/members/:handle/sanctions", method = "post", operation_id = "impose_sanction")]
    async fn impose_sanction(
        &self,
        moderator: Moderator,
        handle: Path<Handle>,
        body: Json<ImposeSanction>,
    ) -> Result<ImposeAnswer, Problem> {
        let (actor, body) = (moderator.0, body.0);
        let mut fields = Fields::default();
        fields.chars("/reason", &body.reason, rules::REASON_CHARS);
        fields.chars("/note", body.note.as_deref().unwrap_or_default(), 0..=rules::NOTE_CHARS_MAX);
        rules::check_hours(&mut fields, body.kind, body.hours);
        fields.done()?;

        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let id = handle.0.find(&mut tx).await?;
        let target = rules::present(store::lock_target(&mut tx, id).await?)?;
        rules::may_sanction((actor.member_id, actor.role), (target.id, target.role))?;
        let sanction = NewSanction {
            id: SanctionId::new(),
            member_id: target.id,
            kind: body.kind,
            note: body.note.map_or_else(|| body.reason.0.clone(), |note| note.0),
            reason: body.reason.0,
            imposed_by: Some(actor.member_id),
            review_item_id: None,
            starts_at: now,
            ends_at: rules::end(now, body.hours),
        };
        if store::was_imposed(&mut tx, &sanction, now - TimeDelta::seconds(rules::AGAIN_S)).await? {
            return Err(Refusal::Again.into());
        }
        store::insert(&mut tx, &sanction).await?;
        let detail = json!({ "sanction_id": sanction.id, "kind": sanction.kind, "hours": body.hours });
        let entry = AuditEntry::new(Some(actor.member_id), "impose_sanction", ("member", target.id.0), &sanction.reason, detail, now);
        audit::record(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(ImposeAnswer::Imposed(Json(new_view(sanction, &actor))))
    }

    /// A member's sanctions
    ///
    /// The newest first, those that ended or were lifted included.
    #[oai(path = "/admin/members/:handle/sanctions", method = "get", operation_id = "list_sanctions")]
    async fn list_sanctions(
        &self,
        _moderator: Moderator,
        handle: Path<Handle>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<SanctionView>>, Problem> {
        let member = handle.0.find(&mut *self.kit.db.read().await?).await?;
        let now = self.kit.clock.now();
        Ok(Json(self.page(member, cursor.0, limit.0, |row| view(row, now)).await?))
    }

    /// My sanctions
    ///
    /// What moderators have imposed on me, and what they have to say about it; the newest first.
    #[oai(path = "/me/sanctions", method = "get", operation_id = "list_my_sanctions")]
    async fn list_my_sanctions(
        &self,
        myself: Myself,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<MySanction>>, Problem> {
        let now = self.kit.clock.now();
        Ok(Json(self.page(myself.0.member_id, cursor.0, limit.0, |row| my_view(row, now)).await?))
    }

    /// Lift a sanction
    ///
    /// Ends a silence or a suspension before its time. Only administrators lift those of staff, and nobody their own.
    #[oai(path = "/admin/sanctions/:id", method = "delete", operation_id = "lift_sanction")]
    async fn lift_sanction(
        &self,
        moderator: Moderator,
        id: Path<SanctionId>,
        /// For the audit log: 3 to 1000 characters.
        reason: Query<String>,
    ) -> Result<LiftAnswer, Problem> {
        let actor = moderator.0;
        let reason = reason.replace('\0', "");
        let mut fields = Fields::default();
        fields.chars("reason", &reason, rules::REASON_CHARS);
        fields.done()?;

        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let sanction = store::find_for_update(&mut tx, id.0).await?.ok_or_else(|| Problem::not_found("sanction"))?;
        rules::may_sanction((actor.member_id, actor.role), (sanction.member_id, sanction.role))?;
        if !rules::is_in_force(sanction.kind, sanction.ends_at, sanction.lifted_at, now) {
            return Err(Refusal::Over.into());
        }
        store::lift(&mut tx, sanction.id, now).await?;
        let detail = json!({ "sanction_id": sanction.id, "kind": sanction.kind });
        let entry = AuditEntry::new(Some(actor.member_id), "lift_sanction", ("member", sanction.member_id.0), &reason, detail, now);
        audit::record(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(LiftAnswer::Lifted)
    }
}

impl SanctionApi {
    async fn page<T>(
        &self,
        member_id: MemberId,
        cursor: Option<String>,
        limit: Option<usize>,
        view: impl Fn(store::Row) -> T,
    ) -> Result<Page<T>, Problem>
    where
        T: poem_openapi::types::ParseFromJSON + poem_openapi::types::ToJSON,
    {
        let list = format!("sanctions?{member_id}");
        let request = self.kit.cursors.request(&list, cursor.as_deref(), limit)?;
        let mut conn = self.kit.db.read().await?;
        let rows = store::list(&mut conn, member_id, &request).await?;
        Ok(self.kit.cursors.page(&list, &request, rows, |row| (row.starts_at.timestamp_micros(), row.id.0), view))
    }
}

fn new_view(new: NewSanction, actor: &Actor) -> SanctionView {
    SanctionView {
        id: new.id,
        kind: new.kind,
        reason: new.reason,
        note: new.note,
        imposed_by: Some(actor.handle.clone()),
        review_item_id: new.review_item_id,
        in_force: rules::is_in_force(new.kind, new.ends_at, None, new.starts_at),
        starts_at: new.starts_at,
        ends_at: new.ends_at,
        lifted_at: None,
    }
}

fn view(row: store::Row, now: DateTime<Utc>) -> SanctionView {
    SanctionView {
        in_force: rules::is_in_force(row.kind, row.ends_at, row.lifted_at, now),
        id: row.id,
        kind: row.kind,
        reason: row.reason,
        note: row.note,
        imposed_by: row.imposed_by,
        review_item_id: row.review_item_id,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        lifted_at: row.lifted_at,
    }
}

fn my_view(row: store::Row, now: DateTime<Utc>) -> MySanction {
    MySanction {
        in_force: rules::is_in_force(row.kind, row.ends_at, row.lifted_at, now),
        id: row.id,
        kind: row.kind,
        note: row.note,
        post_id: row.post_id,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        lifted_at: row.lifted_at,
    }
}
