//! Who listens live. A process looks for new notifications once a second for all of its listeners together, and only
//! while there are any; so it works with any number of servers and without Redis. Streams have a budget of their own, and
//! read on background connections, a few at a time, so that no number of them takes anything from requests.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use diesel_async::pooled_connection::deadpool::Object;
use tokio::{
    sync::{Semaphore, SemaphorePermit, watch},
    time::MissedTickBehavior,
};
use uuid::Uuid;

use super::store::{Latest, find_ended, find_news};
use crate::{
    domain::{MemberId, SessionId},
    kit::{Conn, Kit, Problem},
};

/// Streams of one member in one process; beyond, the oldest ends.
pub const STREAMS_MAX: usize = 8;
crate::refusals! {
    /// Why a stream does not begin.
    pub enum Refusal {
        TooManyStreams = SERVICE_UNAVAILABLE "too_many_streams" "Too many listen at the moment; what comes stands in the list of notifications.",
    }
}

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Looks between two checks that the sessions are alive.
const LOOKS_A_CHECK: u32 = 10;
/// Streams that read their news at the same time.
const READING_MAX: usize = 2;
/// When there is no room for another stream, it is worth while to ask again after so long.
const FULL_FOR_S: u64 = 30;

/// The streams of a process.
#[derive(Clone)]
pub struct Streams(Arc<Budget>);

struct Budget {
    /// For background work.
    kit: Kit,
    streams_max: usize,
    open: Mutex<Open>,
    reading: Semaphore,
}

#[derive(Default)]
struct Open {
    members: HashMap<MemberId, Listening>,
    /// Somebody looks for news.
    looking: bool,
    closed: bool,
}

/// A member who listens.
#[derive(Default)]
struct Listening {
    /// The latest notification that was seen to come.
    last: Uuid,
    /// The oldest first.
    streams: Vec<Stream>,
}

struct Stream {
    session_id: SessionId,
    /// Dropping it ends the stream.
    wake: watch::Sender<()>,
}

impl Open {
    /// Forgets streams that have ended. Returns how many have not.
    fn tidy(&mut self) -> usize {
        self.members.retain(|_, listening| {
            listening.streams.retain(|stream| !stream.wake.is_closed());
            !listening.streams.is_empty()
        });
        self.members.values().map(|listening| listening.streams.len()).sum()
    }
}

impl Streams {
    /// `kit` is for background work.
    pub fn new(kit: Kit, streams_max: usize) -> Self {
        Self(Arc::new(Budget { kit, streams_max, open: Mutex::default(), reading: Semaphore::new(READING_MAX) }))
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a stream: what it gives changes when there is news, and ends with the session or the server. Refused where the
    /// process has all the streams that it may have.
    pub fn open(&self, member_id: MemberId, session_id: SessionId) -> Result<watch::Receiver<()>, Problem> {
        let (wake, woken) = watch::channel(());
        let mut open = self.lock();
        if open.closed {
            return Ok(woken);
        }
        let makes_room = open.members.get(&member_id).is_some_and(|listening| listening.streams.len() >= STREAMS_MAX);
        if !makes_room && open.tidy() >= self.0.streams_max {
            return Err(Problem::from(Refusal::TooManyStreams).retry_after(FULL_FOR_S));
        }
        let streams = &mut open.members.entry(member_id).or_default().streams;
        streams.retain(|stream| !stream.wake.is_closed());
        if streams.len() >= STREAMS_MAX {
            streams.remove(0);
        }
        streams.push(Stream { session_id, wake });
        if !std::mem::replace(&mut open.looking, true) {
            tokio::spawn(look(self.clone()));
        }
        Ok(woken)
    }

    /// A connection to read news with, when it is the stream's turn.
    pub async fn turn(&self) -> Result<(SemaphorePermit<'_>, Object<Conn>), Problem> {
        let turn = self.0.reading.acquire().await.map_err(Problem::internal)?;
        Ok((turn, self.0.kit.db.read().await?))
    }

    /// Whether a session has ended: its streams give nothing more, not even what comes before the next check.
    pub async fn is_over(&self, conn: &mut Conn, session: SessionId) -> Result<bool, Problem> {
        Ok(!find_ended(conn, &[session], self.0.kit.clock.now()).await?.is_empty())
    }

    /// Ends all streams, and takes no more: the server stops.
    pub fn close(&self) {
        let mut open = self.lock();
        open.closed = true;
        open.members.clear();
    }

    /// Forgets streams that have ended. The members who still listen, with the latest that they know of, and their sessions;
    /// none when nobody does, and then nobody looks any more.
    fn listening(&self) -> Option<(Vec<Latest>, Vec<SessionId>)> {
        let mut open = self.lock();
        if open.tidy() == 0 {
            open.looking = false;
            return None;
        }
        let sessions = open.members.values().flat_map(|listening| &listening.streams).map(|stream| stream.session_id).collect();
        Some((open.members.iter().map(|(member, listening)| Latest { member_id: *member, id: listening.last }).collect(), sessions))
    }

    fn wake(&self, news: &[Latest]) {
        let mut open = self.lock();
        for Latest { member_id, id } in news {
            if let Some(listening) = open.members.get_mut(member_id) {
                listening.last = *id;
                listening.streams.iter().for_each(|stream| stream.wake.send_modify(|()| {}));
            }
        }
    }

    fn end(&self, ended: &HashSet<SessionId>) {
        for listening in self.lock().members.values_mut() {
            listening.streams.retain(|stream| !ended.contains(&stream.session_id));
        }
    }
}

/// Looks for news until nobody listens.
async fn look(streams: Streams) {
    let kit = streams.0.kit.clone();
    let mut times = tokio::time::interval(LOOK_EVERY);
    times.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for looks in 1_u32.. {
        times.tick().await;
        let Some((known, sessions)) = streams.listening() else { return };
        match news(&kit, &known).await {
            Ok(news) => streams.wake(&news),
            Err(problem) => tracing::warn!(%problem, "notifications wait"),
        }
        if looks % LOOKS_A_CHECK == 0 {
            match check(&kit, &sessions).await {
                Ok(ended) => streams.end(&ended),
                Err(problem) => tracing::warn!(%problem, "sessions are not checked"),
            }
        }
    }
}

async fn news(kit: &Kit, known: &[Latest]) -> Result<Vec<Latest>, Problem> {
    let mut conn = kit.db.read().await?;
    Ok(find_news(&mut conn, known).await?)
}

async fn check(kit: &Kit, sessions: &[SessionId]) -> Result<HashSet<SessionId>, Problem> {
    let mut conn = kit.db.read().await?;
    Ok(find_ended(&mut conn, sessions, kit.clock.now()).await?)
}
