//! What each command does, on an app built from the configuration.

use std::{io::stdout, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use clap::Args;
use tokio::{net::TcpListener, task::JoinSet, time::timeout};

use crate::{
    app::{self, App, Keys, Settings},
    config::Config,
    forum::search_document,
    identity::{SignInTerms, account::create_administrator, api_key, member},
    import::{self, Meter, purchases, stackexchange},
    kit::{
        Clock, Problem,
        answer_cache::CacheSettings,
        background, console, db, outbox,
        rate_limits::RateLimitSettings,
        secret::{self, Purpose},
        server::{self, Limits, sockets},
        shutdown::Shutdown,
        telemetry::MetricsAccess,
        verify::{self, Finding, Outcome},
    },
    loyalty::leaderboard,
    web,
};

/// Create an API key for a partner and print it, this once
#[derive(Debug, Args)]
pub struct NewApiKey {
    /// The partner's name; created if it is not known
    #[arg(long)]
    pub partner: String,
    /// Comma-separated, such as purchases:write,members:read
    #[arg(long, value_delimiter = ',', required = true)]
    pub scopes: Vec<String>,
    /// What the key is for
    #[arg(long, default_value = "created on the command line")]
    pub name: String,
}

/// Where the servers are, whoever runs them.
#[derive(Clone, Default)]
pub struct Urls {
    pub database_url: String,
    /// `None` where there is no Redis: everything works from PostgreSQL.
    pub redis_url: Option<String>,
}

/// Time for the events that the last requests have caused.
const LAST_EVENTS: Duration = Duration::from_secs(5);

fn settings(config: &Config, urls: Urls) -> Settings {
    Settings {
        public_url: config.public_url(config.address()),
        files: web::files::BUILT,
        database_url: urls.database_url,
        redis_url: urls.redis_url,
        connections_max: config.database_pool_size,
        cache: CacheSettings { bytes_max: config.cache_bytes_max, trust: Duration::from_millis(config.cache_trust_ms) },
        streams_max: config.connections_max / 2,
        time_zone: config.time_zone,
        access_token_ttl_s: config.access_token_ttl_s.into(),
        sign_in: SignInTerms { password_chars_min: config.password_chars_min, session_ttl_days: config.session_ttl_days.into() },
        body_bytes_max: config.request_body_bytes_max,
        rate_limits: RateLimitSettings { enforced: config.is_exposed(), proxies: config.proxies },
        metrics: match &config.metrics_token {
            Some(token) => MetricsAccess::token(token),
            None if config.is_exposed() => MetricsAccess::Closed,
            None => MetricsAccess::Open,
        },
        clock: Clock::default(),
    }
}

/// The app on a schema that is up to date.
async fn start(config: &Config, urls: Urls) -> Result<App> {
    db::migrate(&urls.database_url).await?;
    App::build(settings(config, urls)).await
}

/// Prints the API's description, which no server is needed for.
pub fn openapi() -> Result<()> {
    let app = App::assemble(settings(&Config::read(&|_| None)?, Urls::default()), Keys::none())?;
    serde_json::to_writer_pretty(stdout(), &app.spec()?)?;
    println!();
    Ok(())
}

/// Serves until told to stop, then finishes what is under way.
pub async fn serve(mut config: Config, urls: Urls) -> Result<()> {
    let shutdown = Shutdown::on_signals()?;
    config.connections_max = sockets::possible(config.connections_max);
    let app = start(&config, urls).await?;
    if !config.allow_unsafe_database {
        db::refuse_unsafe(&mut *app.kit.db.read().await?).await?;
    }
    if let (Some(email), Some(handle), Some(password)) = (&config.admin_email, &config.admin_handle, &config.admin_password) {
        match make_administrator(&app, &config, email, handle, password.clone()).await {
            Ok(true) => tracing::info!(handle, "the first administrator was created"),
            Ok(false) => {}
            // Somebody else's account, or a password that has changed: no reason to serve nobody.
            Err(problem) if problem.status < 500 && problem.errors.is_empty() => {
                tracing::warn!(%problem, "ADMIN_EMAIL is no administrator")
            }
            Err(problem) => return Err(in_words(problem)),
        }
    }
    let has_administrator = member::has_administrator(&mut *app.kit.db.read().await?).await?;
    let address = config.address();
    let listener = TcpListener::bind(address).await.with_context(|| format!("{address} cannot be listened on"))?;

    let mut tasks = JoinSet::new();
    let (kit, listeners) = (app.kit.in_background(), Arc::new(app.listeners()));
    tasks.spawn(background::repeat(app.kit.clone(), "deliver_events", Duration::ZERO, move || {
        let (kit, listeners) = (kit.clone(), listeners.clone());
        Box::pin(async move { outbox::lead(&kit, &listeners).await })
    }));
    for job in app::jobs() {
        let kit = app.kit.in_background();
        tasks.spawn(background::repeat(app.kit.clone(), job.name, job.every, move || (job.run)(kit.clone())));
    }
    let follower = app.clone();
    tasks.spawn(async move { follower.follow_changes().await });
    let (stopping, accepting) = (shutdown.clone(), app.clone());
    tasks.spawn(async move {
        stopping.begun().await;
        accepting.stop_accepting();
        stopping.draining().await;
        accepting.end_streams();
    });

    let limits = Limits::new(config.connections_max, config.shutdown_delay(), Duration::from_secs(config.shutdown_s));
    let endpoint = app.endpoint()?;
    // The listener queues connections already; what PORT=0 chose is known only now.
    console::say(format_args!("Regulars is ready at {}", config.public_url(listener.local_addr()?)));
    if !has_administrator {
        let program = std::env::args().next().unwrap_or_default();
        console::say(format_args!("Nobody administers it yet. To do so, run: {program} admin create --email you@example.org --handle you"));
    }
    server::serve(listener, endpoint, limits, &shutdown).await?;
    tasks.shutdown().await;
    if !matches!(timeout(LAST_EVENTS, app.deliver_events()).await, Ok(Ok(_))) {
        tracing::warn!("some events wait for the next start");
    }
    Ok(())
}

/// Brings the schema up to date, and prints how many migrations ran.
pub async fn migrate(urls: Urls) -> Result<()> {
    let ran = db::migrate(&urls.database_url).await?;
    println!("{} migrations ran.", ran.len());
    Ok(())
}

/// Fails when an invariant is broken, and with [`Unchecked`] when one could not be checked.
pub async fn verify(config: Config, urls: Urls) -> Result<()> {
    let app = start(&config, urls).await?;
    judge(&find(&app).await?)
}

/// Checks every invariant, and prints what each came to.
async fn find(app: &App) -> Result<Vec<Finding>, Problem> {
    let checks = app::checks();
    let meter = Meter::start("invariants", checks.len() as u64);
    let mut snapshot = verify::snapshot(&app.kit.db).await?;
    verify::run_abreast(&app.kit.db, &mut snapshot, checks, |finding| {
        meter.say(&finding.to_string());
        meter.advance(1);
    })
    .await
}

/// Invariants that could not be checked.
#[derive(Debug, thiserror::Error)]
#[error("{0} invariants were not checked")]
pub struct Unchecked(usize);

fn judge(findings: &[Finding]) -> Result<()> {
    let count = |outcome| findings.iter().filter(|finding| finding.outcome == outcome).count();
    let (broken, unchecked) = (count(Outcome::Broken), count(Outcome::NotChecked));
    ensure!(broken == 0, "{broken} of {} invariants are broken", findings.len());
    ensure!(unchecked == 0, Unchecked(unchecked));
    Ok(())
}

/// One repair may be what another one waited for.
const ROUNDS_MAX: usize = 3;

/// Runs the repairs of what is broken, and fails when something stays so: that is for people to decide.
pub async fn reconcile(config: Config, urls: Urls) -> Result<()> {
    let app = start(&config, urls).await?;
    let mut findings = find(&app).await?;
    for _ in 0..ROUNDS_MAX {
        let is_broken = |name: &&str| findings.iter().any(|finding| finding.is_broken() && finding.invariant == **name);
        let mut mended = 0;
        for repair in app::repairs() {
            let broken: Vec<&str> = repair.of.iter().copied().filter(|name| is_broken(name)).collect();
            if broken.is_empty() {
                continue;
            }
            match (repair.run)(app.kit.clone()).await {
                Ok(rows) => {
                    println!("mended, {rows} rows: {}", broken.join(" "));
                    mended += rows;
                }
                Err(problem) => println!("NOT MENDED: {}\n  {problem}", broken.join(" ")),
            }
        }
        if mended == 0 {
            break;
        }
        app.deliver_events().await?;
        findings = find(&app).await?;
    }
    let left = |error: anyhow::Error| if error.is::<Unchecked>() { error } else { error.context("what is left wants somebody's decision") };
    judge(&findings).map_err(left)
}

/// Creates an administrator, or makes an existing account one, if this is its password. Err says in words why not.
pub async fn create_admin(config: Config, urls: Urls, email: &str, handle: &str, password: String) -> Result<()> {
    let app = start(&config, urls).await?;
    make_administrator(&app, &config, email, handle, password).await.map_err(in_words)?;
    println!("{email} is an administrator's.");
    Ok(())
}

/// True when it made a new account.
async fn make_administrator(app: &App, config: &Config, email: &str, handle: &str, password: String) -> Result<bool, Problem> {
    let mut tx = app.kit.db.begin().await?;
    let is_new = create_administrator(&mut tx, email, handle, password, config.password_chars_min, app.kit.clock.now()).await?;
    tx.commit().await?;
    Ok(is_new)
}

fn in_words(problem: Problem) -> anyhow::Error {
    if problem.errors.is_empty() {
        return anyhow::anyhow!(problem.detail);
    }
    let fields: Vec<_> = problem.errors.iter().map(|error| format!("{}: {}", &error.pointer[1..], error.detail)).collect();
    anyhow::anyhow!(fields.join(" "))
}

/// Adds a signing key for access tokens. Servers sign with it from their next start on; older keys stay good for a day.
pub async fn rotate_keys(config: Config, urls: Urls) -> Result<()> {
    let app = start(&config, urls).await?;
    secret::add(&mut *app.kit.db.read().await?, Purpose::AccessToken, app.kit.clock.now()).await?;
    println!("There is a new key; servers sign with it from their next start on. A day later, a start takes older keys out of use.");
    Ok(())
}

/// Puts every parked event back into the outbox, and prints how many.
pub async fn requeue_events(config: Config, urls: Urls) -> Result<()> {
    let app = start(&config, urls).await?;
    let mut tx = app.kit.db.begin().await?;
    let events = outbox::requeue(&mut tx).await?;
    tx.commit().await?;
    println!("{events} events will be delivered again.");
    Ok(())
}

/// Mends boards that `verify` calls broken. The server may go on.
pub async fn rebuild_leaderboards(config: Config, urls: Urls) -> Result<()> {
    let app = start(&config, urls).await?;
    eprintln!("Every board is counted anew; events wait meanwhile.");
    let mut tx = app.kit.db.begin().await?;
    let wrong = leaderboard::rebuild(&mut tx).await?;
    tx.commit().await?;
    println!("{wrong} scores were wrong and have been put right.");
    Ok(())
}

/// Does at once what the server does by and by after an upgrade.
pub async fn index_posts(config: Config, urls: Urls) -> Result<()> {
    let app = start(&config, urls).await?;
    let stale = search_document::jobs::count_stale_posts(&app.kit).await?;
    let meter = Meter::start("posts", stale);
    let posts = search_document::jobs::index_stale_posts(&app.kit, |done| meter.advance(done)).await?;
    search_document::jobs::count_words(&app.kit).await?;
    println!("{posts} posts were taken apart, and the words of all were counted.");
    Ok(())
}

/// Rows that an import could not take, although it took the others.
#[derive(Debug, thiserror::Error)]
#[error("{0} rows were refused")]
pub struct Refused(pub u64);

/// Imports an unpacked Stack Exchange dump, delivers its events, and prints the report. Err only where it cannot go on:
/// refused rows are counted.
pub async fn import_stackexchange(config: Config, urls: Urls, folder: &Path, award_points: bool) -> Result<()> {
    let app = start(&config, urls).await?;
    let report = stackexchange::import(&app.kit, folder, award_points).await?;
    import::deliver(&app).await?;
    println!("{report}");
    Ok(())
}

/// Fails with [`Refused`] when rows were refused: money is missing then.
pub async fn import_purchases(config: Config, urls: Urls, file: &Path, partner: Option<&str>) -> Result<()> {
    let app = start(&config, urls).await?;
    let report = purchases::import(&app.kit, file, partner).await?;
    import::deliver(&app).await?;
    println!("{report}");
    ensure!(report.skipped == 0, Refused(report.skipped));
    Ok(())
}

/// Prints the key, which cannot be shown again.
pub async fn create_api_key(config: Config, urls: Urls, new: &NewApiKey) -> Result<()> {
    let app = start(&config, urls).await?;
    let scopes = new.scopes.iter().map(|word| word.parse().map_err(anyhow::Error::msg)).collect::<Result<Vec<_>>>()?;
    let mut tx = app.kit.db.begin().await?;
    let key = api_key::create_key(&mut tx, &new.partner, &new.name, &scopes, None, app.kit.clock.now()).await?;
    tx.commit().await?;
    println!("{}", key.secret);
    Ok(())
}

/// Fills an empty database with an invented community, and prints how to sign in.
pub async fn seed(config: Config, urls: Urls) -> Result<()> {
    db::migrate(&urls.database_url).await?;
    // The community's own writes are no attack.
    let mut settings = settings(&config, urls);
    settings.rate_limits.enforced = false;
    // Months pass while it is planted.
    settings.access_token_ttl_s = 31_536_000;
    settings.sign_in.session_ttl_days = 365;
    let app = App::build(settings).await?;
    match import::seed::plant(&app).await? {
        Some(seed) => println!("{seed}"),
        None => println!("There is a community already; nothing was added."),
    }
    Ok(())
}
