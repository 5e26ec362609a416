//! What can go wrong in the user's environment while migrating.

use std::error::Error as StdError;
use std::fmt;

use limbeck_model::target::TargetError;

use crate::driver::DriverError;
use crate::report::Report;
use crate::session::Session;

/// What kind of fault stopped a run. More kinds may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A revision that was applied has another content in this program.
    Edited,
    /// The database has revisions that this program does not know, and what was asked needs to know
    /// them.
    Ahead,
    /// The database has revisions that this program does not know, and they are declared breaking.
    AheadBreaking,
    /// The database is not anywhere in this program's history.
    Diverged,
    /// Another process held the lock, or other sessions what a revision needs to lock, until the deadline.
    Locked,
    /// A statement failed.
    Failed,
    /// A non-transactional script was left unfinished earlier, and nothing tells whether the statement has
    /// happened at which it was left.
    Interrupted,
    /// A revision in the way of a downgrade cannot be taken back.
    Irreversible,
    /// The target does not name what it should.
    Target,
    /// The histories cannot be run together, not on this kind of database, or not be read from the program.
    History,
    /// The database's URL is malformed or asks for what is not supported.
    Url,
    /// The database cannot be reached or refuses what the ledger needs.
    Database,
    /// The database lacks what the target needs, and this process was not to apply it; see
    /// [`Policy`](crate::Policy).
    NotAtHead,
    /// What was looked at before the first change forbids to begin; nothing was changed.
    Preflight,
    /// The synchronous interface was called by an async task, or the asynchronous one outside of a runtime.
    AsyncRuntime,
    /// The schema is not the one that the revisions make. What the run has changed stands.
    Drift,
}

/// Where a statement failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Location {
    /// The history's name.
    pub history: String,
    /// The revision's id.
    pub revision: String,
    /// The revision's file, relative to its package.
    pub file: String,
    /// The line, counted from 1; `None` where the database does not tell which statement it was.
    pub line: Option<u32>,
    /// The column, counted from 1 in characters.
    pub column: Option<u32>,
    /// The statement's text.
    pub sql: Option<String>,
    /// PostgreSQL's SQLSTATE, or SQLite's extended result code.
    pub code: Option<String>,
}

/// A run that did not reach its target.
///
/// Displays what went wrong; [`source`](StdError::source) is what the database said;
/// [`help`](Error::help) is what to do next; [`report`](Error::report) is what was done before. The
/// alternate form, `{:#}`, displays all of it on several lines, as the commands do.
///
/// `main` may return it: its `Debug` form is the alternate one too.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    help: Option<String>,
    location: Option<Location>,
    report: Option<Report>,
    blockers: Vec<Session>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            help: None,
            location: None,
            report: None,
            blockers: Vec::new(),
            source: None,
        }))
    }

    pub(crate) fn database(message: impl Into<String>, source: DriverError) -> Self {
        Self::new(ErrorKind::Database, message).because(source)
    }

    pub(crate) fn help_with(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    pub(crate) fn at(mut self, location: Location) -> Self {
        self.0.location = Some(location);
        self
    }

    pub(crate) fn because(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    pub(crate) fn held_by(mut self, sessions: Vec<Session>) -> Self {
        self.0.blockers = sessions;
        self
    }

    pub(crate) fn after(mut self, report: Report) -> Self {
        self.0.report = Some(report);
        self
    }

    /// Adds to the report of what was done before, where there is one.
    pub(crate) fn noting(mut self, notes: Vec<String>) -> Self {
        if let Some(report) = &mut self.0.report {
            report.notes.extend(notes);
        }
        self
    }

    /// What kind of fault it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The database's own code for it, where it had one: PostgreSQL's SQLSTATE, or SQLite's extended result
    /// code.
    pub fn code(&self) -> Option<&str> {
        let source = self.0.source.as_deref();
        let cause = source.and_then(|source| source.downcast_ref::<DriverError>());
        cause.and_then(|cause| cause.code.as_deref())
    }

    /// What to do next, as one sentence.
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// Where a statement failed, for the kinds [`ErrorKind::Failed`] and [`ErrorKind::Interrupted`].
    pub fn location(&self) -> Option<&Location> {
        self.0.location.as_ref()
    }

    /// Who held what the run has waited for, for the kind [`ErrorKind::Locked`], where the database could
    /// tell.
    pub fn blockers(&self) -> &[Session] {
        &self.0.blockers
    }

    /// What was done before the fault; `None` where nothing was begun.
    pub fn report(&self) -> Option<&Report> {
        self.0.report.as_ref()
    }

    /// Whether an applied revision has another content in this program.
    pub fn is_edited(&self) -> bool {
        self.kind() == ErrorKind::Edited
    }

    /// Whether the database has revisions that this program does not know.
    pub fn is_ahead(&self) -> bool {
        matches!(self.kind(), ErrorKind::Ahead | ErrorKind::AheadBreaking)
    }

    /// Whether another process held the lock until the deadline.
    pub fn is_locked(&self) -> bool {
        self.kind() == ErrorKind::Locked
    }

    /// Whether a statement failed.
    pub fn is_failed(&self) -> bool {
        self.kind() == ErrorKind::Failed
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

impl Error {
    fn details(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(cause) = self.source() {
            write!(f, "\n  caused by: {cause}")?;
        }
        if let Some(sql) = self.location().and_then(|location| location.sql.as_deref()) {
            for line in sql.lines().take(SHOWN_LINES) {
                write!(f, "\n      | {line}")?;
            }
            if sql.lines().count() > SHOWN_LINES {
                f.write_str("\n      | …")?;
            }
        }
        let before = self.report().map_or(0, |report| report.steps.len());
        match before {
            0 => {}
            1 => f.write_str("\n  note: 1 revision before it was run and stands")?,
            count => write!(
                f,
                "\n  note: {count} revisions before it were run and stand"
            )?,
        }
        match self.help() {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// How many lines of a failing statement are shown.
const SHOWN_LINES: usize = 12;

impl From<TargetError> for Error {
    fn from(error: TargetError) -> Self {
        Self::new(ErrorKind::Target, error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if f.alternate() {
            self.details(f)
        } else {
            Ok(())
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}
