//! What was read from a ledger. Rows come from outside: nothing is assumed of them.

use limbeck_model::recorded::Row;

/// The version of the ledger's tables. A database with a higher one is left alone.
///
/// 1: the first one. 2: `progress` has, on PostgreSQL, the columns `before` and `backend_start`, and a
/// statement that can be in a transaction is there only once it is done.
pub(crate) const VERSION: u32 = 2;

/// How much is read of what was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// What decides. Rows are in any order, and nothing is in their `applied_at` and `applied_by`: to write
    /// a thousand times as text takes a server longer than the rest.
    Brief,
    /// Also when and by whom, in the order in which they were applied: for what people read.
    Full,
}

/// What a ledger holds for the histories that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Whether the ledger's tables exist.
    pub(crate) present: bool,
    pub(crate) states: Vec<StateRow>,
    pub(crate) rows: Vec<Row>,
    pub(crate) progress: Vec<Progress>,
    /// Whether they are of one tenant of many, so that a ledger without a row is nothing unusual.
    pub(crate) is_of_tenant: bool,
}

impl Contents {
    /// Whether the tables are those of an older limbeck. Without a row of `state` nobody knows.
    pub(crate) fn is_outdated(&self) -> bool {
        let is_unknown = self.states.is_empty() && !self.is_of_tenant;
        self.present && (is_unknown || self.states.iter().any(|state| state.version < VERSION))
    }
}

/// One row of `state`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StateRow {
    pub(crate) history: String,
    pub(crate) digest: String,
    pub(crate) version: u32,
    /// The token of the process that has begun a script of this history outside a transaction, until the
    /// script has ended. So that the first question of a start needs no other table.
    pub(crate) unfinished: Option<String>,
}

/// One row of `progress`: a statement of a non-transactional script.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    pub(crate) history: String,
    pub(crate) id: String,
    /// `up` or `down`.
    pub(crate) direction: String,
    /// The statement's number, counted from 1.
    pub(crate) step: u32,
    pub(crate) state: ProgressState,
    /// Whether the process that wrote the row still works on it, as far as the database can tell.
    pub(crate) alive: bool,
    /// The claim under which it was written.
    pub(crate) token: String,
    /// What the statement's query answered before it ran, empty where it had no answer; `None` where it
    /// was not asked.
    pub(crate) before: Option<String>,
    pub(crate) error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProgressState {
    /// It may have happened, or a part of it.
    Started,
    Done,
    /// The database has refused it.
    Failed,
}

impl ProgressState {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Started, Self::Done, Self::Failed]
            .into_iter()
            .find(|state| state.name() == name)
    }
}
