//! What changed in PostgreSQL, for whoever keeps something made from it.
//!
//! Triggers append the keys of what a transaction changes to `change`. Each server looks every 100 ms, on a connection of its
//! own, at the rows that the snapshot of its previous look did not see: those of later transactions, and of those that were
//! running then. So nothing is skipped, however long a transaction stays open, and nothing is read twice. After the first look
//! on a connection, in a database that is another one than before, and after a minute without a look, everything counts as
//! changed.

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use diesel::{
    QueryResult, QueryableByName,
    sql_types::{BigInt, Nullable, Text},
};
use diesel_async::{RunQueryDsl, pooled_connection::deadpool::Object};
use tokio::{
    sync::{Notify, watch},
    time::{sleep, timeout},
};

use super::{
    Conn, Db, Problem,
    changes::{Changes, EVERYTHING, Key, Sequence, Watched},
    db::CachedExt,
};

/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Rows are kept for so long at least; who was away longer has missed some.
const KEPT: Duration = Duration::from_secs(60);
/// Rows deleted in one statement.
const ROWS_A_BATCH: i64 = 10_000;

/// What one look needs of the one before it.
struct Tail {
    conn: Object<Conn>,
    /// A `pg_snapshot`.
    snapshot: String,
    /// Which database it is.
    epoch: i64,
    at: Instant,
    /// The same by PostgreSQL's clock, in milliseconds: ours stands still while the machine sleeps.
    at_ms: i64,
}

impl Tail {
    /// Whether no row was deleted between the two that the later one should have read.
    fn precedes(&self, epoch: i64, at_ms: i64) -> bool {
        self.epoch == epoch && self.at.elapsed() < KEPT && (0..KEPT.as_millis() as i64).contains(&(at_ms - self.at_ms))
    }
}

/// A snapshot whose end every server has seen a minute later.
struct Horizon {
    at: Instant,
    /// Its `xmin`, an `xid8`.
    xmin: String,
}

/// The changes as this server knows them. Clones share it.
#[derive(Clone)]
pub struct ChangeFeed(Arc<Feed>);

struct Feed {
    changes: RwLock<Changes>,
    looked: watch::Sender<Option<Instant>>,
    /// Rings for whoever cannot wait for the next look.
    wanted: Notify,
    tail: tokio::sync::Mutex<Option<Tail>>,
    horizon: Mutex<Option<Horizon>>,
}

impl Default for ChangeFeed {
    fn default() -> Self {
        Self(Arc::new(Feed {
            changes: RwLock::default(),
            looked: watch::Sender::new(None),
            wanted: Notify::new(),
            tail: tokio::sync::Mutex::default(),
            horizon: Mutex::default(),
        }))
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    snapshot: String,
    #[diesel(sql_type = BigInt)]
    epoch: i64,
    #[diesel(sql_type = BigInt)]
    at_ms: i64,
    #[diesel(sql_type = Nullable<Text>)]
    key: Option<String>,
}

#[derive(QueryableByName)]
struct Xmin {
    #[diesel(sql_type = Text)]
    xmin: String,
}

/// The epoch is another number after the database went back to an earlier point, by which way ever: restoring files and
/// failing over start another server process, restoring a dump fills another table.
const LOOK: &str = "
with look as materialized (
  select pg_current_snapshot()::text as snapshot,
         hashtextextended(concat_ws(' ', extract(epoch from pg_postmaster_start_time()), pg_relation_filenode('change'),
           (select oid from pg_database where datname = current_database())), 0) as epoch,
         (extract(epoch from clock_timestamp()) * 1000)::bigint as at_ms
)
select look.snapshot, look.epoch, look.at_ms, c.key
from look left join lateral (
  select key from change where xid >= pg_snapshot_xmax($1::text::pg_snapshot)
  union all
  select key from change where xid = any (array(select pg_snapshot_xip($1::text::pg_snapshot)))
) c on true";

/// A row of a later transaction than any that was begun came with a dump from another database, and nobody else deletes it.
const PRUNE: &str = "
delete from change where ctid = any (array(
  select ctid from change where xid < $1::text::xid8 or xid >= pg_snapshot_xmax(pg_current_snapshot()) limit $2))";

impl ChangeFeed {
    /// Up to where changes are known now. Whoever reads from here on reads all of those.
    pub fn sequence(&self) -> Sequence {
        self.0.changes.read().unwrap_or_else(PoisonError::into_inner).sequence()
    }

    /// None where one of the keys changed, as far as the looks found; else when the last good look was sent, if there was one.
    pub fn holds(&self, watched: &Watched) -> Option<Option<Instant>> {
        let changes = self.0.changes.read().unwrap_or_else(PoisonError::into_inner);
        changes.none_of(watched).then_some(changes.looked)
    }

    /// When the last good look was sent.
    pub fn looked(&self) -> Option<Instant> {
        *self.0.looked.borrow()
    }

    /// Has a look made now rather than when it is due. Returns when a good one was sent after `at`, or after `patience`.
    pub async fn look_since(&self, at: Instant, patience: Duration) {
        let mut looked = self.0.looked.subscribe();
        self.0.wanted.notify_one();
        let _ = timeout(patience, looked.wait_for(|sent| sent.is_some_and(|sent| sent >= at))).await;
    }

    /// Waits until a look is due or wanted, and makes it; `found` hears of the keys before anybody else. After an error the next
    /// look is the first one on another connection.
    pub async fn look(&self, db: &Db, found: impl Fn(&[Key])) -> Result<(), Problem> {
        tokio::select! { () = sleep(LOOK_EVERY) => {}, () = self.0.wanted.notified() => {} }
        let mut tail = self.0.tail.lock().await;
        let mut before = tail.take();
        let mut first = None;
        let (conn, snapshot) = match &mut before {
            Some(before) => (&mut before.conn, Some(before.snapshot.as_str())),
            None => (first.insert(db.read().await?), None),
        };
        let sent = Instant::now();
        let rows: Vec<Row> = diesel::sql_query(LOOK).bind::<Nullable<Text>, _>(snapshot).cached().load(conn).await?;
        let &[Row { ref snapshot, epoch, at_ms, .. }, ..] = rows.as_slice() else {
            return Err(Problem::internal("a look without a snapshot"));
        };
        let snapshot = snapshot.clone();
        let keys: Vec<Key> = match &before {
            Some(before) if before.precedes(epoch, at_ms) => rows.into_iter().filter_map(|row| row.key).map(Key::read).collect(),
            _ => vec![EVERYTHING],
        };
        *tail = before.map(|before| before.conn).or(first).map(|conn| Tail { conn, snapshot, epoch, at: sent, at_ms });
        if !keys.is_empty() {
            found(&keys);
        }
        {
            let mut changes = self.0.changes.write().unwrap_or_else(PoisonError::into_inner);
            if !keys.is_empty() {
                changes.found(keys);
            }
            changes.looked = Some(sent);
        }
        self.0.looked.send_replace(Some(sent));
        Ok(())
    }

    /// Deletes the rows that every server has seen: those that a snapshot of a minute ago saw as ended. Never by when they were
    /// written, for a long transaction commits rows that are old already. The first call only remembers where we are.
    pub async fn prune(&self, conn: &mut Conn) -> QueryResult<()> {
        let at = Instant::now();
        let xmin = xmin(conn).await?;
        let horizon = {
            let mut horizon = self.0.horizon.lock().unwrap_or_else(PoisonError::into_inner);
            match &*horizon {
                Some(known) if known.at.elapsed() < KEPT => return Ok(()),
                _ => horizon.replace(Horizon { at, xmin }),
            }
        };
        match horizon {
            Some(Horizon { xmin, .. }) => delete_before(conn, &xmin).await,
            None => Ok(()),
        }
    }
}

/// The `xmin` of a snapshot: every transaction before it has ended.
pub async fn xmin(conn: &mut Conn) -> QueryResult<String> {
    let row: Xmin = diesel::sql_query("select pg_snapshot_xmin(pg_current_snapshot())::text as xmin").get_result(conn).await?;
    Ok(row.xmin)
}

/// Deletes the rows of transactions before `xmin`, an `xid8`.
pub async fn delete_before(conn: &mut Conn, xmin: &str) -> QueryResult<()> {
    while diesel::sql_query(PRUNE).bind::<Text, _>(xmin).bind::<BigInt, _>(ROWS_A_BATCH).execute(conn).await? == ROWS_A_BATCH as usize {}
    Ok(())
}
