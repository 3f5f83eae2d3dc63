//! A client on a connection that it keeps.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinSet,
    time::{sleep_until, timeout},
};

/// What a client waits for at most.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Client {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// The answer's status and body. After an error, the next request has a connection of its own.
    pub async fn send(&mut self, request: &[u8]) -> io::Result<(u16, Vec<u8>)> {
        let answer = timeout(PATIENCE, self.exchange(request)).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        if answer.is_err() {
            self.stream = None;
        }
        answer
    }

    async fn exchange(&mut self, request: &[u8]) -> io::Result<(u16, Vec<u8>)> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            self.stream = Some(BufReader::new(stream));
        }
        let Some(stream) = &mut self.stream else { return Err(io::ErrorKind::NotConnected.into()) };
        stream.get_mut().write_all(request).await?;
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or(io::ErrorKind::UnexpectedEof)?;
        let (mut length, mut closes) = (0, false);
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let header = line.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            closes |= header == "connection: close";
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        if closes {
            self.stream = None;
        }
        Ok((status, body))
    }
}

pub fn get(path: &str, token: Option<&str>) -> Vec<u8> {
    let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nhost: faults\r\n{authorization}\r\n").into_bytes()
}

pub fn post(path: &str, token: &str, key: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nhost: faults\r\nauthorization: Bearer {token}\r\nidempotency-key: {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Makes the nth request.
pub type Requests = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

/// What became of many requests.
#[derive(Default)]
pub struct Tally {
    /// How many were answered so; 0 stands for none.
    pub statuses: BTreeMap<u16, usize>,
    /// What good answers took.
    times: Vec<Duration>,
    took: Duration,
}

impl Tally {
    pub fn good(&self) -> usize {
        self.statuses.iter().filter(|(status, _)| (200..300).contains(*status)).map(|(_, count)| count).sum()
    }

    pub fn count(&self, status: u16) -> usize {
        self.statuses.get(&status).copied().unwrap_or(0)
    }

    /// Good answers a second.
    pub fn rate(&self) -> f64 {
        self.good() as f64 / self.took.as_secs_f64()
    }

    pub fn p99(&mut self) -> Duration {
        self.times.sort_unstable();
        self.times.get(self.times.len() * 99 / 100).copied().unwrap_or_default()
    }

    /// Adds what was counted at another time.
    pub fn extend(&mut self, other: Self) {
        other.statuses.into_iter().for_each(|(status, count)| *self.statuses.entry(status).or_default() += count);
        self.times.extend(other.times);
        self.took += other.took;
    }

    fn add(&mut self, answer: io::Result<(u16, Vec<u8>)>, took: Duration) {
        let status = answer.map_or(0, |(status, _)| status);
        *self.statuses.entry(status).or_default() += 1;
        if (200..300).contains(&status) {
            self.times.push(took);
        }
    }
}

/// So many clients, each of whom sends the next request when the one before was answered.
pub async fn crowd(address: SocketAddr, clients: usize, duration: Duration, requests: &Requests) -> Tally {
    measure(address, clients, duration, requests, None).await
}

/// So many requests a second, whatever becomes of those before.
pub async fn steady(address: SocketAddr, rate: f64, duration: Duration, requests: &Requests) -> Tally {
    measure(address, 256, duration, requests, Some(rate)).await
}

async fn measure(address: SocketAddr, clients: usize, duration: Duration, requests: &Requests, rate: Option<f64>) -> Tally {
    let next = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut crowd = JoinSet::new();
    for _ in 0..clients {
        let (requests, next) = (requests.clone(), next.clone());
        crowd.spawn(async move {
            let (mut client, mut tally) = (Client::new(address), Tally::default());
            while begun.elapsed() < duration {
                let number = next.fetch_add(1, Ordering::Relaxed);
                // With a rate, what counts is when the request was due.
                let due = rate.map_or_else(Instant::now, |rate| begun + Duration::from_secs_f64(number as f64 / rate));
                sleep_until(due.into()).await;
                let answer = client.send(&requests(number)).await;
                tally.add(answer, due.elapsed());
            }
            tally
        });
    }
    let mut all = Tally::default();
    while let Some(Ok(tally)) = crowd.join_next().await {
        all.extend(tally);
    }
    all.took = begun.elapsed();
    all
}
