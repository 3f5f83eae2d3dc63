//! A town: one community of its own, with its own database, for one story. Dropping it audits it.

mod community;
mod described;
mod folder;
mod forum;
pub mod frontend;
mod host;
mod identity;
mod loyalty;
mod moderation;
mod notification;
mod person;
pub mod process;
pub mod purchases;
mod reply;
pub mod wait;
mod web;
mod wire;

use std::sync::Arc;

use chrono::Duration;
use diesel_async::SimpleAsyncConnection;
use poem::{EndpointExt, Response, endpoint::BoxEndpoint};
use regulars::{
    app::{self, App, Settings},
    identity::SignInTerms,
    kit::{
        Clock, Conn,
        answer_cache::CacheSettings,
        rate_limits::RateLimitSettings,
        telemetry::MetricsAccess,
        verify::{self, Outcome},
    },
};
use rust_embed::RustEmbed;
use serde_json::{Value, json};
use tokio::task::AbortHandle;

pub use self::{folder::Folder, loyalty::OwnRedis, person::Person, reply::Reply, wire::Wire};

/// Where browsers reach every town.
pub const ADDRESS: &str = "https://town.example";
pub const PASSWORD: &str = "a town of regulars";

const ABANDONED: &str = "select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and state like 'idle in transaction%'";

/// An app of the web pages' form.
#[derive(RustEmbed)]
#[folder = "tests/web/dist"]
struct Fixture;

pub struct Town {
    pub app: App,
    pub clock: Clock,
    server: Arc<BoxEndpoint<'static, Response>>,
    database: host::Database,
    audited: bool,
    /// Follows the change feed.
    follower: Option<AbortHandle>,
}

/// What a story may want different.
pub struct Plan {
    pub rate_limits: bool,
    pub time_zone: chrono_tz::Tz,
    pub redis_url: Option<String>,
    pub connections_max: usize,
    /// Off by default: most stories write past the server, and look at once.
    pub cache: CacheSettings,
    pub streams_max: usize,
    /// Long by default: stories let months pass.
    pub access_token_ttl_s: i64,
    pub session_ttl_days: i64,
    pub proxies: usize,
    pub metrics: MetricsAccess,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            rate_limits: false,
            time_zone: chrono_tz::UTC,
            redis_url: host::redis_url(),
            connections_max: 8,
            cache: CacheSettings { bytes_max: 0, trust: std::time::Duration::from_millis(500) },
            streams_max: 100,
            access_token_ttl_s: 315_360_000,
            session_ttl_days: 3_650,
            proxies: 0,
            metrics: MetricsAccess::Open,
        }
    }
}

impl Plan {
    /// That of a server which keeps visitors' answers, at most half a second old.
    pub fn keeping(bytes_max: u64) -> Self {
        let plan = Self::default();
        Self { cache: CacheSettings { bytes_max, ..plan.cache }, ..plan }
    }
}

impl Town {
    pub async fn new() -> Self {
        Self::planned(Plan::default()).await
    }

    pub async fn planned(plan: Plan) -> Self {
        Self::in_database(host::Database::create().await, Clock::default(), plan).await
    }

    /// A town whose database has nothing in it, not even tables.
    pub async fn empty() -> Self {
        let town = Self::new().await;
        town.sql("drop schema public cascade; create schema public").await;
        town
    }

    async fn in_database(database: host::Database, clock: Clock, plan: Plan) -> Self {
        let app = App::build(Settings {
            public_url: ADDRESS.to_owned(),
            files: Fixture::get,
            database_url: database.url.clone(),
            redis_url: plan.redis_url,
            connections_max: plan.connections_max,
            cache: plan.cache,
            streams_max: plan.streams_max,
            time_zone: plan.time_zone,
            access_token_ttl_s: plan.access_token_ttl_s,
            sign_in: SignInTerms { password_chars_min: 12, session_ttl_days: plan.session_ttl_days },
            body_bytes_max: 256 * 1024,
            rate_limits: RateLimitSettings { enforced: plan.rate_limits, proxies: plan.proxies },
            metrics: plan.metrics,
            clock: clock.clone(),
        })
        .await
        .expect("the app starts");
        described::learn(&app);
        let endpoint = app.endpoint().expect("the API is described");
        let server = Arc::new(endpoint.boxed());
        let follower = (plan.cache.bytes_max > 0).then(|| {
            let app = app.clone();
            tokio::spawn(async move { app.follow_changes().await }).abort_handle()
        });
        Self { app, clock, server, database, audited: true, follower }
    }

    /// It does not look for changes any more.
    pub fn stops_following(&self) {
        self.follower.iter().for_each(AbortHandle::abort);
    }

    /// Requests that were answered from memory.
    pub fn answers_from_memory(&self) -> u64 {
        self.app.kit.metrics.answers_from_memory.get()
    }

    /// A second server of the same town.
    pub async fn second(&self) -> Self {
        self.planned_second(Plan::default()).await
    }

    /// [`Self::second`], with a plan of its own.
    pub async fn planned_second(&self, plan: Plan) -> Self {
        Self::in_database(self.database.at(&self.database.url), self.clock.clone(), plan).await.not_audited()
    }

    /// A second server of the same town, whose database is at the other end of a wire.
    pub async fn behind(&self, wire: &Wire) -> Self {
        self.planned_behind(wire, Plan::default()).await
    }

    /// [`Self::behind`], with a plan of its own.
    pub async fn planned_behind(&self, wire: &Wire, plan: Plan) -> Self {
        Self::in_database(self.database.at(wire.url()), self.clock.clone(), plan).await.not_audited()
    }

    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// For stories that break the books on purpose.
    pub fn not_audited(mut self) -> Self {
        self.audited = false;
        self
    }

    /// Somebody who has not signed in.
    pub fn visitor(&self) -> Person {
        Person::new(self.server.clone(), "visitor", None)
    }

    /// A member who registered and signed in.
    pub async fn member(&self, handle: &str) -> Person {
        self.join(handle, None).await
    }

    pub async fn referred_member(&self, handle: &str, referral_code: &str) -> Person {
        self.join(handle, Some(referral_code)).await
    }

    async fn join(&self, handle: &str, referral_code: Option<&str>) -> Person {
        let email = format!("{handle}@town.example");
        let mut form = json!({ "email": email, "password": PASSWORD, "handle": handle });
        if let Some(code) = referral_code {
            form["referral_code"] = json!(code);
        }
        self.visitor().post("/auth/register", form).await.is(202);
        self.sign_in(handle).await
    }

    pub async fn sign_in(&self, handle: &str) -> Person {
        let email = format!("{handle}@town.example");
        let reply = self.visitor().post("/auth/login", json!({ "email": email, "password": PASSWORD })).await.is(200);
        let mut person = Person::new(self.server.clone(), handle, Some(reply.text("/access_token")));
        person.member_id = Some(reply.text("/member_id"));
        person
    }

    pub async fn moderator(&self, handle: &str) -> Person {
        self.staff(handle, "moderator").await
    }

    pub async fn admin(&self, handle: &str) -> Person {
        self.staff(handle, "administrator").await
    }

    async fn staff(&self, handle: &str, role: &str) -> Person {
        let person = self.member(handle).await;
        self.sql(&format!("update member set role = '{role}' where handle = '{handle}'")).await;
        person
    }

    /// A system with an API key of the given scopes (separated by spaces).
    pub async fn partner(&self, name: &str, scopes: &str) -> Person {
        let key = format!("rk_{}", regulars::kit::secret::random_token());
        let hash: String = regulars::kit::secret::hash(&key).iter().map(|byte| format!("{byte:02x}")).collect();
        self.sql(&format!(
            "with p as (insert into partner (id, name, created_at) values (gen_random_uuid(), '{name}', now())
               on conflict (name) do update set name = excluded.name returning id)
             insert into api_key (id, partner_id, name, prefix, hash, scopes, created_at)
             select gen_random_uuid(), id, 'test', 'rk_', '\\x{hash}', '{scopes}', now() from p"
        ))
        .await;
        Person::new(self.server.clone(), name, Some(key))
    }

    /// Lets time pass, and the regular work of that time happen.
    pub async fn passes(&self, time: Duration) {
        self.clock.advance(time);
        self.settle().await;
        self.work().await;
    }

    /// Delivers every event that is waiting.
    pub async fn settle(&self) {
        // Another server of this town may be delivering, too.
        wait::until("no event waits", async || {
            self.app.deliver_events().await.expect("events are delivered");
            self.count("select count(*) from outbox_event").await == 0
        })
        .await;
        let parked = self.rows("select kind || ': ' || error from parked_event").await;
        assert!(parked.is_empty() || !self.audited, "parked events: {parked:?}");
    }

    /// Does the regular work of every feature once.
    pub async fn work(&self) {
        for job in app::jobs() {
            (job.run)(self.app.kit.clone()).await.unwrap_or_else(|problem| panic!("job {}: {problem}", job.name));
        }
        self.settle().await;
    }

    pub async fn sql(&self, statement: &str) {
        self.database.execute(statement).await;
    }

    /// For statements that the database is to refuse.
    pub async fn try_sql(&self, statement: &str) -> Result<(), String> {
        self.database.try_execute(statement).await
    }

    /// Waits until so many statements wait for locks.
    pub async fn waits_for_locks(&self, statements: i64) {
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        wait::until("they wait for locks", async || self.count(waiting).await >= statements).await;
    }

    /// First column, as text, of the rows of a query.
    pub async fn rows(&self, query: &str) -> Vec<String> {
        self.database.rows(query).await
    }

    pub async fn count(&self, query: &str) -> i64 {
        self.rows(query).await[0].parse().expect("a count")
    }

    /// Fails unless every invariant holds.
    pub async fn audit(&self) {
        let broken = self.broken().await;
        assert!(broken.is_empty(), "broken invariants: {broken:#?}");
    }

    /// What `verify` would print of invariants that do not hold.
    pub async fn broken(&self) -> Vec<String> {
        Self::broken_in(&mut verify::snapshot(&self.app.kit.db).await.expect("a connection")).await
    }

    /// Plants each fault after `let_in`, undone with its transaction, and wants the invariant beside it to be broken.
    pub async fn finds(&self, faults: &[(&str, &str)], let_in: &str) {
        for (invariant, fault) in faults {
            let mut tx = self.app.kit.db.begin().await.expect("a transaction");
            tx.batch_execute(let_in).await.expect("it lets the fault in");
            tx.batch_execute(fault).await.unwrap_or_else(|error| panic!("{fault}: {error}"));
            let broken = Self::broken_in(&mut tx).await;
            assert!(broken.iter().any(|broken| broken.starts_with(&format!("BROKEN: {invariant}"))), "{fault}: {broken:#?}");
        }
    }

    /// The same as a transaction sees it.
    pub async fn broken_in(tx: &mut Conn) -> Vec<String> {
        let findings = verify::run(tx, app::checks(), |_| ()).await.expect("the checks run");
        findings.iter().filter(|finding| finding.outcome != Outcome::Holds).map(ToString::to_string).collect()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        self.stops_following();
        if std::thread::panicking() {
            return;
        }
        if self.audited {
            // Drop cannot wait, but a thread with a runtime and connections of its own can.
            let database = self.database.take();
            let clock = self.clock.clone();
            let plan = Plan { time_zone: self.app.kit.time_zone, ..Plan::default() };
            host::on_own_runtime(async move || {
                let town = Self::in_database(database, clock, plan).await.not_audited();
                // The story's runtime is busy dropping: what it still had to roll back, it never will.
                town.sql(ABANDONED).await;
                town.settle().await;
                town.audit().await;
            });
        }
    }
}

/// The value at a JSON pointer, which must be there.
pub fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or_else(|| panic!("there is no {pointer} in {value:#}"))
}
