//! Groups: finding, founding, changing and ending them.

use chrono::{DateTime, Utc};
use poem::web::Accept;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};
use serde_json::json;

use super::{
    rules::{self, Membership, Refusal},
    store::{self, Filter, GroupRow, NewGroup},
};
use crate::{
    domain::{ApiTag, GroupId, GroupKind, GroupRole, MembershipState},
    events::{self, Event},
    identity::{
        Actor, Member, Visitor,
        audit::{self, AuditEntry},
        member::store::{escape_like, random_handle},
        permission::{Action, GroupAccess, Object as Thing, can},
    },
    kit::{
        Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
        etag::{self, Conditional, Edited, Tagged},
        json_text::JsonText,
        problem::Fields,
        text::Text,
    },
};

/// What is put after a slug that is taken, to make another.
const SLUG_LETTERS: usize = 6;

/// Operations on groups: list, create, read, edit and delete them.
pub struct GroupApi {
    pub kit: Kit,
}

/// A group, as the caller sees it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct GroupView {
    id: GroupId,
    /// The name in URLs.
    slug: String,
    name: String,
    description: String,
    kind: GroupKind,
    /// Invisible to everybody who is not in it.
    private: bool,
    member_count: i32,
    /// When it was founded.
    since: DateTime<Utc>,
    /// The caller's role, if they are in it.
    my_role: Option<GroupRole>,
    /// How the caller stands with it.
    my_state: Option<MembershipState>,
}

impl From<GroupRow> for GroupView {
    fn from(row: GroupRow) -> Self {
        let my_role = access(&row).my_role;
        let GroupRow { id, slug, name, description, kind, private, member_count, created_at, version: _, my_role: _, my_state } = row;
        Self { id, slug, name, description, kind, private, member_count, since: created_at, my_role, my_state }
    }
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct CreateGroup {
    /// 3 to 60 characters.
    name: Text,
    /// The name in URLs: 3 to 40 small letters, digits and dashes. Made from the name by default.
    slug: Option<Text>,
    /// At most 2,000 characters.
    description: Option<Text>,
    kind: GroupKind,
    /// Invisible to everybody who is not in it.
    #[oai(default)]
    private: bool,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EditGroup {
    /// 3 to 60 characters.
    name: Option<Text>,
    /// At most 2,000 characters.
    description: Option<Text>,
    kind: Option<GroupKind>,
    private: Option<bool>,
}

#[derive(ApiResponse)]
enum GroupCreated {
    /// The caller owns it.
    #[oai(status = 201)]
    Group(
        JsonText<GroupView>,
        /// Send it as `If-Match` to edit only this.
        #[oai(header = "ETag")]
        String,
    ),
}

#[derive(ApiResponse)]
enum GroupDeleted {
    /// The group is gone, and what was written in it is not shown any more.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(tag = "ApiTag::Community")]
impl GroupApi {
    /// List groups
    ///
    /// The largest first: those that everybody sees, and the caller's own.
    #[oai(path = "/groups", method = "get", operation_id = "list_groups")]
    async fn list_groups(
        &self,
        visitor: Visitor,
        /// A part of the name.
        q: Query<Option<String>>,
        /// Only those that the caller is in, has asked for or is invited to.
        #[oai(default)]
        mine: Query<bool>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<GroupView>, Problem> {
        let reader = visitor.0.as_ref().map(|actor| actor.member_id);
        if mine.0 && reader.is_none() {
            return Err(Problem::unauthorized("Sign in to see your groups."));
        }
        let q = q.0.unwrap_or_default().trim().to_lowercase();
        let shown = (q.clone(), mine.0, reader);
        let filter = Filter {
            reader,
            staff: visitor.0.as_ref().is_some_and(Actor::is_staff),
            mine: mine.0,
            name: (!q.is_empty()).then(|| format!("%{}%", escape_like(&q))),
        };
        let fetch = move |kit: Kit, request| {
            let filter = filter.clone();
            async move { Ok(store::list_groups(&mut *kit.db.read().await?, &filter, &request).await?) }
        };
        let asked = ListRequest { cursor: cursor.0, limit: limit.0, accept };
        let position = |row: &GroupRow| (i64::from(row.member_count), row.id.0);
        csv_list::answer(&self.kit, "list_groups", shown, asked, fetch, position, GroupView::from).await
    }

    /// Found a group
    ///
    /// The caller becomes its owner. Nobody owns more than 10.
    #[oai(path = "/groups", method = "post", operation_id = "create_group")]
    async fn create_group(&self, member: Member, body: Json<CreateGroup>) -> Result<GroupCreated, Problem> {
        let Json(body) = body;
        let (name, description) = (body.name.trim(), body.description.as_deref().unwrap_or_default().trim());
        let mut fields = Fields::default();
        check_terms(&mut fields, Some(&body.name), body.description.as_deref());
        if let Some(slug) = &body.slug {
            rules::check_slug(&mut fields, slug);
        }
        fields.done()?;
        let owner = member.0.member_id;
        let now = self.kit.clock.now();
        let derived = rules::slug_of(name);
        let slug = body.slug.as_deref().unwrap_or(&derived);
        let mut tx = member.0.begin(&self.kit).await?;
        let owned = store::owned_names(&mut tx, owner).await?;
        rules::may_own_another(owned.len())?;
        if owned.iter().any(|known| known == name) {
            return Err(Refusal::NameTwice.into());
        }
        let id = GroupId::new();
        let mut new = NewGroup { id, slug, name, description, kind: body.kind, private: body.private, created_by: owner, created_at: now };
        let another: String;
        if !rules::may_be_slug(slug) || !store::insert_group(&mut tx, &new).await? {
            if body.slug.is_some() {
                return Err(Refusal::SlugTaken.into());
            }
            let stem = rules::stem_of(&derived, SLUG_LETTERS + 1);
            another =
                if stem.is_empty() { random_handle("group-", SLUG_LETTERS) } else { random_handle(&format!("{stem}-"), SLUG_LETTERS) };
            new.slug = &another;
            if !store::insert_group(&mut tx, &new).await? {
                return Err(Refusal::SlugTaken.into());
            }
        }
        let membership = Membership::new(GroupRole::Owner, MembershipState::Active);
        store::put_membership(&mut tx, id, owner, membership, now).await?;
        store::add_to_count(&mut tx, id, rules::count_change(None, Some(membership))).await?;
        let group = store::find_group(&mut tx, new.slug, Some(owner)).await?.ok_or_else(|| Problem::not_found("group"))?;
        tx.commit().await?;
        let Tagged { body, etag } = tagged(group);
        Ok(GroupCreated::Group(body, etag))
    }

    /// Get a group
    ///
    /// A private group does not exist for those who are neither in it nor invited.
    #[oai(path = "/groups/:slug", method = "get", operation_id = "get_group")]
    async fn get_group(
        &self,
        visitor: Visitor,
        slug: Path<String>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Conditional<GroupView>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let reader = visitor.0.as_ref().map(|actor| actor.member_id);
        let group = store::find_group(&mut conn, &slug.0, reader).await?;
        Ok(tagged(allowed(visitor.0.as_ref(), Action::SeeGroup, group)?).read(if_none_match.0.as_deref()))
    }

    /// Change a group's terms
    ///
    /// For its owner and administrators.
    #[oai(path = "/groups/:slug", method = "patch", operation_id = "edit_group")]
    async fn edit_group(
        &self,
        member: Member,
        slug: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<EditGroup>,
    ) -> Result<Edited<GroupView>, Problem> {
        let Json(body) = body;
        let mut tx = member.0.begin(&self.kit).await?;
        let group = store::lock_group(&mut tx, &slug.0, member.0.member_id).await?;
        let mut group = allowed(Some(&member.0), Action::ManageGroup, group)?;
        etag::guard(if_match.0.as_deref(), group.version)?;
        let mut fields = Fields::default();
        check_terms(&mut fields, body.name.as_deref(), body.description.as_deref());
        fields.done()?;
        let was_private = group.private;
        group.name = body.name.map_or(group.name, |name| name.trim().to_owned());
        group.description = body.description.map_or(group.description, |text| text.trim().to_owned());
        group.kind = body.kind.unwrap_or(group.kind);
        group.private = body.private.unwrap_or(group.private);
        group.version = store::update_group(&mut tx, &group).await?;
        if group.private != was_private {
            let changed = Event::GroupPrivacyChanged { group_id: group.id, private: group.private };
            events::publish(&mut tx, self.kit.clock.now(), [changed]).await?;
        }
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(tagged(group).edited())
    }

    /// End a group
    ///
    /// For its owner and administrators.
    #[oai(path = "/groups/:slug", method = "delete", operation_id = "delete_group")]
    async fn delete_group(&self, member: Member, slug: Path<String>) -> Result<GroupDeleted, Problem> {
        let actor = member.0;
        let now = self.kit.clock.now();
        let mut tx = actor.begin(&self.kit).await?;
        let group = store::lock_group(&mut tx, &slug.0, actor.member_id).await?;
        let group = allowed(Some(&actor), Action::ManageGroup, group)?;
        store::delete_group(&mut tx, group.id, now).await?;
        let by_owner = access(&group).my_role == Some(GroupRole::Owner);
        if !by_owner {
            let entry =
                AuditEntry::new(Some(actor.member_id), "delete_group", ("group", group.id.0), "", json!({ "slug": group.slug }), now);
            audit::record(&mut tx, entry).await?;
        }
        events::publish(&mut tx, now, [Event::GroupDeleted { group_id: group.id }]).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(GroupDeleted::Done)
    }
}

fn check_terms(fields: &mut Fields, name: Option<&str>, description: Option<&str>) {
    if let Some(name) = name {
        fields.chars("/name", name, rules::NAME_CHARS);
    }
    if let Some(description) = description {
        fields.chars("/description", description, rules::DESCRIPTION_CHARS);
    }
}

/// Where whoever asked for this row stands with the group.
pub fn access(row: &GroupRow) -> GroupAccess {
    let my_role = row.my_role.filter(|_| row.my_state == Some(MembershipState::Active));
    GroupAccess { private: row.private, deleted: false, my_role, state: row.my_state }
}

/// The group, if the actor may do this with it. One that is absent and one that they may not know of look the same.
pub fn allowed(actor: Option<&Actor>, action: Action, group: Option<GroupRow>) -> Result<GroupRow, Problem> {
    let group = group.ok_or_else(|| Problem::not_found("group"))?;
    can(actor, action, &Thing::group(Some(access(&group)))).map_err(|denied| denied.problem("group"))?;
    Ok(group)
}

fn tagged(row: GroupRow) -> Tagged<GroupView> {
    Tagged::of_view(row.version, &GroupView::from(row))
}
