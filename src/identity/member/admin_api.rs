//! Members as administrators see them.

use poem::web::Accept;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use serde_json::json;

use super::{
    rules::{self, MemberSort, Refusal},
    store::{self, Filter},
    view::MemberForAdmin,
};
use crate::{
    domain::{ApiTag, Role},
    events::{self, Event},
    identity::{
        Admin, Handle,
        audit::{self, AuditEntry},
    },
    kit::{
        Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
        problem::{Fields, General},
        text::Text,
    },
};

/// Operations on members for administrators: list them, and change their roles.
pub struct MemberAdminApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct SetRole {
    role: Role,
    /// Why, for the audit log: 3 to 500 characters.
    reason: Text,
}

#[OpenApi(prefix_path = "/admin", tag = "ApiTag::Administration")]
impl MemberAdminApi {
    /// List members, with their e-mail addresses
    ///
    /// The newest first, unless told otherwise.
    #[oai(path = "/members", method = "get", operation_id = "list_all_members")]
    #[allow(clippy::too_many_arguments)]
    async fn list_all_members(
        &self,
        _admin: Admin,
        /// How the handle or the e-mail address begins.
        q: Query<Option<String>>,
        role: Query<Option<Role>>,
        /// The rank of a tier.
        tier: Query<Option<i16>>,
        sort: Query<Option<MemberSort>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<MemberForAdmin>, Problem> {
        let q = q.0.unwrap_or_default().trim().to_lowercase();
        let filter = Filter { q, role: role.0, tier: tier.0, sort: sort.0.unwrap_or(MemberSort::Newest) };
        let (sort, shown) = (filter.sort, filter.clone());
        let fetch = move |kit: Kit, request| {
            let filter = filter.clone();
            async move { Ok(store::list_for_admin(&mut *kit.db.read().await?, &filter, &request).await?) }
        };
        let asked = ListRequest { cursor: cursor.0, limit: limit.0, accept };
        csv_list::answer(&self.kit, "list_all_members", shown, asked, fetch, move |row| row.position(sort), |row| row).await
    }

    /// Make a member staff, or no longer
    ///
    /// The last administrator stays one.
    #[oai(path = "/members/:handle/role", method = "put", operation_id = "set_member_role")]
    async fn set_member_role(&self, admin: Admin, handle: Path<Handle>, body: Json<SetRole>) -> Result<Json<MemberForAdmin>, Problem> {
        let Json(body) = body;
        let mut fields = Fields::default();
        fields.chars("/reason", &body.reason, rules::REASON_CHARS);
        fields.done()?;
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let administrators = store::lock_administrators(&mut tx).await?;
        // Another one may have taken it from the caller in this very moment.
        if !administrators.contains(&admin.0.member_id) {
            return Err(General::Forbidden.into());
        }
        let id = handle.0.find(&mut tx).await?;
        let found = store::lock_for_admin(&mut tx, id).await?;
        let mut member = found.ok_or_else(|| Problem::not_found("member"))?;
        // In this very moment: its handle leads to the other from now on.
        if member.merged_into.is_some() {
            return Err(Refusal::Merged.into());
        }
        let before = member.role;
        if body.role < before {
            rules::may_cease(before, administrators.len())?;
        }
        if member.email.is_none() {
            return Err(Refusal::Unclaimed.into());
        }
        if body.role != before {
            member.role = body.role;
            store::set_role(&mut tx, member.id, body.role).await?;
            let detail = json!({ "from": before, "to": body.role });
            let subject = ("member", member.id.0);
            let entry = AuditEntry::new(Some(admin.0.member_id), "set_member_role", subject, &body.reason, detail, now);
            audit::record(&mut tx, entry).await?;
            let listed = rules::is_listed(body.role, member.on_leaderboards);
            if listed != rules::is_listed(before, member.on_leaderboards) {
                events::publish(&mut tx, now, [Event::LeaderboardListingChanged { member_id: member.id, listed }]).await?;
            }
            tx.commit().await?;
            self.kit.outbox.wake();
        }
        Ok(Json(member))
    }
}
