//! What can be said on the command line.

use std::fmt;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use limbeck_model::Dialect;

use super::care::{Care, Scratch};
use super::exit::EXIT_CODES;
use super::fleet::{FleetArguments, SchemaArguments};
use crate::policy::Policy;

/// The whole command line of a program that has no other commands.
#[derive(Debug, Parser)]
#[command(about = "Migrate this program's database", after_help = EXIT_CODES)]
pub(super) struct Line {
    #[command(flatten)]
    pub(super) arguments: Arguments,
}

/// A database URL, which may hold a password: its `Debug` form shows nothing of it.
#[derive(Clone)]
pub(super) struct Url(String);

impl Url {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Url {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The migration commands and their common options.
#[derive(Clone, Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,

    /// The database, such as `sqlite:store.db` or `postgres://user@host/name`; otherwise that of `DATABASE_URL`
    #[arg(long, global = true, value_name = "URL")]
    pub(super) database: Option<Url>,

    /// Print one JSON object
    #[arg(long, global = true)]
    pub(super) json: bool,

    /// Say nothing while a run goes on, and nothing of how it has ended but of failure
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,

    /// With --json: write what happens to standard error, one JSON object a line
    #[arg(long, global = true, requires = "json", conflicts_with = "quiet")]
    pub(super) events: bool,

    /// How often to say what a run is at, in seconds; 0 for never
    #[arg(long, global = true, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(super) heartbeat: Duration,

    /// How long to wait for others: a process that is migrating, sessions that hold a table, a lost server; in seconds
    #[arg(long, global = true, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(super) lock_deadline: Duration,

    /// How long one attempt of a revision may wait for a lock in PostgreSQL, in seconds; 0 for as long as it takes
    #[arg(long, global = true, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub(super) lock_timeout: Duration,

    /// The schema of a tenant.
    #[command(flatten)]
    pub(super) schema: SchemaArguments,
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
        /// Whether this command applies it.
        #[command(flatten)]
        policy: PolicyArguments,
        /// Which databases or schemas it is for, where there are many.
        #[command(flatten)]
        fleet: FleetArguments,
        /// What is done before and after the changes
        #[command(flatten)]
        care: Care,
    },
    /// Take revisions back
    Downgrade {
        /// `base`, an id or the start of one, a label, `-1`, `label@base`, …
        #[arg(allow_hyphen_values = true)]
        target: String,
        /// Which databases or schemas it is for, where there are many.
        #[command(flatten)]
        fleet: FleetArguments,
        /// What is done before and after the changes
        #[command(flatten)]
        care: Care,
    },
    /// Show which revisions the database is at
    Current {
        /// Which databases or schemas it is for, where there are many.
        #[command(flatten)]
        fleet: FleetArguments,
    },
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
    Check {
        /// Which databases or schemas it is for, where there are many.
        #[command(flatten)]
        fleet: FleetArguments,
        /// Look also whether an upgrade could begin: version, rights, extensions, …
        #[arg(long, conflicts_with = "members")]
        preflight: bool,
    },
    /// Hold the ledger and the schema against the revisions; change nothing
    Verify {
        /// Where the revisions may be run again for that.
        #[command(flatten)]
        scratch: Scratch,
    },
    /// Record that the database is at these revisions, without running anything
    Stamp {
        /// Targets: `head`, `base`, ids or labels
        #[arg(required = true)]
        targets: Vec<String>,
        /// Forget first whatever is recorded
        #[arg(long)]
        purge: bool,
        /// Which databases or schemas it is for, where there are many.
        #[command(flatten)]
        fleet: FleetArguments,
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
        /// What is done before and after the changes
        #[command(flatten)]
        care: Care,
    },
    /// Mend what interrupted runs have left; exit with 10 where something is left for a person
    Repair {
        /// Only say what would be mended
        #[arg(long)]
        dry_run: bool,
        /// Drop every invalid index, also one that no script of the histories speaks of
        #[arg(long)]
        all_indexes: bool,
    },
}

impl Command {
    /// The members that it is for, of a command that may be for many.
    pub(super) fn fleet(&self) -> Option<&FleetArguments> {
        match self {
            Self::Upgrade { fleet, .. }
            | Self::Downgrade { fleet, .. }
            | Self::Current { fleet }
            | Self::Check { fleet, .. }
            | Self::Stamp { fleet, .. } => Some(fleet),
            _ => None,
        }
    }

    /// What is done before and after the changes, of a command that changes something.
    pub(super) fn care(&self) -> Option<&Care> {
        match self {
            Self::Upgrade { care, .. }
            | Self::Downgrade { care, .. }
            | Self::Resume { care, .. } => Some(care),
            _ => None,
        }
    }
}

/// Who applies what the database lacks.
#[derive(Clone, Debug, Args)]
pub struct PolicyArguments {
    /// Who applies what the database lacks
    #[arg(long, value_enum, default_value = "apply")]
    policy: PolicyName,

    /// With `--policy wait`: how long to wait for the database to be at the target, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    wait_deadline: Duration,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PolicyName {
    /// This command
    Apply,
    /// Another process: look until it has; exit with 3 when it has not by the deadline
    Wait,
    /// Nobody: look once; exit with 3 unless the database is at the target
    Verify,
}

impl PolicyArguments {
    pub(super) fn policy(&self) -> Policy {
        match self.policy {
            PolicyName::Apply => Policy::Apply,
            PolicyName::Wait => Policy::Wait {
                deadline: self.wait_deadline,
            },
            PolicyName::Verify => Policy::Verify,
        }
    }
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
