//! The whole app within this process, without its regular jobs, which are measured one by one.

use std::{net::SocketAddr, ops::Deref, sync::Arc, time::Duration};

use anyhow::Result;
use regulars::{
    app::{App, Settings},
    identity::SignInTerms,
    kit::{
        Clock,
        answer_cache::CacheSettings,
        background, outbox,
        rate_limits::RateLimitSettings,
        server::{self, Limits},
        shutdown::Shutdown,
        telemetry::MetricsAccess,
    },
};
use tokio::{net::TcpListener, runtime::Runtime};

use crate::{databases::Databases, program};

/// A server on databases of its own.
pub struct Host {
    pub address: SocketAddr,
    pub runtime: Runtime,
    databases: Databases,
}

impl Deref for Host {
    type Target = Databases;

    fn deref(&self) -> &Databases {
        &self.databases
    }
}

impl Host {
    pub fn start(name: &str) -> Result<Self> {
        let databases = Databases::start(name, true)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let settings = settings_of(&databases.url, databases.redis_url.clone());
        let address = runtime.block_on(async {
            let app = App::build(settings).await?;
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            let endpoint = app.endpoint()?;
            tokio::spawn(async move {
                let shutdown = Shutdown::on_signals()?;
                server::serve(listener, endpoint, Limits::new(1_024, Duration::ZERO, Duration::from_secs(1)), &shutdown).await
            });
            tokio::spawn(async move {
                let (kit, listeners) = (app.kit.clone(), Arc::new(app.listeners()));
                background::repeat(app.kit.clone(), "deliver_events", Duration::ZERO, move || {
                    let (kit, listeners) = (kit.clone(), listeners.clone());
                    Box::pin(async move { outbox::lead(&kit, &listeners).await })
                })
                .await;
            });
            anyhow::Ok(address)
        })?;
        Ok(Self { address, runtime, databases })
    }

    /// The access token of somebody who registers.
    pub fn join(&self, handle: &str) -> Result<String> {
        program::join(self.address, handle)
    }

    /// The access token of somebody who registered under this handle.
    pub fn sign_in(&self, handle: &str) -> Result<String> {
        program::sign_in(self.address, handle)
    }
}

/// An app that keeps no answers, for what is measured is the work.
pub fn settings_of(database_url: &str, redis_url: Option<String>) -> Settings {
    Settings {
        public_url: "http://localhost".to_owned(),
        files: regulars::web::files::BUILT,
        database_url: database_url.to_owned(),
        redis_url,
        connections_max: 10,
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
