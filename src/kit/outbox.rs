//! The transactional outbox: events written with their cause, and delivered exactly once.
//!
//! One leader at a time (an advisory lock, held by the delivering transaction) takes a batch in the order of ids, lets
//! every listener write in that same transaction, and deletes the batch with it.
//!
//! An event names its aggregate: what it happened to. Its id is drawn while its transaction holds that aggregate's lock
//! until it commits, so the ids of one aggregate are in the order of what happened, and whoever sees an event has seen
//! all earlier ones of the aggregate. Ids of different aggregates may commit in any order: nothing depends on it.
//!
//! A batch that fails is delivered one by one; an event that keeps failing is parked, and later ones of its aggregate
//! with it, so that it blocks nothing else and nothing overtakes it.

use std::panic::AssertUnwindSafe;

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int4, Jsonb, Text, Timestamptz},
};
use diesel_async::RunQueryDsl;
use futures_util::{FutureExt, future::BoxFuture};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    Conn, Kit, Problem, background,
    db::{self, CachedExt},
    sqlstate,
};
use crate::schema::outbox_event;

const BATCH_EVENTS: i32 = 200;
const ATTEMPTS_MAX: i32 = 5;
/// Deadlocks, time-outs and the like may be over next time. Each attempt is followed by a growing pause, so that these
/// last for minutes; then the event gives way, because it may be the cause.
const PASSING_ATTEMPTS_MAX: i32 = 16;
/// Identifies the advisory lock of whoever delivers; arbitrary, but ours.
pub const LEADER_LOCK: i64 = 7_270_002;

/// An event with its number, which no other event ever has, and its time.
#[derive(Clone, Debug)]
pub struct Delivered<E> {
    pub number: i64,
    pub at: DateTime<Utc>,
    pub event: E,
}

/// Something that is told, and of what.
pub trait OutboxEvent: Serialize {
    /// What this happened to. Whoever tells holds its lock: a row that is locked, or was just made, until the commit.
    fn aggregate(&self) -> String;
}

/// Somebody who reacts to events by writing their own tables.
pub trait Listener<E>: Send + Sync {
    /// Its name, for logs and errors.
    fn name(&self) -> &'static str;
    /// Must be correct for a batch of any size, in order. An error undoes the whole batch.
    fn react<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Delivered<E>]) -> BoxFuture<'a, anyhow::Result<()>>;
}

/// Writes events in the caller's transaction, which holds the locks of their aggregates. `E` serialises as
/// `{"kind": …, …}`.
pub async fn write<E: OutboxEvent>(conn: &mut Conn, events: &[(DateTime<Utc>, E)]) -> QueryResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let mut aggregates = Vec::with_capacity(events.len());
    let mut kinds = Vec::with_capacity(events.len());
    let mut payloads = Vec::with_capacity(events.len());
    let mut times = Vec::with_capacity(events.len());
    for (at, event) in events {
        let payload = serde_json::to_value(event).map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
        aggregates.push(event.aggregate());
        kinds.push(payload["kind"].as_str().unwrap_or_default().to_owned());
        payloads.push(payload);
        times.push(*at);
    }
    diesel::sql_query(
        "insert into outbox_event (aggregate, kind, payload, occurred_at)
         select aggregate, kind, payload, occurred_at
         from unnest($1::text[], $2::text[], $3::jsonb[], $4::timestamptz[]) with ordinality as e (aggregate, kind, payload, occurred_at, n)
         order by n",
    )
    .bind::<Array<Text>, _>(aggregates)
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Jsonb>, _>(payloads)
    .bind::<Array<Timestamptz>, _>(times)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Jsonb)]
    payload: Value,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: DateTime<Utc>,
    /// An earlier event of its aggregate is parked, so this one was, too.
    #[diesel(sql_type = Bool)]
    parked: bool,
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

/// Delivers a batch, or waits until there may be one.
pub async fn lead<E: DeserializeOwned + Send + Sync>(kit: &Kit, listeners: &[Box<dyn Listener<E>>]) -> Result<(), Problem> {
    if deliver(kit, listeners, BATCH_EVENTS).await? == 0 {
        kit.outbox.woken().await;
    }
    Ok(())
}

/// Delivers a batch. Returns how many events it took; 0 when there are none, or when another process leads.
pub async fn deliver<E: DeserializeOwned + Send + Sync>(
    kit: &Kit,
    listeners: &[Box<dyn Listener<E>>],
    most: i32,
) -> Result<usize, Problem> {
    let mut tx = kit.db.begin().await?;
    let Locked { locked } = diesel::sql_query("select pg_try_advisory_xact_lock($1) as locked")
        .bind::<BigInt, _>(LEADER_LOCK)
        .cached()
        .get_result(&mut *tx)
        .await?;
    if !locked {
        return Ok(0);
    }
    let rows: Vec<Row> = diesel::sql_query(
        "with taken as (
           delete from outbox_event where id in (select id from outbox_event order by id limit $1)
           returning id, aggregate, kind, payload, occurred_at
         ), parked as (
           insert into parked_event (id, aggregate, kind, payload, occurred_at, error)
           select t.*, 'An earlier event of its aggregate is parked.' from taken t
           where exists (select from parked_event p where p.aggregate = t.aggregate)
           returning id
         )
         select id, payload, occurred_at, id in (select id from parked) as parked from taken order by id",
    )
    .bind::<Int4, _>(most)
    .cached()
    .load(&mut *tx)
    .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    match react(&mut tx, listeners, &rows).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(rows.len())
        }
        Err(error) if rows.len() == 1 => {
            tx.rollback().await;
            let passes = may_pass(&error);
            blame(kit, &rows[0], error, if passes { PASSING_ATTEMPTS_MAX } else { ATTEMPTS_MAX }).await?;
            if passes { Err(Problem::unavailable()) } else { Ok(1) }
        }
        Err(error) => {
            tracing::warn!(%error, events = rows.len(), "a batch failed; delivering one by one");
            tx.rollback().await;
            for _ in 0..rows.len() {
                Box::pin(deliver(kit, listeners, 1)).await?;
            }
            Ok(rows.len())
        }
    }
}

async fn react<E: DeserializeOwned + Send + Sync>(conn: &mut Conn, listeners: &[Box<dyn Listener<E>>], rows: &[Row]) -> anyhow::Result<()> {
    let batch = rows
        .iter()
        .filter(|row| !row.parked)
        .map(|row| Ok(Delivered { number: row.id, at: row.occurred_at, event: E::deserialize(&row.payload)? }))
        .collect::<Result<Vec<_>, serde_json::Error>>()?;
    if batch.is_empty() {
        return Ok(());
    }
    for listener in listeners {
        // A panic is a failure as others are: it must not end the leader.
        let heard = AssertUnwindSafe(async { listener.react(conn, &batch).await }).catch_unwind().await;
        let heard = heard.unwrap_or_else(|panic| Err(anyhow::anyhow!("it panicked: {}", background::message(&*panic))));
        heard.map_err(|error| error.context(listener.name()))?;
    }
    Ok(())
}

/// Whether the database could not do it now, rather than the listener at all.
fn may_pass(error: &anyhow::Error) -> bool {
    let problem = error.downcast_ref::<Problem>().is_some_and(Problem::may_pass);
    problem || error.downcast_ref::<diesel::result::Error>().is_some_and(sqlstate::may_pass)
}

/// Counts a failure, and parks the event at the last.
async fn blame(kit: &Kit, row: &Row, error: anyhow::Error, attempts_max: i32) -> Result<(), Problem> {
    tracing::error!(event = row.id, error = %format!("{error:#}"), "a listener failed");
    let mut tx = kit.db.begin().await?;
    let attempts: i32 = diesel::update(outbox_event::table.find(row.id))
        .set(outbox_event::attempts.eq(outbox_event::attempts + 1))
        .returning(outbox_event::attempts)
        .get_result(&mut *tx)
        .await?;
    if attempts >= attempts_max {
        diesel::sql_query(
            "with gone as (delete from outbox_event where id = $1 returning id, aggregate, kind, payload, occurred_at)
             insert into parked_event (id, aggregate, kind, payload, occurred_at, error) select gone.*, $2 from gone",
        )
        .bind::<BigInt, _>(row.id)
        .bind::<Text, _>(format!("{error:#}"))
        .execute(&mut *tx)
        .await?;
        kit.metrics.events_parked.inc();
    }
    tx.commit().await
}

/// Lets no event be delivered until the caller's transaction ends; waits for a delivery that is under way.
pub async fn hold(conn: &mut Conn) -> QueryResult<()> {
    diesel::sql_query("select pg_advisory_xact_lock($1)").bind::<BigInt, _>(LEADER_LOCK).execute(conn).await?;
    Ok(())
}

/// Puts parked events back into the outbox, in their order. Returns how many.
pub async fn requeue(conn: &mut Conn) -> QueryResult<usize> {
    db::take_time(conn).await?;
    // A delivery that is under way may be parking events because of those that go back.
    hold(conn).await?;
    diesel::sql_query(
        "with back as (delete from parked_event returning id, aggregate, kind, payload, occurred_at)
         insert into outbox_event (id, aggregate, kind, payload, occurred_at) overriding system value select * from back",
    )
    .execute(conn)
    .await
}

/// How many events are not delivered yet.
pub async fn waiting(conn: &mut Conn) -> QueryResult<i64> {
    outbox_event::table.count().get_result(conn).await
}
