//! Who is served at once, who waits, and who is sent away.
//!
//! A request takes a slot before it does anything and keeps it to its end, so whoever is let in finds a connection to the
//! database, and no work is thrown away half done. There are as many slots as connections. Three queues lead to them, each
//! in order and bounded: the caller's own, so that one who sends thirty requests, which perhaps wait for each other, holds
//! few slots, and strangers see nothing of it (passwords to be hashed are one caller's: they take long, and anybody may send
//! them); that of all writes, which leaves slots to reads; and everybody's. Whoever
//! would wait too long is sent away at once, which costs next to nothing.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use poem::{Endpoint, IntoResponse, Request, Response, Result, http::Method};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

use super::Problem;

/// At the slowest that is bearable, a slot is free every 30 ms.
const WAITING_PER_SLOT: usize = 64;
const WAIT_MAX: Duration = Duration::from_secs(5);

crate::refusals! {
    /// Who is sent away before the first statement.
    pub enum Refusal {
        TooManyAtOnce = TOO_MANY_REQUESTS "too_many_at_once" "Too many requests of yours are waiting already; send fewer at a time.",
    }
}

/// Whose queue a request waits in. Whoever is not known shares the slots of all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Requester {
    Member(String),
    /// A partner's system speaks for many people.
    Partner(String),
    /// Everybody who signs in or up.
    SigningIn,
}

/// The slots of a server. Clones share them.
#[derive(Clone)]
pub struct Admission(Arc<Queues>);

struct Queues {
    everybody: Arc<Queue>,
    writes: Arc<Queue>,
    callers: Mutex<HashMap<Requester, Arc<Queue>>>,
    /// Slots that one member, or those who sign in, may have at a time.
    quarter: usize,
    /// Slots that one partner may have at a time.
    half: usize,
    patience: Duration,
}

/// Leads to some slots, in order.
struct Queue {
    slots: Arc<Semaphore>,
    waiting: AtomicUsize,
    waiting_max: usize,
}

/// One slot, until it is dropped.
pub struct Slot {
    _everybody: OwnedSemaphorePermit,
    _write: Option<OwnedSemaphorePermit>,
    _own: Option<Own>,
}

/// A caller's part of a slot.
struct Own {
    admission: Admission,
    caller: Requester,
    queue: Option<Arc<Queue>>,
    permit: Option<OwnedSemaphorePermit>,
}

/// There is no slot soon enough.
enum Full {
    /// Others wait already, as many as may.
    Queue,
    /// It took too long, be it that the database is away.
    Late,
}

impl Queue {
    fn new(slots: usize) -> Arc<Self> {
        Arc::new(Self { slots: Arc::new(Semaphore::new(slots)), waiting: AtomicUsize::new(0), waiting_max: slots * WAITING_PER_SLOT })
    }

    async fn slot(&self, until: Instant) -> Result<OwnedSemaphorePermit, Full> {
        if let Ok(slot) = self.slots.clone().try_acquire_owned() {
            return Ok(slot);
        }
        let _waits = Waits::in_queue(&self.waiting, self.waiting_max).ok_or(Full::Queue)?;
        timeout_at(until, self.slots.clone().acquire_owned()).await.ok().and_then(Result::ok).ok_or(Full::Late)
    }
}

/// Somebody who waits, until it is dropped.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn in_queue(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
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
    /// Of so many slots at least one is no write's, a member has at most a quarter, as those have who sign in, and a partner
    /// half.
    pub fn new(slots: usize) -> Self {
        Self::patient(slots, WAIT_MAX)
    }

    fn patient(slots: usize, patience: Duration) -> Self {
        let part = |divisor: usize| (slots / divisor).max(1);
        Self(Arc::new(Queues {
            everybody: Queue::new(slots),
            writes: Queue::new(slots.saturating_sub(part(4)).max(1)),
            callers: Mutex::default(),
            quarter: part(4),
            half: part(2),
            patience,
        }))
    }

    /// A slot, as soon as it is the request's turn.
    pub async fn slot(&self, caller: Option<Requester>, writes: bool) -> Result<Slot, Problem> {
        let until = Instant::now() + self.0.patience;
        let busy = |_: Full| Problem::unavailable();
        let own = match caller {
            Some(caller) => Some(self.own(caller.clone(), until).await.map_err(|full| match full {
                Full::Queue if caller != Requester::SigningIn => Problem::from(Refusal::TooManyAtOnce).retry_after(1),
                _ => busy(full),
            })?),
            None => None,
        };
        let write = if writes { Some(self.0.writes.slot(until).await.map_err(busy)?) } else { None };
        let everybody = self.0.everybody.slot(until).await.map_err(busy)?;
        Ok(Slot { _everybody: everybody, _write: write, _own: own })
    }

    async fn own(&self, caller: Requester, until: Instant) -> Result<Own, Full> {
        let share = if matches!(caller, Requester::Partner(_)) { self.0.half } else { self.0.quarter };
        let queue = self.callers().entry(caller.clone()).or_insert_with(|| Queue::new(share)).clone();
        // Made first, so that the queue is forgotten even where there is no slot.
        let mut own = Own { admission: self.clone(), caller, queue: Some(queue.clone()), permit: None };
        own.permit = Some(queue.slot(until).await?);
        drop(queue);
        Ok(own)
    }

    fn callers(&self) -> MutexGuard<'_, HashMap<Requester, Arc<Queue>>> {
        self.0.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request once it has a slot.
    pub async fn admit<E: Endpoint>(&self, inner: &E, caller: Option<Requester>, request: Request) -> Result<Response> {
        let writes = ![Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
        let _slot = self.slot(caller, writes).await?;
        Ok(inner.call(request).await?.into_response())
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.permit = None;
        let mut callers = self.admission.callers();
        self.queue = None;
        if callers.get(&self.caller).is_some_and(|queue| Arc::strong_count(queue) == 1) {
            callers.remove(&self.caller);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, future::join_all};

    use super::*;

    fn member(name: &str) -> Option<Requester> {
        Some(Requester::Member(name.to_owned()))
    }

    fn partner(name: &str) -> Option<Requester> {
        Some(Requester::Partner(name.to_owned()))
    }

    /// Slots that somebody gets without waiting.
    fn at_once(admission: &Admission, caller: Option<Requester>, writes: bool) -> Vec<Slot> {
        std::iter::from_fn(|| admission.slot(caller.clone(), writes).now_or_never().and_then(Result::ok)).take(100).collect()
    }

    #[tokio::test]
    async fn nobody_has_all_slots_and_a_read_finds_one_behind_any_number_of_writes() {
        for (slots, member_has, partner_has, writes_have) in [(1, 1, 1, 1), (2, 1, 1, 1), (4, 1, 2, 3), (10, 2, 5, 8), (40, 10, 20, 30)] {
            let admission = Admission::new(slots);
            assert_eq!(at_once(&admission, member("ada"), false).len(), member_has, "{slots}");
            assert_eq!(at_once(&admission, partner("shop"), true).len(), partner_has, "{slots}");
            assert_eq!(at_once(&admission, Some(Requester::SigningIn), true).len(), member_has, "{slots}");
            let written = at_once(&admission, None, true);
            assert_eq!(written.len(), writes_have, "{slots}");
            assert_eq!(at_once(&admission, None, false).len(), slots - writes_have, "{slots}");
        }
    }

    #[tokio::test]
    async fn one_members_crowd_waits_in_order_and_a_stranger_does_not() {
        let admission = Admission::new(8);
        let served = Mutex::new(Vec::new());
        let mut crowd = Box::pin(join_all((0..30).map(|n| {
            let (admission, served) = (&admission, &served);
            async move {
                let _slot = admission.slot(member("ada"), true).await.unwrap();
                served.lock().unwrap().push(n);
                tokio::task::yield_now().await;
            }
        })));
        assert!(crowd.as_mut().now_or_never().is_none(), "they wait");
        assert!(admission.slot(member("bea"), true).now_or_never().is_some_and(|slot| slot.is_ok()));
        assert!(admission.slot(None, false).now_or_never().is_some_and(|slot| slot.is_ok()));
        crowd.await;
        assert_eq!(*served.lock().unwrap(), (0..30).collect::<Vec<_>>());
        assert!(admission.callers().is_empty(), "nobody is remembered who has no request");
    }

    #[tokio::test]
    async fn who_would_wait_too_long_is_sent_away_at_once_or_after_a_while() {
        let admission = Admission::patient(4, Duration::from_millis(50));
        let own = at_once(&admission, member("ada"), true);
        let mut waiting: Vec<_> = (0..WAITING_PER_SLOT).map(|_| Box::pin(admission.slot(member("ada"), true))).collect();
        assert!(waiting.iter_mut().all(|slot| slot.as_mut().now_or_never().is_none()));
        let refused = admission.slot(member("ada"), false).now_or_never().unwrap().err().unwrap();
        assert_eq!((refused.status, refused.code.as_str(), refused.retry_after_s), (429, "too_many_at_once", Some(1)));
        // Of strangers who sign in, none is to blame for the others.
        let signing_in = at_once(&admission, Some(Requester::SigningIn), true);
        let mut crowd: Vec<_> = (0..WAITING_PER_SLOT).map(|_| Box::pin(admission.slot(Some(Requester::SigningIn), true))).collect();
        assert!(crowd.iter_mut().all(|slot| slot.as_mut().now_or_never().is_none()));
        let refused = admission.slot(Some(Requester::SigningIn), true).now_or_never().unwrap().err().unwrap();
        assert_eq!((refused.status, refused.code.as_str(), refused.retry_after_s), (503, "unavailable", Some(1)));
        drop((signing_in, crowd));
        // What takes too long may be nobody's fault.
        let refused = waiting.swap_remove(0).await.err().unwrap();
        assert_eq!((refused.status, refused.code.as_str(), refused.retry_after_s), (503, "unavailable", Some(1)));
        drop((own, waiting));

        // Reads are served although writes are not.
        let slots = at_once(&admission, None, true);
        let mut late = Box::pin(admission.slot(None, true));
        assert!(late.as_mut().now_or_never().is_none());
        let refused = late.await.err().unwrap();
        assert_eq!((refused.status, refused.code.as_str(), refused.retry_after_s), (503, "unavailable", Some(1)));
        assert!(admission.slot(None, false).now_or_never().is_some_and(|slot| slot.is_ok()));
        drop(slots);
        assert!(admission.slot(None, true).now_or_never().is_some_and(|slot| slot.is_ok()));
    }

    #[tokio::test]
    async fn who_stops_waiting_leaves_nothing_behind() {
        let admission = Admission::new(1);
        let slot = admission.slot(member("ada"), true).await.unwrap();
        for _ in 0..3 * WAITING_PER_SLOT {
            assert!(admission.slot(member("ada"), true).now_or_never().is_none());
        }
        drop(slot);
        assert!(admission.slot(member("bea"), true).now_or_never().is_some_and(|slot| slot.is_ok()));
        assert!(admission.callers().is_empty());
    }
}
