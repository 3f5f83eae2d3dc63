//! Visitors' answers as finished bytes: looked up before the router and before a slot is taken.
//!
//! An entry is what one address answers to a visitor, in one coding, with its headers. It is served while none of the keys that
//! it shows has changed, as far as the change feed knows, and while that knowledge is young: counted from when the last good
//! look was sent (or, of a newer entry, from before it was read) it is at most the bound old, and not older than this process's
//! last commit. Otherwise the answer is read from PostgreSQL, once for all who ask for it at a time.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use hyper::body::Bytes;
use moka::future::Cache;
use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
};
use poem_openapi::OperationId;
use prometheus::IntCounter;

use super::{
    Clock, Problem,
    change_feed::ChangeFeed,
    changes::{Key, Watched},
    commits::Commits,
    compress, etag,
};

/// What an entry takes beside its body, headers and keys, in bytes: about.
const ENTRY_BYTES: usize = 512;
const HEADER_BYTES: usize = 64;
/// How often somebody waits for what another one is reading, before they read themselves.
const WAITS_MAX: usize = 3;

/// How much is kept, and how old it may be.
#[derive(Clone, Copy, Debug)]
pub struct CacheSettings {
    /// 0 keeps nothing.
    pub bytes_max: u64,
    /// The bound.
    pub trust: Duration,
}

/// What the answer to a request shows: told by who makes it, for who keeps it. Clones share it.
#[derive(Clone, Default)]
pub struct Shown(Arc<Mutex<Shows>>);

#[derive(Default)]
struct Shows {
    keys: BTreeSet<Key>,
    until: Option<DateTime<Utc>>,
    never: bool,
}

impl Shown {
    /// That of this request; None where nobody would keep its answer.
    pub fn of(request: &Request) -> Option<Self> {
        request.data::<Self>().cloned()
    }

    /// It shows these rows and kinds.
    pub fn add(&self, keys: impl IntoIterator<Item = Key>) {
        self.with(|shows| shows.keys.extend(keys));
    }

    /// Time alone changes it then.
    pub fn ends(&self, at: DateTime<Utc>) {
        self.with(|shows| shows.until = Some(shows.until.map_or(at, |until| until.min(at))));
    }

    /// It shows what no key stands for.
    pub fn never_keep(&self) {
        self.with(|shows| shows.never = true);
    }

    fn with<R>(&self, act: impl FnOnce(&mut Shows) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is kept of one address, in one coding.
struct Kept {
    headers: HeaderMap,
    body: Bytes,
    etag: Option<String>,
    operation: &'static str,
    watched: Watched,
    /// Before it was read.
    began: Instant,
    /// Time alone changes it then.
    until: Option<DateTime<Utc>>,
}

impl Kept {
    fn weight(&self) -> usize {
        ENTRY_BYTES + self.body.len() + self.headers.len() * HEADER_BYTES + self.watched.keys() * size_of::<Key>()
    }

    /// The whole answer, or 304 for who has it already.
    fn answer(&self, if_none_match: Option<&str>) -> Response {
        let known = self.etag.as_ref().is_some_and(|etag| etag::is_known(if_none_match, etag));
        let mut response = Response::default();
        *response.headers_mut() = self.headers.clone();
        if known {
            response.set_status(StatusCode::NOT_MODIFIED);
            for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LENGTH] {
                response.headers_mut().remove(name);
            }
        } else {
            response.set_body(self.body.clone());
        }
        response.set_data(OperationId(self.operation));
        response
    }
}

/// Keeps visitors' answers. Clones share it.
#[derive(Clone)]
pub struct AnswerCache(Arc<Parts>);

struct Parts {
    settings: CacheSettings,
    changes: ChangeFeed,
    commits: Commits,
    clock: Clock,
    from_memory: IntCounter,
    may_keep: fn(&str, Option<&str>) -> bool,
    entries: Cache<String, Option<Arc<Kept>>>,
}

impl AnswerCache {
    /// An empty one. `commits` are those of this process; `may_keep` says whether the answer at a path and query may be kept.
    pub fn new(
        settings: CacheSettings,
        changes: ChangeFeed,
        commits: Commits,
        clock: Clock,
        from_memory: IntCounter,
        may_keep: fn(&str, Option<&str>) -> bool,
    ) -> Self {
        let weigh = |address: &String, kept: &Option<Arc<Kept>>| {
            let bytes = address.len() + kept.as_ref().map_or(ENTRY_BYTES, |kept| kept.weight());
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let entries = Cache::builder().max_capacity(settings.bytes_max).weigher(weigh).build();
        Self(Arc::new(Parts { settings, changes, commits, clock, from_memory, may_keep, entries }))
    }

    /// Whether anything is ever kept.
    pub fn is_on(&self) -> bool {
        self.0.settings.bytes_max > 0
    }

    /// Bytes that the entries take, once what is over the bound is gone.
    pub async fn bytes(&self) -> u64 {
        self.0.entries.run_pending_tasks().await;
        self.0.entries.weighted_size()
    }

    /// Answers from memory, or has `inner` answer.
    pub async fn answer<E: Endpoint>(&self, inner: &E, mut request: Request) -> Result<Response> {
        let Some(address) = self.address(&request) else {
            return Ok(inner.call(request).await?.into_response());
        };
        let if_none_match = request.headers_mut().remove(header::IF_NONE_MATCH);
        let if_none_match = if_none_match.as_ref().and_then(|tags| tags.to_str().ok());
        let zipped = compress::accepts(request.headers(), "gzip");
        if let Some(Some(kept)) = self.0.entries.get(&address).await
            && self.is_good_by_now(&kept).await
        {
            self.0.from_memory.inc();
            return Ok(kept.answer(if_none_match));
        }
        let mut unread = Some(request);
        for _ in 0..WAITS_MAX {
            let mut not_kept = None;
            let entry = self.0.entries.entry_by_ref(&address).or_insert_with_if(
                async {
                    let request = unread.take()?;
                    match self.read(inner, request, zipped).await {
                        Ok(Ok(kept)) => Some(Arc::new(kept)),
                        Ok(Err(response)) => {
                            not_kept = Some(Ok(response));
                            None
                        }
                        Err(error) => {
                            not_kept = Some(Err(error));
                            None
                        }
                    }
                },
                |kept| !kept.as_ref().is_some_and(|kept| self.is_good(kept)),
            );
            let kept = entry.await.into_value();
            let Some(request) = unread.take() else {
                // Read for this very request.
                return match (kept, not_kept) {
                    (Some(kept), _) => Ok(kept.answer(if_none_match)),
                    (None, Some(answer)) => answer,
                    (None, None) => Err(Problem::internal("an answer was read by nobody").into()),
                };
            };
            match kept {
                Some(kept) if self.is_good_by_now(&kept).await => {
                    self.0.from_memory.inc();
                    return Ok(kept.answer(if_none_match));
                }
                Some(_) => unread = Some(request),
                // It is not for keeping, and not for sharing.
                None => return self.as_asked(inner, request, if_none_match).await,
            }
        }
        match unread {
            Some(request) => self.as_asked(inner, request, if_none_match).await,
            None => Err(Problem::internal("a request went astray").into()),
        }
    }

    async fn as_asked<E: Endpoint>(&self, inner: &E, mut request: Request, if_none_match: Option<&str>) -> Result<Response> {
        if let Some(tags) = if_none_match.and_then(|tags| HeaderValue::from_str(tags).ok()) {
            request.headers_mut().insert(header::IF_NONE_MATCH, tags);
        }
        Ok(inner.call(request).await?.into_response())
    }

    /// Under which name the answer is kept; None where it is not.
    fn address(&self, request: &Request) -> Option<String> {
        let headers = request.headers();
        let says = |name| headers.contains_key(name);
        let uri = request.uri();
        let plain = request.method() == Method::GET
            && self.is_on()
            && (self.0.may_keep)(uri.path(), uri.query())
            && ![header::AUTHORIZATION, header::CONTENT_LENGTH, header::TRANSFER_ENCODING].into_iter().any(says)
            // Lists come as CSV, too.
            && !headers.get_all(header::ACCEPT).iter().any(|types| types.as_bytes().to_ascii_lowercase().windows(3).any(|part| part == b"csv"));
        let coding = if compress::accepts(headers, "gzip") { "gzip" } else { "" };
        plain.then(|| format!("{coding}{}", uri.path_and_query().map_or("/", |at| at.as_str())))
    }

    /// Whether an entry may be served, without looking again.
    fn is_good(&self, kept: &Kept) -> bool {
        matches!(self.known_at(kept), Some(known) if known.elapsed() <= self.0.settings.trust && self.0.commits.last() <= Some(known))
    }

    /// The same; where this process has committed something since the last look, after another one.
    async fn is_good_by_now(&self, kept: &Kept) -> bool {
        let trust = self.0.settings.trust;
        if let (Some(committed), Some(known)) = (self.0.commits.last(), self.known_at(kept))
            && known < committed
            && self.0.changes.looked().is_some_and(|looked| looked.elapsed() <= trust)
        {
            self.0.changes.look_since(committed, trust).await;
        }
        self.is_good(kept)
    }

    /// The latest instant at which the entry is known to have been as PostgreSQL would answer; None when it has ended or changed.
    fn known_at(&self, kept: &Kept) -> Option<Instant> {
        if kept.until.is_some_and(|until| until <= self.0.clock.now()) {
            return None;
        }
        let looked = self.0.changes.holds(&kept.watched)?;
        Some(looked.map_or(kept.began, |looked| looked.max(kept.began)))
    }

    /// What PostgreSQL says now, for everybody; Err: for this request alone.
    async fn read<E: Endpoint>(&self, inner: &E, mut request: Request, zipped: bool) -> Result<Result<Kept, Response>> {
        // In this order: what is found from here on may not be in what is read.
        let (seen, began) = (self.0.changes.sequence(), Instant::now());
        let shown = Shown::default();
        request.set_data(shown.clone());
        let mut response = inner.call(request).await?.into_response();
        let (keys, until, never) = shown.with(|shows| (std::mem::take(&mut shows.keys), shows.until, shows.never));
        let is_personal = response.headers().contains_key(header::SET_COOKIE);
        if response.status() != StatusCode::OK || is_personal || never || keys.is_empty() {
            return Ok(Err(response));
        }
        let mut body = response.take_body().into_bytes().await?;
        if zipped && compress::pays(&response, &body) {
            let plain = body.clone();
            if let Ok(Ok(small)) = tokio::task::spawn_blocking(move || compress::best(&plain)).await {
                body = small.into();
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        response.headers_mut().remove(header::CONTENT_LENGTH);
        let etag = response.headers().get(header::ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let operation = response.data::<OperationId>().map_or("", |operation| operation.0);
        let headers = std::mem::take(response.headers_mut());
        Ok(Ok(Kept { headers, body, etag, operation, watched: Watched::new(keys.into_iter().collect(), seen), began, until }))
    }
}
