//! A wire to PostgreSQL that can lose the one answer that matters.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream, UnixStream},
    sync::Notify,
    task::JoinSet,
    time::timeout,
};
use tokio_postgres::config::Host;

/// How PostgreSQL ends the answer to a commit.
const COMMITTED: &[u8] = b"COMMIT\0";
const PATIENCE: Duration = Duration::from_secs(20);

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Passes everything on, until it is told to lose the answer to the next commit.
pub struct Wire {
    url: String,
    state: Arc<State>,
    _connections: JoinSet<()>,
}

#[derive(Default)]
struct State {
    loses_next: AtomicBool,
    /// Told when PostgreSQL has committed and nobody else knows.
    lost: Notify,
    /// Told when the connection is to go, too.
    cut: Notify,
}

impl Wire {
    /// A wire to the database at this URL.
    pub async fn to(url: &str) -> Self {
        let database: tokio_postgres::Config = url.parse().expect("a database's URL");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let near: SocketAddr = listener.local_addr().expect("an address");
        let (before, after) = url.split_once('@').expect("a user");
        let name = after.split_once('/').expect("a database").1;
        let url = format!("{before}@{near}/{name}");
        let state = Arc::new(State::default());
        let (host, port) = (database.get_hosts()[0].clone(), database.get_ports().first().copied().unwrap_or(5432));
        let (mut connections, known) = (JoinSet::new(), state.clone());
        connections.spawn(async move {
            let mut accepted = JoinSet::new();
            while let Ok((server, _)) = listener.accept().await {
                accepted.spawn(carry(server, connect(host.clone(), port).await, known.clone()));
            }
        });
        Self { url, state, _connections: connections }
    }

    /// Where the near end is.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn lose_next_commit(&self) {
        self.state.loses_next.store(true, Ordering::SeqCst);
    }

    /// Waits until PostgreSQL has committed and its answer is kept back.
    pub async fn has_lost_it(&self) {
        timeout(PATIENCE, self.state.lost.notified()).await.expect("PostgreSQL commits");
    }

    /// Breaks the connection whose answer was lost.
    pub fn cut(&self) {
        self.state.cut.notify_one();
    }
}

async fn connect(host: Host, port: u16) -> Box<dyn Stream> {
    match host {
        Host::Tcp(name) => Box::new(TcpStream::connect((name, port)).await.expect("PostgreSQL is there")),
        Host::Unix(folder) => Box::new(UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await.expect("PostgreSQL is there")),
    }
}

async fn carry(server: TcpStream, postgres: Box<dyn Stream>, state: Arc<State>) {
    let (mut from_server, mut to_server) = server.into_split();
    let (mut from_postgres, mut to_postgres) = tokio::io::split(postgres);
    let back = async {
        let mut bytes = Vec::new();
        while from_postgres.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
            let commits = bytes.windows(COMMITTED.len()).any(|window| window == COMMITTED);
            if commits && state.loses_next.swap(false, Ordering::SeqCst) {
                state.lost.notify_one();
                state.cut.notified().await;
                return;
            }
            if to_server.write_all(&bytes).await.is_err() {
                return;
            }
            bytes.clear();
        }
    };
    // When either direction ends, both do.
    tokio::select! {
        _ = copy(&mut from_server, &mut to_postgres) => {}
        () = back => {}
    }
}
