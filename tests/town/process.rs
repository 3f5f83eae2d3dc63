//! The real program, as a process that can be killed.

use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::Folder;

const PATIENCE: Duration = Duration::from_secs(40);
pub const ADMIN: &str = "boss@town.example";

/// A place where the program runs, with private servers of its own.
pub struct Site {
    folder: Folder,
    pub address: SocketAddr,
}

impl Site {
    pub fn new() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self { folder: Folder::new("data"), address: free.local_addr().expect("an address") }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regulars"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for variable in ["DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "ENVIRONMENT"] {
            command.env_remove(variable);
        }
        command
            .env("DATA_DIR", self.folder.path())
            .env("PORT", self.address.port().to_string())
            .env("RUST_LOG", "warn")
            .env("ADMIN_EMAIL", ADMIN)
            .env("ADMIN_HANDLE", "boss")
            .env("ADMIN_PASSWORD", super::PASSWORD);
        command
    }

    /// For commands that share this place's servers.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    /// Runs a command until it says something on standard error that begins like this, and kills it there.
    pub fn run_until(&self, arguments: &[&str], said: &str) {
        let mut child = Killed(self.command(arguments).spawn().expect("the program starts"));
        let lines = BufReader::new(child.0.stderr.take().expect("standard error")).lines();
        assert!(lines.map_while(Result::ok).any(|line| line.starts_with(said)), "it never said {said:?}");
        child.end();
    }

    /// Fails unless every invariant holds.
    pub fn verify(&self) {
        let verified = self.run(&["verify"]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    }

    /// Starts the server, and waits until it is ready.
    pub async fn serve(&self) -> Killed {
        let child = Killed(self.command(&["serve"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts"));
        let begun = Instant::now();
        while !matches!(self.send("GET", "//health/ready", None, "", None).await, Some((200, _))) {
            assert!(begun.elapsed() < PATIENCE, "the server is not ready");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        child
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

    /// Kills the private PostgreSQL.
    pub fn kill_postgres(&self) {
        let file = find(self.folder.path(), "postmaster.pid").expect("PostgreSQL runs");
        let pid = std::fs::read_to_string(file).ok().and_then(|text| text.lines().next()?.trim().parse().ok());
        let pid = pid.and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, Signal::KILL).expect("PostgreSQL is killed");
    }
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    entries.iter().find(|path| path.ends_with(name)).cloned().or_else(|| entries.iter().find_map(|path| find(path, name)))
}

/// A process that is killed without warning, at the latest when the story ends.
pub struct Killed(Child);

impl Killed {
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
