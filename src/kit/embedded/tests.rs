//! With the real programs: these tests start, kill and find servers.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{
        Barrier,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use ::redis as redis_client;
use redis_client::RedisResult;
use rustix::process::Signal;

use super::{
    child::{account, signal},
    leftovers::processes_in,
    *,
};

/// A data folder of its own, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("regulars-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }

    fn embedded(&self) -> Embedded {
        Self::embedded_in(&self.0)
    }

    fn embedded_in(dir: &Path) -> Embedded {
        Embedded::new(Settings { data_dir: Some(dir.to_owned()), fsync_off: true, ..Settings::default() }).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs SQL on a connection of its own and gives the first value.
fn ask(url: &str, sql: &str) -> anyhow::Result<i64> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        Ok(client.query_one(sql, &[]).await?.try_get(0)?)
    })
}

/// Asks until there is an answer; gives how long that took.
fn until_answered(url: &str, sql: &str) -> (i64, Duration) {
    let begin = Instant::now();
    loop {
        match ask(url, sql) {
            Ok(answer) => return (answer, begin.elapsed()),
            Err(error) => assert!(begin.elapsed() < Duration::from_secs(20), "{error:#}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn postmaster(data: &Path) -> u32 {
    let text = fs::read_to_string(data.join("postgres/cluster/postmaster.pid")).unwrap();
    text.lines().next().unwrap().parse().unwrap()
}

fn ping(url: &str) -> RedisResult<String> {
    redis_client::cmd("PING").query(&mut redis_client::Client::open(url)?.get_connection()?)
}

/// What started a server: its supervisor.
fn parent(pid: u32) -> u32 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    status.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap().trim().parse().unwrap()
}

/// The supervisors of the other tests: their servers' processes are this binary, too.
#[test]
#[ignore = "runs servers for the other tests"]
fn supervisor() {
    if let Some(Err(error)) = supervise_if_asked() {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}

#[test]
fn postgres_survives_kills_and_is_shared() {
    let folder = Folder::new();
    let first = folder.embedded().postgres().unwrap();
    assert!(!first.is_attached());

    // Another process would take the same way: the lock is of the open file.
    let second = folder.embedded().postgres().unwrap();
    assert!(second.is_attached());
    assert_eq!(second.url(), first.url());
    drop(second);
    assert_eq!(ask(first.url(), "SELECT 1::bigint").unwrap(), 1);

    for _ in 0..2 {
        signal(postmaster(&folder.0), Signal::KILL);
        let (_, time) = until_answered(first.url(), "SELECT count(*) FROM pg_class");
        assert!(time < Duration::from_secs(10), "{time:?}");
    }

    // Who started it is not the only one who needs it: the second goes on with the same server, without a pause.
    let second = folder.embedded().postgres().unwrap();
    let pid = postmaster(&folder.0);
    drop(first);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(ask(second.url(), "SELECT 1::bigint").unwrap(), 1);
    assert_eq!(postmaster(&folder.0), pid);

    // Without its supervisor it ends, and comes back with another one.
    signal(parent(pid), Signal::KILL);
    child::wait(Duration::from_secs(20), || Ok((!Path::new(&format!("/proc/{pid}/cwd")).exists()).then_some(()))).unwrap();
    until_answered(second.url(), "SELECT 1::bigint");

    let url = second.url().to_owned();
    drop(second);
    assert!(ask(&url, "SELECT 1::bigint").is_err());
    let again = folder.embedded().postgres().unwrap();
    assert!(!again.is_attached());
    assert_eq!(ask(again.url(), "SELECT 1::bigint").unwrap(), 1);
}

#[test]
fn several_who_come_at_once_share_folders() {
    for _ in 0..100 {
        let folder = Folder::new();
        let (door, wanted) = (Barrier::new(8), folder.0.join("above/data"));
        std::thread::scope(|scope| {
            let come = || {
                door.wait();
                folder::data_folder(Some(&wanted)).and_then(|data| Home::open(&data, "postgres"))
            };
            let comers: Vec<_> = (0..8).map(|_| scope.spawn(come)).collect();
            for comer in comers {
                let home = comer.join().unwrap().unwrap();
                assert_eq!(fs::metadata(home.dir).unwrap().permissions().mode() & 0o777, 0o700);
            }
        });
    }
}

#[test]
fn several_who_come_at_once_share_one_server() {
    let folder = Folder::new();
    let comers: Vec<_> =
        (0..4).map(|_| folder.embedded()).map(|embedded| std::thread::spawn(move || embedded.postgres().unwrap())).collect();
    let servers: Vec<Server> = comers.into_iter().map(|comer| comer.join().unwrap()).collect();
    let pid = postmaster(&folder.0);
    for server in servers {
        assert_eq!(ask(server.url(), "SELECT 1::bigint").unwrap(), 1);
        assert_eq!(postmaster(&folder.0), pid);
    }
}

#[test]
fn redis_survives_kills_and_is_shared() {
    let folder = Folder::new();
    let Some(first) = folder.embedded().redis().unwrap() else {
        return;
    }; // there is none here
    assert_eq!(ping(first.url()).unwrap(), "PONG");
    let second = folder.embedded().redis().unwrap().unwrap();
    assert!(second.is_attached());
    drop(second);

    for pid in processes_in(&folder.0.canonicalize().unwrap().join("redis")) {
        signal(pid, Signal::KILL);
    }
    child::wait(Duration::from_secs(5), || Ok(ping(first.url()).is_err().then_some(()))).unwrap();
    child::wait(Duration::from_secs(5), || Ok(ping(first.url()).ok())).unwrap();

    let url = first.url().to_owned();
    drop(first);
    assert!(ping(&url).is_err());
}

#[test]
fn a_long_path_gets_a_short_socket() {
    let folder = Folder::new();
    let deep = folder.0.join("spaces and %".repeat(10)).join("x".repeat(60));
    let postgres = Folder::embedded_in(&deep).postgres().unwrap();
    assert_eq!(ask(postgres.url(), "SELECT 1::bigint").unwrap(), 1);
    let sockets = Home::open(&deep, "postgres").unwrap().sockets;
    drop(postgres);
    fs::remove_dir_all(sockets).unwrap();
}

#[test]
fn an_explicit_folder_that_servers_cannot_enter_is_refused() {
    if account().is_none() {
        return; // servers run as we do
    }
    let folder = Folder::new();
    fs::create_dir(&folder.0).unwrap();
    fs::set_permissions(&folder.0, Permissions::from_mode(0o700)).unwrap();
    let settings = Settings { data_dir: Some(folder.0.join("data")), ..Settings::default() };
    let error = Embedded::new(settings).err().unwrap().to_string();
    assert!(error.starts_with("DATA_DIR is ") && error.ends_with("choose another DATA_DIR"), "{error}");
}

#[test]
fn what_is_named_must_be_there() {
    let folder = Folder::new();
    let nowhere = Some(PathBuf::from("/nowhere"));
    let settings = Settings { pg_bin_dir: nowhere.clone(), redis_bin: nowhere, ..folder.embedded().settings };
    let embedded = Embedded { settings, ..folder.embedded() };
    let error = embedded.postgres().err().unwrap().to_string();
    assert_eq!(error, "PG_BIN_DIR is /nowhere, where PostgreSQL 15 or newer is not to be found");
    let error = embedded.redis().err().unwrap().to_string();
    assert_eq!(error, "REDIS_BIN is /nowhere, where there is no program");
}
