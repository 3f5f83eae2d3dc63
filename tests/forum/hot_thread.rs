//! Many people do and undo things to the same posts at once. Whatever order the news of it come in, the books end as the
//! posts stand.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use diesel_async::SimpleAsyncConnection;
use futures_util::future::{BoxFuture, join_all};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use regulars::{
    domain::PostId,
    events::{self, Event},
    forum::post,
    kit::{
        Conn,
        outbox::{self, Delivered, Listener},
    },
};

use crate::support::{Person, Town};

/// Writes down what is heard, and refuses what it is told to.
struct Ear<'a> {
    heard: &'a Mutex<Vec<i64>>,
    refuses: fn(&Delivered<Event>) -> bool,
    healed: &'a AtomicBool,
}

impl Listener<Event> for Ear<'static> {
    fn name(&self) -> &'static str {
        "ear"
    }
    fn react<'a>(&'a self, _: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            anyhow::ensure!(self.healed.load(Ordering::Relaxed) || !batch.iter().any(self.refuses), "not now");
            self.heard.lock().unwrap().extend(batch.iter().map(|heard| heard.number));
            Ok(())
        })
    }
}

/// The town's listeners and an ear.
fn listeners(town: &Town, refuses: fn(&Delivered<Event>) -> bool) -> (Vec<Box<dyn Listener<Event>>>, &'static Ear<'static>) {
    let heard: &'static Mutex<Vec<i64>> = Box::leak(Box::default());
    let healed: &'static AtomicBool = Box::leak(Box::default());
    let ear = || Ear { heard, refuses, healed };
    let mut all = town.app.listeners();
    all.push(Box::new(ear()));
    (all, Box::leak(Box::new(ear())))
}

async fn deliver(town: &Town, listeners: &[Box<dyn Listener<Event>>]) {
    while outbox::deliver(&town.app.kit, listeners, 100).await.expect("events are delivered") > 0 {}
}

async fn requeue(town: &Town) -> usize {
    let mut tx = town.app.kit.db.begin().await.unwrap();
    let events = outbox::requeue(&mut tx).await.expect("events go back");
    tx.commit().await.unwrap();
    events
}

async fn left(town: &Town) -> [i64; 3] {
    [
        town.count("select coalesce(sum(abs(total)), 0) from reputation").await,
        town.count("select count(*) from award where revoked_at is null").await,
        town.count("select coalesce(sum(abs(score)), 0)::bigint from leaderboard_score s join leaderboard b on b.id = s.leaderboard_id where b.period = 'all'").await,
    ]
}

/// The news of an acceptance waits for no older transaction, while those of its undoing, whose own transaction is older
/// still, would have been let through.
#[tokio::test(flavor = "multi_thread")]
async fn no_event_passes_an_earlier_one_of_its_thread() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks("Which grinder?").await;
    let answer = bea.answers(&question, "This one.").await;
    town.settle().await;
    let db = &town.app.kit.db;
    let (mut first, mut second) = (db.begin().await.unwrap(), db.begin().await.unwrap());
    first.batch_execute("select pg_current_xact_id()").await.unwrap();
    second.batch_execute("select pg_current_xact_id()").await.unwrap();
    ada.accepts(&question, &answer).await;

    let id = |text: &str| PostId(text.parse().unwrap());
    let thread = post::find_for_update(&mut first, id(&question)).await.unwrap().unwrap();
    let accepted = post::find(&mut first, id(&answer)).await.unwrap().unwrap();
    post::store::set_accepted(&mut first, thread.id, None).await.unwrap();
    let news = regulars::forum::answer::rules::acceptance_events(&thread, Some(&accepted), None, town.clock.now());
    events::publish_at(&mut first, &news).await.unwrap();
    first.commit().await.unwrap();

    let (all, ear) = listeners(&town, |_| false);
    deliver(&town, &all).await;
    drop(second);
    deliver(&town, &all).await;
    let heard = ear.heard.lock().unwrap().clone();
    assert!(heard.len() >= 4 && heard.is_sorted(), "{heard:?}");
    assert_eq!(left(&town).await, [0, 0, 0]);
}

#[tokio::test]
async fn a_parked_event_holds_back_its_own_thread_alone() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks("Which grinder?").await;
    let answer = bea.answers(&question, "This one.").await;
    let other = bea.asks("Which beans?").await;
    town.settle().await;
    let (all, ear) = listeners(&town, |heard| matches!(heard.event, Event::AnswerAccepted { .. }));
    ada.accepts(&question, &answer).await;
    deliver(&town, &all).await;
    ada.unaccepts(&question).await;
    ada.votes_on_question(&other, 1).await.is(200);
    deliver(&town, &all).await;
    assert_eq!(town.rows("select kind from parked_event order by id").await, ["answer_accepted", "answer_unaccepted"]);
    assert_eq!(town.count("select sum(amount) from reputation_entry").await, 5, "others go on");
    let parked: Vec<i64> = town.rows("select id from parked_event order by id").await.iter().map(|id| id.parse().unwrap()).collect();
    ear.healed.store(true, Ordering::Relaxed);
    assert_eq!(requeue(&town).await, 2);
    deliver(&town, &all).await;
    let heard = ear.heard.lock().unwrap().clone();
    assert!(heard.ends_with(&parked), "{heard:?} ends with {parked:?}, in this order");
    assert_eq!(town.count("select count(*) from reputation_entry where kind = 'answer_accepted'").await, 0);
    assert_eq!(town.count("select count(*) from award where trigger = 'answer_accepted'").await, 0);
}

/// `make hot-threads` has a thousand of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hot_threads_end_as_they_stand() {
    let threads: usize = std::env::var("HOT_THREADS").ok().and_then(|number| number.parse().ok()).unwrap_or(12);
    let town = Town::new().await;
    let second = town.second().await;
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let (asker, author) = (town.member("asker").await, town.member("author").await);
    let mut voters = Vec::new();
    for n in 0..5 {
        voters.push(town.member(&format!("voter{n}")).await);
    }
    town.sql("update member set trust = 1").await;

    static PARKS: AtomicU32 = AtomicU32::new(0);
    let (all, ear) =
        listeners(&town, |heard| heard.event.changed_post().is_some() && heard.number % 41 == 7 && PARKS.load(Ordering::Relaxed) > 0);
    let over = AtomicBool::new(false);
    // Whoever is faster leads.
    let lead = async |server: &Town| {
        while !over.load(Ordering::Relaxed) {
            let _ = outbox::deliver(&server.app.kit, &all, 20).await;
            tokio::task::yield_now().await;
        }
    };
    let acts = async {
        for thread in 0..threads {
            PARKS.store(u32::from(thread % 3 == 1), Ordering::Relaxed);
            let question = asker.asks("A hot thread, where everybody votes at once").await;
            let answer = author.answers(&question, "One answer for all of them.").await;
            let mut acts: Vec<(&Person, i64)> = voters.iter().flat_map(|voter| [1, 0, -1, 0].map(|value| (voter, value))).collect();
            acts.extend([(&asker, 7), (&asker, 8)].repeat(4));
            acts.shuffle(&mut dice);
            let (question, answer) = (&question, &answer);
            let act = async |(n, (person, what)): (usize, &(&Person, i64))| {
                let person = if n % 2 == 0 { (*person).clone() } else { person.at(&second) };
                let reply = match what {
                    7 => person.tries_to_accept(question, answer).await,
                    8 => person.delete(&format!("/questions/{question}/accepted-answer")).await,
                    value => person.votes_on_answer(answer, *value).await,
                };
                assert!(reply.status < 300 || reply.status == 503, "{:#}", reply.body);
            };
            for some in acts.iter().enumerate().collect::<Vec<_>>().chunks(8) {
                join_all(some.iter().map(|one| act(*one))).await;
            }
            for voter in &voters {
                while voter.votes_on_answer(answer, 0).await.status == 503 {}
            }
            while asker.delete(&format!("/questions/{question}/accepted-answer")).await.status == 503 {}
            if dice.random_bool(0.3) {
                requeue(&town).await;
            }
        }
        over.store(true, Ordering::Relaxed);
    };
    tokio::join!(lead(&town), lead(&second), acts);
    ear.healed.store(true, Ordering::Relaxed);
    let parked = requeue(&town).await;
    deliver(&town, &all).await;
    let heard = ear.heard.lock().unwrap().clone();
    println!("{threads} threads, {parked} events parked at the end, {:?} left", left(&town).await);
    let boards = town
        .rows(
            "select b.metric || ' of ' || m.handle || ': ' || s.score from leaderboard_score s join leaderboard b on b.id = s.leaderboard_id
             join member m on m.id = s.member_id where b.period = 'all' and s.score <> 0",
        )
        .await;
    assert_eq!(left(&town).await, [0, 0, 0], "{boards:?}");
    let once: BTreeSet<_> = heard.iter().collect();
    assert!(once.len() > threads * 10);
}
