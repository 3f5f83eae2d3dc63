//! Shops that report orders and insist until each is acknowledged.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{task::JoinSet, time::sleep};

use crate::{
    client::{Client, post},
    place::order,
};

const WRITERS: usize = 8;
const PAUSE: Duration = Duration::from_millis(20);

pub struct Writers {
    state: Arc<State>,
    tasks: JoinSet<()>,
}

#[derive(Default)]
struct State {
    next: AtomicU64,
    stops: AtomicBool,
    acknowledged: Mutex<Vec<String>>,
    /// Answers that are neither right nor 503.
    wrong: Mutex<Vec<String>>,
    busy: AtomicUsize,
}

impl Writers {
    pub fn start(address: SocketAddr, shop_key: &str) -> Self {
        let (state, mut tasks) = (Arc::new(State::default()), JoinSet::new());
        for _ in 0..WRITERS {
            tasks.spawn(write(state.clone(), address, shop_key.to_owned()));
        }
        Self { state, tasks }
    }

    pub fn acknowledged(&self) -> usize {
        self.state.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Waits until so many more were acknowledged.
    pub async fn write(&self, orders: usize) {
        let from = self.acknowledged();
        while self.acknowledged() < from + orders {
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends when the orders under way are acknowledged. These orders were, so many answers said busy, and these were wrong.
    pub async fn stop(mut self) -> (Vec<String>, usize, Vec<String>) {
        self.state.stops.store(true, Ordering::Relaxed);
        while self.tasks.join_next().await.is_some() {}
        let take = |list: &Mutex<Vec<String>>| std::mem::take(&mut *list.lock().unwrap_or_else(PoisonError::into_inner));
        (take(&self.state.acknowledged), self.state.busy.load(Ordering::Relaxed), take(&self.state.wrong))
    }
}

async fn write(state: Arc<State>, address: SocketAddr, shop_key: String) {
    let mut client = Client::new(address);
    while !state.stops.load(Ordering::Relaxed) {
        let order = order(state.next.fetch_add(1, Ordering::Relaxed));
        let id = order["order_id"].as_str().unwrap_or_default().to_owned();
        let request = post("/api/v1/purchases", &shop_key, &id, &order);
        loop {
            match client.send(&request).await {
                Ok((201, _)) => break,
                Ok((503, _)) => {
                    state.busy.fetch_add(1, Ordering::Relaxed);
                }
                // The same request, whose client was cut off, is still running.
                Ok((409, answer)) if String::from_utf8_lossy(&answer).contains("request_in_progress") => {}
                Ok((status, answer)) => {
                    let answer = format!("{status} {}", String::from_utf8_lossy(&answer));
                    state.wrong.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
                }
                Err(_) => {}
            }
            sleep(PAUSE).await;
        }
        state.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).push(id);
    }
}

/// Fails a promise that has wrong answers, and shows some.
pub fn none_wrong(wrong: &[String]) -> bool {
    wrong.iter().take(3).for_each(|answer| eprintln!("wrong answer: {answer}"));
    wrong.is_empty()
}
