//! The command line: what an operator can ask of the program.

use std::{
    io::{IsTerminal, stdin},
    path::PathBuf,
};

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};

use crate::{
    app,
    commands::{self, NewApiKey, Urls},
    config::Config,
};

/// A customer community with a loyalty programme, in one server.
///
/// Everything is configured by environment variables, which `regulars config` lists. Without DATABASE_URL a private
/// PostgreSQL is used, which every command starts if need be.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

/// A customer community with a loyalty programme, in one server.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server; the default
    Serve,
    /// Bring the database's schema up to date
    Migrate,
    /// Print the OpenAPI description
    Openapi,
    /// Print the catalogue of problems as Markdown
    Problems,
    /// Bring in data of another system
    #[command(subcommand)]
    Import(Import),
    /// Fill an empty database with a small community to look at
    Seed,
    /// Do what needs no web page
    #[command(subcommand)]
    Admin(Admin),
    /// Check that every balance, counter and board equals what it is made of
    Verify,
    /// List the environment variables as a Markdown table
    Config,
}

/// Bring in data of another system
#[derive(Debug, Subcommand)]
pub enum Import {
    /// A Stack Exchange data dump, unpacked
    #[command(name = "stackexchange")]
    StackExchange {
        /// Folder with Posts.xml, Users.xml and so on
        dir: PathBuf,
        /// Give points for what is imported, too
        #[arg(long)]
        award_points: bool,
    },
    /// Past purchases
    Purchases {
        /// CSV file with a header line
        file: PathBuf,
        /// Whose orders they are, by the partner's name: the same order by file and by API is one then
        #[arg(long)]
        partner: Option<String>,
    },
}

/// Do what needs no web page
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Create an administrator
    Create(NewAdmin),
    /// Create an API key for a partner and print it, this once
    ApiKey(NewApiKey),
    /// Sign with a new key from now on; tokens of the old one stay good until they expire
    RotateKeys,
    /// Deliver parked events again
    RequeueEvents,
    /// Count every leaderboard anew from the books; events wait meanwhile
    RebuildLeaderboards,
    /// Take posts apart for search that are not yet, or were otherwise, and count their words, without waiting for the server
    IndexPosts,
    /// Put right what `verify` finds, as far as that needs nobody's decision, and report it; the server may go on
    Reconcile,
}

/// The password comes from standard input, ADMIN_PASSWORD or a prompt, never from the arguments,
/// which other users of the machine can see.
#[derive(Debug, Args)]
pub struct NewAdmin {
    #[arg(long)]
    pub email: String,
    #[arg(long)]
    pub handle: String,
    /// Read the password from standard input
    #[arg(long)]
    pub password_stdin: bool,
}

impl Cli {
    /// What the operator asked for; to serve, where they named no command.
    pub fn command(self) -> Command {
        self.command.unwrap_or(Command::Serve)
    }
}

impl Command {
    /// Does what needs neither a configuration nor a server; `None` where both are needed.
    pub fn run_alone(&self) -> Option<Result<()>> {
        match self {
            Self::Openapi => Some(commands::openapi()),
            Self::Problems => {
                print!("{}", app::catalogue_of_problems());
                Some(Ok(()))
            }
            Self::Config => {
                print!("{}", Config::markdown_table());
                Some(Ok(()))
            }
            _ => None,
        }
    }
}

/// Does what `command` says.
pub async fn run(command: Command, config: Config, urls: Urls) -> Result<()> {
    match command {
        Command::Serve => commands::serve(config, urls).await,
        Command::Migrate => commands::migrate(urls).await,
        Command::Import(Import::StackExchange { dir, award_points }) => {
            commands::import_stackexchange(config, urls, &dir, award_points).await
        }
        Command::Import(Import::Purchases { file, partner }) => commands::import_purchases(config, urls, &file, partner.as_deref()).await,
        Command::Seed => commands::seed(config, urls).await,
        Command::Admin(Admin::Create(new)) => {
            let password = password(&new, config.admin_password.clone())?;
            commands::create_admin(config, urls, &new.email, &new.handle, password).await
        }
        Command::Admin(Admin::ApiKey(new)) => commands::create_api_key(config, urls, &new).await,
        Command::Admin(Admin::RotateKeys) => commands::rotate_keys(config, urls).await,
        Command::Admin(Admin::RequeueEvents) => commands::requeue_events(config, urls).await,
        Command::Admin(Admin::RebuildLeaderboards) => commands::rebuild_leaderboards(config, urls).await,
        Command::Admin(Admin::IndexPosts) => commands::index_posts(config, urls).await,
        Command::Admin(Admin::Reconcile) => commands::reconcile(config, urls).await,
        Command::Verify => commands::verify(config, urls).await,
        Command::Openapi | Command::Problems | Command::Config => Ok(()), // run alone
    }
}

fn password(new: &NewAdmin, from_environment: Option<String>) -> Result<String> {
    if new.password_stdin {
        let mut line = String::new();
        stdin().read_line(&mut line).context("the password could not be read")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    if let Some(password) = from_environment {
        return Ok(password);
    }
    if !stdin().is_terminal() {
        bail!("There is no terminal to ask for a password: set ADMIN_PASSWORD or use --password-stdin.");
    }
    rpassword::prompt_password(format!("Password for {}: ", new.handle)).context("the password could not be read")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Cli as CommandFactory>::command().debug_assert();
    }

    #[test]
    fn commands_are_understood() {
        for (line, understood) in [
            ("regulars", "Serve"),
            ("regulars serve", "Serve"),
            ("regulars import stackexchange dump --award-points", "Import(StackExchange"),
            ("regulars import purchases orders.csv --partner shop", r#"partner: Some("shop")"#),
            ("regulars admin api-key --partner shop --scopes purchases:write,members:read", r#"["purchases:write", "members:read"]"#),
            ("regulars admin rebuild-leaderboards", "Admin(RebuildLeaderboards)"),
            ("regulars admin index-posts", "Admin(IndexPosts)"),
            ("regulars admin create --email a@b.example --handle ada --password-stdin", "password_stdin: true"),
        ] {
            let command = Cli::try_parse_from(line.split(' ')).map(|cli| format!("{:?}", cli.command()));
            assert!(command.as_ref().is_ok_and(|command| command.contains(understood)), "{line}: {command:?}");
        }
        assert!(Cli::try_parse_from(["regulars", "admin", "create", "--password", "x"]).is_err());
    }
}
