//! Members: their own page and what others see of them.

use chrono::{DateTime, Utc};
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};

use super::{
    export::{self, Export},
    rules,
    store::{self, Author, MyRow, ProfileRow},
    view::{GroupOfMember, Profile},
};
use crate::{
    domain::{ApiTag, MemberId, Role},
    events::{self, Event},
    identity::{Handle, Member, Myself, Visitor, auth},
    kit::{
        Kit, Problem,
        etag::{self, Conditional, Edited, Tagged},
        pagination::Page,
        problem::Fields,
        text::Text,
    },
};

/// Operations on members: read, edit and export oneself, list and read others.
pub struct MemberApi {
    pub kit: Kit,
}

/// A member beside what they wrote or achieved.
#[derive(Object, Clone, Debug)]
pub struct AuthorView {
    pub id: MemberId,
    /// The name in URLs.
    pub handle: String,
    pub display_name: String,
    pub role: Role,
    /// At least 1.
    pub reputation: i32,
}

impl From<Author> for AuthorView {
    fn from(author: Author) -> Self {
        Self { id: author.id, handle: author.handle, display_name: author.display_name, role: author.role, reputation: author.reputation }
    }
}

/// What only the member sees.
#[derive(Object)]
struct Me {
    id: MemberId,
    handle: String,
    display_name: String,
    bio: String,
    email: String,
    role: Role,
    /// Trust level, 0 to 4.
    trust: i16,
    /// Whether the member wants to appear on leaderboards; staff never do.
    on_leaderboards: bool,
    /// When the member joined.
    since: DateTime<Utc>,
}

impl From<MyRow> for Me {
    fn from(row: MyRow) -> Self {
        let MyRow { id, handle, display_name, bio, email, role, trust, on_leaderboards, created_at, version: _ } = row;
        Self { id, handle, display_name, bio, email, role, trust, on_leaderboards, since: created_at }
    }
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EditMe {
    /// 1 to 60 characters.
    display_name: Option<Text>,
    /// At most 1,000 characters.
    bio: Option<Text>,
    /// Whether to appear on leaderboards.
    on_leaderboards: Option<bool>,
}

#[OpenApi(tag = "ApiTag::Identity")]
impl MemberApi {
    /// Get the caller's own member and account
    #[oai(path = "/me", method = "get", operation_id = "get_me")]
    async fn get_me(
        &self,
        myself: Myself,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Conditional<Me>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let row = store::find_me(&mut conn, myself.0.member_id).await?;
        let version = row.version;
        let me = Me::from(row);
        // Trust moves without an edit.
        Ok(Tagged::of_view(version, &me).read(if_none_match.0.as_deref()))
    }

    /// Edit the caller's own member
    #[oai(path = "/me", method = "patch", operation_id = "edit_me")]
    async fn edit_me(
        &self,
        member: Member,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<EditMe>,
    ) -> Result<Edited<Me>, Problem> {
        let Json(body) = body;
        let mut fields = Fields::default();
        if let Some(name) = &body.display_name {
            fields.chars("/display_name", name, rules::DISPLAY_NAME_CHARS);
        }
        if let Some(bio) = &body.bio {
            fields.chars("/bio", bio, rules::BIO_CHARS);
        }
        fields.done()?;

        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let mut me = store::lock_me(&mut tx, member.0.member_id).await?.ok_or_else(auth::gone)?;
        etag::guard(if_match.0.as_deref(), me.version)?;
        let was_listed = rules::is_listed(me.role, me.on_leaderboards);
        me.display_name = body.display_name.map_or(me.display_name, |name| name.trim().to_owned());
        me.bio = body.bio.map_or(me.bio, |bio| bio.trim().to_owned());
        me.on_leaderboards = body.on_leaderboards.unwrap_or(me.on_leaderboards);
        me.version = store::update_member(&mut tx, me.id, &me.display_name, &me.bio, me.on_leaderboards).await?;
        let listed = rules::is_listed(me.role, me.on_leaderboards);
        if listed != was_listed {
            events::publish(&mut tx, now, [Event::LeaderboardListingChanged { member_id: me.id, listed }]).await?;
        }
        tx.commit().await?;
        self.kit.outbox.wake();
        let version = me.version;
        let me = Me::from(me);
        Ok(Tagged::of_view(version, &me).edited())
    }

    /// Export everything about the caller
    ///
    /// The account, and all that was written, joined, bought, earned and redeemed with it, as one JSON document.
    #[oai(path = "/me/export", method = "get", operation_id = "export_me")]
    async fn export_me(&self, myself: Myself) -> Result<Json<Export>, Problem> {
        let mut conn = self.kit.db.read().await?;
        Ok(Json(export::find_everything(&mut conn, myself.0.member_id).await?))
    }

    /// Search members
    ///
    /// By the beginning of the handle or of the name. The very handle comes first, then handles in order. Without `q`,
    /// everybody.
    #[oai(path = "/members", method = "get", operation_id = "list_members")]
    async fn list_members(
        &self,
        _visitor: Visitor,
        /// How the handle or the name begins; case does not matter.
        q: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<AuthorView>>, Problem> {
        let q = q.0.unwrap_or_default().trim().trim_start_matches('@').to_owned();
        let list = format!("list_members?q={q}");
        let request = self.kit.cursors.request::<String>(&list, cursor.0.as_deref(), limit.0)?;
        let mut conn = self.kit.db.read().await?;
        let rows = store::list_by_name(&mut conn, &q, &request).await?;
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| (row.place.clone(), row.author.id.0), |row| row.author.into())))
    }

    /// Get a member's public profile
    #[oai(path = "/members/:handle", method = "get", operation_id = "get_member")]
    async fn get_member(
        &self,
        visitor: Visitor,
        handle: Path<Handle>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Conditional<Profile>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let reader = visitor.0.as_ref().map(|actor| actor.member_id);
        let staff = visitor.0.as_ref().is_some_and(|actor| actor.is_staff());
        let id = handle.0.find_itself(&mut conn).await?;
        let member = store::find_profile(&mut conn, id, reader, staff).await?;
        let row = member.ok_or_else(|| Problem::not_found("member"))?;
        let groups = store::list_groups_of(&mut conn, row.author.id, reader, staff).await?;
        let version = row.version;
        let profile = profile(row, groups);
        Ok(Tagged::of_view(version, &profile).read(if_none_match.0.as_deref()))
    }
}

fn profile(row: ProfileRow, groups: Vec<store::GroupRow>) -> Profile {
    Profile {
        id: row.author.id,
        handle: row.author.handle,
        display_name: row.author.display_name,
        bio: row.bio,
        role: row.author.role,
        reputation: row.author.reputation,
        claimed: row.claimed,
        merged_into: row.merged_into,
        since: row.created_at,
        questions: row.questions,
        answers: row.answers,
        accepted_answers: row.accepted_answers,
        groups: groups.into_iter().map(|group| GroupOfMember { slug: group.slug, name: group.name, role: group.role }).collect(),
    }
}
