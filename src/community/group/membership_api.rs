//! Who is in a group: joining, leaving, and what its owner and moderators decide.

use chrono::{DateTime, Utc};
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{
    api::{access, allowed},
    rules::{self, Membership},
    store::{self, GroupRow, MembershipRow},
};
use crate::{
    domain::{ApiTag, GroupRole, MemberId, MembershipState, Role},
    events::{self, Event},
    identity::{Actor, Handle, Member, Visitor, member::AuthorView, permission::Action},
    kit::{Conn, Kit, Problem, pagination::Page},
};

/// Operations on who is in a group: list them, join and leave; for its leaders, let in, promote, ban and remove.
pub struct MembershipApi {
    pub kit: Kit,
}

/// Somebody in a group, or at its door.
#[derive(Object)]
struct MembershipView {
    member: AuthorView,
    role: GroupRole,
    state: MembershipState,
    /// When it came to this state.
    since: DateTime<Utc>,
}

impl MembershipView {
    fn of(author: AuthorView, membership: Membership, since: DateTime<Utc>) -> Self {
        Self { member: author, role: membership.role, state: membership.state, since }
    }
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct SetGroupMember {
    /// Unchanged by default; `owner` hands the group over.
    role: Option<GroupRole>,
    /// By default, grants a request, invites somebody who is not in the group, and else changes nothing.
    state: Option<MembershipState>,
}

#[derive(ApiResponse)]
enum Removed {
    /// They have nothing to do with the group any more.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(tag = "ApiTag::Community")]
impl MembershipApi {
    /// List who is in a group
    ///
    /// Longest in the community first. Requests, invitations and bans are for the group's owner and moderators.
    #[oai(path = "/groups/:slug/members", method = "get", operation_id = "list_group_members")]
    async fn list_group_members(
        &self,
        visitor: Visitor,
        slug: Path<String>,
        /// `active` by default.
        state: Query<Option<MembershipState>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<MembershipView>>, Problem> {
        let state = state.0.unwrap_or(MembershipState::Active);
        let actor = visitor.0.as_ref();
        let mut conn = self.kit.db.read().await?;
        let group = store::find_group(&mut conn, &slug.0, actor.map(|actor| actor.member_id)).await?;
        let needs = if state == MembershipState::Active { Action::SeeMembers } else { Action::ModerateMembers };
        let group = allowed(actor, needs, group)?;
        let list = format!("list_group_members?{}&{}", group.id, state.as_str());
        let request = self.kit.cursors.request::<()>(&list, cursor.0.as_deref(), limit.0)?;
        let rows = store::list_members(&mut conn, group.id, state, &request).await?;
        let view = |row: MembershipRow| {
            let membership = row.membership().unwrap_or(Membership::new(GroupRole::Member, state));
            let since = row.since.unwrap_or_default();
            MembershipView::of(row.author.into(), membership, since)
        };
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| ((), row.author.id.0), view)))
    }

    /// Join a group
    ///
    /// An open group at once, one on request when it is granted, and one by invitation only when invited. Again without
    /// effect.
    #[oai(path = "/groups/:slug/members/me", method = "put", operation_id = "join_group")]
    async fn join_group(&self, member: Member, slug: Path<String>) -> Result<Json<MembershipView>, Problem> {
        let actor = member.0;
        let mut conn = actor.begin(&self.kit).await?;
        let group = store::lock_group(&mut conn, &slug.0, actor.member_id).await?;
        let group = allowed(Some(&actor), Action::SeeGroup, group)?;
        let before = my_membership(&group);
        let after = rules::join(group.kind, before)?;
        let me = store::find_membership(&mut conn, group.id, actor.member_id).await?;
        let mut me = me.ok_or_else(|| Problem::not_found("member"))?;
        self.record(&mut conn, &group, &actor, &mut me, before, after).await?;
        conn.commit().await?;
        self.kit.outbox.wake();
        view(me)
    }

    /// Leave a group
    ///
    /// Also takes back a request and turns down an invitation. The owner must hand the group over first.
    #[oai(path = "/groups/:slug/members/me", method = "delete", operation_id = "leave_group")]
    async fn leave_group(&self, member: Member, slug: Path<String>) -> Result<Removed, Problem> {
        let actor = member.0;
        let mut tx = actor.begin(&self.kit).await?;
        let group = store::lock_group(&mut tx, &slug.0, actor.member_id).await?;
        let group = allowed(Some(&actor), Action::SeeGroup, group)?;
        let before = my_membership(&group);
        if rules::leave(before)?.is_none() {
            self.remove(&mut tx, &group, actor.member_id, before).await?;
            tx.commit().await?;
        }
        Ok(Removed::Done)
    }

    /// Invite, let in, promote, ban
    ///
    /// For the group's owner and moderators, and for staff. Only the owner makes and unmakes moderators, and hands the
    /// group over by making somebody else its owner.
    #[oai(path = "/groups/:slug/members/:handle", method = "put", operation_id = "set_group_member")]
    async fn set_group_member(
        &self,
        member: Member,
        slug: Path<String>,
        handle: Path<Handle>,
        body: Json<SetGroupMember>,
    ) -> Result<Json<MembershipView>, Problem> {
        let actor = member.0;
        let mut tx = actor.begin(&self.kit).await?;
        let group = store::lock_group(&mut tx, &slug.0, actor.member_id).await?;
        let group = allowed(Some(&actor), Action::ModerateMembers, group)?;
        let mut them = find(&mut tx, &group, &handle.0).await?;
        let before = them.membership();
        let after = rules::set(rank(&actor, &group), before, body.role, body.state)?;
        if after.role == GroupRole::Owner && before != Some(after) {
            let owned = store::owned_names(&mut tx, them.author.id).await?;
            rules::may_own_another(owned.len())
                .map_err(|refusal| Problem::from(refusal).because("They own 10 groups, and nobody may own more."))?;
            store::retire_owner(&mut tx, group.id).await?;
        }
        self.record(&mut tx, &group, &actor, &mut them, before, after).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        view(them)
    }

    /// Remove somebody from a group
    ///
    /// Also turns down a request, takes back an invitation and lifts a ban.
    #[oai(path = "/groups/:slug/members/:handle", method = "delete", operation_id = "remove_group_member")]
    async fn remove_group_member(&self, member: Member, slug: Path<String>, handle: Path<Handle>) -> Result<Removed, Problem> {
        let actor = member.0;
        let mut tx = actor.begin(&self.kit).await?;
        let group = store::lock_group(&mut tx, &slug.0, actor.member_id).await?;
        let group = allowed(Some(&actor), Action::ModerateMembers, group)?;
        let them = find(&mut tx, &group, &handle.0).await?;
        let before = them.membership().ok_or_else(|| Problem::not_found("member of this group"))?;
        rules::remove(rank(&actor, &group), before)?;
        self.remove(&mut tx, &group, them.author.id, Some(before)).await?;
        tx.commit().await?;
        Ok(Removed::Done)
    }
}

impl MembershipApi {
    async fn record(
        &self,
        conn: &mut Conn,
        group: &GroupRow,
        actor: &Actor,
        who: &mut MembershipRow,
        before: Option<Membership>,
        after: Membership,
    ) -> Result<(), Problem> {
        let now = self.kit.clock.now();
        let since = store::put_membership(conn, group.id, who.author.id, after, now).await?;
        store::add_to_count(conn, group.id, rules::count_change(before, Some(after))).await?;
        let (from, to) = (before.map(|membership| membership.state), Some(after.state));
        if from != to {
            let changed = Event::MembershipChanged { group_id: group.id, member_id: who.author.id, by: actor.member_id, from, to };
            events::publish(conn, now, [changed]).await?;
        }
        (who.role, who.state, who.since) = (Some(after.role), Some(after.state), Some(since));
        Ok(())
    }

    async fn remove(&self, conn: &mut Conn, group: &GroupRow, who: MemberId, before: Option<Membership>) -> Result<(), Problem> {
        store::delete_membership(conn, group.id, who).await?;
        Ok(store::add_to_count(conn, group.id, rules::count_change(before, None)).await?)
    }
}

async fn find(conn: &mut Conn, group: &GroupRow, handle: &Handle) -> Result<MembershipRow, Problem> {
    let id = handle.find(conn).await?;
    store::find_membership(conn, group.id, id).await?.ok_or_else(|| Problem::not_found("member"))
}

fn my_membership(group: &GroupRow) -> Option<Membership> {
    group.my_role.zip(group.my_state).map(|(role, state)| Membership::new(role, state))
}

/// The role with which the actor acts in the group: their own, or what the community's staff have everywhere.
fn rank(actor: &Actor, group: &GroupRow) -> GroupRole {
    let everywhere = match actor.role {
        Role::Administrator => GroupRole::Owner,
        Role::Moderator => GroupRole::Moderator,
        Role::Member => GroupRole::Member,
    };
    access(group).my_role.map_or(everywhere, |mine| mine.max(everywhere))
}

fn view(row: MembershipRow) -> Result<Json<MembershipView>, Problem> {
    match (row.membership(), row.since) {
        (Some(membership), Some(since)) => Ok(Json(MembershipView::of(row.author.into(), membership, since))),
        _ => Err(Problem::not_found("member of this group")),
    }
}
