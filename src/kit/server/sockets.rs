//! The sockets that are open: how many there may be, and which of them give way to others.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

/// How long a newcomer waits for the place of a socket that was told to close, before another one is told.
const PLACE_PAUSE: Duration = Duration::from_millis(100);
/// A socket may be silent for so long, however many others wait to be accepted.
const SILENCE_MIN: Duration = Duration::from_millis(500);
/// Open files that are no client's: connections to PostgreSQL and Redis, logs, the listener.
const OTHER_FILES: u64 = 256;

/// As many of the sockets that are wanted as this process may open; it asks for more than it has, and says what it lacks.
pub fn possible(wanted: usize) -> usize {
    let files = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: files.maximum, ..files };
    let open_max = if setrlimit(Resource::Nofile, raised).is_ok() { files.maximum } else { files.current };
    let possible = open_max.map_or(wanted, |files| usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(wanted)).max(1);
    if possible < wanted {
        tracing::warn!(wanted, possible, "fewer sockets than CONNECTIONS_MAX: raise the limit of open files (ulimit -n)");
    }
    wanted.min(possible)
}

/// What a socket waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// A request, or the rest of its headers.
    Request,
    /// The rest of a body.
    Body,
}

/// All sockets. Those that wait for their client give way to others, the longest silent first.
pub(super) struct Sockets {
    places: Arc<Semaphore>,
    silent: Mutex<Silent>,
}

#[derive(Default)]
struct Silent {
    /// By the order in which they fell silent.
    sockets: BTreeMap<u64, (Instant, Silence, Arc<Notify>)>,
    next: u64,
}

impl Sockets {
    /// At most so many are open at a time.
    pub(super) fn new(most: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(most)), silent: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Silent> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more, which another one gives up if need be.
    pub(super) async fn place(&self) -> OwnedSemaphorePermit {
        loop {
            if let Ok(place) = self.places.clone().try_acquire_owned() {
                return place;
            }
            self.close_longest_silent();
            if let Ok(Ok(place)) = timeout(PLACE_PAUSE, self.places.clone().acquire_owned()).await {
                return place;
            }
        }
    }

    fn close_longest_silent(&self) {
        if let Some((since, _, close)) = self.lock().sockets.values().next()
            && since.elapsed() >= SILENCE_MIN
        {
            close.notify_one();
        }
    }

    /// Those that are in the middle of no request.
    pub(super) fn close_idle(&self) {
        for (_, silence, close) in self.lock().sockets.values() {
            if *silence == Silence::Request {
                close.notify_one();
            }
        }
    }
}

/// One socket. All that happens to it happens in its connection's task.
pub(super) struct Socket {
    sockets: Arc<Sockets>,
    /// Its number among the silent ones.
    silent: Mutex<Option<u64>>,
    close: Arc<Notify>,
}

impl Socket {
    /// It waits for its first request.
    pub(super) fn opened(sockets: &Arc<Sockets>) -> Self {
        let socket = Self { sockets: sockets.clone(), silent: Mutex::default(), close: Arc::default() };
        socket.is_silent(Silence::Request);
        socket
    }

    fn number(&self) -> MutexGuard<'_, Option<u64>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it waits for its client.
    pub(super) fn is_silent(&self, silence: Silence) {
        self.works();
        let mut silent = self.sockets.lock();
        silent.next += 1;
        let number = silent.next;
        silent.sockets.insert(number, (Instant::now(), silence, self.close.clone()));
        *self.number() = Some(number);
    }

    /// From now on its client waits for us.
    pub(super) fn works(&self) {
        if let Some(number) = self.number().take() {
            self.sockets.lock().sockets.remove(&number);
        }
    }

    /// Returns when it is told to close while it is silent.
    pub(super) async fn closed(&self) {
        loop {
            self.close.notified().await;
            if self.number().is_some() {
                return;
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.works();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_sockets_are_promised_than_files_can_be_opened() {
        assert_eq!(possible(1), 1);
        let most = getrlimit(Resource::Nofile).maximum;
        let possible = possible(usize::MAX);
        assert_eq!(Some(possible as u64), most.map(|most| most - OTHER_FILES).or(Some(u64::MAX)));
        assert_eq!(getrlimit(Resource::Nofile).current, most);
    }
}
