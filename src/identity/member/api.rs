//! Members: their own page and what others see of them.

use chrono::{DateTime, Utc};
use poem::web::cookie::CookieJar;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};

use super::{
    Handle,
    export::{self, Export},
    rules::{self, Refusal},
    store::{self, Author, MyRow, ProfileRow},
};
use crate::{
    app::Tag,
    events::{self, Event},
    identity::{
        Member, Myself, Visitor,
        account::{api::forget_session, password, rules as account_rules, store as account_store},
        merge,
    },
    kit::{
        Conn, Kit, Problem,
        etag::{self, Conditional, Edited},
        limits::Ration,
        page::Page,
        problem::Fields,
        text::Text,
    },
    words::{GroupRole, MemberId, Role},
};

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

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EraseMe {
    /// The account's password, to be sure.
    password: Text,
}

#[derive(ApiResponse)]
enum Erased {
    /// The account is gone. What was written stays, under the name of an erased member.
    #[oai(status = 204)]
    Done,
}

/// What everybody sees of a member.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct Profile {
    id: MemberId,
    handle: String,
    display_name: String,
    bio: String,
    role: Role,
    /// At least 1.
    reputation: i32,
    /// False for a member whom an import or a partner brought, and who has not registered yet.
    claimed: bool,
    /// The handle of the member whom this one was merged into; absent when it was not.
    merged_into: Option<String>,
    /// When the member joined.
    since: DateTime<Utc>,
    /// Questions that the caller may see.
    questions: i64,
    /// Answers that the caller may see.
    answers: i64,
    /// Of these answers, those that an asker accepted.
    accepted_answers: i64,
    /// The groups in which the caller may see them, the largest first, at most 100.
    groups: Vec<GroupOfMember>,
}

/// A group that somebody is in.
#[derive(Object)]
pub struct GroupOfMember {
    pub slug: String,
    pub name: String,
    /// The member's role in it.
    pub role: GroupRole,
}

#[OpenApi(tag = "Tag::Identity")]
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
        let etag = etag::of_view(version, &me);
        Ok(Conditional::new(me, etag, if_none_match.0.as_deref()))
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
            fields.chars("/display_name", name, account_rules::DISPLAY_NAME_CHARS);
        }
        if let Some(bio) = &body.bio {
            fields.chars("/bio", bio, rules::BIO_CHARS);
        }
        fields.done()?;

        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let mut me = store::lock_me(&mut tx, member.0.member_id).await?;
        etag::guard(if_match.0.as_deref(), me.version)?;
        let was_listed = rules::is_listed(me.role, me.on_leaderboards);
        me.display_name = body.display_name.map_or(me.display_name, |name| name.trim().to_owned());
        me.bio = body.bio.map_or(me.bio, |bio| bio.trim().to_owned());
        me.on_leaderboards = body.on_leaderboards.unwrap_or(me.on_leaderboards);
        me.version = store::update_member(&mut tx, me.id, &me.display_name, &me.bio, me.on_leaderboards).await?;
        let listed = rules::is_listed(me.role, me.on_leaderboards);
        if listed != was_listed {
            events::tell(&mut tx, now, [Event::LeaderboardListingChanged { member_id: me.id, listed }]).await?;
        }
        tx.commit().await?;
        self.kit.outbox.ring();
        let version = me.version;
        let me = Me::from(me);
        let etag = etag::of_view(version, &me);
        Ok(Edited::Whole(Json(me), etag))
    }

    /// Erase the caller
    ///
    /// Ends every session, deletes the account, and takes the name off everything that was written, and out of what others
    /// wrote to it. The handle stays taken, so that nobody passes for who is gone; the address may register again. There is
    /// no way back. The last administrator cannot go.
    #[oai(path = "/me", method = "delete", operation_id = "erase_me")]
    async fn erase_me(&self, myself: Myself, jar: &CookieJar, body: Json<EraseMe>) -> Result<Erased, Problem> {
        let actor = myself.0;
        let hash = confirm_password(&self.kit, actor.member_id, body.0.password.0).await?;
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let administrators = store::lock_administrators(&mut tx).await?;
        let me = store::lock_me(&mut tx, actor.member_id).await?;
        still_holds(&mut tx, me.id, &hash).await?;
        rules::may_cease(me.role, administrators.len())?;
        let stand_in = store::random_handle("erased-", 8);
        let mut names = store::erase(&mut tx, me.id, &stand_in, rules::ERASED_NAME, now).await?;
        // What was merged into them is theirs, and texts that named it name them.
        for part in merge::store::find_parts(&mut tx, me.id).await? {
            let stand_in = store::random_handle("erased-", 8);
            let own = store::erase(&mut tx, part, &stand_in, rules::ERASED_NAME, now).await?;
            names.extend(own.iter().cloned());
            events::tell(&mut tx, now, [Event::MemberErased { member_id: part, names: own, stand_in }]).await?;
        }
        events::tell(&mut tx, now, [Event::MemberErased { member_id: me.id, names, stand_in }]).await?;
        tx.commit().await?;
        self.kit.outbox.ring();
        forget_session(jar);
        Ok(Erased::Done)
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
        let etag = etag::of_view(version, &profile);
        Ok(Conditional::new(profile, etag, if_none_match.0.as_deref()))
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

/// Wants the member's own password again before something that cannot be undone; guesses are rationed. Returns its hash,
/// for [`still_holds`].
pub async fn confirm_password(kit: &Kit, member_id: MemberId, given: String) -> Result<String, Problem> {
    kit.limits.take(Ration::Password, &format!("member:{member_id}"))?;
    // The connection goes back before the hashing.
    let stored = account_store::find_password_hash(&mut *kit.db.read().await?, member_id).await?;
    let right = password::verify(given, stored.clone()).await?;
    stored.filter(|_| right).ok_or_else(|| Refusal::WrongPassword.into())
}

/// Wants the password to be what it was when it was confirmed: somebody may have changed it meanwhile. It stays so to the
/// end of the transaction.
pub async fn still_holds(conn: &mut Conn, member_id: MemberId, hash: &str) -> Result<(), Problem> {
    if account_store::holds_password(conn, member_id, hash).await? { Ok(()) } else { Err(Refusal::WrongPassword.into()) }
}
