//! The HTTP listener: poem's own has no time-out for headers, no cap on sockets and no limit on bodies, so hyper is driven
//! directly.
//!
//! It speaks HTTP/1.1. Browsers get HTTP/2 from the proxy that does TLS; that way nobody can reset
//! a stream and so drop a handler in the middle of its work. A proxy should give up idle
//! connections before [`Limits::header`] does.
//!
//! An open socket costs little and takes nothing from others: only a whole request gets a place (see [`super::admission`]).

pub mod sockets;

use std::{
    convert::Infallible,
    io,
    pin::{Pin, pin},
    sync::Arc,
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
use tokio::{
    net::{TcpListener, TcpStream},
    sync::OwnedSemaphorePermit,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;

use self::sockets::{Silence, Socket, Sockets};
use super::shutdown::Shutdown;

/// Largest request line with headers.
const HEADER_BYTES_MAX: usize = 16 * 1024;
/// Rest after a failed accept: where files run out, trying again at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

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
    shutdown.drain();
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
mod tests;
