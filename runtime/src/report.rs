//! What a run did, and what it tells while it runs.

use std::time::Duration;

use limbeck_model::Dialect;

use limbeck_model::Direction;

/// One revision, as reports and events name it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevisionName {
    /// The history's name.
    pub history: String,
    /// The revision's id.
    pub id: String,
    /// Its message.
    pub message: String,
}

/// What a run did to one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The revision.
    pub revision: RevisionName,
    /// Whether it was applied or taken back.
    pub direction: Direction,
    /// How long it took, its ledger rows included.
    pub duration: Duration,
    /// Whether its script was run; otherwise it was only recorded, by stamping.
    pub executed: bool,
}

/// What a run did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The kind of database.
    pub dialect: Dialect,
    /// What was done, in order. Empty when there was nothing to do.
    pub steps: Vec<Step>,
    /// Applied revisions that this program does not know and that are declared compatible with it.
    pub ahead: Vec<String>,
    /// How long the run took, waiting included.
    pub duration: Duration,
}

impl Report {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            steps: Vec::new(),
            ahead: Vec::new(),
            duration: Duration::ZERO,
        }
    }

    /// Whether there was nothing to do.
    pub fn is_up_to_date(&self) -> bool {
        self.steps.is_empty()
    }
}

/// Something that happens during a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// So many revisions are to be run. Comes again when another process has done some of them.
    Planned {
        /// Applied or taken back.
        direction: Direction,
        /// How many revisions.
        count: usize,
    },
    /// A revision's script starts.
    Started(RevisionName),
    /// A statement of a non-transactional script starts.
    Statement {
        /// Its number, counted from 1.
        number: usize,
        /// How many the script has.
        count: usize,
    },
    /// Of several revisions that share one transaction so many have run. None of them is done before the
    /// transaction is committed.
    Advanced {
        /// How many have run.
        done: usize,
        /// How many share the transaction.
        count: usize,
    },
    /// A revision's script has ended and stands in the ledger.
    Finished(Step),
    /// Another process holds the lock. Told once until this one gets on.
    Waiting,
}

/// Listens to the events of a run. Any `FnMut(&Event)` does.
pub trait Observer {
    /// Takes notice of an event. It is called between statements: what it does delays the run.
    fn event(&mut self, event: &Event);
}

impl<F: FnMut(&Event)> Observer for F {
    fn event(&mut self, event: &Event) {
        self(event);
    }
}
