//! `Idempotency-Key`: a write that is sent again is answered again, and not done again.
//!
//! The key's row is inserted first and committed with the effect, so a crash never keeps one without the other. While
//! the first request runs, a second one with the same key waits for that row. (IETF draft "The Idempotency-Key HTTP
//! Header Field".)
//!
//! Effects alone are kept. A refusal has done nothing, so its request is decided anew when it comes again: who has
//! registered, earned or corrected a field since is no longer refused, and what nothing can alter is refused alike.

use std::ops::{Deref, DerefMut};

use chrono::{DateTime, Duration, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Timestamptz},
};
use diesel_async::RunQueryDsl;
use poem::{IntoResponse, Response, http::StatusCode};
use poem_openapi::{
    ApiResponse,
    payload::{Json, Payload},
    registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, MetaSchemaRef, Registry},
    types::{ToJSON, Type},
};
use sha2::{Digest, Sha256};

use super::{Conn, Kit, Problem, Tx, db::CachedExt, json_text::JsonText, sqlstate};
use crate::schema::idempotency_key;

/// How long an answer is kept; afterwards natural keys still refuse duplicates.
pub const KEPT_DAYS: i64 = 7;
/// Characters of a key.
pub const KEY_CHARS_MAX: usize = 255;
/// What a header can carry from end to end.
pub const KEY_PATTERN: &str = "^[!-~]([ -~]*[!-~])?$";
const REPLAYED: &str = "Idempotency-Replayed";
/// The header that carries the key.
pub const NAME: &str = "Idempotency-Key";
/// What the description says of the header, wherever it is taken.
pub const MEANING: &str = "Makes the request safe to send again: what it did is done once, and answered alike for 7 days, with \
    `Idempotency-Replayed: true`. Bodies are compared by what they mean: the order and spacing of JSON do not count, nor does whether \
    a field is left out or has its default. Another request under the key of one that did something is refused \
    (`idempotency_key_reused`). Refusals are not kept, for they did nothing: the same request, or a corrected one, may follow under \
    the same key and is decided by what holds then.";

crate::refusals! {
    /// Why a write with a key is not carried out.
    pub enum Refusal {
        BadKey = BAD_REQUEST "bad_idempotency_key" "Idempotency-Key must have 1 to 255 characters.",
        KeyReused = UNPROCESSABLE_ENTITY "idempotency_key_reused" "This Idempotency-Key was used for another request.",
        InProgress = CONFLICT "request_in_progress" "A request with this Idempotency-Key is still running.",
    }
}

/// The transaction of a write that has an idempotency key.
pub struct Attempt {
    tx: Tx,
    claim: Claim,
}

struct Claim {
    caller: String,
    operation: &'static str,
    key: String,
    hash: Vec<u8>,
    now: DateTime<Utc>,
}

/// Either the work is ours to do, or it was done before.
pub enum Begun<T, const STATUS: u16> {
    Attempt(Box<Attempt>),
    Answered(Answer<T, STATUS>),
}

/// The answer to a write: fresh, or stored by an earlier request with the same key. `STATUS` is what the description says.
pub enum Answer<T, const STATUS: u16 = 201> {
    Fresh(StatusCode, JsonText<T>),
    Stored(StatusCode, String),
}

#[derive(Queryable)]
struct StoredAnswer {
    request_hash: Vec<u8>,
    status: Option<i16>,
    body: Option<String>,
}

impl Kit {
    /// Begins a write by `caller` (such as `member:…`). `request` is whatever decides the effect, path included.
    pub async fn attempt<T, const STATUS: u16>(
        &self,
        caller: String,
        operation: &'static str,
        key: &str,
        request: &impl ToJSON,
    ) -> Result<Begun<T, STATUS>, Problem> {
        if !(1..=KEY_CHARS_MAX).contains(&key.len()) || key.contains('\0') {
            return Err(Refusal::BadKey.into());
        }
        let hash = Sha256::digest(request.to_json_string()).to_vec();
        let claim = Claim { caller, operation, key: key.to_owned(), hash, now: self.clock.now() };
        let mut tx = self.db.begin().await?;
        match claim.insert(&mut tx).await? {
            true => Ok(Begun::Attempt(Box::new(Attempt { tx, claim }))),
            false => Ok(Begun::Answered(claim.stored(&mut tx).await?)),
        }
    }
}

impl Claim {
    /// False when the key is taken. Waits while its first request runs, at most for the lock time-out.
    async fn insert(&self, conn: &mut Conn) -> Result<bool, Problem> {
        let inserted = diesel::insert_into(idempotency_key::table)
            .values((
                idempotency_key::caller.eq(&self.caller),
                idempotency_key::operation.eq(self.operation),
                idempotency_key::key.eq(&self.key),
                idempotency_key::request_hash.eq(&self.hash),
                idempotency_key::created_at.eq(self.now),
            ))
            .on_conflict_do_nothing()
            .cached()
            .execute(conn)
            .await;
        match inserted {
            Ok(rows) => Ok(rows == 1),
            Err(error) if sqlstate::of(&error) == Some(sqlstate::LOCK_NOT_AVAILABLE) => {
                Err(Problem::from(Refusal::InProgress).retry_after(1))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn row(&self) -> idempotency_key::BoxedQuery<'_, diesel::pg::Pg> {
        idempotency_key::table
            .filter(idempotency_key::caller.eq(&self.caller))
            .filter(idempotency_key::operation.eq(self.operation))
            .filter(idempotency_key::key.eq(&self.key))
            .into_boxed()
    }

    async fn stored<T, const STATUS: u16>(&self, conn: &mut Conn) -> Result<Answer<T, STATUS>, Problem> {
        let stored: StoredAnswer =
            self.row().select((idempotency_key::request_hash, idempotency_key::status, idempotency_key::body)).first(conn).await?;
        if stored.request_hash != self.hash {
            return Err(Refusal::KeyReused.into());
        }
        let status = stored.status.and_then(|status| StatusCode::from_u16(status as u16).ok());
        match (status, stored.body) {
            (Some(status), Some(body)) => Ok(Answer::Stored(status, body)),
            _ => Err(Problem::internal("an idempotency key was committed without its answer")),
        }
    }

    async fn store(&self, conn: &mut Conn, status: StatusCode, body: &str) -> QueryResult<()> {
        diesel::update(idempotency_key::table.find((&self.caller, self.operation, &self.key)))
            .set((idempotency_key::status.eq(status.as_u16() as i16), idempotency_key::body.eq(body)))
            .cached()
            .execute(conn)
            .await?;
        Ok(())
    }
}

impl Attempt {
    /// Commits the effect with its answer, or nothing at all.
    pub async fn finish<T: ToJSON, const STATUS: u16>(
        self,
        status: StatusCode,
        outcome: Result<T, Problem>,
    ) -> Result<Answer<T, STATUS>, Problem> {
        let Attempt { mut tx, claim } = self;
        let body = JsonText::of(&outcome?);
        claim.store(&mut tx, status, body.as_str()).await?;
        tx.commit().await?;
        Ok(Answer::Fresh(status, body))
    }
}

impl Deref for Attempt {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.tx
    }
}

impl DerefMut for Attempt {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.tx
    }
}

/// Forgets at most `most` keys older than [`KEPT_DAYS`], with their answers. Returns how many.
pub async fn delete_expired(conn: &mut Conn, now: DateTime<Utc>, most: usize) -> QueryResult<usize> {
    diesel::sql_query(
        "delete from idempotency_key where ctid = any(array(
           select ctid from idempotency_key where created_at < $1 order by created_at limit $2))",
    )
    .bind::<Timestamptz, _>(now - Duration::days(KEPT_DAYS))
    .bind::<BigInt, _>(most as i64)
    .execute(conn)
    .await
}

impl<T: ToJSON + Send, const STATUS: u16> IntoResponse for Answer<T, STATUS> {
    fn into_response(self) -> Response {
        match self {
            Self::Fresh(status, body) => body.with_status(status).into_response(),
            Self::Stored(status, body) => {
                Response::builder().status(status).content_type("application/json").header(REPLAYED, "true").body(body)
            }
        }
    }
}

impl<T: ToJSON + Type, const STATUS: u16> ApiResponse for Answer<T, STATUS> {
    fn meta() -> MetaResponses {
        let replayed = MetaHeader {
            name: REPLAYED.to_owned(),
            description: Some("`true` when this is the stored answer to an earlier request with the same key.".to_owned()),
            required: false,
            deprecated: false,
            schema: MetaSchemaRef::Inline(Box::new(poem_openapi::registry::MetaSchema::new("string"))),
        };
        MetaResponses {
            responses: vec![MetaResponse {
                description: "Done, now or by an earlier request with the same Idempotency-Key.",
                status: Some(STATUS),
                status_range: None,
                content: vec![MetaMediaType { content_type: "application/json", schema: <Json<T> as Payload>::schema_ref() }],
                headers: vec![replayed],
            }],
        }
    }
    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

/// `begin!(kit.attempt(…))`: the attempt, or a return of the stored answer.
#[macro_export]
macro_rules! begin {
    ($attempt:expr) => {
        match $attempt.await? {
            $crate::kit::idempotency::Begun::Attempt(attempt) => *attempt,
            $crate::kit::idempotency::Begun::Answered(answer) => return Ok(answer),
        }
    };
}
