//! Carries a command out.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use limbeck_model::Dialect;

use super::arguments::{Arguments, Command, Line, Url};
use super::{check, events, exit, fleet, inspect, json, progress, stray, text, verify};
use crate::error::{Error, ErrorKind};
use crate::migrator::Migrator;
use crate::repair::Repair;
use crate::report::Report;
use crate::table::History;

/// The commands of a program.
#[derive(Debug, Default)]
pub struct Commands {
    histories: Vec<&'static History>,
    default_database: Option<Url>,
    ledger_schema: Option<String>,
}

/// What a command has to say, and how the process ends.
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) json: serde_json::Value,
    pub(super) code: u8,
}

impl Commands {
    /// The commands for one history.
    pub fn new(history: &'static History) -> Self {
        Self::with([history])
    }

    /// The commands for several histories, as for [`Migrator::with`].
    pub fn with<H>(histories: impl IntoIterator<Item = H>) -> Self
    where
        H: Into<&'static History>,
    {
        Self {
            histories: histories.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// The database to use where neither `--database` nor `DATABASE_URL` names one.
    #[must_use]
    pub fn default_database(mut self, url: impl Into<String>) -> Self {
        self.default_database = Some(url.into().into());
        self
    }

    /// The PostgreSQL schema of the ledger, as for [`Migrator::ledger_schema`].
    #[must_use]
    pub fn ledger_schema(mut self, schema: impl Into<String>) -> Self {
        self.ledger_schema = Some(schema.into());
        self
    }

    /// Reads the process's arguments and carries them out.
    pub fn main(&self) -> ExitCode {
        self.run(std::env::args_os())
    }

    /// Reads these arguments, the first of which is the program's name, and carries them out.
    pub fn run(&self, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        if let Some(code) = stray::refuse(&arguments) {
            return code;
        }
        match Line::try_parse_from(&arguments) {
            Ok(line) => self.execute(&line.arguments),
            Err(error)
                if error.use_stderr() && arguments.iter().any(|argument| argument == "--json") =>
            {
                say(&format!("{:#}\n", json::usage(&error.render().to_string())));
                ExitCode::from(exit::USAGE)
            }
            Err(error) => {
                // clap prints help to standard output and mistakes to standard error. Where neither
                // can be written there is nobody to tell.
                let _ = error.print();
                ExitCode::from(if error.use_stderr() {
                    exit::USAGE
                } else {
                    exit::DONE
                })
            }
        }
    }

    /// Carries out arguments that the program's own command line has read.
    pub fn execute(&self, arguments: &Arguments) -> ExitCode {
        let answer = self
            .answer(arguments)
            .unwrap_or_else(|error| Self::failure(&error, arguments));
        let mut output = if arguments.json {
            format!("{:#}\n", answer.json)
        } else {
            answer.text
        };
        if !output.is_empty() && !output.ends_with('\n') {
            output.push('\n');
        }
        say(&output);
        ExitCode::from(answer.code)
    }

    #[expect(
        clippy::print_stderr,
        reason = "a command tells people what went wrong"
    )]
    fn failure(error: &Error, arguments: &Arguments) -> Answer {
        if !arguments.json {
            eprintln!("error: {error:#}");
        }
        Answer {
            text: String::new(),
            json: json::error(error),
            code: exit::code(error.kind()),
        }
    }

    fn migrator(&self, arguments: &Arguments) -> Migrator {
        let migrator = Migrator::with(self.histories.iter().copied())
            .lock_deadline(arguments.lock_deadline)
            .lock_timeout(arguments.lock_timeout)
            .heartbeat(arguments.heartbeat);
        let migrator = match &self.ledger_schema {
            Some(schema) => migrator.ledger_schema(schema),
            None => migrator,
        };
        let migrator = arguments.schema.apply(migrator);
        match arguments.command.care() {
            Some(care) => care.apply(migrator),
            None => migrator,
        }
    }

    fn answer(&self, arguments: &Arguments) -> Result<Answer, Error> {
        let migrator = self.migrator(arguments);
        if let Some(answer) = fleet::run(&migrator, arguments, || self.database(arguments)) {
            return answer;
        }
        match &arguments.command {
            Command::Heads => inspect::heads(&migrator),
            Command::History { status: false } => inspect::history(&migrator, None),
            Command::Show { revision } => inspect::show(&migrator, revision),
            Command::Sql {
                target,
                from,
                downgrade,
                dialect,
            } => Self::sql(&migrator, target, from, *downgrade, *dialect),
            command => self.on_database(migrator, command, arguments),
        }
    }

    fn on_database(
        &self,
        mut migrator: Migrator,
        command: &Command,
        arguments: &Arguments,
    ) -> Result<Answer, Error> {
        let url = &self.database(arguments)?;
        if arguments.events {
            migrator = migrator.observer(events::Lines);
        } else if !arguments.json && !arguments.quiet {
            migrator = migrator.observer(progress::Display::new());
        }
        let done = |report: &Report| done(report, arguments.quiet);
        match command {
            Command::Upgrade { target, policy, .. } => {
                let mut migrator = migrator.policy(policy.policy());
                migrator.upgrade(url, target).map(|report| done(&report))
            }
            Command::Downgrade { target, .. } => {
                migrator.downgrade(url, target).map(|report| done(&report))
            }
            Command::Resume { target, .. } => {
                migrator.resume(url, target).map(|report| done(&report))
            }
            Command::Repair {
                dry_run,
                all_indexes,
            } => {
                let repair = Repair::new().dry_run(*dry_run).all_indexes(*all_indexes);
                migrator.repair(url, repair).map(|report| Answer {
                    text: text::repair(&report),
                    json: json::repair(&report),
                    code: if report.is_in_order() {
                        exit::DONE
                    } else {
                        exit::LEFT_TO_REPAIR
                    },
                })
            }
            Command::Stamp { targets, purge, .. } => {
                let targets: Vec<_> = targets.iter().map(String::as_str).collect();
                migrator
                    .stamp(url, &targets, *purge)
                    .map(|report| done(&report))
            }
            Command::Current { .. } => migrator.status(url).map(|status| Answer {
                text: text::current(&status),
                json: json::status(&status),
                code: exit::DONE,
            }),
            Command::Verify { scratch } => verify::verify(&scratch.apply(migrator), url),
            Command::Check { preflight, .. } => check::check(&migrator, url, *preflight),
            _ => {
                let status = migrator.status(url)?;
                inspect::history(&migrator, Some(&status))
            }
        }
    }

    fn sql(
        migrator: &Migrator,
        target: &str,
        from: &[String],
        downgrade: bool,
        dialect: Option<Dialect>,
    ) -> Result<Answer, Error> {
        let dialect = dialect.map_or_else(|| inspect::only_dialect(migrator), Ok)?;
        let from: Vec<_> = from.iter().map(String::as_str).collect();
        let sql = if downgrade {
            migrator.downgrade_sql(dialect, &from, target)
        } else {
            migrator.upgrade_sql(dialect, &from, target)
        }?;
        Ok(Answer {
            json: serde_json::json!({ "dialect": dialect.name(), "sql": sql }),
            text: sql,
            code: exit::DONE,
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "DATABASE_URL is where commands look for the database"
    )]
    fn database(&self, arguments: &Arguments) -> Result<String, Error> {
        let from_environment = || {
            std::env::var("DATABASE_URL")
                .ok()
                .filter(|url| !url.is_empty())
        };
        let text = |url: &Option<Url>| url.as_ref().map(|url| url.as_str().to_owned());
        text(&arguments.database)
            .or_else(from_environment)
            .or_else(|| text(&self.default_database))
            .ok_or_else(|| {
                Error::new(ErrorKind::Url, "no database is named").help_with(
                    "pass `--database URL` or set DATABASE_URL, such as `sqlite:store.db` or `postgres://localhost/store`",
                )
            })
    }
}

fn done(report: &Report, quiet: bool) -> Answer {
    Answer {
        text: if quiet {
            String::new()
        } else {
            text::report(report)
        },
        json: json::report(report),
        code: exit::DONE,
    }
}

/// A reader that has gone away, such as `head`, is not a failure of the migration.
pub(super) fn say(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}
