//! The real program, as a process that can be killed.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Folder, wait};

/// Time to get ready.
const PATIENCE: Duration = Duration::from_secs(40);
/// Time for a command that ends by itself.
const COMMAND_PATIENCE: Duration = Duration::from_secs(180);
/// Time to be ready again once PostgreSQL takes connections.
const RECOVERY: Duration = Duration::from_secs(2);
/// What the server says, in the data folder.
const LOG: &str = "server.log";
pub const ADMIN: &str = "boss@town.example";

/// A place where the program runs, with private servers of its own.
pub struct Site {
    folder: Folder,
    pub address: SocketAddr,
    has_administrator: bool,
    variables: Vec<(&'static str, String)>,
}

impl Site {
    pub fn new() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self { folder: Folder::new("data"), address: free.local_addr().expect("an address"), has_administrator: true, variables: vec![] }
    }

    /// The same with another variable in its environment.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    pub fn without_administrator() -> Self {
        Self { has_administrator: false, ..Self::new() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regulars"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for variable in ["DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "ENVIRONMENT", "SHUTDOWN_DELAY_S"] {
            command.env_remove(variable);
        }
        command
            .env("DATA_DIR", self.folder.path())
            .env("PORT", self.address.port().to_string())
            .env("RUST_LOG", "warn")
            .env("ADMIN_PASSWORD", super::PASSWORD)
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        if self.has_administrator {
            command.env("ADMIN_EMAIL", ADMIN).env("ADMIN_HANDLE", "boss");
        }
        command
    }

    /// For commands that share this place's servers.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command to its end, which must come in time.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let child = self.command(arguments).spawn().expect("the program starts");
        let pid = Pid::from_child(&child);
        let (ended, end) = mpsc::channel::<()>();
        thread::spawn(move || {
            if end.recv_timeout(COMMAND_PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        let output = child.wait_with_output().expect("the program ends");
        drop(ended);
        output
    }

    /// Runs a command until it says something on standard error that begins like this, and kills it there.
    pub fn run_until(&self, arguments: &[&str], said: &str) {
        let mut child = Killed(self.command(arguments).spawn().expect("the program starts"));
        let lines = BufReader::new(child.0.stderr.take().expect("standard error")).lines();
        assert!(lines.map_while(Result::ok).any(|line| line.starts_with(said)), "it never said {said:?}");
        child.end();
    }

    /// Begins a command, which ends with the story at the latest.
    pub fn begin(&self, arguments: &[&str]) -> Killed {
        Killed(self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts"))
    }

    /// Fails unless every invariant holds.
    pub fn verify(&self) {
        let verified = self.run(&["verify"]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    }

    /// Starts the server, which logs all it can, and waits until it is ready.
    pub async fn serve(&self) -> Killed {
        self.serve_logging_to(&self.data_dir().join(LOG)).await
    }

    /// The same, with another log.
    pub async fn serve_logging_to(&self, log: &Path) -> Killed {
        let log = File::options().create(true).append(true).open(log).expect("a log");
        let mut command = self.command(&["serve"]);
        command
            .env("RUST_LOG", "debug")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdout(log.try_clone().expect("the same log"))
            .stderr(log);
        let child = Killed(command.spawn().expect("the program starts"));
        self.is_ready_within(PATIENCE).await;
        child
    }

    async fn is_ready_within(&self, patience: Duration) {
        let is_ready = async || matches!(self.send("GET", "//health/ready", None, "", None).await, Some((200, _)));
        wait::until_within(patience, || format!("the server is ready:\n{}", self.last_said()), is_ready).await;
    }

    /// All that the server and the servers it runs have logged.
    pub fn logs(&self) -> String {
        let mut text = String::new();
        each_file(self.data_dir(), &mut |path| {
            if path.extension().is_some_and(|extension| extension == "log") {
                text += &String::from_utf8_lossy(&fs::read(path).unwrap_or_default());
            }
        });
        text
    }

    fn last_said(&self) -> String {
        let log = fs::read_to_string(self.data_dir().join(LOG)).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// One request on a connection of its own. None when it was not answered.
    pub async fn send(&self, method: &str, path: &str, token: Option<&str>, key: &str, body: Option<&Value>) -> Option<(u16, Value)> {
        let path = path.strip_prefix('/').filter(|rest| rest.starts_with('/')).map_or_else(|| format!("/api/v1{path}"), str::to_owned);
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: town\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !body.is_empty() {
            head += "Content-Type: application/json\r\n";
        }
        if let Some(token) = token {
            head += &format!("Authorization: Bearer {token}\r\n");
        }
        if !key.is_empty() {
            head += &format!("Idempotency-Key: {key}\r\n");
        }
        let exchange = async {
            let mut stream = TcpStream::connect(self.address).await.ok()?;
            stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.ok()?;
            let mut answer = Vec::new();
            // The server may keep the connection open for a while.
            let (head, body) = loop {
                if let Some((head, body)) = str::from_utf8(&answer).ok().and_then(|text| text.split_once("\r\n\r\n")) {
                    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
                    if body.len() >= length.unwrap_or(0_usize) {
                        break (head.to_owned(), body.to_owned());
                    }
                }
                // A body that was cut is no answer.
                if stream.read_buf(&mut answer).await.ok()? == 0 {
                    return None;
                }
            };
            let status = head.split(' ').nth(1)?.parse().ok()?;
            Some((status, serde_json::from_str(&body).unwrap_or_default()))
        };
        tokio::time::timeout(Duration::from_secs(15), exchange).await.ok().flatten()
    }

    /// Kills the private PostgreSQL. The server must start it again, and be ready again soon after.
    pub async fn kill_postgres(&self) {
        let (pid, _) = self.postmaster().expect("PostgreSQL runs");
        kill_process(Pid::from_raw(pid).expect("a process id"), Signal::KILL).expect("PostgreSQL is killed");
        let is_back = async || self.postmaster().is_some_and(|(now, ready)| now != pid && ready);
        wait::until_within(PATIENCE, || format!("PostgreSQL is back:\n{}", self.last_said()), is_back).await;
        self.is_ready_within(RECOVERY).await;
    }

    /// Waits until the private PostgreSQL takes connections. Returns its process.
    pub async fn runs_postgres(&self) -> i32 {
        let mut runs = None;
        let is_up = async || {
            runs = self.postmaster().filter(|(_, ready)| *ready);
            runs.is_some()
        };
        wait::until_within(PATIENCE, || "PostgreSQL takes connections".to_owned(), is_up).await;
        runs.expect("it runs").0
    }

    /// Waits until the private PostgreSQL is gone.
    pub async fn stops_postgres(&self) {
        wait::until_within(PATIENCE, || "PostgreSQL is gone".to_owned(), async || self.postmaster().is_none()).await;
    }

    /// Waits until the supervisor of the private PostgreSQL has looked several times whether somebody uses it.
    pub async fn is_looked_after(&self) {
        let (postgres, _) = self.postmaster().expect("PostgreSQL runs");
        let field = |pid: &str, name: &str| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
            status.lines().find_map(|line| line.strip_prefix(name)).expect("a field").trim().to_owned()
        };
        let supervisor = field(&postgres.to_string(), "PPid:");
        // It gives up the processor once after each look.
        let looks = || field(&supervisor, "voluntary_ctxt_switches:").parse::<u64>().expect("a number");
        let enough = looks() + 5;
        wait::until("the supervisor has looked", async || looks() >= enough).await;
    }

    /// The private PostgreSQL's process, and whether it takes connections: lines 1 and 8 of its lock file.
    fn postmaster(&self) -> Option<(i32, bool)> {
        let text = fs::read_to_string(self.data_dir().join("postgres/cluster/postmaster.pid")).ok()?;
        let mut lines = text.lines().map(str::trim);
        Some((lines.next()?.parse().ok()?, lines.nth(6) == Some("ready")))
    }
}

fn each_file(folder: &Path, see: &mut impl FnMut(&Path)) {
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() { each_file(&path, see) } else { see(&path) }
    }
}

/// A process that is killed without warning, at the latest when the story ends.
pub struct Killed(Child);

impl Killed {
    /// Waits until it ends by itself. Whether all was well.
    pub fn ends_well(&mut self) -> bool {
        self.0.wait().expect("the program ends").success()
    }

    /// Asks it to stop, as an operator does.
    pub fn terminate(&self) {
        kill_process(Pid::from_child(&self.0), Signal::TERM).expect("a process");
    }

    pub fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        self.end();
    }
}
