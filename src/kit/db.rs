//! Connections, transactions and migrations.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, ensure};
use chrono_tz::Tz;
use diesel::{
    ConnectionError, ConnectionResult, QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
};
use diesel_async::{
    AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection, TransactionManager,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Hook, HookError, Object, Pool},
    },
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio_postgres::{Config, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    commits::Commits,
    liveness::{Liveness, Silence},
    problem::Problem,
    sqlstate,
};

/// The migrations of this program.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a statement may take. PostgreSQL ends it then, and a connection that says nothing a little later is given up.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long one may take that writes hundreds of rows at once.
const LONG_STATEMENT_TIMEOUT: Duration = Duration::from_secs(60);
/// A delivery of events that is under way may take longer than requests wait.
const LONG_LOCK_TIMEOUT: Duration = Duration::from_secs(30);
/// A peer that has not acknowledged anything for so long is gone.
const PEER_TIMEOUT: Duration = Duration::from_secs(10);
/// Only one process migrates at a time; the number is arbitrary, but ours.
const MIGRATION_LOCK: i64 = 7_270_001;

/// One connection to PostgreSQL.
pub type Conn = AsyncPgConnection;
type Manager = <Conn as AsyncConnection>::TransactionManager;

/// A pool of connections.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Conn>,
    commits: Commits,
}

impl Db {
    /// At most so many connections; whoever finds none free waits at most for `patience`, and is answered 503 then. The zone
    /// is for checks, which are plain SQL and count days of the programme.
    pub fn connect(url: &str, connections_max: usize, patience: Duration, time_zone: Tz) -> anyhow::Result<Self> {
        let mut config = ManagerConfig::<Conn>::default();
        // A closed connection is noticed without a round trip for each checkout.
        config.recycling_method = RecyclingMethod::Fast;
        let silence = Silence::default();
        config.custom_setup = Box::new(move |url| {
            let silence = silence.clone();
            Box::pin(async move {
                let mut conn = open(url, silence).await?;
                // Our statements are short, and translating one into machine code takes longer than most of them.
                let setup = format!(
                    "set jit = off; set statement_timeout = {}; set lock_timeout = '2s'; set idle_in_transaction_session_timeout = '5s';
                     set regulars.time_zone = '{time_zone}'",
                    STATEMENT_TIMEOUT.as_millis()
                );
                conn.batch_execute(&setup).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
                Liveness::of(&mut conn).expect_within(STATEMENT_TIMEOUT);
                Ok(conn)
            })
        });
        let pool = Pool::builder(AsyncDieselConnectionManager::new_with_config(url, config))
            .max_size(connections_max)
            .runtime(deadpool::Runtime::Tokio1)
            .wait_timeout(Some(patience))
            .create_timeout(Some(CONNECT_TIMEOUT))
            .recycle_timeout(Some(CONNECT_TIMEOUT))
            .pre_recycle(Hook::sync_fn(|conn: &mut Conn, _| match Liveness::of(conn).is_sound() {
                true => {
                    Liveness::of(conn).expect_within(STATEMENT_TIMEOUT);
                    Ok(())
                }
                false => Err(HookError::message("the connection was interrupted, or is as old as one that fell silent")),
            }))
            .build()?;
        Ok(Self { pool, commits: Commits::default() })
    }

    /// This pool, with each commit through it noted in `commits`.
    pub fn noting(self, commits: Commits) -> Self {
        Self { commits, ..self }
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
        Ok(Tx { conn: Some(conn), commits: self.commits.clone() })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Problem> {
        diesel::sql_query("select 1").execute(&mut *self.read().await?).await?;
        Ok(())
    }

    /// How many connections are open, idle and waited for.
    pub fn status(&self) -> deadpool::Status {
        self.pool.status()
    }
}

/// An open transaction: a connection that rolls back when dropped, be it by a refusal, by `?`, or because the
/// client went away in the middle.
pub struct Tx {
    /// Taken by `commit`, `rollback` and `drop`.
    conn: Option<Object<Conn>>,
    commits: Commits,
}

impl Tx {
    /// Makes what was written stand. Err where the database refuses; 503 where it went away, and then it may stand or
    /// not.
    pub async fn commit(mut self) -> Result<(), Problem> {
        if let Some(mut conn) = self.conn.take() {
            let committed = Manager::commit_transaction(&mut *conn).await;
            self.commits.note();
            committed?;
        }
        Ok(())
    }

    /// Rolls back, and returns when that is done: whoever goes on with what it had locked does not find it so.
    pub async fn rollback(mut self) {
        if let Some(mut conn) = self.conn.take() {
            let _ = Manager::rollback_transaction(&mut *conn).await;
        }
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
        self.conn.as_ref().expect("only its end takes it")
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn.as_mut().expect("only its end takes it")
    }
}

/// A statement that is prepared once per connection. Diesel itself never caches updates, upserts and plain SQL.
/// Only for text that does not vary: the cache has no bound.
pub struct Cached<Q>(Q);

/// Prepares a statement once for each connection.
pub trait CachedExt: Sized {
    /// The statement, prepared; only for text that does not vary.
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
async fn open(url: &str, silence: Silence) -> ConnectionResult<Conn> {
    let config = watchful(url.parse().map_err(sqlstate::bad_connection)?);
    if config.get_ssl_mode() != SslMode::Require {
        return connect(config, None, silence).await;
    }
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectionError::BadConnection(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    connect(config, Some(MakeRustlsConnect::new(tls)), silence).await
}

/// Notices peers that are gone, unless the URL says how: the defaults take hours.
fn watchful(mut config: Config) -> Config {
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(PEER_TIMEOUT);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_idle(PEER_TIMEOUT / 2).keepalives_interval(PEER_TIMEOUT / 5).keepalives_retries(2);
    }
    config
}

/// We drive the connection ourselves, because diesel-async's own driver goes on for as long as the socket is open.
async fn connect(config: Config, tls: Option<MakeRustlsConnect>, silence: Silence) -> ConnectionResult<Conn> {
    let (client, connection) = sqlstate::connect(config, tls).await?;
    let liveness = Liveness::new(silence);
    tokio::spawn(liveness.clone().drive(connection));
    let mut conn = Conn::try_from(client).await?;
    conn.set_instrumentation(liveness);
    Ok(conn)
}

/// Brings the schema up to date. Returns the names of the migrations that ran.
pub async fn migrate(url: &str) -> anyhow::Result<Vec<String>> {
    let mut conn = open(url, Silence::default()).await.context("the database does not accept connections")?;
    conn.batch_execute(&format!("set lock_timeout = '60s'; select pg_advisory_lock({MIGRATION_LOCK})")).await?;
    let mut harness = AsyncMigrationHarness::new(conn);
    let ran = harness.run_pending_migrations(MIGRATIONS).map_err(|error| anyhow::anyhow!("a migration failed: {error}"))?;
    Ok(ran.iter().map(ToString::to_string).collect())
}

/// Gives this transaction more time than a request has: imports write hundreds of rows in one statement.
pub async fn take_time(conn: &mut Conn) -> QueryResult<()> {
    allow(conn, LONG_STATEMENT_TIMEOUT).await
}

/// Lets each statement of this transaction take so long. Only so: who tells PostgreSQL alone is taken for silent.
pub async fn allow(conn: &mut Conn, statement: Duration) -> QueryResult<()> {
    let (millis, lock) = (statement.as_millis(), LONG_LOCK_TIMEOUT.as_millis());
    let set = format!(
        "set local statement_timeout = {millis}; set local lock_timeout = {lock}; set local idle_in_transaction_session_timeout = {millis}"
    );
    conn.batch_execute(&set).await?;
    Liveness::of(conn).expect_within(statement);
    Ok(())
}

/// [`allow`], for statements that read tables as a whole. The planner takes several equal columns, or a kind with few rows, for
/// a rarity; where it is wrong, it looks up millions of rows one by one.
pub async fn allow_whole_tables(conn: &mut Conn, statement: Duration) -> QueryResult<()> {
    allow(conn, statement).await?;
    conn.batch_execute("set local enable_nestloop = off; set local work_mem = '64MB'").await
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
    let mut harness = AsyncMigrationHarness::new(open(url, Silence::default()).await?);
    harness.revert_all_migrations(MIGRATIONS).map_err(|error| anyhow::anyhow!("a migration cannot be reverted: {error}"))?;
    Ok(())
}
