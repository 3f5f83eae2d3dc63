//! Accounts in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Bool, Text},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::rules::Email;
use crate::{
    domain::{MemberId, Role},
    identity::handle::{find_retired, handle_keys},
    kit::{Conn, db::CachedExt, secret},
    schema::{account, member, session},
};

/// A member to be inserted, with or without an account.
#[derive(Insertable)]
#[diesel(table_name = member)]
pub struct NewMember<'a> {
    pub id: MemberId,
    pub handle: &'a str,
    pub handle_key: String,
    pub display_name: &'a str,
    pub role: Role,
    pub created_at: DateTime<Utc>,
}

/// Whether somebody has this handle, or one that passes for it, or had it until they were erased.
pub async fn is_handle_taken(conn: &mut Conn, handle: &str, now: DateTime<Utc>) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Bool)]
        taken: bool,
    }
    let keys = handle_keys(handle);
    let Taken { taken } = diesel::sql_query(
        "select exists (select 1 from member where translate(lower(handle collate \"C\"), '05-_', 'os') = $1)
             or exists (select 1 from member where handle_key = $2) as taken",
    )
    .bind::<Text, _>(&keys.word)
    .bind::<Text, _>(&keys.shape)
    .cached()
    .get_result(conn)
    .await?;
    Ok(taken || !find_retired(conn, &[handle], now).await?.is_empty())
}

/// Whether an account has this address, case aside.
pub async fn is_email_known(conn: &mut Conn, email: &Email) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(account::table.filter(account::email_key.eq(&email.key)))).get_result(conn).await
}

/// Inserts a member. A unique violation where the handle, or one that looks like it, is taken.
pub async fn insert_member(conn: &mut Conn, new: &NewMember<'_>) -> QueryResult<()> {
    diesel::insert_into(member::table).values(new).execute(conn).await?;
    Ok(())
}

/// Gives a member an account. False where the address is taken, if only by now.
pub async fn insert_account(
    conn: &mut Conn,
    member_id: MemberId,
    email: &Email,
    password_hash: &str,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let inserted = diesel::insert_into(account::table)
        .values((
            account::id.eq(Uuid::now_v7()),
            account::member_id.eq(member_id),
            account::email.eq(&email.given),
            account::email_key.eq(&email.key),
            account::email_hash.eq(secret::hash(&email.key)),
            account::email_canonical.eq(&email.canonical),
            account::password_hash.eq(password_hash),
            account::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}

/// Whose account it is, and the hash to compare a password with.
#[derive(Queryable)]
pub struct Credentials {
    pub member_id: MemberId,
    pub password_hash: String,
}

/// The handle of the member whom this one was merged into, if it was.
pub async fn find_merged_into(conn: &mut Conn, member_id: MemberId) -> QueryResult<Option<String>> {
    let whole = diesel::alias!(member as whole);
    member::table
        .inner_join(whole.on(whole.field(member::id).nullable().eq(member::merged_into)))
        .filter(member::id.eq(member_id))
        .select(whole.field(member::handle))
        .first(conn)
        .await
        .optional()
}

/// The credentials of an address by its key; None where nobody has it.
pub async fn find_credentials(conn: &mut Conn, email_key: &str) -> QueryResult<Option<Credentials>> {
    account::table
        .filter(account::email_key.eq(email_key))
        .select((account::member_id, account::password_hash))
        .first(conn)
        .await
        .optional()
}

/// Whether somebody signed in to the account from there, as far as sessions are kept.
pub async fn knows_network(conn: &mut Conn, email_key: &str, network: &[u8]) -> QueryResult<bool> {
    let sessions = account::table
        .inner_join(session::table.on(session::member_id.eq(account::member_id)))
        .filter(account::email_key.eq(email_key))
        .filter(session::network.eq(network));
    diesel::select(diesel::dsl::exists(sessions)).get_result(conn).await
}

/// A member's password hash; None where they have no account.
pub async fn find_password_hash(conn: &mut Conn, member_id: MemberId) -> QueryResult<Option<String>> {
    account::table.filter(account::member_id.eq(member_id)).select(account::password_hash).first(conn).await.optional()
}

/// Whether this is the hash of the member's password. It stays so, and the member stays, until the transaction ends.
pub async fn holds_password(conn: &mut Conn, member_id: MemberId, hash: &str) -> QueryResult<bool> {
    // The member first, as whoever erases them does.
    member::table.find(member_id).select(member::id).for_key_share().first::<MemberId>(conn).await?;
    let current: Option<String> = account::table
        .filter(account::member_id.eq(member_id))
        .select(account::password_hash)
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    Ok(current.as_deref() == Some(hash))
}

/// Gives a member's account another password hash.
pub async fn update_password_hash(conn: &mut Conn, member_id: MemberId, hash: &str) -> QueryResult<()> {
    diesel::update(account::table)
        .filter(account::member_id.eq(member_id))
        .set(account::password_hash.eq(hash))
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}
