//! The configuration: read from the environment once, all of its faults reported together.
//!
//! The table below is the only list of variables; the struct, the reading and the README's table
//! all come from it. Foreign variables are left alone.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use chrono_tz::Tz;

const METRICS_TOKEN_CHARS_MIN: usize = 16;

/// Declares the environment variables: what each means, its name, field, type and default, and how it is read.
macro_rules! configuration {
    ($(
        $(#[doc = $meaning:literal])+
        $name:literal $field:ident: $type:ty = $default:literal, $read:expr $(, $secret:ident)?;
    )+) => {
        /// Everything that the operator decides at the start. It has no `Debug`, for it holds secrets.
        #[derive(Clone)]
        pub struct Config { $($(#[doc = $meaning])+ pub $field: $type,)+ }

        const VARIABLES: &[Variable] = &[$(Variable {
            name: $name,
            default: $default,
            meaning: concat!($($meaning),+),
            secret: !stringify!($($secret)?).is_empty(),
        },)+];

        impl Config {
            fn fill(source: &dyn Fn(&str) -> Option<String>, problems: &mut Vec<String>) -> Option<Self> {
                let mut variables = VARIABLES.iter();
                $(let $field = variables.next()?.read(source, problems, $read);)+
                Some(Self { $($field: $field?,)+ })
            }
        }
    };
}

configuration! {
    /// Address to listen on.
    "BIND" bind: IpAddr = "127.0.0.1", parsed("an IP address such as 127.0.0.1 or ::");
    /// Port to listen on; 0 takes a free one.
    "PORT" port: u16 = "8080", whole(0..=65_535);
    /// Where browsers reach the server, for links and cookies; http://BIND:PORT if unset.
    "PUBLIC_URL" public_url_set: Option<String> = "", optional(origin);
    /// development or production. Production needs DATABASE_URL and an https PUBLIC_URL.
    "ENVIRONMENT" environment: Environment = "development", parsed("development or production");
    /// PostgreSQL to use, over TLS with ?sslmode=require; unset, a private one is started in DATA_DIR.
    "DATABASE_URL" database_url: Option<String> = "", optional(url(&["postgres://", "postgresql://"])), secret;
    /// Redis to use as a cache; unset, a private one is started in development, if its program is found.
    "REDIS_URL" redis_url: Option<String> = "", optional(url(&["redis://", "redis+unix://", "unix://"])), secret;
    /// Folder of the private servers; `data` in the current folder if unset.
    "DATA_DIR" data_dir: Option<PathBuf> = "", optional(parsed("a folder"));
    /// Folder of the private PostgreSQL's programs; searched for if unset.
    "PG_BIN_DIR" pg_bin_dir: Option<PathBuf> = "", optional(parsed("a folder"));
    /// The private Redis's program (redis-server or valkey-server); searched for if unset.
    "REDIS_BIN" redis_bin: Option<PathBuf> = "", optional(parsed("a file"));
    /// Reverse proxies in front of the server; so many addresses of X-Forwarded-For are believed.
    "PROXIES" proxies: usize = "0", whole(0..=10);
    /// What is logged, as tracing's EnvFilter reads it.
    "RUST_LOG" log_filter: String = "info", log_filter;
    /// json or text.
    "LOG_FORMAT" log_format: LogFormat = "json", parsed("json or text");
    /// Connections to PostgreSQL for requests, which are served so many at a time; background work has up to 4 more, health and the change feed one each.
    "DATABASE_POOL_SIZE" database_pool_size: usize = "10", whole(1..=200);
    /// Bytes of visitors' answers kept in memory; 0 keeps none, and everything is read from PostgreSQL.
    "CACHE_BYTES_MAX" cache_bytes_max: u64 = "67108864", whole(0..=1_099_511_627_776);
    /// How old a visitor's answer may be, in milliseconds: kept ones are served only while changes were looked for within this time.
    "CACHE_TRUST_MS" cache_trust_ms: u64 = "500", whole(100..=60_000);
    /// The programme's IANA time zone, which decides its days, weeks and months.
    "TIME_ZONE" time_zone: Tz = "UTC", parsed("an IANA time zone such as Europe/Berlin");
    /// Seconds that an access token is good for.
    "ACCESS_TOKEN_TTL_S" access_token_ttl_s: u32 = "900", whole(60..=86_400);
    /// Days that a sign-in lasts without being used.
    "SESSION_TTL_DAYS" session_ttl_days: u32 = "30", whole(1..=365);
    /// Shortest password, in characters.
    "PASSWORD_CHARS_MIN" password_chars_min: usize = "12", whole(8..=128);
    /// true serves although PostgreSQL's fsync, full_page_writes or synchronous_commit is off.
    "ALLOW_UNSAFE_DATABASE" allow_unsafe_database: bool = "false", parsed("true or false");
    /// Sockets open at a time; beyond, those that have been silent for longest are closed. Half of them may be notification streams.
    "CONNECTIONS_MAX" connections_max: usize = "16384", whole(1..=1_000_000);
    /// Largest request body, in bytes.
    "REQUEST_BODY_BYTES_MAX" request_body_bytes_max: usize = "262144", whole(1_024..=67_108_864);
    /// E-mail address of the first administrator, created at the start if absent. An account that has it already must have ADMIN_PASSWORD, too.
    "ADMIN_EMAIL" admin_email: Option<String> = "", optional(parsed("an e-mail address"));
    /// Handle of the first administrator.
    "ADMIN_HANDLE" admin_handle: Option<String> = "", optional(parsed("a handle"));
    /// Password of the first administrator, and of `admin create`.
    "ADMIN_PASSWORD" admin_password: Option<String> = "", optional(parsed("a password")), secret;
    /// What a reader of /metrics sends as `Authorization: Bearer …`; unset, it is open to this very machine alone, and not in production.
    "METRICS_TOKEN" metrics_token: Option<String> = "", optional(metrics_token), secret;
    /// Seconds that the server goes on serving after SIGTERM, not ready any more, for load balancers to turn away; 0 in development and 5 in production if unset.
    "SHUTDOWN_DELAY_S" shutdown_delay_s: Option<u64> = "", optional(whole(0..=300));
    /// Seconds that requests under way may then take.
    "SHUTDOWN_S" shutdown_s: u64 = "20", whole(0..=300);
}

impl Config {
    /// Reads the environment of this process.
    pub fn from_environment() -> Result<Self, Problems> {
        Self::read(&|name| Some(std::env::var_os(name)?.to_string_lossy().into_owned()))
    }

    /// Reads the variables that `source` gives. An empty one counts as unset.
    pub fn read(source: &dyn Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        let source = |name: &str| source(name).filter(|value| !value.is_empty());
        let mut problems = Vec::new();
        let config = Self::fill(&source, &mut problems);
        problems.extend(contradictions(&source));
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(Problems(problems)),
        }
    }

    /// The address to listen on.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.bind, self.port)
    }

    /// Where browsers reach the server that listens at `bound`, without a slash at the end.
    pub fn public_url(&self, bound: SocketAddr) -> String {
        self.public_url_set.clone().unwrap_or_else(|| format!("http://{bound}"))
    }

    /// How long the server goes on serving when it was told to stop.
    pub fn shutdown_delay(&self) -> Duration {
        Duration::from_secs(self.shutdown_delay_s.unwrap_or(if self.is_production() { 5 } else { 0 }))
    }

    /// Whether ENVIRONMENT is production: a database of one's own, HTTPS, and metrics behind a token.
    pub fn is_production(&self) -> bool {
        self.environment == Environment::Production
    }

    /// Whether others than those at this very machine may come, or it is no longer about trying things out.
    pub fn is_exposed(&self) -> bool {
        self.is_production() || !self.bind.is_loopback()
    }

    /// The README's table of variables.
    pub fn markdown_table() -> String {
        let rows = VARIABLES.iter().map(|Variable { name, default, meaning, .. }| {
            let default = if default.is_empty() { String::new() } else { format!("`{default}`") };
            format!("| `{name}` | {default} | {} |\n", meaning.trim())
        });
        format!("| variable | default | meaning |\n|---|---|---|\n{}", rows.collect::<String>())
    }
}

/// What is wrong only in combination.
fn contradictions(source: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let mut problems = Vec::new();
    if source("ENVIRONMENT").as_deref() == Some("production") {
        if source("DATABASE_URL").is_none() {
            problems.push(
                "DATABASE_URL is not set, but ENVIRONMENT=production needs it: a private database is for trying \
                 Regulars out."
                    .into(),
            );
        }
        if let Some(url) = source("PUBLIC_URL").filter(|url| origin(url).is_ok() && !is_secure(url)) {
            problems.push(format!(
                "PUBLIC_URL is \"{url}\", but ENVIRONMENT=production needs https: browsers send session cookies over \
                 nothing else."
            ));
        }
    }
    let first_administrator = ["ADMIN_EMAIL", "ADMIN_HANDLE", "ADMIN_PASSWORD"];
    // The password alone is for `admin create`.
    if first_administrator[..2].iter().any(|name| source(name).is_some()) {
        for name in first_administrator.iter().filter(|name| source(name).is_none()) {
            problems.push(format!("{name} is not set, but the first administrator needs all of {}.", first_administrator.join(", ")));
        }
    }
    problems
}

/// Whether browsers treat the origin as trustworthy: https, or this very machine.
fn is_secure(origin: &str) -> bool {
    let host = origin.strip_prefix("http://").unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    origin.starts_with("https://") || ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

/// Everything that is wrong with the environment, a sentence each.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Problems(pub Vec<String>);

/// Where the server is used: what it takes for granted differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    Development,
    Production,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Json,
    Text,
}

impl FromStr for Environment {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "development" => Ok(Self::Development),
            "production" => Ok(Self::Production),
            _ => Err(()),
        }
    }
}

impl FromStr for LogFormat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            _ => Err(()),
        }
    }
}

struct Variable {
    name: &'static str,
    default: &'static str,
    meaning: &'static str,
    secret: bool,
}

impl Variable {
    /// `expect` gives the value of a text, or says what it should have been.
    fn read<T>(
        &self,
        source: &dyn Fn(&str) -> Option<String>,
        problems: &mut Vec<String>,
        expect: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = source(self.name).unwrap_or_else(|| self.default.to_owned());
        expect(&text)
            .map_err(|expected| {
                let value = if self.secret { "set to something else".into() } else { format!("\"{text}\"") };
                problems.push(format!("{} is {value}, but must be {expected}.", self.name));
            })
            .ok()
    }
}

fn parsed<T: FromStr>(expected: &str) -> impl Fn(&str) -> Result<T, String> {
    move |text| text.parse().map_err(|_| expected.to_owned())
}

fn whole<T: FromStr + PartialOrd + fmt::Display>(range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end()))
    }
}

fn optional<T>(expect: impl Fn(&str) -> Result<T, String>) -> impl Fn(&str) -> Result<Option<T>, String> {
    move |text| {
        if text.is_empty() { Ok(None) } else { expect(text).map(Some) }
    }
}

fn url(schemes: &'static [&'static str]) -> impl Fn(&str) -> Result<String, String> {
    move |text| match schemes.iter().any(|scheme| text.starts_with(scheme) && text.len() > scheme.len()) {
        true => Ok(text.to_owned()),
        false => Err(format!("a URL that begins with {}", schemes.join(" or "))),
    }
}

/// Scheme, host and perhaps port; a slash at the end is taken off.
fn origin(text: &str) -> Result<String, String> {
    let origin = text.strip_suffix('/').unwrap_or(text);
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
    let fits = !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) && host.parse::<poem::http::uri::Authority>().is_ok();
    if fits { Ok(origin.to_owned()) } else { Err("an address without a path, such as https://community.example.com".into()) }
}

/// As many characters as nobody guesses.
fn metrics_token(text: &str) -> Result<String, String> {
    let plain = text.chars().all(|c| c.is_ascii_graphic());
    if plain && text.len() >= METRICS_TOKEN_CHARS_MIN { Ok(text.to_owned()) } else { Err("at least 16 letters, digits and signs".into()) }
}

fn log_filter(text: &str) -> Result<String, String> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("a log filter such as info or regulars=debug,warn".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, Problems> {
        Config::read(&|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    fn problems(variables: &[(&str, &str)]) -> Vec<String> {
        read(variables).err().map_or_else(Vec::new, |problems| problems.0)
    }

    #[test]
    fn an_empty_environment_is_a_complete_configuration() {
        for variables in [&[][..], &[("PORT", ""), ("DATABASE_URL", ""), ("TIME_ZONE", ""), ("FOREIGN", "x")]] {
            let config = read(variables).unwrap_or_else(|problems| panic!("{problems}"));
            assert_eq!(config.public_url(config.address()), "http://127.0.0.1:8080");
            assert_eq!(config.environment, Environment::Development);
            assert_eq!(config.database_url, None);
            assert_eq!(config.time_zone, Tz::UTC);
            assert_eq!(config.shutdown_delay(), Duration::ZERO);
        }
    }

    #[test]
    fn values_are_read() {
        let config = read(&[
            ("BIND", "::"),
            ("PORT", "9000"),
            ("PUBLIC_URL", "https://club.example/"),
            ("ENVIRONMENT", "production"),
            ("DATABASE_URL", "postgres://app@db/app"),
            ("TIME_ZONE", "Europe/Berlin"),
        ])
        .unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(config.address().to_string(), "[::]:9000");
        assert_eq!(config.public_url(config.address()), "https://club.example");
        assert!(config.is_production());
        assert_eq!(config.shutdown_delay(), Duration::from_secs(5));
    }

    #[test]
    fn each_invalid_value_gets_a_sentence() {
        for (name, value, sentence) in [
            ("BIND", "localhost", "BIND is \"localhost\", but must be an IP address such as 127.0.0.1 or ::."),
            ("PORT", "70000", "PORT is \"70000\", but must be a whole number from 0 to 65535."),
            ("PORT", "80 ", "PORT is \"80 \", but must be a whole number from 0 to 65535."),
            ("DATABASE_POOL_SIZE", "0", "DATABASE_POOL_SIZE is \"0\", but must be a whole number from 1 to 200."),
            ("ENVIRONMENT", "prod", "ENVIRONMENT is \"prod\", but must be development or production."),
            ("TIME_ZONE", "Foo/Bar", "TIME_ZONE is \"Foo/Bar\", but must be an IANA time zone such as Europe/Berlin."),
            (
                "PUBLIC_URL",
                "club.example/x",
                "PUBLIC_URL is \"club.example/x\", but must be an address without a path, such as https://community.example.com.",
            ),
            (
                "DATABASE_URL",
                "mysql://root:secret@db",
                "DATABASE_URL is set to something else, but must be a URL that begins with postgres:// or postgresql://.",
            ),
            ("METRICS_TOKEN", "guess me", "METRICS_TOKEN is set to something else, but must be at least 16 letters, digits and signs."),
            ("ALLOW_UNSAFE_DATABASE", "yes", "ALLOW_UNSAFE_DATABASE is \"yes\", but must be true or false."),
            ("RUST_LOG", "a=b=c", "RUST_LOG is \"a=b=c\", but must be a log filter such as info or regulars=debug,warn."),
        ] {
            assert_eq!(problems(&[(name, value)]), [sentence]);
        }
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let told = problems(&[
            ("PORT", "x"),
            ("LOG_FORMAT", "xml"),
            ("ENVIRONMENT", "production"),
            ("PUBLIC_URL", "http://club.example"),
            ("ADMIN_EMAIL", "ada@example.org"),
        ]);
        let names: Vec<_> = told.iter().filter_map(|sentence| sentence.split(' ').next()).collect();
        assert_eq!(names, ["PORT", "LOG_FORMAT", "DATABASE_URL", "PUBLIC_URL", "ADMIN_HANDLE", "ADMIN_PASSWORD"]);
    }

    #[test]
    fn the_table_has_a_row_a_variable() {
        let table = Config::markdown_table();
        assert_eq!(table.lines().count(), VARIABLES.len() + 2);
        assert!(table.contains("| `PORT` | `8080` | Port to listen on; 0 takes a free one. |"), "{table}");
    }
}
