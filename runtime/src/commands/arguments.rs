//! What can be said on the command line.

use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use limbeck_model::Dialect;

use super::exit::EXIT_CODES;

/// The whole command line of a program that has no other commands.
#[derive(Debug, Parser)]
#[command(about = "Migrate this program's database", after_help = EXIT_CODES)]
pub(super) struct Line {
    #[command(flatten)]
    pub(super) arguments: Arguments,
}

/// The migration commands and their common options.
#[derive(Clone, Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,

    /// The database, such as `sqlite:store.db` or `postgres://user@host/name`; otherwise $`DATABASE_URL`
    #[arg(long, global = true, value_name = "URL")]
    pub(super) database: Option<String>,

    /// Print one JSON object
    #[arg(long, global = true)]
    pub(super) json: bool,

    /// How long to wait for another process that is migrating, in seconds
    #[arg(long, global = true, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(super) lock_deadline: Duration,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Apply what the database lacks
    Upgrade {
        /// `head`, `heads`, an id or the start of one, a label, `+1`, `label@head`, …
        #[arg(default_value = "head")]
        target: String,
    },
    /// Take revisions back
    Downgrade {
        /// `base`, an id or the start of one, a label, `-1`, `label@base`, …
        #[arg(allow_hyphen_values = true)]
        target: String,
    },
    /// Show which revisions the database is at
    Current,
    /// Show the revisions on which no other stands
    Heads,
    /// List all revisions, newest first
    History {
        /// Say which are applied, and when
        #[arg(long)]
        status: bool,
    },
    /// Show one revision
    Show {
        /// An id, the start of one, or a label
        revision: String,
    },
    /// Exit with 3 unless the database is at head; change nothing
    Check,
    /// Record that the database is at these revisions, without running anything
    Stamp {
        /// Targets: `head`, `base`, ids or labels
        #[arg(required = true)]
        targets: Vec<String>,
        /// Forget first whatever is recorded
        #[arg(long)]
        purge: bool,
    },
    /// Print the SQL of an upgrade or a downgrade; needs no database
    Sql {
        /// Where to go
        #[arg(default_value = "head", allow_hyphen_values = true)]
        target: String,
        /// Where the database is: targets, separated by commas
        #[arg(
            long,
            default_value = "base",
            value_delimiter = ',',
            value_name = "TARGETS"
        )]
        from: Vec<String>,
        /// Go down instead of up
        #[arg(long)]
        downgrade: bool,
        /// The kind of database; needed when the history is written for more than one
        #[arg(long, value_parser = dialect)]
        dialect: Option<Dialect>,
    },
    /// Go on with a script that was left unfinished outside a transaction, then upgrade
    Resume {
        /// As for upgrade
        #[arg(default_value = "head")]
        target: String,
    },
}

fn dialect(name: &str) -> Result<Dialect, String> {
    name.parse()
        .map_err(|error: limbeck_model::UnknownDialect| error.to_string())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "expected a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
