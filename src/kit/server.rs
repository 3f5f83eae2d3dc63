//! The HTTP listener: poem's own has no time-out for headers, no cap on sockets and no limit on bodies, so hyper is driven
//! directly.
//!
//! It speaks HTTP/1.1. Browsers get HTTP/2 from the proxy that does TLS; that way nobody can reset
//! a stream and so drop a handler in the middle of its work. A proxy should give up idle
//! connections before [`Limits::header`] does.
//!
//! An open socket costs little and takes nothing from others: only a whole request gets a place (see [`super::admission`]).

use std::{
    collections::BTreeMap,
    convert::Infallible,
    io,
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{StreamExt, stream};
use hyper::{
    body::{Body, Frame, Incoming, SizeHint},
    header::{CONNECTION, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use poem::{
    Addr, Endpoint, Request,
    http::uri::Scheme,
    web::{LocalAddr, RemoteAddr},
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    sync::{Notify, OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;

/// Largest request line with headers.
const HEADER_BYTES_MAX: usize = 16 * 1024;
/// Rest after a failed accept: where files run out, trying again at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// A socket may be silent for so long, however many others wait to be accepted.
const SILENCE_MIN: Duration = Duration::from_millis(500);
/// Open files that are no client's: connections to PostgreSQL and Redis, logs, the listener.
const OTHER_FILES: u64 = 256;

/// What a client may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Sockets open at a time. Beyond, those that have been silent for longest are closed.
    pub sockets_max: usize,
    /// Time for all headers of a request, counted from the connection's start or from the end of the
    /// answer before, so it is also how long an idle connection is kept.
    pub header: Duration,
    /// How long a client may leave an answer unread before its connection is closed.
    pub write: Duration,
    /// How long the server goes on serving when it is to stop, for load balancers to turn away.
    pub delay: Duration,
    /// Time that requests under way get then.
    pub shutdown: Duration,
}

impl Limits {
    /// Limits of so many sockets, with 10 seconds for headers and 30 for an answer that nobody reads.
    pub fn new(sockets_max: usize, delay: Duration, shutdown: Duration) -> Self {
        Self { sockets_max, header: Duration::from_secs(10), write: Duration::from_secs(30), delay, shutdown }
    }
}

/// As many of the sockets that are wanted as this process may open; it asks for more than it has, and says what it lacks.
pub fn sockets_possible(wanted: usize) -> usize {
    let files = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: files.maximum, ..files };
    let open_max = if setrlimit(Resource::Nofile, raised).is_ok() { files.maximum } else { files.current };
    let possible = open_max.map_or(wanted, |files| usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(wanted)).max(1);
    if possible < wanted {
        tracing::warn!(wanted, possible, "fewer sockets than CONNECTIONS_MAX: raise the limit of open files (ulimit -n)");
    }
    wanted.min(possible)
}

/// Whether the server is about to stop. Clones share it.
#[derive(Debug, Clone)]
pub struct Shutdown(Arc<watch::Sender<Stage>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Serving,
    /// As before, but others should be asked.
    Leaving,
    /// What is under way ends.
    Draining,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Stage::Serving)))
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

    /// From here on the server is not ready for more, but serves whoever comes nevertheless.
    pub fn begin(&self) {
        self.reach(Stage::Leaving);
    }

    /// Whether the server is to stop, or stops already.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow() >= Stage::Leaving
    }

    /// Waits until the server is to stop.
    pub async fn begun(&self) {
        self.reached(Stage::Leaving).await;
    }

    /// Nobody is accepted any more, and what goes on for long must end.
    pub fn is_draining(&self) -> bool {
        *self.0.borrow() >= Stage::Draining
    }

    /// Waits until nobody is accepted any more.
    pub async fn draining(&self) {
        self.reached(Stage::Draining).await;
    }

    fn reach(&self, stage: Stage) {
        self.0.send_if_modified(|reached| {
            let goes_on = *reached < stage;
            *reached = stage.max(*reached);
            goes_on
        });
    }

    async fn reached(&self, stage: Stage) {
        let _ = self.0.subscribe().wait_for(|reached| *reached >= stage).await; // we hold a sender, so it cannot fail
    }
}

/// Serves `endpoint` until `shutdown` begins and the delay after it is over, and then lets the requests under way finish.
pub async fn serve<E>(listener: TcpListener, endpoint: E, limits: Limits, shutdown: &Shutdown) -> io::Result<()>
where
    E: Endpoint + 'static,
{
    let local = listener.local_addr()?;
    tracing::debug!(address = %local, "listening");
    let endpoint = Arc::new(endpoint);
    let sockets = Arc::new(Sockets::new(limits.sockets_max));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut ends = pin!(async {
        shutdown.begun().await;
        sleep(limits.delay).await;
    });
    loop {
        let (stream, place) = tokio::select! {
            () = &mut ends => break,
            accepted = accept(&listener, &sockets) => accepted,
        };
        let Ok(remote) = stream.peer_addr() else {
            continue;
        }; // it is gone already
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.write));

        let addresses = (LocalAddr(Addr::SocketAddr(local)), RemoteAddr(Addr::SocketAddr(remote)));
        let socket = Arc::new(Socket::opened(&sockets));
        let (endpoint, stopping, served) = (endpoint.clone(), shutdown.clone(), socket.clone());
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let (endpoint, (local, remote)) = (endpoint.clone(), addresses.clone());
            let (stopping, socket) = (stopping.clone(), served.clone());
            async move {
                let has_body = !request.body().is_end_stream();
                let mut request = Request::from((request, local, remote, Scheme::HTTP));
                if has_body {
                    socket.is_silent(Silence::Body);
                    let mut reading = Some(Reading(socket.clone()));
                    let end = stream::poll_fn(move |_| {
                        drop(reading.take());
                        Poll::Ready(None)
                    });
                    let body = request.take_body().into_bytes_stream().chain(end);
                    request.set_body(poem::Body::from_bytes_stream(body));
                } else {
                    socket.works();
                }
                let mut response: hyper::Response<_> = endpoint.get_response(request).await.into();
                if stopping.has_begun() {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response.map(|body| Answer { body, _written: Written(socket) }))
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
            tokio::select! {
                biased;
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%remote, "connection ended: {error}");
                },
                () = socket.closed() => tracing::debug!(%remote, "a silent connection was closed"),
            }
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    shutdown.reach(Stage::Draining);
    while connections.try_join_next().is_some() {}
    tracing::info!(connections = connections.len(), "stopping");
    sockets.close_idle();
    if timeout(limits.shutdown, graceful.shutdown()).await.is_err() {
        tracing::warn!(connections = connections.len(), "requests under way did not finish in time");
    }
    connections.shutdown().await;
    Ok(())
}

/// The next connection, once there is a place for its socket.
async fn accept(listener: &TcpListener, sockets: &Sockets) -> (TcpStream, OwnedSemaphorePermit) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, sockets.place().await),
            Err(error) => {
                tracing::warn!("a connection was not accepted: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// What a socket waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Silence {
    /// A request, or the rest of its headers.
    Request,
    /// The rest of a body.
    Body,
}

/// All sockets. Those that wait for their client give way to others, the longest silent first.
struct Sockets {
    places: Arc<Semaphore>,
    silent: Mutex<Silent>,
}

#[derive(Default)]
struct Silent {
    /// By the order in which they fell silent.
    sockets: BTreeMap<u64, (Instant, Silence, Arc<Notify>)>,
    next: u64,
}

impl Sockets {
    fn new(most: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(most)), silent: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Silent> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn place(&self) -> OwnedSemaphorePermit {
        loop {
            if let Ok(place) = self.places.clone().try_acquire_owned() {
                return place;
            }
            self.close_longest_silent();
            if let Ok(Ok(place)) = timeout(ACCEPT_PAUSE, self.places.clone().acquire_owned()).await {
                return place;
            }
        }
    }

    fn close_longest_silent(&self) {
        if let Some((since, _, close)) = self.lock().sockets.values().next()
            && since.elapsed() >= SILENCE_MIN
        {
            close.notify_one();
        }
    }

    /// Those that are in the middle of no request.
    fn close_idle(&self) {
        for (_, silence, close) in self.lock().sockets.values() {
            if *silence == Silence::Request {
                close.notify_one();
            }
        }
    }
}

/// One socket. All that happens to it happens in its connection's task.
struct Socket {
    sockets: Arc<Sockets>,
    /// Its number among the silent ones.
    silent: Mutex<Option<u64>>,
    close: Arc<Notify>,
}

impl Socket {
    fn opened(sockets: &Arc<Sockets>) -> Self {
        let socket = Self { sockets: sockets.clone(), silent: Mutex::default(), close: Arc::default() };
        socket.is_silent(Silence::Request);
        socket
    }

    fn number(&self) -> MutexGuard<'_, Option<u64>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_silent(&self, silence: Silence) {
        self.works();
        let mut silent = self.sockets.lock();
        silent.next += 1;
        let number = silent.next;
        silent.sockets.insert(number, (Instant::now(), silence, self.close.clone()));
        *self.number() = Some(number);
    }

    fn works(&self) {
        if let Some(number) = self.number().take() {
            self.sockets.lock().sockets.remove(&number);
        }
    }

    /// Returns when it is told to close while it is silent.
    async fn closed(&self) {
        loop {
            self.close.notified().await;
            if self.number().is_some() {
                return;
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.works();
    }
}

/// While a body is read; then its request is whole.
struct Reading(Arc<Socket>);

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.works();
    }
}

/// Until an answer is written; then the socket waits for the next request.
struct Written(Arc<Socket>);

impl Drop for Written {
    fn drop(&mut self) {
        self.0.is_silent(Silence::Request);
    }
}

struct Answer<B> {
    body: B,
    _written: Written,
}

impl<B: Body + Unpin> Body for Answer<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use poem::{EndpointExt, endpoint::make};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::kit::request_limits::RequestLimits;

    const LIMITS: Limits = Limits {
        sockets_max: 3,
        header: Duration::from_millis(300),
        write: Duration::from_millis(300),
        delay: Duration::ZERO,
        shutdown: Duration::from_millis(600),
    };

    /// Answers with the number of the body's bytes, after as many ms as the path says.
    async fn start() -> (SocketAddr, Shutdown, tokio::task::JoinHandle<io::Result<()>>) {
        start_with(LIMITS).await
    }

    async fn start_with(limits: Limits) -> (SocketAddr, Shutdown, tokio::task::JoinHandle<io::Result<()>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = make(|mut request: Request| async move {
            let pause: u64 = request.uri().path()[1..].parse().unwrap_or(0);
            let body = request.take_body().into_vec().await?;
            sleep(Duration::from_millis(pause)).await;
            let answer = if request.uri().query() == Some("big") { "x".repeat(64 << 20) } else { body.len().to_string() };
            Ok::<_, poem::Error>(answer)
        })
        .with(RequestLimits { body: Duration::from_millis(300), ..RequestLimits::new(1_000, |_| false) });
        let shutdown = Shutdown::default();
        let stop = shutdown.clone();
        (address, shutdown, tokio::spawn(async move { serve(listener, app, limits, &stop).await }))
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

    const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    /// What came back to a request on this socket so far; empty when it was closed.
    async fn ask(client: &mut TcpStream, text: &str) -> String {
        let mut answer = [0; 1_024];
        let asked = async {
            client.write_all(text.as_bytes()).await?;
            client.read(&mut answer).await
        };
        let bytes = timeout(Duration::from_secs(5), asked).await.expect("in time").unwrap_or(0);
        String::from_utf8_lossy(&answer[..bytes]).into_owned()
    }

    #[tokio::test]
    async fn silent_sockets_give_way_and_busy_ones_do_not() {
        let patient = Duration::from_secs(60);
        let (address, ..) = start_with(Limits { header: patient, ..LIMITS }).await;
        let beginnings = [
            "",
            "GET / HTTP/1.1\r\nhost:",
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nx",
            // An idle connection between two requests.
            GET,
        ];
        for beginning in beginnings {
            let busy = tokio::spawn(talk(address, "GET /1500 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", ""));
            sleep(Duration::from_millis(50)).await;
            let mut silent = Vec::new();
            for _ in 0..2 {
                let mut socket = TcpStream::connect(address).await.unwrap();
                socket.write_all(beginning.as_bytes()).await.unwrap();
                silent.push(socket);
            }
            sleep(Duration::from_millis(50)).await;
            // All places are taken; the newcomer gets that of the longest silent.
            let mut newcomer = TcpStream::connect(address).await.unwrap();
            assert!(ask(&mut newcomer, GET).await.starts_with("HTTP/1.1 200"), "{beginning:?}");
            let mut left = String::new();
            let closed = timeout(Duration::from_secs(5), silent[0].read_to_string(&mut left)).await.is_ok();
            assert!(closed, "{beginning:?}");
            assert!(busy.await.unwrap().0.starts_with("HTTP/1.1 200"), "{beginning:?}");
        }
    }

    #[tokio::test]
    async fn a_server_that_is_to_stop_serves_whoever_comes_until_the_delay_is_over() {
        let patient = Duration::from_secs(60);
        let limits = Limits { delay: Duration::from_millis(700), header: patient, shutdown: patient, ..LIMITS };
        let (address, shutdown, server) = start_with(limits).await;
        let mut kept = TcpStream::connect(address).await.unwrap();
        assert!(!ask(&mut kept, GET).await.contains("connection: close"));
        shutdown.begin();
        assert!(shutdown.has_begun() && !shutdown.is_draining());
        for mut client in [kept, TcpStream::connect(address).await.unwrap()] {
            let answer = ask(&mut client, GET).await;
            assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"), "{answer}");
            assert_eq!(ask(&mut client, GET).await, "", "it is closed after that answer");
        }
        // Nothing was sent on it, so nothing is lost with it.
        let _silent = TcpStream::connect(address).await.unwrap();
        timeout(Duration::from_secs(5), shutdown.draining()).await.unwrap();
        timeout(Duration::from_secs(5), server).await.expect("it does not wait for the silent").unwrap().unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[test]
    fn no_more_sockets_are_promised_than_files_can_be_opened() {
        assert_eq!(sockets_possible(1), 1);
        let most = getrlimit(Resource::Nofile).maximum;
        let possible = sockets_possible(usize::MAX);
        assert_eq!(Some(possible as u64), most.map(|most| most - OTHER_FILES).or(Some(u64::MAX)));
        assert_eq!(getrlimit(Resource::Nofile).current, most);
    }
}
