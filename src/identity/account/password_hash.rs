//! Password hashing, off the async threads and few at a time.

use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};
use tokio::sync::Semaphore;

use crate::kit::Problem;

/// OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB and two passes.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// More at once would only starve the threads that answer.
const AT_ONCE: usize = 2;
const WAITING_MAX: usize = 32;

static PERMITS: Semaphore = Semaphore::const_new(AT_ONCE);
static ADMITTED: Semaphore = Semaphore::const_new(AT_ONCE + WAITING_MAX);
/// Verified against when there is no account, so that both cases take as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &str) -> Result<String, Problem> {
    argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(Problem::internal)
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let _admitted = ADMITTED.try_acquire().map_err(|_| Problem::unavailable())?;
    let _permit = PERMITS.acquire().await.map_err(Problem::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}

/// The hash to store, in the PHC string format.
pub async fn hash(password: String) -> Result<String, Problem> {
    off_thread(move || hash_now(&password)).await?
}

/// Whether the password is right. Without a `stored` hash it is not, and takes as long to say so.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool, Problem> {
    off_thread(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODY.clone());
        let right = PasswordHash::new(&stored).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok());
        right && known
    })
    .await
}
