//! What a database's ledger says was applied, held against what a binary carries.
//!
//! Ledger rows come from outside the program: they may be of an older or a newer binary, or edited by
//! hand. Nothing is assumed of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::checksum::{Digest, state};

/// One applied revision as the ledger records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The history it belongs to.
    pub history: String,
    /// Its id.
    pub id: String,
    /// The ids of its parents and dependencies within its history.
    pub parents: Vec<String>,
    /// The checksum of the script that was applied, in hexadecimal.
    pub checksum: String,
    /// Its lineage, in hexadecimal.
    pub lineage: String,
    /// Why binaries that do not know it must refuse the database.
    pub breaking: Option<String>,
    /// When it was applied, as the database writes times.
    pub applied_at: String,
    /// By which program, with its version.
    pub applied_by: String,
}

/// One revision that a binary carries. Slices of these are in the graph's order.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// The history it belongs to.
    pub history: &'a str,
    /// Its id.
    pub id: &'a str,
    /// The ids of its parents and dependencies within its history.
    pub parents: Vec<&'a str>,
    /// The checksum of its script for the database's dialect.
    pub checksum: Digest,
    /// What it was before its author changed it and said that a database which ran that is the same.
    pub accepted: &'a [Digest],
    /// Its lineage.
    pub lineage: Digest,
}

impl Known<'_> {
    /// Whether a database that ran the script of this checksum has what the binary would have run.
    fn is_same(&self, recorded: &str) -> bool {
        Digest::from_hex(recorded)
            .is_some_and(|ran| ran == self.checksum || self.accepted.contains(&ran))
    }
}

/// Where a database stands: it is somewhere in this binary's history or, compatibly, ahead of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Which of the known revisions are applied, as indices.
    pub applied: BTreeSet<usize>,
    /// Rows that a newer binary has added above all that this binary knows, as indices.
    pub ahead: Vec<usize>,
}

/// Why a database is not anywhere in this binary's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Discrepancy {
    /// These rows' revisions were edited after they were applied: (row, known).
    Edited(Vec<(usize, usize)>),
    /// These rows are unknown to the binary, and declared breaking for it.
    AheadBreaking(Vec<usize>),
    /// The database has taken another course.
    Diverged(Vec<Divergence>),
}

/// Where a database has taken another course than the binary. Rows and known revisions are indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Divergence {
    /// It stands on other revisions in the binary than it did when it was applied.
    Moved {
        /// The row.
        row: usize,
        /// The known revision.
        known: usize,
    },
    /// It is recorded as applied, and a revision that it stands on is not.
    Hollow {
        /// The known revision that is recorded.
        known: usize,
        /// The id of the other one.
        missing: String,
    },
    /// Its recorded lineage is not that of the binary, though all that can be seen of it is.
    Forged {
        /// The row.
        row: usize,
    },
    /// The database has some that the binary does not know and lacks some that it carries, of one history.
    Branched {
        /// The rows that are unknown.
        rows: Vec<usize>,
        /// The known revisions that are lacking.
        lacking: Vec<usize>,
    },
}

/// Holds the rows of a ledger against what the binary carries. `histories` are those that the binary
/// runs: rows of any other are another program's and none of its business.
///
/// # Errors
///
/// The first kind of discrepancy found, in the order edited, breaking, diverged, with every case of it.
pub fn reconcile(
    known: &[Known<'_>],
    histories: &[&str],
    rows: &[Row],
) -> Result<Standing, Discrepancy> {
    let index: BTreeMap<(&str, &str), usize> = known
        .iter()
        .enumerate()
        .map(|(index, known)| ((known.history, known.id), index))
        .collect();
    let mut standing = Standing::default();
    let mut edited = Vec::new();
    let mut diverged = Vec::new();
    let mut unknown = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        if !histories.contains(&row.history.as_str()) {
            continue;
        }
        let Some(&position) = index.get(&(row.history.as_str(), row.id.as_str())) else {
            unknown.push(number);
            continue;
        };
        let counterpart = &known[position];
        standing.applied.insert(position);
        if !counterpart.is_same(&row.checksum) {
            edited.push((number, position));
        } else if !same_ids(&row.parents, &counterpart.parents) {
            diverged.push(Divergence::Moved {
                row: number,
                known: position,
            });
        }
    }
    if !edited.is_empty() {
        return Err(Discrepancy::Edited(edited));
    }
    if diverged.is_empty() {
        diverged.extend(changed_ancestry(known, &index, &standing.applied, rows));
    }
    let breaking: Vec<_> = unknown
        .iter()
        .copied()
        .filter(|&row| rows[row].breaking.is_some())
        .collect();
    if !breaking.is_empty() {
        return Err(Discrepancy::AheadBreaking(breaking));
    }
    if diverged.is_empty() {
        diverged.extend(branched(known, &standing.applied, rows, &unknown));
    }
    if !diverged.is_empty() {
        return Err(Discrepancy::Diverged(diverged));
    }
    standing.ahead = unknown;
    Ok(standing)
}

/// The digest of the state that the rows of one history make, from their own lineages; `None` where a
/// lineage cannot be read.
pub fn recorded_state<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Option<Digest> {
    let rows: Vec<_> = rows.into_iter().collect();
    let covered: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row.parents.iter().map(String::as_str))
        .collect();
    let heads = rows
        .iter()
        .filter(|row| !covered.contains(row.id.as_str()))
        .map(|row| Digest::from_hex(&row.lineage))
        .collect::<Option<Vec<_>>>()?;
    Some(state(&heads))
}

fn same_ids(recorded: &[String], known: &[&str]) -> bool {
    let recorded: BTreeSet<_> = recorded.iter().map(String::as_str).collect();
    let known: BTreeSet<_> = known.iter().copied().collect();
    recorded == known
}

/// Applied rows whose own content and parents are as known while the lineage is not. With every
/// ancestor recorded this cannot be, so an ancestor's row is missing or the row was written by hand.
fn changed_ancestry(
    known: &[Known<'_>],
    index: &BTreeMap<(&str, &str), usize>,
    applied: &BTreeSet<usize>,
    rows: &[Row],
) -> Vec<Divergence> {
    let mut found = Vec::new();
    for &position in applied {
        let revision = &known[position];
        for parent in &revision.parents {
            let recorded = index
                .get(&(revision.history, *parent))
                .is_some_and(|parent| applied.contains(parent));
            if !recorded {
                found.push(Divergence::Hollow {
                    known: position,
                    missing: (*parent).to_owned(),
                });
            }
        }
    }
    if found.is_empty() {
        found.extend(rows.iter().enumerate().filter_map(|(number, row)| {
            let &position = index.get(&(row.history.as_str(), row.id.as_str()))?;
            let differs = Digest::from_hex(&row.lineage) != Some(known[position].lineage);
            differs.then_some(Divergence::Forged { row: number })
        }));
    }
    found
}

/// Unknown rows of histories of which the binary carries what the database lacks. Where it lacks nothing,
/// whoever has applied them knew all that this binary knows.
fn branched(
    known: &[Known<'_>],
    applied: &BTreeSet<usize>,
    rows: &[Row],
    unknown: &[usize],
) -> Vec<Divergence> {
    let histories: BTreeSet<&str> = unknown
        .iter()
        .map(|&row| rows[row].history.as_str())
        .collect();
    let mut found = Vec::new();
    for history in histories {
        let lacking: Vec<usize> = (0..known.len())
            .filter(|index| known[*index].history == history && !applied.contains(index))
            .collect();
        if !lacking.is_empty() {
            let of_history = |row: &usize| rows[*row].history == history;
            found.push(Divergence::Branched {
                rows: unknown.iter().copied().filter(of_history).collect(),
                lacking,
            });
        }
    }
    found
}
