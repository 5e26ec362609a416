//! What a run did.

use std::path::PathBuf;
use std::time::Duration;

use limbeck_model::{Dialect, Direction};

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
    /// Whether its script was run; otherwise it was only recorded, by stamping.
    pub executed: bool,
    /// How many statements its script has.
    pub statements: usize,
    /// How long the attempt took that succeeded. On PostgreSQL with its ledger rows, and for those that
    /// shared the transaction of a first install an even share of it.
    pub duration: Duration,
    /// How many rows its statements have inserted, updated, deleted, copied or selected into a table, as
    /// the database counts them: without those of triggers and cascades, the ledger's own and those of
    /// scripts that an earlier run has begun.
    pub rows: u64,
    /// How often it was rolled back for a passing cause, such as a lock that was not had in time, before
    /// it succeeded.
    pub retries: u32,
    /// How long it was waited before that, for another process and between attempts.
    pub waited: Duration,
    /// What else a person should know, such as the server's warnings: one sentence each.
    pub notes: Vec<String>,
}

impl Step {
    pub(crate) fn new(revision: RevisionName, direction: Direction, executed: bool) -> Self {
        Self {
            revision,
            direction,
            executed,
            statements: 0,
            duration: Duration::ZERO,
            rows: 0,
            retries: 0,
            waited: Duration::ZERO,
            notes: Vec::new(),
        }
    }
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
    /// How many attempts were rolled back and made again, those of a revision that failed in the end
    /// too.
    pub retries: u32,
    /// How long the run has waited for other processes and between attempts.
    pub waited: Duration,
    /// What a person should know that belongs to no single revision: one sentence each.
    pub notes: Vec<String>,
    /// The copy that was made of an SQLite database before the first change.
    pub backup: Option<PathBuf>,
    /// What the schema was found to be after the last change, where that was asked for.
    #[cfg(feature = "drift")]
    pub comparison: Option<crate::drift::Comparison>,
}

impl Report {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            steps: Vec::new(),
            ahead: Vec::new(),
            duration: Duration::ZERO,
            retries: 0,
            waited: Duration::ZERO,
            notes: Vec::new(),
            backup: None,
            #[cfg(feature = "drift")]
            comparison: None,
        }
    }

    /// Whether there was nothing to do.
    pub fn is_up_to_date(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many rows the statements of all steps have changed; see [`Step::rows`].
    pub fn rows(&self) -> u64 {
        self.steps.iter().map(|step| step.rows).sum()
    }
}
