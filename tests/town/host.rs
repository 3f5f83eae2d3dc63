//! The PostgreSQL and Redis that all towns share, and a database for each of them.

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use regulars::kit::db::migrate;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

static HOST: OnceLock<String> = OnceLock::new();
static TOWNS: AtomicU32 = AtomicU32::new(0);

/// The URL of the server, without a database; on first use, with a migrated template.
fn server() -> &'static str {
    HOST.get_or_init(|| {
        let server = std::env::var("TEST_SERVER_URL").expect("TEST_SERVER_URL");
        let url = server.clone();
        on_own_runtime(async move {
            let admin = connect(&format!("{url}/postgres")).await;
            run(&admin, &format!("create database {}", template())).await;
            migrate(&format!("{url}/{}", template())).await.expect("the migrations run");
        });
        server
    })
}

/// The migrated database that towns are copies of.
fn template() -> String {
    format!("town_{}", std::process::id())
}

/// Runs to its end, whatever runtime the caller is on.
pub fn on_own_runtime(work: impl Future<Output = ()> + Send + 'static) {
    let run = || tokio::runtime::Runtime::new().expect("a runtime").block_on(work);
    if let Err(panic) = std::thread::spawn(run).join() {
        std::panic::resume_unwind(panic);
    }
}

pub fn redis_url() -> Option<String> {
    std::env::var("TEST_REDIS_URL").ok()
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
        let server = server();
        let name = format!("town_{}_{}", std::process::id(), TOWNS.fetch_add(1, Ordering::Relaxed));
        let admin = connect(&format!("{server}/postgres")).await;
        run(&admin, &format!("create database {name} template {}", template())).await;
        Self { url: format!("{server}/{name}"), name }
    }

    /// Hands the database on.
    pub fn take(&mut self) -> Self {
        Self { url: self.url.clone(), name: std::mem::take(&mut self.name) }
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
        on_own_runtime(async move {
            let server = url.rsplit_once('/').map(|(server, _)| server).unwrap_or_default();
            let admin = connect(&format!("{server}/postgres")).await;
            // Best effort: the whole server goes with the test run.
            let _ = admin.batch_execute(&format!("drop database if exists {name} with (force)")).await;
        });
    }
}
