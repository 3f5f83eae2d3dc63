//! Members in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Int4, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use rand::Rng;

use crate::{
    identity::account::rules::handle_key,
    kit::{Conn, db::CachedExt},
    schema::{account, external_member, member},
    words::{MemberId, PartnerId, Role},
};

/// Without letters that look alike.
const HANDLE_LETTERS: &[u8] = b"abcdefghjkmnpqrtuvwxyz2346789";
const HANDLE_LETTER_COUNT: usize = 10;

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

/// The member whose account has the e-mail address of this SHA-256.
pub async fn find_by_email_hash(conn: &mut Conn, hash: &[u8]) -> QueryResult<Option<MemberId>> {
    account::table.filter(account::email_hash.eq(hash)).select(account::member_id).first(conn).await.optional()
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

/// The same for many, in two statements and no particular order; repeated ids come once.
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
    let handles: Vec<String> = external_ids.iter().map(|_| random_handle("guest-")).collect();
    let keys: Vec<String> = handles.iter().map(|handle| handle_key(handle)).collect();
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

/// A handle that nobody chose.
pub fn random_handle(prefix: &str) -> String {
    let mut rng = rand::rng();
    let letters = (0..HANDLE_LETTER_COUNT).map(|_| HANDLE_LETTERS[rng.random_range(0..HANDLE_LETTERS.len())] as char);
    prefix.chars().chain(letters).collect()
}
