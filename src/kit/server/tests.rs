use std::net::SocketAddr;

use poem::{EndpointExt, endpoint::make};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::Instant,
};

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
        ("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n", &format!("3e8\r\n{}\r\n", "x".repeat(1_000)), "HTTP/1.1 413"),
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
