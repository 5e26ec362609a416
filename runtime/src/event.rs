//! What a run tells while it goes on, and to whom.

use std::path::PathBuf;
use std::time::Duration;

use limbeck_model::{Dialect, Direction};

use crate::error::{ErrorKind, Location};
pub(crate) use crate::observe::Listener;
use crate::observe::{Heartbeat, Progress};
use crate::preflight::Finding;
use crate::report::{RevisionName, Step};
use crate::session::Session;

/// Something that happens during a run.
///
/// More events may be added, and each may come to tell more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// So many revisions are to be run. Comes again when another process has done some of them.
    #[non_exhaustive]
    Planned {
        /// Applied or taken back.
        direction: Direction,
        /// How many revisions.
        count: usize,
    },
    /// A revision's script starts.
    #[non_exhaustive]
    Started {
        /// The revision.
        revision: RevisionName,
        /// Applied or taken back.
        direction: Direction,
    },
    /// A statement of a non-transactional script starts.
    #[non_exhaustive]
    Statement {
        /// The script's revision.
        revision: RevisionName,
        /// The statement's number, counted from 1.
        number: usize,
        /// How many the script has.
        count: usize,
    },
    /// A statement of a non-transactional script has ended well.
    #[non_exhaustive]
    StatementFinished {
        /// The script's revision.
        revision: RevisionName,
        /// The statement's number, counted from 1.
        number: usize,
        /// How many the script has.
        count: usize,
        /// How long it took.
        duration: Duration,
        /// How many rows it has changed; see [`Step::rows`].
        rows: u64,
    },
    /// Of several revisions that share one transaction so many have run. None of them is done before the
    /// transaction is committed.
    #[non_exhaustive]
    Advanced {
        /// How many have run.
        done: usize,
        /// How many share the transaction.
        count: usize,
    },
    /// A revision's script has ended and stands in the ledger.
    Finished(Step),
    /// Another process holds the lock. Told once until this one gets on.
    #[non_exhaustive]
    Waiting {
        /// Which one, where the database can tell and it has not let go meanwhile.
        holder: Option<Session>,
    },
    /// A revision was rolled back because other sessions were in its way, and will be tried again.
    #[non_exhaustive]
    Retrying {
        /// The revision.
        revision: RevisionName,
        /// Applied or taken back.
        direction: Direction,
        /// How many attempts have been made.
        attempts: u32,
        /// What the database said.
        reason: String,
        /// Who was in the way, where that was seen. Nobody watches a first attempt.
        blockers: Vec<Session>,
        /// How long it is waited before the next attempt.
        pause: Duration,
    },
    /// The connection was lost, and another one is open.
    #[non_exhaustive]
    Reconnected {
        /// What was said of the lost one.
        reason: String,
    },
    /// A run starts. Nothing is told of one whose first question has found that nothing is to be done.
    #[non_exhaustive]
    RunStarted {
        /// The kind of database.
        dialect: Dialect,
    },
    /// A run has reached its target.
    #[non_exhaustive]
    RunFinished {
        /// How many revisions were run or recorded.
        revisions: usize,
        /// How many rows their statements have changed; see [`Step::rows`].
        rows: u64,
        /// How many attempts were rolled back and made again.
        retries: u32,
        /// How long was waited for other processes and between attempts.
        waited: Duration,
        /// How long the run took, waiting included.
        duration: Duration,
    },
    /// A run has ended without reaching its target. The error that is returned says the same, and more.
    #[non_exhaustive]
    RunFailed {
        /// The revision that was at work, if one was.
        revision: Option<RevisionName>,
        /// What kind of fault it is.
        kind: ErrorKind,
        /// The database's own code for it: PostgreSQL's SQLSTATE, or SQLite's extended result code.
        code: Option<String>,
        /// The error's first line.
        message: String,
        /// Where a statement failed.
        location: Option<Location>,
        /// How long the run took, waiting included.
        duration: Duration,
    },
    /// A sign of life, told at a fixed interval while anything runs or waits: see
    /// [`Migrator::heartbeat`](crate::Migrator::heartbeat).
    Heartbeat(Heartbeat),
    /// How far a statement has come that takes longer than a moment; about once a second. Only PostgreSQL
    /// tells, and only of commands of which it keeps count: see
    /// [`Migrator::watcher`](crate::Migrator::watcher).
    #[non_exhaustive]
    Progress {
        /// The statement's revision.
        revision: RevisionName,
        /// How far it has come.
        progress: Progress,
    },
    /// A statement waits for a lock in PostgreSQL. Told when that is first seen, and again when others are in
    /// the way: see [`Migrator::watcher`](crate::Migrator::watcher).
    #[non_exhaustive]
    Blocked {
        /// The statement's revision, where one has started.
        revision: Option<RevisionName>,
        /// What it waits for, in PostgreSQL's words: a lock's mode and what it is on.
        lock: String,
        /// Who holds it.
        blockers: Vec<Session>,
        /// For how long it has been seen to wait.
        elapsed: Duration,
    },
    /// The SQLite database was copied before the first change.
    #[non_exhaustive]
    BackedUp {
        /// The copy.
        path: PathBuf,
        /// How long it took to copy and to check it.
        duration: Duration,
    },
    /// A look at the database before the first change has found what a person should know.
    Found(Finding),
    /// The schema was compared with the one that the revisions make.
    #[cfg(feature = "drift")]
    Compared(crate::drift::Comparison),
}

/// Listens to the events of a run. Any `FnMut(&Event) + Send` does.
///
/// It is called by one thread at a time, though not always by the thread of the run: while that one waits
/// for the database, another tells that it does.
///
/// An observer that panics is told nothing any more; the run goes on, and its report says so in a note.
pub trait Observer: Send {
    /// Takes notice of an event. It is called between statements: what it does delays the run.
    fn event(&mut self, event: &Event);
}

impl<F: FnMut(&Event) + Send> Observer for F {
    fn event(&mut self, event: &Event) {
        self(event);
    }
}
