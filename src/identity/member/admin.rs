//! Members as administrators see them.

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types};
use poem::web::Accept;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    Handle,
    rules::{self, MemberSort, Refusal},
    store::{self, Filter, Place},
};
use crate::{
    app::Tag,
    events::{self, Event},
    identity::{
        Admin,
        audit::{self, AuditEntry},
        merge,
    },
    kit::{
        Kit, Problem,
        listing::{self, Asked, Listed},
        problem::Fields,
        text::Text,
    },
    words::{MemberId, Role},
};

pub struct MemberAdminApi {
    pub kit: Kit,
}

/// A member with what only administrators see.
#[derive(Object, QueryableByName)]
#[oai(skip_serializing_if_is_none)]
pub struct MemberForAdmin {
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: MemberId,
    #[diesel(sql_type = sql_types::Text)]
    pub handle: String,
    #[diesel(sql_type = sql_types::Text)]
    pub display_name: String,
    /// Absent for a member without an account.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub email: Option<String>,
    #[diesel(sql_type = sql_types::Text)]
    pub role: Role,
    /// Trust level, 0 to 4.
    #[diesel(sql_type = sql_types::Int2)]
    pub trust: i16,
    #[diesel(sql_type = sql_types::Bool)]
    pub on_leaderboards: bool,
    /// When the member joined.
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub since: DateTime<Utc>,
    /// At least 1.
    #[diesel(sql_type = sql_types::Int4)]
    pub reputation: i32,
    /// Points that can be spent.
    #[diesel(sql_type = sql_types::BigInt)]
    pub points: i64,
    /// The tier's position; 0 is where everybody begins.
    #[diesel(sql_type = sql_types::Int2)]
    pub tier_rank: i16,
    /// When one of the member's sessions was last renewed; absent when there is none.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    pub last_seen_at: Option<DateTime<Utc>>,
    /// The handle of the member whom this one was merged into; absent when it was not.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub merged_into: Option<String>,
}

impl MemberForAdmin {
    /// The member's place in a list of this order.
    fn position(&self, sort: MemberSort) -> (Place, Uuid) {
        let number = match sort {
            MemberSort::Newest | MemberSort::Handle => 0,
            MemberSort::Points => self.points,
            MemberSort::Reputation => self.reputation.into(),
            MemberSort::LastSeen => self.last_seen_at.map_or(0, |at| at.timestamp_micros()),
        };
        ((number, self.handle.to_ascii_lowercase()), self.id.0)
    }
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct SetRole {
    role: Role,
    /// Why, for the audit log: 3 to 500 characters.
    reason: Text,
}

#[OpenApi(prefix_path = "/admin", tag = "Tag::Administration")]
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
    ) -> Result<Listed<MemberForAdmin>, Problem> {
        let q = q.0.unwrap_or_default().trim().to_lowercase();
        let filter = Filter { q, role: role.0, tier: tier.0, sort: sort.0.unwrap_or(MemberSort::Newest) };
        let (sort, shown) = (filter.sort, filter.clone());
        let fetch = move |kit: Kit, request| {
            let filter = filter.clone();
            async move { Ok(store::list_for_admin(&mut *kit.db.read().await?, &filter, &request).await?) }
        };
        let asked = Asked { cursor: cursor.0, limit: limit.0, accept };
        listing::answer(&self.kit, "list_all_members", shown, asked, fetch, move |row| row.position(sort), |row| row).await
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
        let id = handle.0.find(&mut tx).await?;
        let found = store::lock_for_admin(&mut tx, id).await?;
        let mut member = found.ok_or_else(|| Problem::not_found("member"))?;
        // In this very moment: its handle leads to the other from now on.
        if member.merged_into.is_some() {
            return Err(merge::rules::Refusal::Merged.into());
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
                events::tell(&mut tx, now, [Event::LeaderboardListingChanged { member_id: member.id, listed }]).await?;
            }
            tx.commit().await?;
            self.kit.outbox.ring();
        }
        Ok(Json(member))
    }
}
