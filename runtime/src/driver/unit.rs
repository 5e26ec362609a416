//! A unit of work: what goes into one transaction, and how it can be refused.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::ledger::{Guard, Record};
use crate::session::Session;
use crate::table::Statement;

/// One transaction: the ledger is as expected, statements, ledger rows; all or nothing.
#[derive(Debug)]
pub(crate) struct Unit<'a> {
    pub(crate) guard: Guard,
    /// Whether the ledger's tables have to be made first.
    pub(crate) create_ledger: bool,
    pub(crate) changes: Vec<Change<'a>>,
}

impl Unit<'_> {
    /// Whether a literal of the user's may have one, which a server may read in two ways.
    pub(crate) fn has_backslashes(&self) -> bool {
        let mut all = self.changes.iter().flat_map(|change| change.statements);
        all.any(|statement| statement.sql.contains('\\'))
    }

    /// Whether a script has come to its end with this unit.
    #[cfg(feature = "postgres")]
    pub(crate) fn ends_a_script(&self) -> bool {
        let mut records = self.changes.iter().flat_map(|change| &change.records);
        records.any(|record| matches!(record, Record::Applied(_) | Record::Removed { .. }))
    }
}

/// Statements and what the ledger says of them afterwards.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub(crate) statements: &'static [Statement],
    pub(crate) timeouts: Timeouts,
    pub(crate) records: Vec<Record<'a>>,
}

/// PostgreSQL's `lock_timeout` and `statement_timeout` for a script; SQLite has neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timeouts {
    pub(crate) lock_ms: Option<u64>,
    pub(crate) statement_ms: Option<u64>,
}

/// Why a unit was not committed. The database is as it was before, unless the connection was lost.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Another process holds the lock.
    Busy,
    /// The ledger is not as it was read.
    Moved,
    /// One of the changes failed.
    Failed {
        /// The change's number in its unit.
        change: usize,
        /// The statement, where it is known.
        place: Option<Place>,
        error: DriverError,
    },
    /// The transaction itself failed: at its begin, in the ledger or at its commit.
    Other(DriverError),
}

/// A failing statement, and the offset of the error in it, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) statement: usize,
    pub(crate) offset: Option<usize>,
}

/// An error as the database reported it.
#[derive(Debug)]
pub(crate) struct DriverError {
    pub(crate) message: String,
    /// SQLSTATE, or SQLite's extended result code.
    pub(crate) code: Option<String>,
    pub(crate) detail: Option<String>,
    pub(crate) hint: Option<String>,
    /// Where in the SQL that was sent, in characters from 0.
    pub(crate) offset: Option<usize>,
    /// Whether the database was busy with another process.
    pub(crate) busy: bool,
    /// Whether the connection is gone, so that nobody knows what became of what was sent last.
    pub(crate) lost: bool,
    /// Who held the statement up, where it has given up waiting for a lock and they were seen.
    pub(crate) blockers: Vec<Session>,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl DriverError {
    pub(crate) fn other(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: None,
            detail: None,
            hint: None,
            offset: None,
            busy: false,
            lost: false,
            blockers: Vec::new(),
            source: None,
        }
    }

    /// Whether it is of a row that says what it cannot say, and not of the database or the way to it.
    pub(crate) fn is_of_a_row(&self) -> bool {
        self.code.is_none() && !self.lost && !self.busy
    }

    /// Whether it gave up waiting for a lock.
    pub(crate) fn is_lock_timeout(&self) -> bool {
        self.code.as_deref() == Some(LOCK_NOT_AVAILABLE)
    }

    /// Whether other sessions were in the way, so that the same may succeed a moment later.
    pub(crate) fn is_conflict(&self) -> bool {
        let code = self.code.as_deref();
        code.is_some_and(|code| CONFLICTS.contains(&code))
    }
}

const LOCK_NOT_AVAILABLE: &str = "55P03";

/// PostgreSQL's SQLSTATE for a lock that was not had in time, a deadlock, and a serialization failure.
const CONFLICTS: [&str; 3] = [LOCK_NOT_AVAILABLE, "40P01", "40001"];

/// What became of an attempt to open a lost connection again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reconnected {
    Done,
    /// The server is the one of before and has not been restarted: somebody has ended the session.
    AfterTermination,
    /// The connection was lent, or is to no server.
    NotOurs,
}

impl fmt::Display for DriverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        for (name, text) in [("detail", &self.detail), ("hint", &self.hint)] {
            if let Some(text) = text {
                write!(f, "; {name}: {text}")?;
            }
        }
        Ok(())
    }
}

impl StdError for DriverError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

/// What a change, or a statement by itself, has done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effect {
    pub(crate) duration: Duration,
    /// How many rows the statements have changed, as the database counts them.
    pub(crate) rows: u64,
}

/// What a statement by itself has done.
#[derive(Debug, Default)]
pub(crate) struct Ran {
    pub(crate) rows: u64,
    /// What a person should know of how it ran.
    pub(crate) note: Option<String>,
}

/// Told of each change as it ends.
pub(crate) type Ended<'e> = &'e mut dyn FnMut(usize, Effect);
