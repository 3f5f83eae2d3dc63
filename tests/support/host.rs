//! The PostgreSQL and Redis that all towns share, and a database for each of them.

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use regulars::kit::{
    db::migrate,
    embedded::{Embedded, Server, Settings},
};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

static HOST: OnceLock<Host> = OnceLock::new();
static TOWNS: AtomicU32 = AtomicU32::new(0);

struct Host {
    /// Without a database.
    postgres_url: String,
    redis_url: Option<String>,
    /// Never dropped, as nothing static is: their supervisors notice when the last of our processes has ended.
    _servers: Vec<Server>,
}

/// Private servers that all test runs share, or those that TEST_SERVER_URL and TEST_REDIS_URL name.
fn start() -> Host {
    if let Ok(postgres_url) = std::env::var("TEST_SERVER_URL") {
        return Host { postgres_url, redis_url: std::env::var("TEST_REDIS_URL").ok(), _servers: vec![] };
    }
    let path = |variable| std::env::var_os(variable).map(Into::into);
    let embedded = Embedded::new(Settings {
        data_dir: Some(std::env::temp_dir().join(format!("regulars-tests-{}", rustix::process::getuid().as_raw()))),
        pg_bin_dir: path("PG_BIN_DIR"),
        redis_bin: path("REDIS_BIN"),
        fsync_off: true,
        supervisor: Some(env!("CARGO_BIN_EXE_regulars").into()),
    })
    .expect("a folder for test servers");
    let postgres = embedded.postgres().expect("PostgreSQL starts");
    let redis = embedded.redis().expect("Redis starts or is absent");
    Host {
        postgres_url: postgres.url().rsplit_once('/').expect("a database").0.to_owned(),
        redis_url: redis.as_ref().map(|redis| redis.url().to_owned()),
        _servers: [Some(postgres), redis].into_iter().flatten().collect(),
    }
}

/// Where the towns are; on first use, with a migrated template.
fn host() -> &'static Host {
    HOST.get_or_init(|| {
        let host = start();
        let url = host.postgres_url.clone();
        on_own_runtime(async move || {
            let admin = connect(&format!("{url}/postgres")).await;
            drop_abandoned(&admin).await;
            run(&admin, &format!("create database {}", template())).await;
            migrate(&format!("{url}/{}", template())).await.expect("the migrations run");
        });
        host
    })
}

/// Databases of test runs that have ended: their names begin with the process's id.
async fn drop_abandoned(admin: &Client) {
    let query = "select datname from pg_database where datname ~ '^town_[0-9]'";
    let names = admin.simple_query(query).await.unwrap_or_default().into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    for name in names {
        let pid = name.split('_').nth(1).unwrap_or_default();
        if !std::path::Path::new("/proc").join(pid).exists() {
            let _ = admin.batch_execute(&format!("drop database if exists {name} with (force)")).await;
        }
    }
}

/// The migrated database that towns are copies of.
fn template() -> String {
    format!("town_{}", std::process::id())
}

/// Runs to its end, whatever runtime the caller is on.
pub fn on_own_runtime(work: impl AsyncFnOnce() + Send + 'static) {
    let run = || tokio::runtime::Runtime::new().expect("a runtime").block_on(work());
    if let Err(panic) = std::thread::spawn(run).join() {
        std::panic::resume_unwind(panic);
    }
}

pub fn redis_url() -> Option<String> {
    host().redis_url.clone()
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("PostgreSQL accepts a connection");
    tokio::spawn(connection);
    client
}

async fn run(client: &Client, statement: &str) {
    client.batch_execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
}

/// Dropped from the server when it goes out of scope.
pub struct Database {
    pub url: String,
    /// Empty when somebody else will drop it.
    name: String,
}

impl Database {
    pub async fn create() -> Self {
        let server = &host().postgres_url;
        let name = format!("town_{}_{}", std::process::id(), TOWNS.fetch_add(1, Ordering::Relaxed));
        let admin = connect(&format!("{server}/postgres")).await;
        run(&admin, &format!("create database {name} template {}", template())).await;
        Self { url: format!("{server}/{name}"), name }
    }

    /// Hands the database on.
    pub fn take(&mut self) -> Self {
        Self { url: self.url.clone(), name: std::mem::take(&mut self.name) }
    }

    /// The same database, reached otherwise.
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), name: String::new() }
    }

    pub async fn execute(&self, statement: &str) {
        run(&connect(&self.url).await, statement).await;
    }

    pub async fn try_execute(&self, statement: &str) -> Result<(), String> {
        connect(&self.url).await.batch_execute(statement).await.map_err(|error| error.to_string())
    }

    pub async fn rows(&self, query: &str) -> Vec<String> {
        let client = connect(&self.url).await;
        let messages = client.simple_query(query).await.unwrap_or_else(|error| panic!("{query}: {error:?}"));
        let text = |message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        };
        messages.into_iter().filter_map(text).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.name.is_empty() {
            return;
        }
        let (url, name) = (self.url.clone(), self.name.clone());
        on_own_runtime(async move || {
            let server = url.rsplit_once('/').map(|(server, _)| server).unwrap_or_default();
            let admin = connect(&format!("{server}/postgres")).await;
            // Best effort: the whole server goes with the test run.
            let _ = admin.batch_execute(&format!("drop database if exists {name} with (force)")).await;
        });
    }
}
