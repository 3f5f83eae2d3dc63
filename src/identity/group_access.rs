//! Where a member stands with a group: what [`permission`](super::permission) wants to know.

use diesel::sql_types::{Bool, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::{
    Actor,
    permission::{Action, GroupAccess, Object, can},
};
use crate::{
    domain::{GroupId, GroupRole, MemberId, MembershipState},
    kit::{Conn, Problem, db::CachedExt},
};

/// SQL: whether the posts of the group `$group` (a column that may be null) may be seen by the member `$member` (a
/// nullable parameter). Staff see everything, so leave it out for them.
#[macro_export]
macro_rules! visible_group {
    ($group:literal, $member:literal) => {
        $crate::visible_group!(@ $group, "", $member)
    };
    (@ $table:literal, $column:literal, $member:literal) => {
        concat!(
            "(",
            $table,
            $column,
            " is null or exists (select 1 from user_group vg where vg.id = ",
            $table,
            $column,
            " and vg.deleted_at is null and (not vg.private or exists (select 1 from membership vm where vm.group_id = vg.id",
            " and vm.member_id = ",
            $member,
            " and vm.state = 'active'))))"
        )
    };
}

/// SQL: whether the question `$question` (a row of `post`, or nulls) may be seen by the member `$member`, as
/// [`permission`](super::permission) says of those who are not staff. A moderator of its group sees it hidden, too; a list
/// of one's own need not say so.
#[macro_export]
macro_rules! visible_question {
    ($question:literal, $member:literal) => {
        concat!(
            "((",
            $question,
            ".state = 'published' or ",
            $question,
            ".author_id = ",
            $member,
            ") and ",
            $crate::visible_group!(@ $question, ".group_id", $member),
            ")"
        )
    };
}

/// SQL: whether the tag `$tag` is shown. One that nobody uses where everybody sees it may be a private group's: its name
/// is theirs, until staff describe it.
#[macro_export]
macro_rules! shown_tag {
    ($tag:literal) => {
        concat!("(", $tag, ".question_count > 0 or ", $tag, ".description <> '' or ", $tag, ".synonym_of is not null)")
    };
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Uuid)]
    id: GroupId,
    #[diesel(sql_type = Bool)]
    private: bool,
    #[diesel(sql_type = Bool)]
    deleted: bool,
    #[diesel(sql_type = Nullable<Text>)]
    role: Option<GroupRole>,
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<MembershipState>,
}

impl Row {
    fn access(&self) -> GroupAccess {
        let my_role = self.role.filter(|_| self.state == Some(MembershipState::Active));
        GroupAccess { private: self.private, deleted: self.deleted, my_role, state: self.state }
    }
}

/// Where a member, or a visitor, stands with a group. None when there is no such group.
pub async fn find(conn: &mut Conn, group_id: GroupId, member_id: Option<MemberId>) -> diesel::QueryResult<Option<GroupAccess>> {
    let rows: Vec<Row> = diesel::sql_query(
        "select g.id, g.private, g.deleted_at is not null as deleted, m.role, m.state
         from user_group g left join membership m on m.group_id = g.id and m.member_id = $2
         where g.id = $1",
    )
    .bind::<Uuid, _>(group_id)
    .bind::<Nullable<Uuid>, _>(member_id)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().next().map(|row| row.access()))
}

/// A group by its name in URLs, even a deleted one, and where a member stands with it; None where there was never one.
pub async fn find_by_slug(conn: &mut Conn, slug: &str, member_id: Option<MemberId>) -> diesel::QueryResult<Option<(GroupId, GroupAccess)>> {
    let rows: Vec<Row> = diesel::sql_query(
        "select g.id, g.private, g.deleted_at is not null as deleted, m.role, m.state
         from user_group g left join membership m on m.group_id = g.id and m.member_id = $2
         where g.slug = $1",
    )
    .bind::<Text, _>(slug)
    .bind::<Nullable<Uuid>, _>(member_id)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().next().map(|row| (row.id, row.access())))
}

/// A group that the caller may know of, by its name in URLs; or 404.
pub async fn find_visible(conn: &mut Conn, slug: &str, actor: Option<&Actor>) -> Result<(GroupId, GroupAccess), Problem> {
    let found = if slug.contains('\0') { None } else { find_by_slug(conn, slug, actor.map(|actor| actor.member_id)).await? };
    let (id, access) = found.ok_or_else(|| Problem::not_found("group"))?;
    can(actor, Action::See, &Object::group(Some(access))).map_err(|denied| denied.problem("group"))?;
    Ok((id, access))
}
