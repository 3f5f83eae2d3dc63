//! Keys that this installation made for itself, kept in its database; random tokens and their hashes.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use hmac::{Hmac, Mac};
use rand::{RngCore, TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Conn;
use crate::schema::server_secret;

/// Bytes of a key, and of a random token before it is encoded.
pub const SECRET_BYTES: usize = 32;
/// Arbitrary, but ours.
const FIRST_KEY_LOCK: i64 = 7_270_070;

/// What a key is for.
#[derive(Clone, Copy)]
pub enum Purpose {
    AccessToken,
    Cursor,
    /// Hashes the handles of the erased.
    Handle,
    /// For what of a sign-in is derived or hidden: the refresh token that follows another, the network it came from.
    RefreshToken,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::Cursor => "cursor",
            Self::Handle => "handle",
            Self::RefreshToken => "refresh_token",
        }
    }
}

/// The keys in use, newest first; makes the first one. Of two servers that start at once, each in a transaction, one does.
pub async fn keys(conn: &mut Conn, purpose: Purpose, now: DateTime<Utc>) -> QueryResult<Vec<Vec<u8>>> {
    let keys = active(conn, purpose).await?;
    if !keys.is_empty() {
        return Ok(keys);
    }
    diesel::sql_query("select pg_advisory_xact_lock($1)").bind::<BigInt, _>(FIRST_KEY_LOCK).execute(conn).await?;
    if active(conn, purpose).await?.is_empty() {
        add(conn, purpose, now).await?;
    }
    active(conn, purpose).await
}

/// The key of a purpose whose key never changes.
pub async fn key(conn: &mut Conn, purpose: Purpose, now: DateTime<Utc>) -> QueryResult<Vec<u8>> {
    Ok(keys(conn, purpose, now).await?.pop().unwrap_or_default())
}

async fn active(conn: &mut Conn, purpose: Purpose) -> QueryResult<Vec<Vec<u8>>> {
    server_secret::table
        .filter(server_secret::purpose.eq(purpose.name()))
        .filter(server_secret::retired_at.is_null())
        .order(server_secret::id.desc())
        .select(server_secret::secret)
        .load(conn)
        .await
}

/// Adds a key, which signs from then on.
pub async fn add(conn: &mut Conn, purpose: Purpose, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::insert_into(server_secret::table)
        .values((
            server_secret::id.eq(Uuid::now_v7()),
            server_secret::purpose.eq(purpose.name()),
            server_secret::secret.eq(random_bytes().to_vec()),
            server_secret::created_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes those keys out of use that had a newer one beside them at `succeeded_before`. The newest stays.
pub async fn retire(conn: &mut Conn, purpose: Purpose, succeeded_before: DateTime<Utc>, now: DateTime<Utc>) -> QueryResult<usize> {
    let successor = server_secret::table
        .filter(server_secret::purpose.eq(purpose.name()))
        .filter(server_secret::retired_at.is_null())
        .filter(server_secret::created_at.le(succeeded_before))
        .select(diesel::dsl::max(server_secret::created_at));
    let Some(made_at) = successor.first::<Option<DateTime<Utc>>>(conn).await? else { return Ok(0) };
    diesel::update(server_secret::table)
        .filter(server_secret::purpose.eq(purpose.name()))
        .filter(server_secret::retired_at.is_null())
        .filter(server_secret::created_at.lt(made_at))
        .set(server_secret::retired_at.eq(now))
        .execute(conn)
        .await
}

fn random_bytes() -> [u8; SECRET_BYTES] {
    let mut bytes = [0; SECRET_BYTES];
    OsRng.unwrap_err().fill_bytes(&mut bytes);
    bytes
}

/// 256 random bits that fit into a URL.
pub fn random_token() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(random_bytes())
}

/// The token that follows `token`: whoever asks twice is told the same one, which is stored nowhere.
pub fn next_token(key: &[u8], token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(keyed_hash(key, &format!("refresh {token}")))
}

/// How a random token is stored: SHA-256, for it has entropy enough to need no salt.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// A hash that nobody can guess their way to without the key: HMAC with SHA-256.
pub fn keyed_hash(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
