//! Who listens live. A process looks for new notifications once a second for all of its listeners together, and only
//! while there are any; so it works with any number of servers and without Redis.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use tokio::{sync::watch, time::MissedTickBehavior};
use uuid::Uuid;

use crate::{
    kit::{Conn, Kit, Problem, db::CachedExt},
    words::{MemberId, SessionId},
};

/// Streams of one member in one process; beyond, the oldest ends.
pub const STREAMS_MAX: usize = 8;
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Looks between two checks that the sessions are alive.
const LOOKS_A_CHECK: u32 = 10;

/// The open streams of a process.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<Open>>);

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

impl Streams {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a stream: what it gives changes when there is news, and ends with the session or the server.
    pub fn open(&self, kit: &Kit, member_id: MemberId, session_id: SessionId) -> watch::Receiver<()> {
        let (wake, woken) = watch::channel(());
        let mut open = self.lock();
        if open.closed {
            return woken;
        }
        let streams = &mut open.members.entry(member_id).or_default().streams;
        streams.retain(|stream| !stream.wake.is_closed());
        if streams.len() >= STREAMS_MAX {
            streams.remove(0);
        }
        streams.push(Stream { session_id, wake });
        if !std::mem::replace(&mut open.looking, true) {
            tokio::spawn(look(self.clone(), kit.clone()));
        }
        woken
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
        open.members.retain(|_, listening| {
            listening.streams.retain(|stream| !stream.wake.is_closed());
            !listening.streams.is_empty()
        });
        if open.members.is_empty() {
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
async fn look(streams: Streams, kit: Kit) {
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

/// A member, and the latest notification that they have.
#[derive(QueryableByName)]
struct Latest {
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The latest of those members who have a later one than is known.
async fn find_news(conn: &mut Conn, known: &[Latest]) -> QueryResult<Vec<Latest>> {
    diesel::sql_query(
        "select l.member_id, n.id from unnest($1, $2) as l (member_id, id) cross join lateral (
           select id from notification n where n.member_id = l.member_id and n.id > l.id order by n.id desc limit 1) n",
    )
    .bind::<Array<SqlUuid>, _>(known.iter().map(|latest| latest.member_id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(known.iter().map(|latest| latest.id).collect::<Vec<_>>())
    .cached()
    .load(conn)
    .await
}

/// Those of `sessions` that are over, or whose member is gone.
async fn find_ended(conn: &mut Conn, sessions: &[SessionId], now: DateTime<Utc>) -> QueryResult<HashSet<SessionId>> {
    #[derive(QueryableByName)]
    struct Ended {
        #[diesel(sql_type = SqlUuid)]
        id: SessionId,
    }
    let rows: Vec<Ended> = diesel::sql_query(
        "select l.id from unnest($1) as l (id)
         where not exists (select 1 from session s where s.id = l.id and s.revoked_at is null and s.expires_at > $2)",
    )
    .bind::<Array<SqlUuid>, _>(sessions)
    .bind::<Timestamptz, _>(now)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
