//! What was read from a ledger. Rows come from outside: nothing is assumed of them.

use limbeck_model::recorded::Row;

/// The version of the ledger's tables. A database with a higher one is left alone.
pub(crate) const VERSION: u32 = 1;

/// What a ledger holds for the histories that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Whether the ledger's tables exist.
    pub(crate) present: bool,
    pub(crate) states: Vec<StateRow>,
    pub(crate) rows: Vec<Row>,
    pub(crate) progress: Vec<Progress>,
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
    pub(crate) error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProgressState {
    Started,
    Done,
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
