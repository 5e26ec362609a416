//! What a run tells while it goes on, and to whom.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use limbeck_model::Direction;

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
}

/// Listens to the events of a run. Any `FnMut(&Event) + Send` does.
///
/// It is called by one thread at a time, though not always by the thread of the run: while that one waits
/// for the database, another tells that it does.
pub trait Observer: Send {
    /// Takes notice of an event. It is called between statements: what it does delays the run.
    fn event(&mut self, event: &Event);
}

impl<F: FnMut(&Event) + Send> Observer for F {
    fn event(&mut self, event: &Event) {
        self(event);
    }
}

/// The observer, in the hands of all that have something to tell.
#[derive(Clone)]
pub(crate) struct Listener(Arc<Mutex<Box<dyn Observer>>>);

impl Listener {
    pub(crate) fn new(observer: impl Observer + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(observer))))
    }

    /// An observer that has panicked before is asked again: what it holds is its own.
    pub(crate) fn tell(&self, event: &Event) {
        let mut observer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        observer.event(event);
    }
}
