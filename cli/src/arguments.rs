//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use limbeck_model::Dialect;

use crate::exit::EXIT_CODES;

/// The command line, without the `limbeck` that cargo puts before the command.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-limbeck",
    bin_name = "cargo limbeck",
    version,
    about = "Write and check the database migrations of a package",
    after_help = EXIT_CODES
)]
pub(crate) struct Line {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Print one JSON object
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a new revision file on top of the head, and print its path
    Revision(Revision),
    /// Write a revision that joins heads, and print its path
    Merge(Merge),
    /// Say what is wrong in the migrations, as the build would
    Check(Place),
    /// Lock what is to be released: from then on every build sees to it that nobody changes it
    Lock(Lock),
    /// Prove the history on a server of PostgreSQL, and record the proofs in the lock file
    Verify(Verify),
    /// Print the schema that the history makes, as SQL
    Schema(Schema),
    /// Say what a diagnostic means and how to mend it
    Explain {
        /// The code, such as LB0207
        code: String,
    },
}

/// Which package is meant.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The package's Cargo.toml; otherwise the nearest one, from the current folder upwards
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
}

/// What `revision` is told.
#[derive(Debug, Args)]
pub(crate) struct Revision {
    /// What the revision does, on one line
    pub(crate) message: String,

    /// What it comes after: an id, the start of one, a label, `label@head` or `base`; otherwise the only head
    #[arg(long = "parent", value_name = "ID")]
    pub(crate) parents: Vec<String>,

    /// What must be applied before it, without being a parent
    #[arg(long = "depends-on", value_name = "[HISTORY:]ID")]
    pub(crate) dependencies: Vec<String>,

    /// Name the branch that starts with it
    #[arg(long = "label", value_name = "NAME")]
    pub(crate) labels: Vec<String>,

    /// Run it outside a transaction
    #[arg(long)]
    pub(crate) no_transaction: bool,

    /// Give each dialect that the history declares sections of its own
    #[arg(long)]
    pub(crate) dialect_sections: bool,

    #[command(flatten)]
    pub(crate) place: Place,
}

/// What `merge` is told.
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// What to join: ids, the starts of them, or labels; otherwise all heads
    #[arg(value_name = "ID")]
    pub(crate) revisions: Vec<String>,

    /// What the revision says of itself; otherwise which revisions it merges
    #[arg(long, short, value_name = "MESSAGE")]
    pub(crate) message: Option<String>,

    /// Name the branch that starts with it
    #[arg(long = "label", value_name = "NAME")]
    pub(crate) labels: Vec<String>,

    #[command(flatten)]
    pub(crate) place: Place,
}

/// What `lock` is told.
#[derive(Debug, Args)]
pub(crate) struct Lock {
    /// Change nothing, and fail where a release build would
    #[arg(long, conflicts_with_all = ["accept", "forget"])]
    pub(crate) check: bool,

    /// Take the edit of a locked revision: databases that have what it was count as having what it is
    #[arg(
        long,
        value_name = "ID",
        requires = "reason",
        conflicts_with = "forget"
    )]
    pub(crate) accept: Vec<String>,

    /// Why an edit may be accepted, on one line
    #[arg(long, requires = "accept")]
    pub(crate) reason: Option<String>,

    /// Make a locked revision a draft again, which no database has yet, or forget one that was removed
    #[arg(long, value_name = "ID")]
    pub(crate) forget: Vec<String>,

    #[command(flatten)]
    pub(crate) place: Place,
}

/// What `verify` is told.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// A server that runs already, whose user may make databases; otherwise one that is gone afterwards
    #[arg(long, value_name = "URL", conflicts_with = "server_binaries")]
    pub(crate) url: Option<String>,

    /// The folder of the server's programs; otherwise it is searched for. Several prove the history on each
    #[arg(long, value_name = "FOLDER")]
    pub(crate) server_binaries: Vec<PathBuf>,

    /// Proves also what the lock file says was proved on the same version
    #[arg(long)]
    pub(crate) all: bool,

    #[command(flatten)]
    pub(crate) place: Place,
}

/// What `schema` is told.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Which database: `sqlite` or `postgres`; otherwise the only one that the history is written for
    #[arg(long, value_name = "DIALECT")]
    pub(crate) dialect: Option<Dialect>,

    /// After which revision: an id, the start of one, a label or `label@head`; otherwise after all
    #[arg(long, value_name = "ID")]
    pub(crate) at: Option<String>,

    /// A server of PostgreSQL that runs already; otherwise one that is gone afterwards
    #[arg(long, value_name = "URL", conflicts_with = "server_binaries")]
    pub(crate) url: Option<String>,

    /// The folder of the server's programs; otherwise it is searched for
    #[arg(long, value_name = "FOLDER")]
    pub(crate) server_binaries: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) place: Place,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{Command, CommandFactory as _};

    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cli.md");

    fn page() -> String {
        std::fs::read_to_string(PAGE).unwrap()
    }

    /// The commands, and every long option of each.
    fn line() -> (Vec<String>, BTreeSet<String>) {
        let mut line = Line::command();
        line.build();
        let mut options: BTreeSet<_> = long_options(&line).collect();
        let mut commands = Vec::new();
        for command in line
            .get_subcommands()
            .filter(|known| known.get_name() != "help")
        {
            commands.push(command.get_name().to_owned());
            options.extend(long_options(command));
        }
        (commands, options)
    }

    fn long_options(command: &Command) -> impl Iterator<Item = String> {
        let names = command.get_arguments().filter_map(|known| known.get_long());
        names.map(|name| format!("--{name}"))
    }

    /// Everything in the page that is written like an option.
    fn options_in(page: &str) -> BTreeSet<String> {
        let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
        let words = page.split(|c: char| !is_part(c));
        words
            .filter(|word| word.starts_with("--") && word.len() > 2 && !word.starts_with("---"))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn the_page_names_every_option_that_there_is_and_no_other() {
        let (_, options) = line();
        assert_eq!(options_in(&page()), options);
    }

    #[test]
    fn the_page_has_a_section_for_every_command_in_their_order() {
        let page = page();
        let headings: Vec<_> = page
            .lines()
            .filter_map(|line| line.strip_prefix("## cargo limbeck "))
            .collect();
        assert_eq!(headings, line().0);
    }

    #[test]
    fn the_page_has_the_exit_codes_of_the_program() {
        assert!(page().contains(include_str!("exit_codes.txt")));
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Line::command().debug_assert();
    }
}
