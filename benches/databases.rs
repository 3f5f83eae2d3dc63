//! Private PostgreSQL and Redis to measure on, with fsync on, as in production.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, ensure};
use regulars::kit::embedded::{Embedded, Server, Settings};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// PostgreSQL with our schema, and Redis, until this is dropped.
pub struct Databases {
    pub url: String,
    /// None: Regulars is to work from PostgreSQL alone.
    pub redis_url: Option<String>,
    pub folder: PathBuf,
    _servers: Vec<Server>,
}

/// A fresh folder below the temporary one.
pub fn folder(name: &str) -> anyhow::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("regulars-bench-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

impl Databases {
    /// Starts them in a folder of this name.
    pub fn start(name: &str, with_redis: bool) -> anyhow::Result<Self> {
        let folder = folder(name)?;
        let path = |variable| std::env::var_os(variable).map(Into::into);
        let embedded = Embedded::new(Settings {
            data_dir: Some(folder.clone()),
            pg_bin_dir: path("PG_BIN_DIR"),
            redis_bin: path("REDIS_BIN"),
            fsync_off: false,
            supervisor: Some(env!("CARGO_BIN_EXE_regulars").into()),
        })?;
        let postgres = embedded.postgres()?;
        let redis = if with_redis { embedded.redis()? } else { None };
        let url = postgres.url().to_owned();
        let redis_url = redis.as_ref().map(|redis| redis.url().to_owned());
        let databases = Self { url, redis_url, folder, _servers: [Some(postgres), redis].into_iter().flatten().collect() };
        databases.operate(&["migrate"])?;
        // The private server keeps bound values out of its log; a benchmark reads one request's statements from there.
        databases
            .sql("do $$ begin execute format('alter database %I set log_error_verbosity = ''default''', current_database()); end $$")?;
        Ok(databases)
    }

    /// Runs a command of the program to its end, which is to be good.
    pub fn operate(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regulars"));
        command.args(arguments).env("DATABASE_URL", &self.url).env("DATA_DIR", &self.folder).env("RUST_LOG", "warn");
        if let Some(url) = &self.redis_url {
            command.env("REDIS_URL", url);
        }
        let done = command.output().context("the program")?;
        let said = [done.stdout, done.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        ensure!(done.status.success(), "{arguments:?}: {said}");
        Ok(())
    }

    /// A session of its own, which keeps its locks until it is dropped.
    pub fn session(&self) -> anyhow::Result<Session> {
        let runtime = runtime()?;
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await?;
            tokio::spawn(connection);
            anyhow::Ok(client)
        })?;
        Ok(Session { client, runtime })
    }

    /// Runs SQL.
    pub fn sql(&self, statements: &str) -> anyhow::Result<()> {
        self.session()?.sql(statements)
    }

    /// The first column, as text.
    pub fn rows(&self, query: &str) -> anyhow::Result<Vec<String>> {
        self.session()?.rows(query)
    }

    /// The first column of the first row, as text.
    pub fn one(&self, query: &str) -> anyhow::Result<String> {
        self.rows(query)?.into_iter().next().with_context(|| format!("no row: {query}"))
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A connection to PostgreSQL.
pub struct Session {
    client: Client,
    runtime: Runtime,
}

impl Session {
    /// Runs SQL.
    pub fn sql(&self, statements: &str) -> anyhow::Result<()> {
        Ok(self.runtime.block_on(self.client.batch_execute(statements))?)
    }

    /// The first column, as text.
    pub fn rows(&self, query: &str) -> anyhow::Result<Vec<String>> {
        let text = |message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        };
        Ok(self.runtime.block_on(self.client.simple_query(query))?.into_iter().filter_map(text).collect())
    }
}

fn runtime() -> anyhow::Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
