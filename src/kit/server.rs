//! The HTTP listener: poem's own has no time-out for headers, no cap on connections and no limit
//! on bodies, so hyper is driven directly.
//!
//! It speaks HTTP/1.1. Browsers get HTTP/2 from the proxy that does TLS; that way nobody can reset
//! a stream and so drop a handler in the middle of its work. A proxy should give up idle
//! connections before [`Limits::header`] does.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use poem::{
    Addr, Endpoint, Request,
    http::uri::Scheme,
    web::{LocalAddr, RemoteAddr},
};
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;

/// Largest request line with headers.
const HEADER_BYTES_MAX: usize = 16 * 1024;
/// Rest after a failed accept: where files run out, trying again at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a client may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections served at a time; more wait to be accepted.
    pub connections_max: usize,
    /// Time for all headers of a request, counted from the connection's start or from the end of the
    /// answer before, so it is also how long an idle connection is kept.
    pub header: Duration,
    /// How long a client may leave an answer unread before its connection is closed.
    pub write: Duration,
    /// Time that requests under way get when the server stops.
    pub shutdown: Duration,
}

impl Limits {
    pub fn new(connections_max: usize, shutdown: Duration) -> Self {
        Self { connections_max, header: Duration::from_secs(10), write: Duration::from_secs(30), shutdown }
    }
}

/// Whether the server is about to stop. Clones share it.
#[derive(Debug, Clone)]
pub struct Shutdown(Arc<watch::Sender<bool>>);

impl Default for Shutdown {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Shutdown {
    /// Begins on SIGINT or SIGTERM. A second one ends the process at once.
    pub fn on_signals() -> io::Result<Self> {
        let shutdown = Self::default();
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let begin = shutdown.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
                if begin.has_begun() {
                    std::process::exit(1);
                }
                begin.begin();
            }
        });
        Ok(shutdown)
    }

    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// From here on the server is not ready for more.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    pub async fn begun(&self) {
        let _ = self.0.subscribe().wait_for(|begun| *begun).await; // we hold a sender, so it cannot fail
    }
}

/// Serves `endpoint` until `shutdown` begins, and then lets the requests under way finish.
pub async fn serve<E>(listener: TcpListener, endpoint: E, limits: Limits, shutdown: &Shutdown) -> io::Result<()>
where
    E: Endpoint + 'static,
{
    let local = listener.local_addr()?;
    tracing::debug!(address = %local, "listening");
    let endpoint = Arc::new(endpoint);
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        let (stream, place) = tokio::select! {
            () = shutdown.begun() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Ok(remote) = stream.peer_addr() else {
            continue;
        }; // it is gone already
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.write));

        let addresses = (LocalAddr(Addr::SocketAddr(local)), RemoteAddr(Addr::SocketAddr(remote)));
        let endpoint = endpoint.clone();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let (endpoint, (local, remote)) = (endpoint.clone(), addresses.clone());
            async move {
                let request = Request::from((request, local, remote, Scheme::HTTP));
                Ok::<hyper::Response<_>, Infallible>(endpoint.get_response(request).await.into())
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header)
            .max_header_size(HEADER_BYTES_MAX)
            .half_close(true) // a client that goes away does not stop its handler either
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%remote, "connection ended: {error}");
            }
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    while connections.try_join_next().is_some() {}
    tracing::info!(connections = connections.len(), "stopping");
    if timeout(limits.shutdown, graceful.shutdown()).await.is_err() {
        tracing::warn!(connections = connections.len(), "requests under way did not finish in time");
    }
    connections.shutdown().await;
    Ok(())
}

/// The next connection, once there is a place for it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    let place = places.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                tracing::warn!("a connection was not accepted: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{net::SocketAddr, time::Instant};

    use poem::{EndpointExt, endpoint::make};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::kit::limits::RequestLimits;

    const LIMITS: Limits = Limits {
        connections_max: 3,
        header: Duration::from_millis(300),
        write: Duration::from_millis(300),
        shutdown: Duration::from_millis(600),
    };

    /// Answers with the number of the body's bytes, after as many ms as the path says.
    async fn start() -> (SocketAddr, Shutdown, tokio::task::JoinHandle<io::Result<()>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = make(|mut request: Request| async move {
            let pause: u64 = request.uri().path()[1..].parse().unwrap_or(0);
            let body = request.take_body().into_vec().await?;
            sleep(Duration::from_millis(pause)).await;
            let answer = if request.uri().query() == Some("big") { "x".repeat(64 << 20) } else { body.len().to_string() };
            Ok::<_, poem::Error>(answer)
        })
        .with(RequestLimits { body_bytes_max: 1_000, body: Duration::from_millis(300) });
        let shutdown = Shutdown::default();
        let stop = shutdown.clone();
        (address, shutdown, tokio::spawn(async move { serve(listener, app, LIMITS, &stop).await }))
    }

    /// Sends `text`, then `drip` every 50 ms; gives all that came back and how long it took to close.
    async fn talk(address: SocketAddr, text: &str, drip: &str) -> (String, Duration) {
        let begin = Instant::now();
        let (mut read, mut write) = TcpStream::connect(address).await.unwrap().into_split();
        write.write_all(text.as_bytes()).await.unwrap();
        let drip = drip.to_owned();
        let dripping = tokio::spawn(async move {
            loop {
                sleep(Duration::from_millis(50)).await;
                if write.write_all(drip.as_bytes()).await.is_err() {
                    break;
                }
            }
        });
        let mut answer = Vec::new();
        let _ = read.read_to_end(&mut answer).await; // a reset is an end too
        dripping.abort();
        (String::from_utf8_lossy(&answer).into_owned(), begin.elapsed())
    }

    #[tokio::test]
    async fn slow_and_large_clients_are_let_go() {
        let (address, ..) = start().await;
        for (text, drip, answer) in [
            ("", "", ""),
            ("GET / HT", "", ""),
            ("GET / HTTP/1.1\r\n", "x: y\r\n", ""),
            ("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n", "x", "HTTP/1.1 408"),
            ("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n", "", "HTTP/1.1 408"),
            ("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\nx\r\n", "HTTP/1.1 408"),
            ("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1001\r\n\r\n", "", "HTTP/1.1 413"),
            (
                "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n",
                &format!("3e8\r\n{}\r\n", "x".repeat(1_000)),
                "HTTP/1.1 413",
            ),
            (&format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(HEADER_BYTES_MAX)), "", "HTTP/1.1 431"),
            // An idle connection goes, too.
            ("GET / HTTP/1.1\r\nhost: a\r\n\r\n", "", "HTTP/1.1 200"),
        ] {
            let (got, time) = timeout(Duration::from_secs(5), talk(address, text, drip)).await.unwrap();
            assert!(got.starts_with(answer) && got.is_empty() == answer.is_empty(), "{text:?}: {got:?}");
            assert!(time < Duration::from_secs(2), "{text:?} took {time:?}");
        }
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_is_let_go() {
        let (address, shutdown, server) = start().await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /?big HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        sleep(Duration::from_secs(1)).await;
        shutdown.begin();
        let begin = Instant::now();
        server.await.unwrap().unwrap();
        assert!(begin.elapsed() < Duration::from_millis(300), "its connection was still open");
    }

    #[tokio::test]
    async fn a_connection_serves_many_requests_and_a_place_is_given_on() {
        let (address, ..) = start().await;
        let mut first = TcpStream::connect(address).await.unwrap();
        for _ in 0..20 {
            first.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc").await.unwrap();
            let mut answer = [0; 1_024];
            let bytes = first.read(&mut answer).await.unwrap();
            assert!(answer[..bytes].ends_with(b"\r\n\r\n3"));
        }
        // Three places, ten clients.
        let clients = (0..10).map(|_| talk(address, "GET /10 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", ""));
        for (answer, _) in futures_util::future::join_all(clients).await {
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
        }
    }

    #[tokio::test]
    async fn a_handler_finishes_though_its_client_has_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (finished, mut told) = tokio::sync::mpsc::channel(1);
        let app = make(move |_| {
            let finished = finished.clone();
            async move {
                sleep(Duration::from_millis(200)).await;
                let _ = finished.send(()).await;
            }
        });
        tokio::spawn(async move { serve(listener, app, LIMITS, &Shutdown::default()).await });
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        sleep(Duration::from_millis(50)).await;
        drop(client);
        let finished = timeout(Duration::from_secs(2), told.recv()).await;
        assert_eq!(finished, Ok(Some(())));
    }

    #[tokio::test]
    async fn requests_under_way_finish_when_the_server_stops() {
        for (pause_ms, answer) in [(300, "HTTP/1.1 200"), (5_000, "")] {
            let (address, shutdown, server) = start().await;
            let request = format!("GET /{pause_ms} HTTP/1.1\r\nhost: a\r\n\r\n");
            let client = tokio::spawn(async move { talk(address, &request, "").await });
            let _idle = TcpStream::connect(address).await.unwrap();
            sleep(Duration::from_millis(100)).await;
            shutdown.begin();
            timeout(Duration::from_secs(2), server).await.unwrap().unwrap().unwrap();
            assert!(client.await.unwrap().0.starts_with(answer));
            assert!(TcpStream::connect(address).await.is_err());
        }
    }
}
