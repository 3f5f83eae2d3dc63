//! A wire to PostgreSQL that hears what is said on it, can lose the one answer that matters, and can fall silent.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::{Notify, watch},
    task::JoinSet,
    time::timeout,
};
use tokio_postgres::config::Host;

use super::frontend::{Frontend, Said};

/// How PostgreSQL ends the answer to a commit.
const COMMITTED: &[u8] = b"COMMIT\0";
const PATIENCE: Duration = Duration::from_secs(20);

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Passes everything on, until it is told otherwise.
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
    /// Of so many commits the last one's connection breaks before its answer; 0 for none.
    cuts_one_in: AtomicUsize,
    commits: AtomicUsize,
    cuts: AtomicUsize,
    said: Mutex<Said>,
    /// Counts freezes. A connection that is older than the last one passes nothing on any more.
    freezes: watch::Sender<usize>,
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
                // It may be away for a while.
                if let Ok(postgres) = connect(&host, port).await {
                    accepted.spawn(carry(server, postgres, known.clone()));
                }
                while accepted.try_join_next().is_some() {}
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

    /// Swallows all connections that are open now, without a word to either end. New ones work.
    pub fn freeze(&self) {
        self.state.freezes.send_modify(|freezes| *freezes += 1);
    }

    /// From now on, breaks the connection of one commit in so many after it was done, before its answer; 0 for none.
    pub fn cut_commits(&self, one_in: usize) {
        self.state.cuts_one_in.store(one_in, Ordering::SeqCst);
    }

    /// How many commits were left in doubt so.
    pub fn commits_cut(&self) -> usize {
        self.state.cuts.load(Ordering::SeqCst)
    }

    /// What servers have said to PostgreSQL since this was asked the last time.
    pub fn said(&self) -> Said {
        std::mem::take(&mut *self.state.said.lock().expect("nobody panics over it"))
    }

    /// Breaks the connection whose answer was lost.
    pub fn cut(&self) {
        self.state.cut.notify_one();
    }
}

async fn connect(host: &Host, port: u16) -> std::io::Result<Box<dyn Stream>> {
    Ok(match host {
        Host::Tcp(name) => Box::new(TcpStream::connect((name.as_str(), port)).await?),
        Host::Unix(folder) => Box::new(UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await?),
    })
}

async fn carry(server: TcpStream, postgres: Box<dyn Stream>, state: Arc<State>) {
    let (mut from_server, mut to_server) = server.into_split();
    let (mut from_postgres, mut to_postgres) = tokio::io::split(postgres);
    let mut freezes = state.freezes.subscribe();
    let back = async {
        let mut bytes = Vec::new();
        while from_postgres.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
            let commits = bytes.windows(COMMITTED.len()).any(|window| window == COMMITTED);
            if commits && state.loses_next.swap(false, Ordering::SeqCst) {
                state.lost.notify_one();
                state.cut.notified().await;
                return;
            }
            let one_in = state.cuts_one_in.load(Ordering::SeqCst);
            if commits && one_in > 0 && state.commits.fetch_add(1, Ordering::SeqCst) % one_in == one_in - 1 {
                state.cuts.fetch_add(1, Ordering::SeqCst);
                return;
            }
            if to_server.write_all(&bytes).await.is_err() {
                return;
            }
            bytes.clear();
        }
    };
    let forth = async {
        let (mut bytes, mut frontend) = (Vec::new(), Frontend::default());
        while from_server.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
            // Before it is passed on: whoever has an answer finds all that was said for it.
            frontend.hear(&bytes, &mut state.said.lock().expect("nobody panics over it"));
            if to_postgres.write_all(&bytes).await.is_err() {
                return;
            }
            bytes.clear();
        }
    };
    // When either direction ends, both do; when it freezes, neither.
    let carries = async {
        tokio::select! {
            () = forth => {}
            () = back => {}
        }
    };
    tokio::select! {
        biased;
        // Nothing is carried any more, and both ends stay open.
        _ = freezes.changed() => std::future::pending().await,
        () = carries => {}
    }
}
