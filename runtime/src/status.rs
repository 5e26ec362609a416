//! Where a database stands, for people and health probes.

use std::collections::BTreeMap;

use limbeck_model::{Dialect, plan};

use crate::engine::{Chart, Position};
use crate::ledger::{Progress, ProgressState};
use crate::report::RevisionName;

/// Where a database stands in a program's histories.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The kind of database.
    pub dialect: Dialect,
    /// What is applied and known, in the order of the histories.
    pub applied: Vec<AppliedRevision>,
    /// The applied heads.
    pub current: Vec<RevisionName>,
    /// What the program carries and the database lacks, in the order in which it would be applied.
    pub pending: Vec<RevisionName>,
    /// Applied revisions that this program does not know and that are declared compatible with it.
    pub ahead: Vec<String>,
    /// A non-transactional script that was begun and has not ended.
    pub unfinished: Option<UnfinishedScript>,
}

/// A revision that stands in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppliedRevision {
    /// The revision.
    pub revision: RevisionName,
    /// When it was applied, in UTC, RFC 3339.
    pub applied_at: String,
}

/// A non-transactional script that was begun and has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnfinishedScript {
    /// The history's name.
    pub history: String,
    /// The revision's id.
    pub id: String,
    /// `up` or `down`.
    pub direction: String,
    /// The number of the statement that was begun last, counted from 1.
    pub statement: u32,
    /// What the database said when that statement failed, if it did.
    pub error: Option<String>,
    /// Whether a process still works on it.
    pub is_running: bool,
    /// Whether this program has the revision. A script of a newer program is nothing that it has to wait
    /// for.
    pub is_known: bool,
}

/// What stands between a database and a program that would start on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pending {
    /// What the program carries and the database lacks, in the order in which it would be applied.
    pub revisions: Vec<RevisionName>,
    /// A non-transactional script that was begun and has not ended.
    pub unfinished: Option<UnfinishedScript>,
}

impl Pending {
    pub(crate) fn new(chart: &Chart, position: &Position) -> Self {
        let Status {
            pending,
            unfinished,
            ..
        } = Status::new(chart, position);
        Self {
            revisions: pending,
            unfinished,
        }
    }

    /// Whether the database has everything that the program carries, and none of its scripts is unfinished.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty() && !concerns(self.unfinished.as_ref())
    }
}

impl UnfinishedScript {
    pub(crate) fn new(chart: &Chart, progress: &Progress) -> Self {
        Self {
            history: progress.history.clone(),
            id: progress.id.clone(),
            direction: progress.direction.clone(),
            statement: progress.step,
            error: progress
                .error
                .clone()
                .filter(|_| progress.state == ProgressState::Failed),
            is_running: progress.alive,
            is_known: chart.find(&progress.history, &progress.id).is_some(),
        }
    }
}

impl Status {
    pub(crate) fn new(chart: &Chart, position: &Position) -> Self {
        let standing = &position.standing;
        let rows = &position.contents.rows;
        let times: BTreeMap<_, _> = rows
            .iter()
            .map(|row| ((row.history.as_str(), row.id.as_str()), &row.applied_at))
            .collect();
        let applied = standing.applied.iter().map(|&index| {
            let revision = chart.entries[index].name();
            let time = times.get(&(revision.history.as_str(), revision.id.as_str()));
            AppliedRevision {
                applied_at: time.map(|&time| time.clone()).unwrap_or_default(),
                revision,
            }
        });
        let pending = (0..chart.entries.len()).filter(|index| !standing.applied.contains(index));
        Self {
            dialect: chart.dialect,
            applied: applied.collect(),
            current: plan::applied_heads(&chart.graph, &standing.applied)
                .into_iter()
                .map(|index| chart.entries[index].name())
                .collect(),
            pending: pending.map(|index| chart.entries[index].name()).collect(),
            ahead: position.ahead(),
            unfinished: position
                .unfinished()
                .map(|script| UnfinishedScript::new(chart, script)),
        }
    }

    /// Whether the database has everything that the program carries, and none of its scripts is unfinished.
    pub fn is_at_head(&self) -> bool {
        self.pending.is_empty() && !concerns(self.unfinished.as_ref())
    }
}

/// Whether it is unfinished to this program, too.
fn concerns(script: Option<&UnfinishedScript>) -> bool {
    script.is_some_and(|script| script.is_known)
}
