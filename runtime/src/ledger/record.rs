//! What a transaction writes into the ledger, and what it demands of it first.

use limbeck_model::checksum::{self, Digest};

use super::{StateRow, VERSION};
use limbeck_model::Direction;

/// What must still be so once the lock is held; otherwise another process has moved the database and
/// the plan is void.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guard {
    /// The histories this program runs.
    pub(crate) histories: Vec<String>,
    /// Their rows of `state`, as they were read.
    pub(crate) states: Vec<StateRow>,
    /// Whether the tables were made by an older limbeck, and are brought up to date with the first change.
    pub(crate) is_outdated: bool,
}

impl Guard {
    /// From now on, after a change, a history is expected in this state.
    pub(crate) fn expect(&mut self, history: &str, state: Digest) {
        self.row(history).digest = state.to_string();
        self.is_outdated = false;
    }

    /// From now on, after a change, a history is expected to have an unfinished script of this token, or
    /// none.
    pub(crate) fn expect_unfinished(&mut self, history: &str, token: Option<&str>) {
        self.row(history).unfinished = token.map(str::to_owned);
        self.is_outdated = false;
    }

    fn row(&mut self, history: &str) -> &mut StateRow {
        let known = self.states.iter().position(|row| row.history == history);
        let index = known.unwrap_or_else(|| {
            self.states.push(StateRow {
                history: history.to_owned(),
                digest: checksum::state(&[]).to_string(),
                version: VERSION,
                unfinished: None,
            });
            self.states.len() - 1
        });
        &mut self.states[index]
    }
}

/// One change to the ledger.
#[derive(Clone, Debug)]
pub(crate) enum Record<'a> {
    /// A revision was applied, by its script or by stamping.
    Applied(Applied<'a>),
    /// A revision was taken back, by its script or by stamping.
    Removed {
        history: &'a str,
        id: &'a str,
        state: Digest,
        journal: Journal<'a>,
    },
    /// Everything that is recorded of a history is forgotten.
    Purged { history: &'a str },
    /// A statement of a non-transactional script starts; those before it are done.
    Claimed(Claim<'a>),
    /// A statement of a non-transactional script is done, in the transaction of this record.
    Completed(Claim<'a>),
    /// A script that another process has left is this one's. What is known of its statements stays.
    TakenOver(Claim<'a>),
    /// A statement of a non-transactional script has failed.
    Halted { claim: Claim<'a>, error: &'a str },
    /// Whoever comes next may take the script up at once.
    LetGo(Claim<'a>),
    /// A non-transactional script has run to its end.
    Released { history: &'a str, id: &'a str },
    /// What is noted of a script's statements is of no use any more.
    Swept {
        history: &'a str,
        id: &'a str,
        direction: Direction,
    },
    /// A history is not marked any more as having an unfinished script.
    Unclaimed { history: &'a str },
    /// The state is put right.
    Corrected { history: &'a str, state: Digest },
    /// An attempt ended without a change to the database.
    Attempted(Journal<'a>),
}

impl Record<'_> {
    /// Sets the duration where nothing has measured it yet.
    pub(crate) fn measured(&mut self, duration_ms: u64) {
        if let Self::Applied(Applied { journal, .. }) | Self::Removed { journal, .. } = self {
            journal.duration_ms.get_or_insert(duration_ms);
        }
    }
}

/// A new row of `revision`, with the state it leads to.
#[derive(Clone, Debug)]
pub(crate) struct Applied<'a> {
    pub(crate) history: &'a str,
    pub(crate) id: &'a str,
    /// Ids of parents and dependencies within the history.
    pub(crate) parents: Vec<&'a str>,
    pub(crate) checksum: Digest,
    pub(crate) lineage: Digest,
    /// The reason why older binaries must refuse the database.
    pub(crate) breaking: Option<&'a str>,
    pub(crate) state: Digest,
    pub(crate) journal: Journal<'a>,
}

/// A new row of `journal`.
#[derive(Clone, Debug)]
pub(crate) struct Journal<'a> {
    pub(crate) history: &'a str,
    pub(crate) id: &'a str,
    pub(crate) direction: Direction,
    /// `applied`, `removed`, `stamped`, `unstamped`, `failed`.
    pub(crate) outcome: &'static str,
    pub(crate) error: Option<&'a str>,
    /// How long it took, where the program has measured it. PostgreSQL measures for itself what one
    /// message does.
    pub(crate) duration_ms: Option<u64>,
    pub(crate) binary: &'a str,
}

/// A process's hold on one statement of a non-transactional script.
#[derive(Clone, Debug)]
pub(crate) struct Claim<'a> {
    pub(crate) history: &'a str,
    pub(crate) id: &'a str,
    pub(crate) direction: Direction,
    /// The statement's number, counted from 1.
    pub(crate) step: u32,
    /// Tells this claim from any other: whoever writes a new one fences all that came before it off.
    pub(crate) token: &'a str,
    /// For how long it holds without a sign of life, in seconds.
    pub(crate) lease_s: u32,
    /// The query whose answer before the statement has to be known afterwards.
    pub(crate) before: Option<String>,
}
