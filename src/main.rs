//! Starts what the configuration asks for, runs one command, and stops in the opposite order.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use regulars::{
    cli::{self, Cli, Command},
    commands::{Refused, Unchecked, Urls},
    config::{Config, LogFormat},
    kit::{
        console,
        embedded::{self, Embedded, Server, Settings},
    },
};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `EX_CONFIG` of sysexits.h.
const CONFIGURATION_IS_WRONG: u8 = 78;
/// The command did its work, but had to leave something out.
const SOMETHING_WAS_REFUSED: u8 = 2;
/// `verify` had no time for some of its work.
const SOMETHING_WAS_NOT_CHECKED: u8 = 3;

fn main() -> ExitCode {
    if let Some(result) = embedded::supervise_if_asked() {
        return end(result);
    }
    let command = Cli::parse().command();
    if let Some(result) = command.run_alone() {
        return end(result);
    }
    match Config::from_environment() {
        Ok(config) => end(run(command, config)),
        Err(problems) => {
            eprintln!("{problems}");
            ExitCode::from(CONFIGURATION_IS_WRONG)
        }
    }
}

fn run(command: Command, config: Config) -> Result<()> {
    log(&config);
    let (urls, servers) = start_servers(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(cli::run(command, config, urls));
    drop(runtime); // its tasks still use the servers
    drop(servers);
    result
}

/// Starts a private server for each URL that is not given.
fn start_servers(config: &Config) -> Result<(Urls, Vec<Server>)> {
    let mut urls = Urls { database_url: config.database_url.clone().unwrap_or_default(), redis_url: config.redis_url.clone() };
    let mut servers = Vec::new();
    // In production a cache is chosen, too.
    let wants_redis = config.redis_url.is_none() && !config.is_production();
    if config.database_url.is_some() && !wants_redis {
        return Ok((urls, servers));
    }
    let embedded = match Embedded::new(Settings {
        data_dir: config.data_dir.clone(),
        pg_bin_dir: config.pg_bin_dir.clone(),
        redis_bin: config.redis_bin.clone(),
        fsync_off: false,
        supervisor: None,
    }) {
        Err(error) if config.database_url.is_some() => {
            console::warn(format_args!("Regulars works from PostgreSQL alone: {error:#}."));
            return Ok((urls, servers));
        }
        embedded => embedded?,
    };
    if config.database_url.is_none() {
        let postgres = embedded.postgres()?;
        urls.database_url = postgres.url().to_owned();
        servers.push(postgres);
    }
    if wants_redis && let Some(redis) = embedded.redis()? {
        urls.redis_url = Some(redis.url().to_owned());
        servers.push(redis);
    }
    Ok((urls, servers))
}

/// Log lines go to standard error; standard output belongs to what a command prints.
fn log(config: &Config) {
    // The driver logs every bound value at debug (hashes, addresses, keys), and at info what PostgreSQL remarks.
    let filter = EnvFilter::new(format!("{},tokio_postgres=warn", config.log_filter));
    // A full disk takes log lines, and not the requests that they are about: by default, the writer would panic.
    let log = tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Json => log.json().flatten_event(true).init(),
        LogFormat::Text => log.init(),
    }
}

fn end(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            match () {
                () if error.is::<Refused>() => ExitCode::from(SOMETHING_WAS_REFUSED),
                () if error.is::<Unchecked>() => ExitCode::from(SOMETHING_WAS_NOT_CHECKED),
                () => ExitCode::FAILURE,
            }
        }
    }
}
