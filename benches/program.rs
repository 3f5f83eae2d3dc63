//! What is measured, as a process of its own, so that its CPU is its own: the real program, or the reference.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use poem::{Endpoint, EndpointExt, Response, Route, endpoint::make, get};
use rustix::process::{Pid, Signal, kill_process};

use crate::{databases::Databases, load};

const BARE_PORT: &str = "REGULARS_BENCH_BARE_PORT";
const BARE_BODY: &str = "REGULARS_BENCH_BARE_BODY";
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that is told to stop when this is dropped, and waited for.
pub struct Program {
    pub address: SocketAddr,
    child: Child,
}

/// Where visitors' answers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// As it is by default: from memory, where they are kept.
    On,
    /// From PostgreSQL, all of them.
    Off,
}

impl Program {
    /// The real program on these databases, configured as it is by default, logging a line for each request.
    pub fn serve(databases: &Databases, cache: Cache) -> anyhow::Result<Self> {
        let mut command = regulars(&databases.folder);
        command.env("DATABASE_URL", &databases.url);
        // Signed in for the whole run.
        command.env("ACCESS_TOKEN_TTL_S", "86400");
        match &databases.redis_url {
            Some(url) => command.env("REDIS_URL", url),
            // Without a Redis program to be found, it starts none.
            None => command.env("PATH", ""),
        };
        if cache == Cache::Off {
            command.env("CACHE_BYTES_MAX", "0");
        }
        Self::start(&mut command)
    }

    /// The real program in an empty folder, where it starts databases of its own.
    pub fn alone(data: &Path) -> anyhow::Result<Self> {
        Self::start(&mut regulars(data))
    }

    /// The reference: poem with one handler, which answers these bytes.
    pub fn bare(folder: &Path, body: &[u8]) -> anyhow::Result<Self> {
        static BODIES: AtomicUsize = AtomicUsize::new(0);
        let file = folder.join(format!("body-{}", BODIES.fetch_add(1, Ordering::Relaxed)));
        fs::write(&file, body)?;
        let port = free_port()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.env(BARE_PORT, port.to_string()).env(BARE_BODY, file).stdin(Stdio::null()).stdout(Stdio::null());
        Self::started(command.spawn()?, port)
    }

    fn start(command: &mut Command) -> anyhow::Result<Self> {
        let port = free_port()?;
        let child = command.env("PORT", port.to_string()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Self::started(child, port)
    }

    fn started(child: Child, port: u16) -> anyhow::Result<Self> {
        let mut program = Self { address: ([127, 0, 0, 1], port).into(), child };
        let started = Instant::now();
        while TcpStream::connect(program.address).is_err() {
            if let Some(status) = program.child.try_wait()? {
                anyhow::bail!("the server ended with {status}");
            }
            ensure!(started.elapsed() < PATIENCE, "the server does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(program)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Memory that is its own or shared, in KiB.
    pub fn resident_kib(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS")).context("VmRSS")?;
        Ok(line.split_whitespace().nth(1).context("a number")?.parse()?)
    }

    /// The access token of somebody who registers.
    pub fn join(&self, handle: &str) -> anyhow::Result<String> {
        join(self.address, handle)
    }

    /// The access token of somebody who has an account with the password of all.
    pub fn sign_in(&self, handle: &str) -> anyhow::Result<String> {
        sign_in(self.address, handle)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// The program with no more than we say in its environment.
fn regulars(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regulars"));
    for variable in ["DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "ENVIRONMENT", "BIND", "RUST_LOG"] {
        command.env_remove(variable);
    }
    command.env("DATA_DIR", data);
    command
}

/// See [`Program::join`].
pub fn join(address: SocketAddr, handle: &str) -> anyhow::Result<String> {
    let form = format!(r#"{{"email":"{handle}@bench.example","password":"a thousand rounds","handle":"{handle}"}}"#);
    load::once(address, &load::post("/api/v1/auth/register", "", &form))?;
    sign_in(address, handle)
}

/// See [`Program::sign_in`].
pub fn sign_in(address: SocketAddr, handle: &str) -> anyhow::Result<String> {
    let form = format!(r#"{{"email":"{handle}@bench.example","password":"a thousand rounds"}}"#);
    let answer = load::once(address, &load::post("/api/v1/auth/login", "", &form))?;
    let answer: serde_json::Value = serde_json::from_slice(&answer)?;
    Ok(answer["access_token"].as_str().context("no token")?.to_owned())
}

/// Whether this process is to be the reference.
pub fn is_bare() -> bool {
    std::env::var_os(BARE_PORT).is_some()
}

/// Serves the reference.
pub fn serve_bare() -> anyhow::Result<()> {
    let port: u16 = std::env::var(BARE_PORT)?.parse()?;
    // Lives as long as the process.
    let body: &'static [u8] = Box::leak(fs::read(std::env::var(BARE_BODY)?)?.into_boxed_slice());
    let server = poem::Server::new(poem::listener::TcpListener::bind(("127.0.0.1", port)));
    Ok(tokio::runtime::Runtime::new()?.block_on(server.run(Route::new().at("/", get(answer(body)))))?)
}

fn answer(body: &'static [u8]) -> impl Endpoint {
    make(move |_| async move { Response::builder().content_type("application/json").body(body) }).boxed()
}

/// A port that nobody listens on.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
