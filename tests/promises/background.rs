//! What goes on in the background outlives whatever becomes of one turn of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use regulars::{
    events::Event,
    kit::{
        Conn, background,
        outbox::{self, Delivered, Listener},
    },
};

use crate::support::{Town, wait};

/// Panics when somebody asks.
struct Nervous;

impl Listener<Event> for Nervous {
    fn name(&self) -> &'static str {
        "nervous"
    }
    fn react<'a>(&'a self, _: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            assert!(batch.iter().all(|heard| !matches!(heard.event, Event::QuestionAsked { .. })), "a question!");
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_listener_that_panics_stops_nobody() {
    let town = Town::new().await.not_audited();
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    town.settle().await;
    let mut listeners = town.app.listeners();
    listeners.push(Box::new(Nervous));
    let question = ada.asks("Which grinder?").await;
    bea.votes_on_question(&question, 1).await.is(200);
    let other = town.member("cid").await;
    while outbox::deliver(&town.app.kit, &listeners, 100).await.expect("the leader goes on") > 0 {}
    // The question's own events wait with it; those of others were heard.
    assert_eq!(town.rows("select kind from parked_event order by id").await, ["question_asked", "vote_cast"]);
    assert_eq!(town.count("select count(*) from outbox_event").await, 0);
    assert!(town.rows("select error from parked_event order by id").await[0].contains("nervous: it panicked: a question!"));
    assert_eq!(town.count("select count(*) from reputation_entry").await, 0);
    drop(other);

    let mut tx = town.app.kit.db.begin().await.unwrap();
    assert_eq!(outbox::requeue(&mut tx).await.unwrap(), 2);
    tx.commit().await.unwrap();
    town.settle().await;
    assert_eq!(town.count("select sum(amount) from reputation_entry").await, 5);
}

#[tokio::test]
async fn a_job_that_panics_is_done_again_and_told_of() {
    let town = Town::new().await;
    let turns = Arc::new(AtomicU32::new(0));
    let counted = turns.clone();
    let work = background::repeat(town.app.kit.clone(), "sweep", Duration::ZERO, move || {
        let turn = counted.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            match turn {
                0 => panic!("dust"),
                1 => Err(regulars::kit::Problem::unavailable()),
                2 => Ok(()),
                _ => std::future::pending().await,
            }
        })
    });
    let work = tokio::spawn(work);
    let ready = async |town: &Town| town.visitor().get("//health/ready").await.is(200).body.to_string();
    let reached = async |turn| {
        wait::until(&format!("turn {turn} begins"), async || turns.load(Ordering::Relaxed) > turn).await;
    };
    reached(1).await;
    let told = "ready, but this fails in the background: sweep (2 times in a row)";
    wait::until(told, async || ready(&town).await.contains(told)).await;
    reached(3).await;
    assert!(!ready(&town).await.contains("sweep"));
    let metrics = String::from_utf8(town.app.kit.metrics.text()).unwrap();
    assert!(metrics.contains(r#"background_failures_total{work="sweep"} 2"#), "{metrics}");
    work.abort();
}
