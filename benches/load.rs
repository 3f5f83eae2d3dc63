//! A load of HTTP/1.1 requests over kept-alive connections.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// Makes the nth request, whole.
pub type Requests = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

pub fn get(path: &str, token: Option<&str>) -> Requests {
    let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{authorization}\r\n").into_bytes();
    Arc::new(move |_| request.clone())
}

/// A GET as browsers send it; `headers` end in CR LF each.
pub fn get_with(path: &str, headers: &str) -> Requests {
    let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{headers}\r\n").into_bytes();
    Arc::new(move |_| request.clone())
}

/// A POST of JSON; `headers` end in CR LF each.
pub fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\n{headers}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Successful requests a second. An answer other than 2xx ends the benchmark.
pub fn rate(address: SocketAddr, connections: usize, duration: Duration, requests: &Requests) -> anyhow::Result<f64> {
    // Its own runtime, as a client elsewhere would have.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let next = Arc::new(AtomicU64::new(0));
    runtime.block_on(async {
        let started = Instant::now();
        let clients: Vec<_> = (0..connections)
            .map(|_| {
                let (requests, next) = (requests.clone(), next.clone());
                tokio::spawn(async move {
                    let mut stream = BufReader::new(TcpStream::connect(address).await?);
                    stream.get_ref().set_nodelay(true)?;
                    let mut answered = 0_u64;
                    while started.elapsed() < duration {
                        let request = requests(next.fetch_add(1, Ordering::Relaxed));
                        exchange(&mut stream, &request).await?;
                        answered += 1;
                    }
                    anyhow::Ok(answered)
                })
            })
            .collect();
        let mut answered = 0;
        for client in clients {
            answered += client.await??;
        }
        Ok(answered as f64 / started.elapsed().as_secs_f64())
    })
}

async fn exchange(stream: &mut BufReader<TcpStream>, request: &[u8]) -> anyhow::Result<Vec<u8>> {
    stream.get_mut().write_all(request).await?;
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let status = line.clone();
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    ensure!(status.split(' ').nth(1).is_some_and(|code| code.starts_with('2')), "{status}{}", String::from_utf8_lossy(&body));
    Ok(body)
}

/// The body of one answer.
pub fn once(address: SocketAddr, request: &[u8]) -> anyhow::Result<Vec<u8>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut stream = BufReader::new(TcpStream::connect(address).await.context("no server")?);
        exchange(&mut stream, request).await
    })
}

/// The head of one answer, whatever it says.
pub fn head(address: SocketAddr, request: &[u8]) -> anyhow::Result<Vec<u8>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut stream = BufReader::new(TcpStream::connect(address).await.context("no server")?);
        stream.get_mut().write_all(request).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            ensure!(stream.read_until(b'\n', &mut head).await? > 0, "the answer ends in its head");
        }
        Ok(head)
    })
}

/// CPU seconds that this process has used.
pub fn cpu_s() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |field: usize| fields.get(field).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or_default();
    // User and system time, in hundredths of a second.
    Ok((ticks(11) + ticks(12)) / 100.0)
}
