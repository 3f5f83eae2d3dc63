//! The composition root: builds the server, mounts the features' APIs, and lists who reacts to which event.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono_tz::Tz;
use futures_util::future::BoxFuture;
use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Route, get, handler,
    http::{HeaderValue, header},
    middleware::{CatchPanic, CookieJarManager, SetHeader},
    web::{Data, Html, Json},
};
use poem_openapi::{OpenApi, OpenApiService};
use serde_json::Value;

use crate::{
    bounds,
    community::{self, notification::Streams},
    events::{self, Event},
    forum,
    identity::{self, Authenticator, SignInTerms, access_token::AccessTokens, auth::known_caller, merge},
    insight,
    kit::{
        self, Clock, Conn, Db, Kit, Parts, Problem,
        admission::Admission,
        answer_cache::{AnswerCache, CacheSettings},
        background::{self, Job},
        cache::Cache,
        cache_control::Marked,
        change_feed::ChangeFeed,
        changes::{EVERYTHING, Key},
        commits::Commits,
        compress,
        deadlocks::DeadlockRetry,
        erasure::{self, PersonalColumns},
        job_failures::JobFailures,
        outbox::{self, Delivered, Listener},
        pagination::Cursors,
        problem,
        rate_limits::{RateLimitSettings, RateLimits},
        redis::Redis,
        request_headers,
        request_limits::RequestLimits,
        secret::{self, Purpose},
        spec::{self, Bodies, Methods},
        telemetry::{self, Metrics, MetricsAccess},
        verify::{Check, Repair},
        wakeup::Wakeup,
    },
    loyalty,
    shown::{self, Telling},
    web::{self, Files, Site, Web},
};

/// How text fields look in the description's examples.
const EXAMPLES: &spec::examples::Names = &[
    ("handle", Some("ada")),
    ("display_name", Some("Ada")),
    ("email", Some("ada@example.org")),
    ("password", Some("a long and quiet river")),
    ("title", Some("Which grinder suits a small kitchen?")),
    ("body", Some("I brew two cups a day and have **little** room.")),
    ("name", Some("Espresso friends")),
    ("slug", Some("espresso-friends")),
    ("tagline", Some("Where espresso is discussed.")),
    ("point_singular", Some("bean")),
    ("point_plural", Some("beans")),
    ("referral_text", Some("Bring a friend: both of you earn beans.")),
    ("welcome_markdown", Some("**Welcome!** Our new roast is here.")),
    ("reason", Some("It repeats what was said before.")),
    ("tags", Some("grinders")),
    ("currency", Some("EUR")),
    ("order_id", Some("2026-00042")),
    ("return_id", Some("R-7")),
    ("external_id", Some("customer-42")),
    ("sku", Some("grinder-01")),
    ("code", Some("REGULAR7")),
    ("new_password", Some("a longer and quieter river")),
    ("member_external_id", Some("customer-42")),
    ("ship_to", Some("Ada, 1 Bean Lane")),
    ("email_sha256", None),
    ("expires", Some("P12M")),
    ("until", Some("2026-06-17")),
    ("expires_at", Some("2036-05-17T09:30:00Z")),
    ("available_until", Some("2036-05-17T09:30:00Z")),
    ("EditRule.valid_from", Some("2036-05-17T09:30:00Z")),
    ("valid_until", Some("2037-05-17T09:30:00Z")),
    ("returned_at", None),
    // What does not go with the rest.
    ("link_code", None),
    ("referral_code", None),
    ("ImposeSanction.hours", None),
    ("Decide.hours", None),
    ("CreateReward.currency", None),
    ("RedeemReward.member_external_id", None),
    ("RedeemReward.hold", None),
    ("Terms.times_per_day", None),
];

/// How long each of these waits for a free connection. Requests have places for that, and background work has time.
const REQUEST_PATIENCE: Duration = Duration::from_secs(1);
const BACKGROUND_PATIENCE: Duration = Duration::from_secs(30);
const HEALTH_PATIENCE: Duration = Duration::from_millis(500);
/// Connections for background work: delivery of events, jobs, streams, files that are being sent.
const BACKGROUND_CONNECTIONS: usize = 4;
/// The web pages' own files: no place is needed for them.
const ASSETS: &str = "/assets/";

/// What `kit.cache` holds copies of: the site's settings.
const COPIED: Key = Key::Kind(Cow::Borrowed("site"));

/// Time for all servers to start anew after `admin rotate-keys`.
const KEY_SUCCESSION: chrono::Duration = chrono::Duration::days(1);

/// What a server is built from.
pub struct Settings {
    /// Where browsers reach the server, without a slash at the end.
    pub public_url: String,
    /// The built app.
    pub files: Files,
    pub database_url: String,
    pub redis_url: Option<String>,
    /// Connections to PostgreSQL for requests.
    pub connections_max: usize,
    /// Of visitors' answers.
    pub cache: CacheSettings,
    /// Notification streams open at a time.
    pub streams_max: usize,
    pub time_zone: Tz,
    pub access_token_ttl_s: i64,
    pub sign_in: SignInTerms,
    pub body_bytes_max: usize,
    pub rate_limits: RateLimitSettings,
    pub metrics: MetricsAccess,
    pub clock: Clock,
}

/// What a server signs, seals and derives with.
pub struct Keys {
    pub cursor: Vec<u8>,
    /// Newest first.
    pub access_tokens: Vec<Vec<u8>>,
    pub refresh_token: Vec<u8>,
}

impl Keys {
    /// For a server that answers nobody.
    pub fn none() -> Self {
        Self { cursor: vec![], access_tokens: vec![vec![0; secret::SECRET_BYTES]], refresh_token: vec![] }
    }
}

/// A server, ready to answer.
#[derive(Clone)]
pub struct App {
    pub kit: Kit,
    authenticator: Authenticator,
    sign_in: SignInTerms,
    body_bytes_max: usize,
    site: Site,
    files: Files,
    metrics_access: MetricsAccess,
    /// False while shutting down, so that load balancers look elsewhere.
    accepting: Arc<AtomicBool>,
    admission: Admission,
    /// A connection that nobody else can have, so that the busiest server still knows whether it is ready.
    health_db: Db,
    /// A connection of its own, so that the change feed waits for nobody.
    changes_db: Db,
    answers: AnswerCache,
    /// Who listens to notifications.
    streams: Streams,
}

impl App {
    /// Builds a server on a database that is up to date: retires old signing keys, reads or makes the present ones, and
    /// writes the programme's default terms where there are none. Err where the database cannot be used.
    pub async fn build(settings: Settings) -> anyhow::Result<Self> {
        let now = settings.clock.now();
        let db = Db::connect(&settings.database_url, 1, REQUEST_PATIENCE, settings.time_zone)?;
        let mut tx = db.begin().await?;
        // Other servers sign with an old key until they, too, start again.
        let succeeded_before = now - KEY_SUCCESSION - chrono::Duration::seconds(settings.access_token_ttl_s);
        secret::retire(&mut tx, Purpose::AccessToken, succeeded_before, now).await?;
        let keys = Keys {
            cursor: secret::key(&mut tx, Purpose::Cursor, now).await?,
            access_tokens: secret::keys(&mut tx, Purpose::AccessToken, now).await?,
            refresh_token: secret::key(&mut tx, Purpose::RefreshToken, now).await?,
        };
        loyalty::ensure_default_terms(&mut tx, now).await?;
        tx.commit().await?;
        Self::assemble(settings, keys)
    }

    /// Puts the parts together; connects to nothing yet.
    pub fn assemble(settings: Settings, keys: Keys) -> anyhow::Result<Self> {
        problem::name_constraints(problems());
        let connect = |connections_max, patience| Db::connect(&settings.database_url, connections_max, patience, settings.time_zone);
        let (commits, changes) = (Commits::default(), ChangeFeed::default());
        let kit = Kit::new(Parts {
            db: connect(settings.connections_max, REQUEST_PATIENCE)?.noting(commits.clone()),
            background_db: connect(BACKGROUND_CONNECTIONS, BACKGROUND_PATIENCE)?.noting(commits.clone()),
            redis: Redis::connect(settings.redis_url.as_deref())?,
            clock: settings.clock.clone(),
            cursors: Cursors::new(keys.cursor),
            cache: Cache::default(),
            changes: changes.clone(),
            outbox: Wakeup::default(),
            limits: RateLimits::new(settings.rate_limits),
            metrics: Metrics::new()?,
            failures: JobFailures::default(),
            time_zone: settings.time_zone,
        });
        let tokens = AccessTokens::new(&keys.access_tokens, settings.access_token_ttl_s)?;
        Ok(Self {
            authenticator: Authenticator { kit: kit.clone(), tokens, refresh_key: keys.refresh_token.into() },
            streams: Streams::new(kit.in_background(), settings.streams_max),
            answers: AnswerCache::new(
                settings.cache,
                changes,
                commits,
                settings.clock,
                kit.metrics.answers_from_memory.clone(),
                shown::may_keep,
            ),
            kit,
            sign_in: settings.sign_in,
            body_bytes_max: settings.body_bytes_max,
            site: Site::at(&settings.public_url),
            files: settings.files,
            metrics_access: settings.metrics,
            accepting: Arc::new(AtomicBool::new(true)),
            admission: Admission::new(settings.connections_max),
            health_db: connect(1, HEALTH_PATIENCE)?,
            changes_db: connect(1, REQUEST_PATIENCE)?,
        })
    }

    /// Who takes part when two members become one, in order: the points last, which close the books.
    fn merging(&self) -> merge::MergeParticipants {
        let parts: [Box<dyn merge::Merging>; 2] = [Box::new(forum::ForumMerging), Box::new(community::CommunityMerging)];
        parts.into_iter().chain(loyalty::merging(&self.kit)).collect()
    }

    /// Every API of every feature.
    fn api(&self) -> impl OpenApi + use<> {
        (
            identity::api(&self.authenticator, self.sign_in, &self.merging()),
            community::api(&self.kit, &self.streams),
            forum::api(&self.kit),
            loyalty::api(&self.kit, checks().len()),
            insight::api(&self.kit),
        )
    }

    fn service(&self) -> OpenApiService<impl OpenApi + use<>, ()> {
        OpenApiService::new(self.api(), "Regulars", env!("CARGO_PKG_VERSION"))
            .description("A customer community with a loyalty programme built in.")
            .license(poem_openapi::LicenseObject::new("Apache-2.0"))
            .server("/api/v1")
    }

    /// The published description of the API.
    pub fn spec(&self) -> anyhow::Result<Value> {
        let mut spec = spec::finish(&self.service().spec())?;
        let unknown = spec::bounds::add(&mut spec, &bounds::all());
        anyhow::ensure!(unknown.is_empty(), "bounds of nothing: {unknown:?}");
        spec::examples::add(&mut spec, EXAMPLES);
        Ok(spec)
    }

    /// Everything that HTTP can reach.
    pub fn endpoint(&self) -> anyhow::Result<impl Endpoint<Output = Response> + use<>> {
        let service = self.service();
        let spec = Arc::new(self.spec()?);
        let methods = Arc::new(Methods::of(&spec));
        let bodies = Arc::new(Bodies::of(spec.clone()));
        // The framework's page has its own description in it, which repeats paths (see `spec`): put the finished one there.
        let page = service.swagger_ui_html().replace(&service.spec(), &spec.to_string());
        let docs = poem::endpoint::make_sync(move |_| Html(page.clone())).with(SetHeader::new().overriding(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
        ));
        let metrics = self.kit.metrics.clone();
        let explained = service.around(move |inner, request| {
            let bodies = bodies.clone();
            async move { bodies.explain(&*inner, request).await }
        });
        let api = explained.with(CookieJarManager::new()).data(self.authenticator.clone()).data(self.clone()).map_to_response();
        let api = Marked { inner: api, open: spec::open_operations(&spec) };
        let api = Arc::new(Telling { inner: api, kit: self.kit.clone() }.boxed());
        let web = Arc::new(Web { api: api.clone(), kit: self.kit.clone(), site: self.site.clone(), files: self.files });
        let pages = web::endpoint(web.clone());
        let (authenticator, admission) = (self.authenticator.clone(), self.admission.clone());
        let api = api.around(move |inner, mut request| {
            let (authenticator, admission) = (authenticator.clone(), admission.clone());
            async move {
                let caller = known_caller(&authenticator, &mut request);
                admission.admit(&*inner, caller, request).await
            }
        });
        let api = DeadlockRetry { inner: api };
        let (admission, answers) = (self.admission.clone(), self.answers.clone());
        // Pages are the same for all, and ask the API on their own place.
        let pages = pages.around(move |inner, request| {
            let admission = admission.clone();
            async move {
                match request.uri().path().starts_with(ASSETS) {
                    true => Ok(inner.call(request).await?.into_response()),
                    false => admission.admit(&*inner, None, request).await,
                }
            }
        });
        Ok(Route::new()
            .nest("/api/v1", api)
            .at("/docs", get(docs))
            .at("/openapi.json", get(description).data(spec))
            .at("/.well-known/jwks.json", get(jwks))
            .at("/health/live", get(live))
            .at("/health/ready", get(ready))
            .at("/metrics", get(measurements))
            .nest_no_strip("/", pages)
            .data(self.authenticator.clone())
            .data(self.clone())
            .with(RequestLimits::new(self.body_bytes_max, is_long))
            .around(move |inner, request| {
                let web = web.clone();
                async move { web::worded(&*inner, &web, request).await }
            })
            .with(CatchPanic::new().with_handler(problem::from_panic))
            .around(move |inner, mut request| {
                let answers = answers.clone();
                async move {
                    request_headers::read(&mut request)?;
                    answers.answer(&*inner, request).await
                }
            })
            .around(|inner, request| async move { compress::gzip(&*inner, request).await })
            .around(move |inner, request| {
                let (metrics, methods) = (metrics.clone(), methods.clone());
                async move { telemetry::observe(&*inner, &metrics, |path| allowed(&methods, path), request).await }
            }))
    }

    /// Follows what changes in the database, for as long as it is polled; returns at once where no answers are kept.
    pub async fn follow_changes(&self) {
        if !self.answers.is_on() {
            return;
        }
        let app = self.clone();
        background::repeat(self.kit.clone(), "follow_changes", Duration::ZERO, move || {
            let app = app.clone();
            Box::pin(async move {
                let copies_changed = |keys: &[Key]| keys.contains(&COPIED) || keys.contains(&EVERYTHING);
                // What this process copies of the database is read anew before answers are made from it.
                app.kit
                    .changes
                    .look(&app.changes_db, |keys| {
                        if copies_changed(keys) {
                            app.kit.cache.clear()
                        }
                    })
                    .await
            })
        })
        .await;
    }

    /// Bytes that visitors' answers take in memory.
    pub async fn answer_bytes(&self) -> u64 {
        self.answers.bytes().await
    }

    /// From now on `/health/ready` says that others should be asked.
    pub fn stop_accepting(&self) {
        self.accepting.store(false, Ordering::Relaxed);
    }

    /// Nobody listens to notifications any more.
    pub fn end_streams(&self) {
        self.streams.close();
    }

    /// Who reacts to events. Order matters where one listener's tables are read by the next.
    pub fn listeners(&self) -> Vec<Box<dyn Listener<Event>>> {
        // Reputation first: it tells of changes that leaderboards count.
        let features = forum::listeners().into_iter().chain(loyalty::listeners(&self.kit)).chain(community::listeners());
        features.chain([Box::new(Erasure) as Box<dyn Listener<Event>>]).collect()
    }

    /// Delivers all waiting events, and those that their delivery causes. Returns how many.
    pub async fn deliver_events(&self) -> Result<usize, Problem> {
        let (kit, listeners) = (self.kit.in_background(), self.listeners());
        let mut delivered = 0;
        loop {
            match outbox::deliver(&kit, &listeners, 500).await? {
                0 => return Ok(delivered),
                events => delivered += events,
            }
        }
    }
}

/// What looks at all there is, and what moves all that a member has: merging, undoing it, and linking a number that merges.
fn is_long(path: &str) -> bool {
    path.ends_with("/admin/dashboard") || path.ends_with("/me/links") || path.contains("/merges")
}

/// Regular work of all features, and of what they stand on.
pub fn jobs() -> Vec<Job> {
    kit::jobs::ALL
        .into_iter()
        .chain([CHECK_INTEGRITY])
        .chain(identity::jobs())
        .chain(forum::jobs())
        .chain(loyalty::jobs())
        .chain(community::jobs())
        .collect()
}

/// When an administrator asks for it. Here, because it knows the checks of all features.
const CHECK_INTEGRITY: Job =
    Job { name: "check_integrity", every: Duration::from_secs(2), run: |kit| Box::pin(loyalty::integrity::run(kit, checks())) };

crate::refusals! {
    /// What `/health/ready` answers besides yes.
    pub enum Refusal {
        ShuttingDown = SERVICE_UNAVAILABLE "shutting_down" "The server is shutting down.",
    }
}

/// Every problem that the server answers with, for the catalogue and for the names of unique keys.
pub fn problems() -> Vec<&'static kit::ProblemKind> {
    let own = Refusal::KINDS.iter();
    own.chain(kit::catalogue::problems())
        .chain(identity::problems())
        .chain(community::problems())
        .chain(forum::problems())
        .chain(loyalty::problems())
        .collect()
}

/// The catalogue of problems as Markdown: docs/problems.md.
pub fn catalogue_of_problems() -> String {
    let row = |kind: &kit::ProblemKind| format!("| `{}` | {} | {} |\n", kind.code, kind.status.as_u16(), kind.detail);
    let rows: BTreeSet<String> = problems().into_iter().map(row).collect();
    let rows: String = rows.into_iter().collect();
    format!(
        "# Problems\n\nWhatever the server refuses, it answers as `application/problem+json` (RFC 9457). `code` is stable: programs, and the \
         pages'\ntranslations, go by it; `type` is `/problems/` and the code. `detail` is a sentence in English, often one for the very case; \
         these\nare the usual ones. `regulars problems` writes this page (`make problems`), and a test holds it.\n\n\
         | code | status | detail |\n|---|---|---|\n{rows}"
    )
}

/// Everywhere that personal data may lie.
pub fn personal_columns() -> impl Iterator<Item = &'static PersonalColumns> {
    [
        erasure::PERSONAL_COLUMNS,
        identity::erasure::PERSONAL_COLUMNS,
        community::erasure::PERSONAL_COLUMNS,
        forum::erasure::PERSONAL_COLUMNS,
        loyalty::erasure::PERSONAL_COLUMNS,
    ]
    .into_iter()
    .flatten()
}

/// Erases what members left who are gone: after all others, which still write of them.
struct Erasure;

impl Listener<Event> for Erasure {
    fn name(&self) -> &'static str {
        "erasure"
    }

    fn react<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let gone: Vec<_> = events::erased_members(batch).into_iter().map(|member| member.0).collect();
            if !gone.is_empty() {
                erasure::walk(conn, personal_columns(), &gone).await?;
            }
            Ok(())
        })
    }
}

/// Every invariant that must hold between requests.
pub fn checks() -> Vec<&'static Check> {
    identity::checks().into_iter().chain(community::checks()).chain(forum::checks()).chain(loyalty::checks()).collect()
}

/// What `regulars admin reconcile` can put right, in the order in which one builds upon another: boards count the books
/// last.
pub fn repairs() -> Vec<&'static Repair> {
    community::repairs().into_iter().chain(forum::repairs()).chain(loyalty::repairs()).collect()
}

/// Outside the API, everything is for reading.
fn allowed(methods: &Methods, path: &str) -> Option<HeaderValue> {
    methods.allowed(path).or_else(|| (!path.starts_with("/api/")).then_some(HeaderValue::from_static("GET, HEAD")))
}

#[handler]
fn description(Data(spec): Data<&Arc<Value>>) -> Json<Value> {
    Json(Value::clone(spec))
}

#[handler]
fn jwks(Data(authenticator): Data<&Authenticator>) -> Json<Value> {
    Json(authenticator.tokens.jwks().clone())
}

#[handler]
fn live() -> &'static str {
    "alive"
}

#[handler]
async fn ready(Data(app): Data<&App>) -> Result<String, Problem> {
    if !app.accepting.load(Ordering::Relaxed) {
        return Err(Problem::from(Refusal::ShuttingDown).retry_after(5));
    }
    app.health_db.ping().await?;
    // Requests are answered all the same, and another server's background work may go on: 200, but not in silence.
    let failing: Vec<_> = app.kit.failures.lasting().into_iter().map(|(name, times)| format!("{name} ({times} times in a row)")).collect();
    Ok(if failing.is_empty() { "ready".to_owned() } else { format!("ready, but this fails in the background: {}", failing.join(", ")) })
}

#[handler]
async fn measurements(request: &Request, Data(app): Data<&App>) -> Result<Response, Problem> {
    app.metrics_access.admits(request.header("authorization"))?;
    let status = app.kit.db.status();
    app.kit.metrics.connections_in_use.set(status.size as i64 - status.available as i64);
    if let Ok(mut conn) = app.health_db.read().await
        && let Ok(waiting) = outbox::waiting(&mut conn).await
    {
        app.kit.metrics.events_waiting.set(waiting);
    }
    let mut response = app.kit.metrics.text().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
