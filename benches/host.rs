//! A server to measure: the whole app, on private PostgreSQL and Redis, in a runtime of its own.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use poem::{EndpointExt, Route, get, listener::TcpListener};
use regulars::{
    app::{App, Settings},
    identity::SignInTerms,
    kit::{
        Clock,
        answer_cache::CacheSettings,
        db,
        embedded::{Embedded, Server, Settings as EmbeddedSettings},
        rate_limits::RateLimitSettings,
        server::{self, Limits},
        shutdown::Shutdown,
        telemetry::MetricsAccess,
    },
};
use tokio::runtime::Runtime;

use crate::load;

pub struct Host {
    pub address: SocketAddr,
    pub runtime: Runtime,
    pub database_url: String,
    pub folder: PathBuf,
    _servers: Vec<Server>,
}

/// A fresh folder below the temporary one.
pub fn folder(name: &str) -> anyhow::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("regulars-bench-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

impl Host {
    /// With fsync on, as in production.
    pub fn start(name: &str, with_redis: bool) -> anyhow::Result<Self> {
        let folder = folder(name)?;
        let path = |variable| std::env::var_os(variable).map(Into::into);
        let settings = EmbeddedSettings {
            data_dir: Some(folder.clone()),
            pg_bin_dir: path("PG_BIN_DIR"),
            redis_bin: path("REDIS_BIN"),
            fsync_off: false,
            supervisor: Some(env!("CARGO_BIN_EXE_regulars").into()),
        };
        let embedded = Embedded::new(settings)?;
        let postgres = embedded.postgres()?;
        let redis = if with_redis { embedded.redis()? } else { None };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let database_url = postgres.url().to_owned();
        let redis_url = redis.as_ref().map(|redis| redis.url().to_owned());
        let address = runtime.block_on(async {
            db::migrate(&database_url).await?;
            // The private server keeps bound values out of its log; a benchmark reads one request's statements from there.
            batch(
                &database_url,
                "do $$ begin execute format('alter database %I set log_error_verbosity = ''default''', current_database()); end $$",
            )
            .await?;
            let app = App::build(settings_of(&database_url, redis_url)).await?;
            let address = serve(&app).await?;
            tokio::spawn(async move {
                let (kit, listeners) = (app.kit.clone(), std::sync::Arc::new(app.listeners()));
                regulars::kit::background::repeat(app.kit.clone(), "deliver_events", Duration::ZERO, move || {
                    let (kit, listeners) = (kit.clone(), listeners.clone());
                    Box::pin(async move { regulars::kit::outbox::lead(&kit, &listeners).await })
                })
                .await;
            });
            anyhow::Ok(address)
        })?;
        let servers = [Some(postgres), redis].into_iter().flatten().collect();
        Ok(Self { address, runtime, database_url, folder, _servers: servers })
    }

    /// A second server of the same database, which keeps visitors' answers.
    pub fn keeping(&self) -> anyhow::Result<SocketAddr> {
        self.runtime.block_on(async {
            let cache = CacheSettings { bytes_max: 64 << 20, trust: Duration::from_millis(500) };
            let app = App::build(Settings { cache, ..settings_of(&self.database_url, None) }).await?;
            let address = serve(&app).await?;
            tokio::spawn(async move { app.follow_changes().await });
            Ok(address)
        })
    }

    /// Runs SQL that fills the database.
    pub fn sql(&self, statements: &str) -> anyhow::Result<()> {
        self.runtime.block_on(batch(&self.database_url, statements))
    }

    /// First column, as text.
    pub fn rows(&self, query: &str) -> anyhow::Result<Vec<String>> {
        self.runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&self.database_url, tokio_postgres::NoTls).await?;
            tokio::spawn(connection);
            let text = |message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
                _ => None,
            };
            Ok(client.simple_query(query).await?.into_iter().filter_map(text).collect())
        })
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Where the app listens from now on.
async fn serve(app: &App) -> anyhow::Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let endpoint = app.endpoint()?;
    tokio::spawn(async move {
        let shutdown = Shutdown::on_signals()?;
        server::serve(listener, endpoint, Limits::new(1_024, Duration::ZERO, Duration::from_secs(1)), &shutdown).await
    });
    Ok(address)
}

async fn batch(database_url: &str, statements: &str) -> anyhow::Result<()> {
    let (client, connection) = tokio_postgres::connect(database_url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client.batch_execute(statements).await?)
}

pub fn settings_of(database_url: &str, redis_url: Option<String>) -> Settings {
    Settings {
        public_url: "http://localhost".to_owned(),
        files: regulars::web::files::BUILT,
        database_url: database_url.to_owned(),
        redis_url,
        connections_max: 10,
        // What is measured is the work; `Host::keeping` measures what is left of it.
        cache: CacheSettings { bytes_max: 0, trust: Duration::from_millis(500) },
        streams_max: 512,
        time_zone: chrono_tz::UTC,
        access_token_ttl_s: 3_600,
        sign_in: SignInTerms { password_chars_min: 12, session_ttl_days: 30 },
        body_bytes_max: 256 * 1024,
        rate_limits: RateLimitSettings { enforced: false, proxies: 0 },
        metrics: MetricsAccess::Open,
        clock: Clock::default(),
    }
}

impl Host {
    /// The access token of somebody who registers.
    pub fn join(&self, handle: &str) -> anyhow::Result<String> {
        let form = format!("{{\"email\":\"{handle}@bench.example\",\"password\":\"a thousand rounds\",\"handle\":\"{handle}\"}}");
        load::once(self.address, &load::post("/api/v1/auth/register", "", &form))?;
        self.sign_in(handle)
    }

    /// The access token of somebody who registered under this handle.
    pub fn sign_in(&self, handle: &str) -> anyhow::Result<String> {
        let form = format!("{{\"email\":\"{handle}@bench.example\",\"password\":\"a thousand rounds\"");
        let answer = load::once(self.address, &load::post("/api/v1/auth/login", "", &format!("{form}}}")))?;
        let answer: serde_json::Value = serde_json::from_slice(&answer)?;
        Ok(answer["access_token"].as_str().unwrap_or_default().to_owned())
    }
}

/// The reference: a bare poem handler that answers the same bytes.
pub fn bare(runtime: &Runtime, body: Vec<u8>) -> anyhow::Result<SocketAddr> {
    let probe = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = probe.local_addr()?;
    drop(probe);
    // Lives as long as the benchmark.
    let body: &'static [u8] = Box::leak(body.into_boxed_slice());
    let handler = poem::endpoint::make(move |_| async move { poem::Response::builder().content_type("application/json").body(body) });
    let route = Route::new().at("/", get(handler)).boxed();
    runtime.spawn(poem::Server::new(TcpListener::bind(address)).run(route));
    std::thread::sleep(Duration::from_millis(200));
    Ok(address)
}
