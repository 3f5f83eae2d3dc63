//! A load of HTTP/1.1 requests over kept-alive connections, and how long each answer took.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::MissedTickBehavior,
};

/// Connections that the writes beside a load are sent on, so that a slow one does not hold up the next.
const BESIDE_CONNECTIONS: u32 = 4;

/// Requests, one after another, over all rounds: what is written once is never written again.
#[derive(Clone)]
pub struct Requests {
    make: Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>,
    next: Arc<AtomicU64>,
}

impl Requests {
    /// `make` gives the nth request, whole.
    pub fn new(make: impl Fn(u64) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self { make: Arc::new(make), next: Arc::default() }
    }

    /// The next one, for whoever asks.
    pub fn next(&self) -> Vec<u8> {
        (self.make)(self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// The same GET again and again; `headers` end in CR LF each.
pub fn get(path: &str, headers: &str) -> Requests {
    let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{headers}\r\n").into_bytes();
    Requests::new(move |_| request.clone())
}

/// The header that says who asks.
pub fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}\r\n")
}

/// A POST of JSON; `headers` end in CR LF each.
pub fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    with_body("POST", path, headers, body)
}

/// A PUT of JSON; `headers` end in CR LF each.
pub fn put(path: &str, headers: &str, body: &str) -> Vec<u8> {
    with_body("PUT", path, headers, body)
}

fn with_body(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("{method} {path} HTTP/1.1\r\nhost: bench\r\n{headers}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// What is sent, and by how many at a time.
pub struct Load<'a> {
    pub address: SocketAddr,
    pub connections: usize,
    pub requests: &'a Requests,
    /// Requests that are sent at the same time, so many a second.
    pub beside: Option<(&'a Requests, u32)>,
}

/// What came of a load.
#[derive(Debug)]
pub struct Answers {
    /// Those other than refusals.
    pub answered: usize,
    /// 503, and 429.
    pub refused: usize,
    pub took: Duration,
    /// Of all answers, in order.
    latencies: Vec<Duration>,
}

impl Answers {
    /// Answers a second, without refusals.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.took.as_secs_f64()
    }

    /// Milliseconds that so many of 100 answers took at most.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        let at = self.latencies.len() * percent / 100;
        self.latencies.get(at.min(self.latencies.len().saturating_sub(1))).map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
    }
}

impl Load<'_> {
    /// Sends it for so long. An answer that is neither a success, nor 304, nor a refusal ends the benchmark.
    pub fn run(&self, duration: Duration) -> anyhow::Result<Answers> {
        // Its own runtime of one thread, as a client elsewhere would have.
        runtime()?.block_on(async {
            let started = Instant::now();
            let clients: Vec<_> =
                (0..self.connections).map(|_| tokio::spawn(send(self.address, self.requests.clone(), started, duration))).collect();
            let (beside, per_s) = self.beside.unzip();
            let writers: Vec<_> = beside
                .into_iter()
                .flat_map(|requests| (0..BESIDE_CONNECTIONS).map(move |_| requests.clone()))
                .map(|requests| tokio::spawn(pace(self.address, requests, per_s.unwrap_or_default(), started, duration)))
                .collect();
            let mut answers = Answers { answered: 0, refused: 0, took: Duration::ZERO, latencies: Vec::new() };
            for client in clients {
                let (latencies, refused) = client.await??;
                answers.answered += latencies.len() - refused;
                answers.refused += refused;
                answers.latencies.extend(latencies);
            }
            answers.took = started.elapsed();
            for writer in writers {
                writer.await??;
            }
            answers.latencies.sort_unstable();
            Ok(answers)
        })
    }
}

/// How long each answer took, and how many were refusals.
async fn send(address: SocketAddr, requests: Requests, started: Instant, duration: Duration) -> anyhow::Result<(Vec<Duration>, usize)> {
    let mut connection = Connection::open(address).await?;
    let (mut latencies, mut refused) = (Vec::new(), 0);
    while started.elapsed() < duration {
        let request = requests.next();
        let sent = Instant::now();
        let status = connection.exchange(&request).await?;
        latencies.push(sent.elapsed());
        match status {
            200..=299 | 304 => {}
            429 | 503 => refused += 1,
            _ => bail!("{status} {}", connection.text()),
        }
    }
    Ok((latencies, refused))
}

/// One of [`BESIDE_CONNECTIONS`] that together send so many a second.
async fn pace(address: SocketAddr, requests: Requests, per_s: u32, started: Instant, duration: Duration) -> anyhow::Result<()> {
    let mut connection = Connection::open(address).await?;
    let mut ticks = tokio::time::interval(Duration::from_secs(1) * BESIDE_CONNECTIONS / per_s);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while started.elapsed() < duration {
        ticks.tick().await;
        let status = connection.exchange(&requests.next()).await?;
        ensure!((200..300).contains(&status), "{status} {}", connection.text());
    }
    Ok(())
}

/// A kept-alive connection, and the answer read last.
struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
    /// Where the answer's body begins.
    body: usize,
}

impl Connection {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("no server")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(128 << 10), body: 0 })
    }

    /// Sends a request, and reads its answer whole. Returns the status.
    async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        self.stream.write_all(request).await?;
        self.answer.clear();
        let head = loop {
            ensure!(self.stream.read_buf(&mut self.answer).await? > 0, "the answer ends in its head");
            if let Some(end) = self.answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
        };
        self.body = head + 4;
        let head = str::from_utf8(&self.answer[..head])?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
        let value = |line: &str| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        };
        let length = match status {
            204 | 304 => 0,
            _ => head.lines().find_map(value).with_context(|| format!("no length: {head}"))?,
        };
        while self.answer.len() < self.body + length {
            ensure!(self.stream.read_buf(&mut self.answer).await? > 0, "the answer breaks off");
        }
        Ok(status)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.answer[self.body..]).into_owned()
    }
}

/// The body of one answer, which is to be a success, or to say that nothing has changed.
pub fn once(address: SocketAddr, request: &[u8]) -> anyhow::Result<Vec<u8>> {
    runtime()?.block_on(async {
        let mut connection = Connection::open(address).await?;
        let status = connection.exchange(request).await?;
        ensure!(matches!(status, 200..=299 | 304), "{status} {}", connection.text());
        Ok(connection.answer.split_off(connection.body))
    })
}

/// The value of one header of one answer, whatever it says.
pub fn header(address: SocketAddr, request: &[u8], name: &str) -> anyhow::Result<String> {
    let head = runtime()?.block_on(async {
        let mut connection = Connection::open(address).await?;
        connection.exchange(request).await?;
        connection.answer.truncate(connection.body);
        anyhow::Ok(String::from_utf8(connection.answer)?)
    })?;
    let value = |line: &str| {
        let (header, value) = line.split_once(": ")?;
        header.eq_ignore_ascii_case(name).then(|| value.to_owned())
    };
    head.lines().find_map(value).with_context(|| format!("no {name}: {head}"))
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
