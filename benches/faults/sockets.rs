//! Ten thousand sockets that are slow in every way, and a thousand notification streams, beside ordinary clients.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::sleep,
};

use crate::{
    Finding,
    client::{Client, Requests, crowd, get},
    place::Place,
    process::Site,
    times,
};

const CLIENTS: usize = 16;
const ROUND: Duration = Duration::from_secs(10);
const STREAMS_EACH: usize = 8;

pub async fn run() -> Vec<Finding> {
    let (sockets, listeners) = (times("SOCKETS", 10_000), times("LISTENERS", 132));
    let (place, mut server) = Place::serving(Site::new(), async |url| url.to_owned()).await;
    let address = place.site.address;
    let reads: Requests = Arc::new(|_| get("/api/v1/questions", None));
    crowd(address, CLIENTS, ROUND / 4, &reads).await;
    let quiet_p99 = crowd(address, CLIENTS, ROUND, &reads).await.p99();

    let open = Arc::new(AtomicUsize::new(0));
    let mut slow = JoinSet::new();
    for number in 0..sockets {
        slow.spawn(dawdle(address, number, open.clone()));
    }
    let mut tokens = Vec::new();
    for number in 0..listeners {
        tokens.push(place.member(&format!("listener-no-{number}")).await);
    }
    let streams = Arc::new(AtomicUsize::new(0));
    for token in tokens.iter().flat_map(|token| [token; STREAMS_EACH]) {
        slow.spawn(listen(address, token.clone(), streams.clone()));
    }
    sleep(Duration::from_secs(3)).await;
    let mut tally = crowd(address, CLIENTS, ROUND, &reads).await;
    let (open, listening) = (open.load(Ordering::Relaxed), streams.load(Ordering::Relaxed));
    let ready = Client::new(address).send(&get("/health/ready", None)).await;
    let bad = tally.statuses.values().sum::<usize>() - tally.good();
    let p99 = tally.p99();
    drop(slow);
    server.end();
    place.end();
    let ratio = p99.as_secs_f64() / quiet_p99.as_secs_f64();
    vec![Finding::new(
        format!("{sockets} slow sockets and {} streams, beside {CLIENTS} ordinary clients", listeners * STREAMS_EACH),
        format!(
            "{open} sockets and {listening} streams were open; 99 of 100 answers within {:.1} ms, {ratio:.2} of the {:.1} ms without; {bad} bad",
            p99.as_secs_f64() * 1_000.0,
            quiet_p99.as_secs_f64() * 1_000.0
        ),
        "at most twice as slow, and ready",
        ratio <= 2.0 && bad == 0 && matches!(ready, Ok((200, _))) && listening == listeners * STREAMS_EACH,
    )]
}

/// While it is held, one more is open.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn one(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Keeps a socket open in one of the ways that there are to be slow, and comes back when it is closed.
async fn dawdle(address: SocketAddr, number: usize, open: Arc<AtomicUsize>) {
    let (begin, drip): (&[u8], &[u8]) = match number % 4 {
        0 => (b"", b""),
        1 => (b"GET /api/v1/questions HTTP/1.1\r\n", b"x: y\r\n"),
        2 => (b"POST /api/v1/purchases HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n", b"x"),
        // It was answered, and then says nothing.
        _ => (b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n", b""),
    };
    // Not all at the same moment.
    sleep(Duration::from_micros(250 * number as u64)).await;
    loop {
        if let Ok(mut socket) = TcpStream::connect(address).await {
            let _open = Counted::one(&open);
            let mut answer = [0; 512];
            if socket.write_all(begin).await.is_ok() {
                loop {
                    tokio::select! {
                        read = socket.read(&mut answer) => if !matches!(read, Ok(1..)) { break },
                        () = sleep(Duration::from_secs(3)) => if socket.write_all(drip).await.is_err() { break },
                    }
                }
            }
        }
        sleep(Duration::from_millis(100)).await;
    }
}

async fn listen(address: SocketAddr, token: String, streams: Arc<AtomicUsize>) {
    let request = get("/api/v1/me/notifications/stream", Some(&token));
    loop {
        if let Ok(mut socket) = TcpStream::connect(address).await
            && socket.write_all(&request).await.is_ok()
        {
            let mut answer = [0; 4_096];
            if socket.read(&mut answer).await.is_ok_and(|read| answer[..read].starts_with(b"HTTP/1.1 200")) {
                let _open = Counted::one(&streams);
                while socket.read(&mut answer).await.is_ok_and(|read| read > 0) {}
            }
        }
        sleep(Duration::from_millis(500)).await;
    }
}
