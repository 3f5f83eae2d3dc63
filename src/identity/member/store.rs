//! Members in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::exists,
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int2, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use rand::Rng;

use super::{
    rules::MemberSort,
    view::{MemberForAdmin, MemberPosition},
};
use crate::{
    domain::{GroupRole, MemberId, PartnerId, Role},
    identity::{
        erasure::PERSONAL_COLUMNS,
        handle::{handle_keys, retire},
    },
    kit::{Conn, db::CachedExt, erasure, pagination::Request},
    schema::{account, external_member, member},
    visible_group,
};

/// Without letters that look alike.
const HANDLE_LETTERS: &[u8] = b"abcdefghjkmnpqrtuvwxyz2346789";
const GUEST_LETTERS: usize = 10;
const GROUPS_SHOWN_MAX: i64 = 100;
/// SQL: the handle of `m` as it is compared, ordered and searched, by the index `member_handle`.
const HANDLE: &str = "lower(m.handle collate \"C\")";

/// SQL: the columns of [`Author`], given the aliases of `member` and of a left-joined `reputation`.
#[macro_export]
macro_rules! author_columns {
    ($member:literal, $reputation:literal) => {
        concat!(
            $member,
            ".id as author_id, ",
            $member,
            ".handle as author_handle, ",
            $member,
            ".display_name as author_display_name, ",
            $member,
            ".role as author_role, greatest(coalesce(",
            $reputation,
            ".total, 0), 1) as author_reputation"
        )
    };
}

/// A member beside content. Embed it in a row whose query selects [`author_columns!`](crate::author_columns).
#[derive(QueryableByName, Clone, Debug)]
pub struct Author {
    #[diesel(sql_type = SqlUuid, column_name = "author_id")]
    pub id: MemberId,
    #[diesel(sql_type = Text, column_name = "author_handle")]
    pub handle: String,
    #[diesel(sql_type = Text, column_name = "author_display_name")]
    pub display_name: String,
    #[diesel(sql_type = Text, column_name = "author_role")]
    pub role: Role,
    #[diesel(sql_type = Int4, column_name = "author_reputation")]
    pub reputation: i32,
}

/// The member whose account has the e-mail address of this SHA-256, or the one that it was merged into.
pub async fn find_by_email_hash(conn: &mut Conn, hash: &[u8]) -> QueryResult<Option<MemberId>> {
    let found: Option<(MemberId, Option<MemberId>)> = account::table
        .inner_join(member::table)
        .filter(account::email_hash.eq(hash))
        .select((member::id, member::merged_into))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(id, into)| into.unwrap_or(id)))
}

/// The member whom a partner knows by `external_id`; an unclaimed one is made when there is none.
pub async fn find_or_create_external(
    conn: &mut Conn,
    partner_id: PartnerId,
    external_id: &str,
    now: DateTime<Utc>,
) -> QueryResult<MemberId> {
    let found = find_or_create_externals(conn, partner_id, &[external_id], now).await?;
    found.into_iter().next().map(|(_, id)| id).ok_or(diesel::result::Error::NotFound)
}

/// The members whom a partner knows by these ids, in two statements and no particular order; unclaimed ones are made
/// for those that are not known. Repeated ids come once.
pub async fn find_or_create_externals(
    conn: &mut Conn,
    partner_id: PartnerId,
    external_ids: &[&str],
    now: DateTime<Utc>,
) -> QueryResult<Vec<(String, MemberId)>> {
    let mut found = find_externals(conn, partner_id, external_ids).await?;
    let known: std::collections::HashSet<&str> = found.iter().map(|(external_id, _)| external_id.as_str()).collect();
    let mut missing: Vec<&str> = external_ids.iter().copied().filter(|id| !known.contains(id)).collect();
    // Always in the same order, so that two batches do not wait for each other.
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(found);
    }
    let linked = create_externals(conn, partner_id, &missing, now).await?;
    let complete = linked.len() == missing.len();
    found.extend(linked);
    // Others made the rest at the same time.
    if complete { Ok(found) } else { find_externals(conn, partner_id, external_ids).await }
}

async fn find_externals(conn: &mut Conn, partner_id: PartnerId, external_ids: &[&str]) -> QueryResult<Vec<(String, MemberId)>> {
    external_member::table
        .filter(external_member::partner_id.eq(partner_id))
        .filter(external_member::external_id.eq_any(external_ids))
        .select((external_member::external_id, external_member::member_id))
        .load(conn)
        .await
}

#[derive(QueryableByName)]
struct Linked {
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
}

async fn create_externals(
    conn: &mut Conn,
    partner_id: PartnerId,
    external_ids: &[&str],
    now: DateTime<Utc>,
) -> QueryResult<Vec<(String, MemberId)>> {
    let ids: Vec<MemberId> = external_ids.iter().map(|_| MemberId::new()).collect();
    let handles: Vec<String> = external_ids.iter().map(|_| random_handle("guest-", GUEST_LETTERS)).collect();
    let keys: Vec<String> = handles.iter().map(|handle| handle_keys(handle).shape).collect();
    let linked: Vec<Linked> = diesel::sql_query(
        "with guest as (
           insert into member (id, handle, handle_key, display_name, created_at)
           select id, handle, handle_key, 'Guest', $6 from unnest($2, $3, $4) as g (id, handle, handle_key)
         )
         insert into external_member (partner_id, external_id, member_id, linked_at)
         select $1, external_id, id, $6 from unnest($5, $2) as e (external_id, id)
         on conflict (partner_id, external_id) do nothing
         returning external_id, member_id",
    )
    .bind::<SqlUuid, _>(partner_id)
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<Text>, _>(&handles)
    .bind::<Array<Text>, _>(&keys)
    .bind::<Array<Text>, _>(external_ids)
    .bind::<Timestamptz, _>(now)
    .cached()
    .load(conn)
    .await?;
    if linked.len() < ids.len() {
        let used: std::collections::HashSet<MemberId> = linked.iter().map(|row| row.member_id).collect();
        let unused: Vec<MemberId> = ids.into_iter().filter(|id| !used.contains(id)).collect();
        diesel::delete(member::table.filter(member::id.eq_any(unused))).execute(conn).await?;
    }
    Ok(linked.into_iter().map(|row| (row.external_id, row.member_id)).collect())
}

/// A handle that nobody chose: the prefix and random letters.
pub fn random_handle(prefix: &str, letter_count: usize) -> String {
    let mut rng = rand::rng();
    let letters = (0..letter_count).map(|_| HANDLE_LETTERS[rng.random_range(0..HANDLE_LETTERS.len())] as char);
    prefix.chars().chain(letters).collect()
}

/// A member who has an account, as they see themselves.
#[derive(Queryable)]
pub struct MyRow {
    pub id: MemberId,
    pub handle: String,
    pub display_name: String,
    pub bio: String,
    pub email: String,
    pub role: Role,
    pub trust: i16,
    pub on_leaderboards: bool,
    pub created_at: DateTime<Utc>,
    pub version: i32,
}

#[diesel::dsl::auto_type(no_type_alias)]
fn my_columns() -> _ {
    (
        member::id,
        member::handle,
        member::display_name,
        member::bio,
        account::email,
        member::role,
        member::trust,
        member::on_leaderboards,
        member::created_at,
        member::version,
    )
}

/// A member's handle; an error where there is no such member.
pub async fn find_handle(conn: &mut Conn, id: MemberId) -> QueryResult<String> {
    member::table.find(id).select(member::handle).first(conn).await
}

/// A member who has an account.
pub async fn find_me(conn: &mut Conn, id: MemberId) -> QueryResult<MyRow> {
    member::table.inner_join(account::table).filter(member::id.eq(id)).select(my_columns()).first(conn).await
}

/// A member who has an account, locked until the end of the transaction; None when they are gone, or have just become a
/// part of somebody else.
pub async fn lock_me(conn: &mut Conn, id: MemberId) -> QueryResult<Option<MyRow>> {
    let own = member::table.inner_join(account::table).filter(member::id.eq(id)).filter(member::merged_into.is_null());
    own.select(my_columns()).for_update().first(conn).await.optional()
}

/// Returns the new version.
pub async fn update_member(conn: &mut Conn, id: MemberId, display_name: &str, bio: &str, on_leaderboards: bool) -> QueryResult<i32> {
    diesel::update(member::table.find(id))
        .set((
            member::display_name.eq(display_name),
            member::bio.eq(bio),
            member::on_leaderboards.eq(on_leaderboards),
            member::version.eq(member::version + 1),
        ))
        .returning(member::version)
        .cached()
        .get_result(conn)
        .await
}

/// Whether anybody is administrator.
pub async fn has_administrator(conn: &mut Conn) -> QueryResult<bool> {
    let administrators = member::table.filter(member::role.eq(Role::Administrator)).filter(member::erased_at.is_null());
    diesel::select(exists(administrators)).get_result(conn).await
}

/// Every administrator, locked in one order, so that two of them cannot both go as the last but one.
pub async fn lock_administrators(conn: &mut Conn) -> QueryResult<Vec<MemberId>> {
    member::table
        .filter(member::role.eq(Role::Administrator))
        .filter(member::erased_at.is_null())
        .order(member::id)
        .select(member::id)
        // Not more: whoever writes that one of them did something refers to their row.
        .for_no_key_update()
        .load(conn)
        .await
}

/// Takes away all that tells who the member was, and every way to sign in; the handle stays taken. Returns what they were
/// called, the handle first, which others take out of texts.
pub async fn erase(conn: &mut Conn, id: MemberId, handle: &str, display_name: &str, now: DateTime<Utc>) -> QueryResult<Vec<String>> {
    let called = member::table.left_join(account::table).filter(member::id.eq(id));
    let (old, name, email): (String, String, Option<String>) =
        called.select((member::handle, member::display_name, account::email.nullable())).first(conn).await?;
    retire(conn, &old, now).await?;
    erasure::walk(conn, PERSONAL_COLUMNS, &[id.0]).await?;
    diesel::update(member::table.find(id))
        .set((
            member::handle.eq(handle),
            member::handle_key.eq(handle_keys(handle).shape),
            member::display_name.eq(display_name),
            member::bio.eq(""),
            member::role.eq(Role::Member),
            member::on_leaderboards.eq(false),
            member::import_source.eq(None::<String>),
            member::import_id.eq(None::<String>),
            member::erased_at.eq(now),
            member::version.eq(member::version + 1),
        ))
        .execute(conn)
        .await?;
    Ok([old, name].into_iter().chain(email).collect())
}

/// A member in a list by name.
#[derive(QueryableByName)]
pub struct NamedRow {
    /// The handle in lower case; empty for the very handle that was asked for, which so comes first.
    #[diesel(sql_type = Text)]
    pub place: String,
    #[diesel(embed)]
    pub author: Author,
}

/// Members whose handle or name begins with `q`. Each index yields a page of its own; the page is the first of both.
pub async fn list_by_name(conn: &mut Conn, q: &str, request: &Request<String>) -> QueryResult<Vec<NamedRow>> {
    let (order, than) = if request.back() { ("desc", "<") } else { ("asc", ">") };
    // Nothing in byte order lies between a text with its beginning and that beginning with this behind it.
    let text = format!(
        "with found as (
           (select m.id from member m where {HANDLE} = $1)
           union
           (select m.id from member m where {HANDLE} > $1 and {HANDLE} < $1 || E'\\U0010FFFF' and m.erased_at is null
              and m.merged_into is null
              and ($3 is null or {HANDLE} {than} $3) order by {HANDLE} {order} limit $4 + 1)
           union
           (select m.id from member m where $2 <> '' and lower(m.display_name) collate \"C\" >= lower($2)
              and lower(m.display_name) collate \"C\" < lower($2) || E'\\U0010FFFF' and m.erased_at is null
              and m.merged_into is null
              and ($3 is null or {HANDLE} {than} $3) order by {HANDLE} {order} limit $4 + 1)
         ), placed as (
           select m.*, case when {HANDLE} = $1 then '' else {HANDLE} end collate \"C\" as place from found join member m using (id)
         )
         select m.place, {} from placed m left join reputation r on r.member_id = m.id
         where m.erased_at is null and m.merged_into is null and ($3 is null or m.place {than} $3) order by m.place {order} limit $4",
        author_columns!("m", "r")
    );
    diesel::sql_query(text)
        .bind::<Text, _>(q.to_ascii_lowercase())
        .bind::<Text, _>(q)
        .bind::<Nullable<Text>, _>(request.seek.as_ref().map(|seek| &seek.key))
        .bind::<BigInt, _>(request.rows())
        .load(conn)
        .await
}

/// `text` as a literal in a LIKE pattern.
pub fn escape_like(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

/// What others see of a member, with what they have written that the reader may see.
#[derive(QueryableByName)]
pub struct ProfileRow {
    #[diesel(embed)]
    pub author: Author,
    #[diesel(sql_type = Text)]
    pub bio: String,
    #[diesel(sql_type = Bool)]
    pub claimed: bool,
    /// The handle of the one that it was merged into.
    #[diesel(sql_type = Nullable<Text>)]
    pub merged_into: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = BigInt)]
    pub questions: i64,
    #[diesel(sql_type = BigInt)]
    pub answers: i64,
    #[diesel(sql_type = BigInt)]
    pub accepted_answers: i64,
}

/// A member who is not erased, with counts of what `reader` may see.
pub async fn find_profile(conn: &mut Conn, id: MemberId, reader: Option<MemberId>, staff: bool) -> QueryResult<Option<ProfileRow>> {
    let rows: Vec<ProfileRow> = diesel::sql_query(concat!(
        "select ",
        author_columns!("m", "r"),
        ", m.bio, exists (select 1 from account where member_id = m.id) as claimed, m.created_at, m.version,
           (select handle from member where id = m.merged_into) as merged_into,
           c.questions, c.answers, c.accepted_answers
         from member m
         left join reputation r on r.member_id = m.id
         cross join lateral (
           select count(*) filter (where p.kind = 'question') as questions, count(*) filter (where p.kind = 'answer') as answers,
                  count(*) filter (where q.accepted_answer_id = p.id) as accepted_answers
           from post p join post q on q.id = p.question_id
           where p.author_id = m.id and p.state = 'published' and q.state = 'published' and ($3 or ",
        visible_group!("p.group_id", "$2"),
        ")) c
         where m.id = $1 and m.erased_at is null"
    ))
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<SqlUuid>, _>(reader)
    .bind::<Bool, _>(staff)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().next())
}

/// A group that a member is in, and their role there.
#[derive(QueryableByName)]
pub struct GroupRow {
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub role: GroupRole,
}

/// The groups of a member that `reader` may see.
pub async fn list_groups_of(conn: &mut Conn, id: MemberId, reader: Option<MemberId>, staff: bool) -> QueryResult<Vec<GroupRow>> {
    diesel::sql_query(concat!(
        "select g.slug, g.name, m.role from membership m join user_group g on g.id = m.group_id
         where m.member_id = $1 and m.state = 'active' and g.deleted_at is null and ($3 or ",
        visible_group!("g.id", "$2"),
        ") order by g.member_count desc, g.id desc limit $4"
    ))
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<SqlUuid>, _>(reader)
    .bind::<Bool, _>(staff)
    .bind::<BigInt, _>(GROUPS_SHOWN_MAX)
    .cached()
    .load(conn)
    .await
}

/// Which members administrators want listed, and in what order.
#[derive(Clone, Debug)]
pub struct Filter {
    /// How a handle or an e-mail address begins, in lower case; empty for everybody.
    pub q: String,
    pub role: Option<Role>,
    /// The rank of a tier.
    pub tier: Option<i16>,
    pub sort: MemberSort,
}

/// SQL: [`MemberForAdmin`], with what `$seen` says of when they were last seen.
macro_rules! members_for_admin {
    ($seen:literal) => {
        concat!(
            "select m.id, m.handle, m.display_name, a.email, m.role, m.trust, m.on_leaderboards, m.created_at as since,
                    greatest(coalesce(r.total, 0), 1) as reputation, coalesce(w.available, 0) as points,
                    coalesce(t.rank, 0::smallint) as tier_rank, (select handle from member where id = m.merged_into) as merged_into, ",
            $seen,
            " as last_seen_at
             from member m
             left join account a on a.member_id = m.id
             left join reputation r on r.member_id = m.id
             left join wallet w on w.member_id = m.id
             left join member_tier t on t.member_id = m.id "
        )
    };
}

const SEEN_ONE_BY_ONE: &str = members_for_admin!("(select max(last_used_at) from session where member_id = m.id)");
const SEEN_ALL: &str = concat!(
    members_for_admin!("s.at"),
    "left join (select member_id, max(last_used_at) as at from session group by member_id) s on s.member_id = m.id "
);

/// A page of members. By points, reputation or last visit it sorts all of them: an administrator can wait for that.
pub async fn list_for_admin(conn: &mut Conn, filter: &Filter, request: &Request<MemberPosition>) -> QueryResult<Vec<MemberForAdmin>> {
    // From the highest to the lowest; handles the other way round.
    let (place, known, downwards) = match filter.sort {
        MemberSort::Newest => ("m.id", "$8", true),
        MemberSort::Handle => (HANDLE, "$7", false),
        MemberSort::Points => ("coalesce(w.available, 0), m.id", "$6, $8", true),
        MemberSort::Reputation => ("greatest(coalesce(r.total, 0), 1), m.id", "$6, $8", true),
        MemberSort::LastSeen => ("coalesce((extract(epoch from s.at) * 1000000)::bigint, 0), m.id", "$6, $8", true),
    };
    let (than, direction) = if downwards != request.back() { ("<", "desc") } else { (">", "asc") };
    let members = if filter.sort == MemberSort::LastSeen { SEEN_ALL } else { SEEN_ONE_BY_ONE };
    let text = format!(
        "{members} where m.erased_at is null and ($1 is null or m.role = $1) and ($2 is null or coalesce(t.rank, 0::smallint) = $2)
           and ($3 is null or {HANDLE} like $3 or a.email_key like $4)
           and ($8 is null or ({place}) {than} ({known}))
         order by ({place}) {direction} limit $5"
    );
    let prefix = |text: &str| (!filter.q.is_empty()).then(|| format!("{}%", escape_like(text)));
    let (place, id) = request.seek.as_ref().map(|seek| (&seek.key, seek.id)).unzip();
    diesel::sql_query(text)
        .bind::<Nullable<Text>, _>(filter.role)
        .bind::<Nullable<Int2>, _>(filter.tier)
        .bind::<Nullable<Text>, _>(prefix(&filter.q))
        .bind::<Nullable<Text>, _>(prefix(&filter.q))
        .bind::<BigInt, _>(request.rows())
        .bind::<Nullable<BigInt>, _>(place.map(|(number, _)| number))
        .bind::<Nullable<Text>, _>(place.map(|(_, handle)| handle))
        .bind::<Nullable<SqlUuid>, _>(id)
        .load(conn)
        .await
}

/// A member who is not erased.
pub async fn find_for_admin(conn: &mut Conn, id: MemberId) -> QueryResult<Option<MemberForAdmin>> {
    let rows: Vec<MemberForAdmin> = diesel::sql_query(concat!(
        members_for_admin!("(select max(last_used_at) from session where member_id = m.id)"),
        "where m.id = $1 and m.erased_at is null"
    ))
    .bind::<SqlUuid, _>(id)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().next())
}

/// A member who is not erased, locked until the end of the transaction.
pub async fn lock_for_admin(conn: &mut Conn, id: MemberId) -> QueryResult<Option<MemberForAdmin>> {
    let rows: Vec<MemberForAdmin> = diesel::sql_query(concat!(
        members_for_admin!("(select max(last_used_at) from session where member_id = m.id)"),
        "where m.id = $1 and m.erased_at is null for update of m"
    ))
    .bind::<SqlUuid, _>(id)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().next())
}

/// Gives a member a role, and counts the version up.
pub async fn set_role(conn: &mut Conn, id: MemberId, role: Role) -> QueryResult<()> {
    diesel::sql_query("update member set role = $2, version = version + 1 where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(role)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}
