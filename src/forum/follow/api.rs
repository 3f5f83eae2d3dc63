//! Following and no longer following.

use poem_openapi::{
    ApiResponse, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{rules, store};
use crate::{
    domain::{ApiTag, PostId, PostKind},
    forum::{
        post::{self, permit},
        tag::{
            api::TagView,
            rules::normalise,
            store::{self as tags, TagRow},
        },
    },
    identity::{Member, permission::Action},
    kit::{Kit, Problem, pagination::Page},
};

/// Operations on what a member follows: questions and tags.
pub struct FollowApi {
    pub kit: Kit,
}

#[derive(ApiResponse)]
enum Followed {
    /// The caller follows it.
    #[oai(status = 204)]
    Done,
}

#[derive(ApiResponse)]
enum Unfollowed {
    /// The caller does not follow it.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(tag = "ApiTag::Forum")]
impl FollowApi {
    /// Follow a question
    ///
    /// The caller is told of its answers. Who asks or answers a question follows it by that. Again without effect.
    #[oai(path = "/questions/:question_id/follow", method = "put", operation_id = "follow_question")]
    async fn follow_question(&self, member: Member, question_id: Path<PostId>) -> Result<Followed, Problem> {
        let actor = member.0;
        let mut tx = actor.begin(&self.kit).await?;
        let thread = post::store::find_thread_of(&mut tx, question_id.0, PostKind::Question).await?;
        permit(&mut tx, Some(&actor), Action::See, &thread).await?;
        store::follow_question(&mut tx, actor.member_id, question_id.0, self.kit.clock.now()).await?;
        tx.commit().await?;
        Ok(Followed::Done)
    }

    /// No longer follow a question
    #[oai(path = "/questions/:question_id/follow", method = "delete", operation_id = "unfollow_question")]
    async fn unfollow_question(&self, member: Member, question_id: Path<PostId>) -> Result<Unfollowed, Problem> {
        let mut conn = self.kit.db.read().await?;
        store::unfollow_question(&mut conn, member.0.member_id, question_id.0).await?;
        Ok(Unfollowed::Done)
    }

    /// Follow a tag
    ///
    /// Its questions are among those that the caller follows. A synonym stands for its tag. At most 100.
    #[oai(path = "/tags/:name/follow", method = "put", operation_id = "follow_tag")]
    async fn follow_tag(&self, member: Member, name: Path<String>) -> Result<Followed, Problem> {
        let (me, now) = (member.0.member_id, self.kit.clock.now());
        let name = normalise(&name).ok_or_else(|| Problem::not_found("tag"))?;
        let mut tx = member.0.begin(&self.kit).await?;
        let tag = tags::resolve(&mut tx, &name).await?.filter(TagRow::is_shown).ok_or_else(|| Problem::not_found("tag"))?;
        let (followed, already) = store::count_tags(&mut tx, me, tag.id).await?;
        rules::may_follow_tag(followed, already)?;
        store::follow_tag(&mut tx, me, tag.id, now).await?;
        tx.commit().await?;
        Ok(Followed::Done)
    }

    /// No longer follow a tag
    #[oai(path = "/tags/:name/follow", method = "delete", operation_id = "unfollow_tag")]
    async fn unfollow_tag(&self, member: Member, name: Path<String>) -> Result<Unfollowed, Problem> {
        let mut conn = self.kit.db.read().await?;
        let name = normalise(&name).unwrap_or_default();
        if let Some(tag) = tags::resolve(&mut conn, &name).await? {
            store::unfollow_tag(&mut conn, member.0.member_id, tag.id).await?;
        }
        Ok(Unfollowed::Done)
    }

    /// List the tags that the caller follows
    ///
    /// By name.
    #[oai(path = "/me/followed-tags", method = "get", operation_id = "list_followed_tags")]
    async fn list_followed_tags(
        &self,
        member: Member,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<TagView>>, Problem> {
        let me = member.0.member_id;
        let list = format!("followed tags of {me}");
        let request = self.kit.cursors.request::<String>(&list, cursor.0.as_deref(), limit.0)?;
        let mut conn = self.kit.db.read().await?;
        let seek = request.seek.as_ref().map(|seek| seek.key.as_str());
        let rows = tags::list_followed(&mut conn, me, seek, request.back(), request.rows()).await?;
        let view = |row: TagRow| TagView { following: Some(true), ..row.into() };
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| (row.name.clone(), row.id.0), view)))
    }
}
