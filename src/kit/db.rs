//! Connections, transactions and migrations.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, ensure};
use diesel::{
    ConnectionError, ConnectionResult, QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
};
use diesel_async::{
    AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection, TransactionManager,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Object, Pool},
    },
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::problem::Problem;

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

const POOL_WAIT: Duration = Duration::from_millis(250);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Only one process migrates at a time; the number is arbitrary, but ours.
const MIGRATION_LOCK: i64 = 7_270_001;

pub type Conn = AsyncPgConnection;
type Manager = <Conn as AsyncConnection>::TransactionManager;

/// SQL types that diesel does not know; we read and write them in plain SQL only.
pub mod sql_types {
    #[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
    #[diesel(postgres_type(name = "tsvector"))]
    pub struct Tsvector;

    #[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
    #[diesel(postgres_type(name = "xid8"))]
    pub struct Xid8;
}

/// The pool. Waits at most 250 ms for a connection, then answers 503.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Conn>,
}

impl Db {
    pub fn connect(url: &str, connections_max: usize) -> anyhow::Result<Self> {
        let mut config = ManagerConfig::<Conn>::default();
        // A closed connection is noticed without a round trip for each checkout.
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(|url| {
            Box::pin(async move {
                let mut conn = open(url).await?;
                conn.batch_execute(
                    "set statement_timeout = '3s'; set lock_timeout = '2s'; set idle_in_transaction_session_timeout = '30s'",
                )
                .await
                .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                Ok(conn)
            })
        });
        let pool = Pool::builder(AsyncDieselConnectionManager::new_with_config(url, config))
            .max_size(connections_max)
            .runtime(deadpool::Runtime::Tokio1)
            .wait_timeout(Some(POOL_WAIT))
            .create_timeout(Some(CONNECT_TIMEOUT))
            .recycle_timeout(Some(CONNECT_TIMEOUT))
            .build()?;
        Ok(Self { pool })
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Object<Conn>, Problem> {
        self.pool.get().await.map_err(|error| {
            tracing::warn!(%error, "no database connection");
            Problem::unavailable()
        })
    }

    /// A transaction, rolled back unless committed.
    pub async fn begin(&self) -> Result<Tx, Problem> {
        let mut conn = self.read().await?;
        Manager::begin_transaction(&mut *conn).await?;
        Ok(Tx { conn: Some(conn) })
    }

    pub fn status(&self) -> deadpool::Status {
        self.pool.status()
    }
}

/// An open transaction: a connection that rolls back when dropped, be it by a refusal, by `?`, or because the
/// client went away in the middle.
pub struct Tx {
    /// Taken by `commit` and by `drop`.
    conn: Option<Object<Conn>>,
}

impl Tx {
    pub async fn commit(mut self) -> Result<(), Problem> {
        if let Some(mut conn) = self.conn.take() {
            Manager::commit_transaction(&mut *conn).await?;
        }
        Ok(())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if let Some(mut conn) = self.conn.take() {
            tokio::spawn(async move {
                // A connection that cannot roll back is broken, and the pool closes it.
                let _ = Manager::rollback_transaction(&mut *conn).await;
            });
        }
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.conn.as_ref().expect("only commit and drop take it")
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn.as_mut().expect("only commit and drop take it")
    }
}

/// A statement that is prepared once per connection. Diesel itself never caches updates, upserts and plain SQL.
/// Only for text that does not vary: the cache has no bound.
pub struct Cached<Q>(Q);

pub trait CachedExt: Sized {
    fn cached(self) -> Cached<Self> {
        Cached(self)
    }
}

impl<Q: QueryFragment<Pg>> CachedExt for Q {}

impl<Q: Query> Query for Cached<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> QueryId for Cached<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Cached<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

/// A connection; with TLS when the URL says `sslmode=require`, which also means a certificate that this machine trusts.
async fn open(url: &str) -> ConnectionResult<Conn> {
    let bad = |error: tokio_postgres::Error| ConnectionError::BadConnection(error.to_string());
    let config: tokio_postgres::Config = url.parse().map_err(bad)?;
    if config.get_ssl_mode() != SslMode::Require {
        return Conn::establish(url).await;
    }
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectionError::BadConnection(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (client, connection) = config.connect(MakeRustlsConnect::new(tls)).await.map_err(bad)?;
    Conn::try_from_client_and_connection(client, connection).await
}

/// Brings the schema up to date. Returns the names of the migrations that ran.
pub async fn migrate(url: &str) -> anyhow::Result<Vec<String>> {
    let mut conn = open(url).await.context("the database does not accept connections")?;
    conn.batch_execute(&format!("set lock_timeout = '60s'; select pg_advisory_lock({MIGRATION_LOCK})")).await?;
    let mut harness = AsyncMigrationHarness::new(conn);
    let ran = harness.run_pending_migrations(MIGRATIONS).map_err(|error| anyhow::anyhow!("a migration failed: {error}"))?;
    Ok(ran.iter().map(ToString::to_string).collect())
}

/// Gives this transaction more time than a request has: imports write hundreds of rows in one statement.
pub async fn take_time(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("set local statement_timeout = '60s'; set local lock_timeout = '20s'").await
}

#[derive(diesel::QueryableByName)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    setting: String,
}

/// Refuses a database that may lose what it has acknowledged.
pub async fn refuse_unsafe(conn: &mut Conn) -> anyhow::Result<()> {
    let settings: Vec<Setting> = diesel::sql_query(
        "select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name",
    )
    .load(conn)
    .await?;
    for Setting { name, setting } in settings {
        ensure!(setting != "off", "PostgreSQL runs with {name} = off and may lose points; switch it on, or set ALLOW_UNSAFE_DATABASE=true");
    }
    Ok(())
}

/// Takes every migration back, newest first: what an operator may have to do, and a test proves possible.
pub async fn revert_all(url: &str) -> anyhow::Result<()> {
    let mut harness = AsyncMigrationHarness::new(open(url).await?);
    harness.revert_all_migrations(MIGRATIONS).map_err(|error| anyhow::anyhow!("a migration cannot be reverted: {error}"))?;
    Ok(())
}
