//! Groups and memberships in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::Membership;
use crate::{
    author_columns,
    domain::{GroupId, GroupKind, GroupRole, MemberId, MembershipState},
    identity::{
        member::Author,
        merge::{
            Merge,
            store::{bring_back, give_back, set_aside, take_over},
        },
    },
    kit::{Conn, db::CachedExt, pagination::Request},
    schema::{membership, user_group},
};

/// Of a member's owned groups, with the member; see [`owned_names`].
const OWNED_GROUPS_LOCK: i32 = 7_270_005;

/// A group to be inserted.
#[derive(Insertable)]
#[diesel(table_name = user_group)]
pub struct NewGroup<'a> {
    pub id: GroupId,
    pub slug: &'a str,
    pub name: &'a str,
    pub description: &'a str,
    pub kind: GroupKind,
    pub private: bool,
    pub created_by: MemberId,
    pub created_at: DateTime<Utc>,
}

/// False when the slug is taken.
pub async fn insert_group(conn: &mut Conn, new: &NewGroup<'_>) -> QueryResult<bool> {
    let inserted = diesel::insert_into(user_group::table).values(new).on_conflict_do_nothing().execute(conn).await?;
    Ok(inserted == 1)
}

/// The names of the living groups that a member owns. Of two that they come to own at once, one waits until the transaction
/// ends. (By a lock of its own: whoever writes holds their member's row already, as others may, and could wait for each other
/// there.)
pub async fn owned_names(conn: &mut Conn, member_id: MemberId) -> QueryResult<Vec<String>> {
    diesel::sql_query("select pg_advisory_xact_lock($1, hashtext($2))")
        .bind::<Int4, _>(OWNED_GROUPS_LOCK)
        .bind::<Text, _>(member_id.to_string())
        .cached()
        .execute(conn)
        .await?;
    membership::table
        .inner_join(user_group::table)
        .filter(membership::member_id.eq(member_id))
        .filter(membership::role.eq(GroupRole::Owner))
        .filter(user_group::deleted_at.is_null())
        .select(user_group::name)
        .load(conn)
        .await
}

/// A living group, with where the reader stands.
#[derive(QueryableByName, Clone)]
pub struct GroupRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: GroupId,
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub description: String,
    #[diesel(sql_type = Text)]
    pub kind: GroupKind,
    #[diesel(sql_type = Bool)]
    pub private: bool,
    #[diesel(sql_type = Int4)]
    pub member_count: i32,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    /// Of who asks.
    #[diesel(sql_type = Nullable<Text>)]
    pub my_role: Option<GroupRole>,
    #[diesel(sql_type = Nullable<Text>)]
    pub my_state: Option<MembershipState>,
}

/// SQL: living groups `g` with the membership of reader `$1`; the rest is a condition.
macro_rules! group_query {
    ($rest:literal) => {
        concat!(
            "select g.id, g.slug, g.name, g.description, g.kind, g.private, g.member_count, g.created_at, g.version,
                    m.role as my_role, m.state as my_state
             from user_group g left join membership m on m.group_id = g.id and m.member_id = $1
             where g.deleted_at is null and ",
            $rest
        )
    };
}

/// A living group, with where `reader` stands.
pub async fn find_group(conn: &mut Conn, slug: &str, reader: Option<MemberId>) -> QueryResult<Option<GroupRow>> {
    let rows: Vec<GroupRow> = diesel::sql_query(group_query!("g.slug = $2"))
        .bind::<Nullable<SqlUuid>, _>(reader)
        .bind::<Text, _>(slug)
        .cached()
        .load(conn)
        .await?;
    Ok(rows.into_iter().next())
}

/// A living group as [`find_group`] finds it, locked: nobody else changes it or who is in it until the end of the
/// transaction.
pub async fn lock_group(conn: &mut Conn, slug: &str, reader: MemberId) -> QueryResult<Option<GroupRow>> {
    let locked: Option<GroupId> = user_group::table
        .filter(user_group::slug.eq(slug))
        .filter(user_group::deleted_at.is_null())
        .select(user_group::id)
        .for_update()
        .first(conn)
        .await
        .optional()?;
    match locked {
        // A statement of its own: it sees what whoever held the lock before has done.
        Some(_) => find_group(conn, slug, Some(reader)).await,
        None => Ok(None),
    }
}

/// What a list of groups is narrowed to.
#[derive(Clone)]
pub struct Filter {
    pub reader: Option<MemberId>,
    /// Staff see private groups too.
    pub staff: bool,
    /// Only groups that the reader is in, has asked for or is invited to.
    pub mine: bool,
    /// A LIKE pattern for names, lower case.
    pub name: Option<String>,
}

/// The largest first.
pub async fn list_groups(conn: &mut Conn, filter: &Filter, request: &Request<i64>) -> QueryResult<Vec<GroupRow>> {
    let text = if request.back() {
        group_query!(
            "(not g.private or $2 or m.state in ('active', 'invited')) and (not $3 or m.state in ('active', 'requested', 'invited'))
             and ($4 is null or lower(g.name) like $4)
             and ($5 is null or (g.member_count, g.id) > ($5, $6))
             order by g.member_count, g.id limit $7"
        )
    } else {
        group_query!(
            "(not g.private or $2 or m.state in ('active', 'invited')) and (not $3 or m.state in ('active', 'requested', 'invited'))
             and ($4 is null or lower(g.name) like $4)
             and ($5 is null or (g.member_count, g.id) < ($5, $6))
             order by g.member_count desc, g.id desc limit $7"
        )
    };
    diesel::sql_query(text)
        .bind::<Nullable<SqlUuid>, _>(filter.reader)
        .bind::<Bool, _>(filter.staff)
        .bind::<Bool, _>(filter.mine)
        .bind::<Nullable<Text>, _>(filter.name.as_deref())
        .bind::<Nullable<BigInt>, _>(request.seek.as_ref().map(|seek| seek.key))
        .bind::<Nullable<SqlUuid>, _>(request.seek.as_ref().map(|seek| seek.id))
        .bind::<BigInt, _>(request.rows())
        .cached()
        .load(conn)
        .await
}

/// Writes the terms of a group; returns its new version.
pub async fn update_group(conn: &mut Conn, group: &GroupRow) -> QueryResult<i32> {
    diesel::update(user_group::table.find(group.id))
        .set((
            user_group::name.eq(&group.name),
            user_group::description.eq(&group.description),
            user_group::kind.eq(group.kind),
            user_group::private.eq(group.private),
            user_group::version.eq(user_group::version + 1),
        ))
        .returning(user_group::version)
        .cached()
        .get_result(conn)
        .await
}

/// Marks a group as deleted; its rows stay.
pub async fn delete_group(conn: &mut Conn, id: GroupId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(user_group::table.find(id)).set(user_group::deleted_at.eq(now)).cached().execute(conn).await?;
    Ok(())
}

/// Adds to a group's count of active members; `change` may be negative.
pub async fn add_to_count(conn: &mut Conn, id: GroupId, change: i32) -> QueryResult<()> {
    if change != 0 {
        diesel::update(user_group::table.find(id))
            .set(user_group::member_count.eq(user_group::member_count + change))
            .cached()
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// A member, with where they stand with a group.
#[derive(QueryableByName)]
pub struct MembershipRow {
    #[diesel(embed)]
    pub author: Author,
    /// None for somebody who has nothing to do with the group.
    #[diesel(sql_type = Nullable<Text>)]
    pub role: Option<GroupRole>,
    #[diesel(sql_type = Nullable<Text>)]
    pub state: Option<MembershipState>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub since: Option<DateTime<Utc>>,
}

impl MembershipRow {
    /// Where the member stands; None for somebody who has nothing to do with the group.
    pub fn membership(&self) -> Option<Membership> {
        self.role.zip(self.state).map(|(role, state)| Membership::new(role, state))
    }
}

/// A living member, with where they stand with the group.
pub async fn find_membership(conn: &mut Conn, group_id: GroupId, member_id: MemberId) -> QueryResult<Option<MembershipRow>> {
    let rows: Vec<MembershipRow> = diesel::sql_query(concat!(
        "select ",
        author_columns!("m", "r"),
        ", s.role, s.state, s.since from member m
         left join membership s on s.member_id = m.id and s.group_id = $1
         left join reputation r on r.member_id = m.id
         where m.id = $2 and m.erased_at is null"
    ))
    .bind::<SqlUuid, _>(group_id)
    .bind::<SqlUuid, _>(member_id)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().next())
}

/// In the order in which they came to the community.
pub async fn list_members(
    conn: &mut Conn,
    group_id: GroupId,
    state: MembershipState,
    request: &Request<()>,
) -> QueryResult<Vec<MembershipRow>> {
    let text = if request.back() {
        concat!(
            "select ",
            author_columns!("m", "r"),
            ", s.role, s.state, s.since from membership s join member m on m.id = s.member_id left join reputation r on r.member_id = m.id
             where s.group_id = $1 and s.state = $2 and ($3 is null or s.member_id < $3) order by s.member_id desc limit $4"
        )
    } else {
        concat!(
            "select ",
            author_columns!("m", "r"),
            ", s.role, s.state, s.since from membership s join member m on m.id = s.member_id left join reputation r on r.member_id = m.id
             where s.group_id = $1 and s.state = $2 and ($3 is null or s.member_id > $3) order by s.member_id limit $4"
        )
    };
    diesel::sql_query(text)
        .bind::<SqlUuid, _>(group_id)
        .bind::<Text, _>(state)
        .bind::<Nullable<SqlUuid>, _>(request.seek.as_ref().map(|seek| seek.id))
        .bind::<BigInt, _>(request.rows())
        .cached()
        .load(conn)
        .await
}

/// Returns since when the membership has been in its state.
pub async fn put_membership(
    conn: &mut Conn,
    group_id: GroupId,
    member_id: MemberId,
    membership: Membership,
    now: DateTime<Utc>,
) -> QueryResult<DateTime<Utc>> {
    #[derive(QueryableByName)]
    struct Since {
        #[diesel(sql_type = Timestamptz)]
        since: DateTime<Utc>,
    }
    let row: Since = diesel::sql_query(
        "insert into membership (group_id, member_id, role, state, since) values ($1, $2, $3, $4, $5)
         on conflict (group_id, member_id) do update set role = excluded.role, state = excluded.state,
           since = case when membership.state = excluded.state then membership.since else excluded.since end
         returning since",
    )
    .bind::<SqlUuid, _>(group_id)
    .bind::<SqlUuid, _>(member_id)
    .bind::<Text, _>(membership.role)
    .bind::<Text, _>(membership.state)
    .bind::<Timestamptz, _>(now)
    .cached()
    .get_result(conn)
    .await?;
    Ok(row.since)
}

/// Removes a membership, whatever its state; nothing where there is none.
pub async fn delete_membership(conn: &mut Conn, group_id: GroupId, member_id: MemberId) -> QueryResult<()> {
    diesel::delete(membership::table.find((group_id, member_id))).execute(conn).await?;
    Ok(())
}

/// Makes the owner, if there is one, a moderator.
pub async fn retire_owner(conn: &mut Conn, group_id: GroupId) -> QueryResult<()> {
    diesel::update(membership::table)
        .filter(membership::group_id.eq(group_id))
        .filter(membership::role.eq(GroupRole::Owner))
        .set(membership::role.eq(GroupRole::Moderator))
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes members out of every group. A group whose owner goes passes to the moderator, or else the member, who has been
/// in it longest.
pub async fn remove_everywhere(conn: &mut Conn, members: &[MemberId]) -> QueryResult<()> {
    #[derive(QueryableByName)]
    struct Left {
        #[diesel(sql_type = SqlUuid)]
        group_id: GroupId,
    }
    let ownerless: Vec<Left> = diesel::sql_query(
        "with gone as (delete from membership where member_id = any($1) returning group_id, role, state),
         counted as (
           update user_group g set member_count = g.member_count - c.active
           from (select group_id, count(*) filter (where state = 'active') as active from gone group by group_id) c
           where g.id = c.group_id
         )
         select group_id from gone where role = 'owner'",
    )
    .bind::<Array<SqlUuid>, _>(members)
    .cached()
    .load(conn)
    .await?;
    diesel::sql_query(
        "update membership m set role = 'owner'
         from (select distinct on (group_id) group_id, member_id from membership
               where group_id = any($1) and state = 'active' order by group_id, (role = 'moderator') desc, since, member_id) heir
         where m.group_id = heir.group_id and m.member_id = heir.member_id",
    )
    .bind::<Array<SqlUuid>, _>(ownerless.into_iter().map(|left| left.group_id).collect::<Vec<_>>())
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves the memberships of who goes. Of two in one group stays that of who stays, unless the other is in it already, or leads
/// it. Returns how many moved.
pub async fn take_memberships(conn: &mut Conn, merge: &Merge) -> QueryResult<i64> {
    let less = "t.member_id = $2 and exists (
                  select from membership o where o.member_id = $1 and o.group_id = t.group_id and o.state = 'active'
                  and (o.role = 'owner' or t.state in ('requested', 'invited')
                       or t.state = 'active' and t.role = 'member' and o.role = 'moderator'))";
    let same = "t.member_id = $1 and exists (select from membership o where o.member_id = $2 and o.group_id = t.group_id)";
    lock_groups(conn, merge).await?;
    set_aside(conn, merge, "membership", "group_id", less).await?;
    set_aside(conn, merge, "membership", "group_id", same).await?;
    let moved = take_over(conn, merge, "membership", "group_id", "member_id").await?;
    count_anew(conn, merge).await?;
    Ok(moved)
}

/// Moves back the memberships that [`take_memberships`] moved or set aside, and counts the members anew.
pub async fn give_memberships(conn: &mut Conn, merge: &Merge) -> QueryResult<()> {
    lock_groups(conn, merge).await?;
    give_back(conn, merge, "membership", "group_id", "member_id").await?;
    bring_back(conn, merge, "membership").await?;
    count_anew(conn, merge).await
}

/// Nobody else changes who is in the groups of who goes, or in those that the merge has changed.
async fn lock_groups(conn: &mut Conn, merge: &Merge) -> QueryResult<()> {
    diesel::sql_query(
        "select from user_group where id in (
           select group_id from membership where member_id = $2
           union select row_id from merged_row where merge_id = $1 and place in ('membership', 'membership.member_id'))
         order by id for update",
    )
    .bind::<SqlUuid, _>(merge.id)
    .bind::<SqlUuid, _>(merge.from)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

async fn count_anew(conn: &mut Conn, merge: &Merge) -> QueryResult<()> {
    diesel::sql_query(
        "update user_group g set member_count = (select count(*) from membership where group_id = g.id and state = 'active')
         where g.id in (select row_id from merged_row where merge_id = $1 and place in ('membership', 'membership.member_id'))",
    )
    .bind::<SqlUuid, _>(merge.id)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}
