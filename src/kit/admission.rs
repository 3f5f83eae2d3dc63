//! Who is served at once, who waits, and who is sent away.
//!
//! A request takes a place before it does anything and keeps it to its end, so whoever is let in finds a connection to the
//! database, and no work is thrown away half done. There are as many places as connections. Three lines lead to them, each
//! in order and bounded: the caller's own, so that one who sends thirty requests, which perhaps wait for each other, holds
//! few places, and strangers see nothing of it (passwords to be hashed are one caller's: they take long, and anybody may send
//! them); that of all writes, which leaves places to reads; and everybody's. Whoever
//! would wait too long is sent away at once, which costs next to nothing.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{Method, StatusCode},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

use super::Problem;

/// At the slowest that is bearable, a place is free every 30 ms.
const WAITING_A_PLACE: usize = 64;
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Whose line a request waits in. Whoever is not known shares the places of all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    Member(String),
    /// A partner's system speaks for many people.
    Partner(String),
    /// Everybody who signs in or up.
    SigningIn,
}

/// The places of a server. Clones share them.
#[derive(Clone)]
pub struct Admission(Arc<Lines>);

struct Lines {
    everybody: Arc<Line>,
    writes: Arc<Line>,
    callers: Mutex<HashMap<Caller, Arc<Line>>>,
    /// Places that one member, or those who sign in, may have at a time.
    quarter: usize,
    /// Places that one partner may have at a time.
    half: usize,
    patience: Duration,
}

/// Leads to some places, in order.
struct Line {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    waiting_max: usize,
}

/// One place, until it is dropped.
pub struct Place {
    _everybody: OwnedSemaphorePermit,
    _write: Option<OwnedSemaphorePermit>,
    _own: Option<Own>,
}

/// A caller's part of a place.
struct Own {
    admission: Admission,
    caller: Caller,
    line: Option<Arc<Line>>,
    permit: Option<OwnedSemaphorePermit>,
}

/// There is no place soon enough.
enum Full {
    /// Others wait already, as many as may.
    Line,
    /// It took too long, be it that the database is away.
    Late,
}

impl Line {
    fn new(places: usize) -> Arc<Self> {
        Arc::new(Self { places: Arc::new(Semaphore::new(places)), waiting: AtomicUsize::new(0), waiting_max: places * WAITING_A_PLACE })
    }

    async fn place(&self, until: Instant) -> Result<OwnedSemaphorePermit, Full> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Ok(place);
        }
        let _waits = Waits::in_line(&self.waiting, self.waiting_max).ok_or(Full::Line)?;
        timeout_at(until, self.places.clone().acquire_owned()).await.ok().and_then(Result::ok).ok_or(Full::Late)
    }
}

/// Somebody who waits, until it is dropped.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn in_line(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
        let waits = Self(waiting);
        (waiting.fetch_add(1, Relaxed) < most).then_some(waits)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Admission {
    /// Of so many places at least one is no write's, a member has at most a quarter, as those have who sign in, and a partner
    /// half.
    pub fn new(places: usize) -> Self {
        Self::patient(places, WAIT_MAX)
    }

    fn patient(places: usize, patience: Duration) -> Self {
        let part = |divisor: usize| (places / divisor).max(1);
        Self(Arc::new(Lines {
            everybody: Line::new(places),
            writes: Line::new(places.saturating_sub(part(4)).max(1)),
            callers: Mutex::default(),
            quarter: part(4),
            half: part(2),
            patience,
        }))
    }

    /// A place, as soon as it is the request's turn.
    pub async fn place(&self, caller: Option<Caller>, writes: bool) -> Result<Place, Problem> {
        let until = Instant::now() + self.0.patience;
        let busy = |_: Full| Problem::unavailable();
        let own = match caller {
            Some(caller) => Some(self.own(caller.clone(), until).await.map_err(|full| match full {
                Full::Line if caller != Caller::SigningIn => {
                    let detail = "Too many requests of yours are waiting already; send fewer at a time.";
                    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_at_once", detail).retry_after(1)
                }
                _ => busy(full),
            })?),
            None => None,
        };
        let write = if writes { Some(self.0.writes.place(until).await.map_err(busy)?) } else { None };
        let everybody = self.0.everybody.place(until).await.map_err(busy)?;
        Ok(Place { _everybody: everybody, _write: write, _own: own })
    }

    async fn own(&self, caller: Caller, until: Instant) -> Result<Own, Full> {
        let share = if matches!(caller, Caller::Partner(_)) { self.0.half } else { self.0.quarter };
        let line = self.callers().entry(caller.clone()).or_insert_with(|| Line::new(share)).clone();
        // Made first, so that the line is forgotten even where there is no place.
        let mut own = Own { admission: self.clone(), caller, line: Some(line.clone()), permit: None };
        own.permit = Some(line.place(until).await?);
        drop(line);
        Ok(own)
    }

    fn callers(&self) -> MutexGuard<'_, HashMap<Caller, Arc<Line>>> {
        self.0.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request once it has a place.
    pub async fn admit<E: Endpoint>(&self, inner: &E, caller: Option<Caller>, request: Request) -> Result<Response> {
        let writes = ![Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
        let _place = self.place(caller, writes).await?;
        Ok(inner.call(request).await?.into_response())
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.permit = None;
        let mut callers = self.admission.callers();
        self.line = None;
        if callers.get(&self.caller).is_some_and(|line| Arc::strong_count(line) == 1) {
            callers.remove(&self.caller);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, future::join_all};

    use super::*;

    fn member(name: &str) -> Option<Caller> {
        Some(Caller::Member(name.to_owned()))
    }

    fn partner(name: &str) -> Option<Caller> {
        Some(Caller::Partner(name.to_owned()))
    }

    /// Places that somebody gets without waiting.
    fn at_once(admission: &Admission, caller: Option<Caller>, writes: bool) -> Vec<Place> {
        std::iter::from_fn(|| admission.place(caller.clone(), writes).now_or_never().and_then(Result::ok)).take(100).collect()
    }

    #[tokio::test]
    async fn nobody_has_all_places_and_a_read_finds_one_behind_any_number_of_writes() {
        for (places, member_has, partner_has, writes_have) in [(1, 1, 1, 1), (2, 1, 1, 1), (4, 1, 2, 3), (10, 2, 5, 8), (40, 10, 20, 30)] {
            let admission = Admission::new(places);
            assert_eq!(at_once(&admission, member("ada"), false).len(), member_has, "{places}");
            assert_eq!(at_once(&admission, partner("shop"), true).len(), partner_has, "{places}");
            assert_eq!(at_once(&admission, Some(Caller::SigningIn), true).len(), member_has, "{places}");
            let written = at_once(&admission, None, true);
            assert_eq!(written.len(), writes_have, "{places}");
            assert_eq!(at_once(&admission, None, false).len(), places - writes_have, "{places}");
        }
    }

    #[tokio::test]
    async fn one_members_crowd_waits_in_order_and_a_stranger_does_not() {
        let admission = Admission::new(8);
        let served = Mutex::new(Vec::new());
        let mut crowd = Box::pin(join_all((0..30).map(|n| {
            let (admission, served) = (&admission, &served);
            async move {
                let _place = admission.place(member("ada"), true).await.unwrap();
                served.lock().unwrap().push(n);
                tokio::task::yield_now().await;
            }
        })));
        assert!(crowd.as_mut().now_or_never().is_none(), "they wait");
        assert!(admission.place(member("bea"), true).now_or_never().is_some_and(|place| place.is_ok()));
        assert!(admission.place(None, false).now_or_never().is_some_and(|place| place.is_ok()));
        crowd.await;
        assert_eq!(*served.lock().unwrap(), (0..30).collect::<Vec<_>>());
        assert!(admission.callers().is_empty(), "nobody is remembered who has no request");
    }

    #[tokio::test]
    async fn who_would_wait_too_long_is_sent_away_at_once_or_after_a_while() {
        let admission = Admission::patient(4, Duration::from_millis(50));
        let own = at_once(&admission, member("ada"), true);
        let mut waiting: Vec<_> = (0..WAITING_A_PLACE).map(|_| Box::pin(admission.place(member("ada"), true))).collect();
        assert!(waiting.iter_mut().all(|place| place.as_mut().now_or_never().is_none()));
        let refused = admission.place(member("ada"), false).now_or_never().unwrap().err().unwrap();
        assert_eq!((refused.status, refused.code.as_str(), refused.retry_after_s), (429, "too_many_at_once", Some(1)));
        // Of strangers who sign in, none is to blame for the others.
        let signing_in = at_once(&admission, Some(Caller::SigningIn), true);
        let mut crowd: Vec<_> = (0..WAITING_A_PLACE).map(|_| Box::pin(admission.place(Some(Caller::SigningIn), true))).collect();
        assert!(crowd.iter_mut().all(|place| place.as_mut().now_or_never().is_none()));
        let refused = admission.place(Some(Caller::SigningIn), true).now_or_never().unwrap().err().unwrap();
        assert_eq!((refused.status, refused.code.as_str(), refused.retry_after_s), (503, "unavailable", Some(1)));
        drop((signing_in, crowd));
        // What takes too long may be nobody's fault.
        let refused = waiting.swap_remove(0).await.err().unwrap();
        assert_eq!((refused.status, refused.code.as_str(), refused.retry_after_s), (503, "unavailable", Some(1)));
        drop((own, waiting));

        // Reads are served although writes are not.
        let places = at_once(&admission, None, true);
        let mut late = Box::pin(admission.place(None, true));
        assert!(late.as_mut().now_or_never().is_none());
        let refused = late.await.err().unwrap();
        assert_eq!((refused.status, refused.code.as_str(), refused.retry_after_s), (503, "unavailable", Some(1)));
        assert!(admission.place(None, false).now_or_never().is_some_and(|place| place.is_ok()));
        drop(places);
        assert!(admission.place(None, true).now_or_never().is_some_and(|place| place.is_ok()));
    }

    #[tokio::test]
    async fn who_stops_waiting_leaves_nothing_behind() {
        let admission = Admission::new(1);
        let place = admission.place(member("ada"), true).await.unwrap();
        for _ in 0..3 * WAITING_A_PLACE {
            assert!(admission.place(member("ada"), true).now_or_never().is_none());
        }
        drop(place);
        assert!(admission.place(member("bea"), true).now_or_never().is_some_and(|place| place.is_ok()));
        assert!(admission.callers().is_empty());
    }
}
