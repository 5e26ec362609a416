//! What a lock file says.

use std::collections::BTreeMap;

use limbeck_model::Dialect;
use limbeck_model::checksum::{self, Digest};
use limbeck_model::diagnostic::Span;

use crate::split;
use crate::table::{Row, Side};

/// The name of the file, in the migrations folder.
pub const NAME: &str = "limbeck.lock";

/// What was released, by id. Without a lock file it is empty, and every revision is a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The released revisions.
    pub revisions: BTreeMap<String, Locked>,
}

/// A released revision. Two are equal that say the same, wherever it is written.
#[derive(Clone, Debug)]
pub struct Locked {
    /// Its name in the lock file; `None` for what was not read from one.
    pub span: Option<Span>,
    /// The ids of its parents, sorted.
    pub parents: Vec<String>,
    /// Its dependencies, sorted: ids, or `HISTORY:NAME` for what another history has.
    pub dependencies: Vec<String>,
    /// What it is in each dialect for which it was released.
    pub sides: BTreeMap<Dialect, LockedSide>,
}

/// What a released revision is in one dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedSide {
    /// The checksum of its up script.
    pub checksum: Digest,
    /// A short digest of each statement of that script, so that a change can be pointed at.
    pub statements: Vec<u32>,
    /// What the checksum was before, the oldest first.
    pub accepted: Vec<Accepted>,
    /// What was proved of it, in the order of the engines' names.
    pub proofs: Vec<Proof>,
}

/// A checksum of a released revision before an edit that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The checksum.
    pub checksum: Digest,
    /// When the edit was accepted, in UTC, as in `2026-01-31T12:00:00Z`.
    pub at: String,
    /// Why databases that have it are as good as others.
    pub reason: String,
}

/// That a revision was run on an engine, forth and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The engine with its version, as in `PostgreSQL 15.18`.
    pub engine: String,
    /// What was proved; see [`Side::evidence`].
    pub evidence: Digest,
    /// The fingerprint of the schema that the revision leaves.
    pub schema: Digest,
}

/// A proof and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// The revision's id.
    pub revision: String,
    /// In which dialect.
    pub dialect: Dialect,
    /// The proof.
    pub proof: Proof,
}

impl PartialEq for Locked {
    fn eq(&self, other: &Self) -> bool {
        let said = |locked: &Self| (locked.parents.clone(), locked.dependencies.clone());
        said(self) == said(other) && self.sides == other.sides
    }
}

impl Eq for Locked {}

impl Lock {
    /// What is locked of a revision in a dialect.
    pub fn side(&self, id: &str, dialect: Dialect) -> Option<&LockedSide> {
        self.revisions.get(id)?.sides.get(&dialect)
    }
}

impl Locked {
    /// A revision as the files have it, for the dialects that are declared.
    pub(super) fn new(row: &Row<'_>, rows: &[Row<'_>]) -> Self {
        Self {
            span: None,
            parents: parents(row, rows),
            dependencies: dependencies(row, rows),
            sides: row
                .sides
                .iter()
                .map(|side| (side.dialect, LockedSide::new(side)))
                .collect(),
        }
    }
}

impl LockedSide {
    pub(super) fn new(side: &Side<'_>) -> Self {
        Self {
            checksum: side.checksum,
            statements: digests(side),
            accepted: Vec::new(),
            proofs: Vec::new(),
        }
    }

    /// The checksum that was released first. Lineages are made of it, so that they stay as they are when an
    /// edit is accepted.
    pub(crate) fn released(&self) -> Digest {
        self.accepted
            .first()
            .map_or(self.checksum, |accepted| accepted.checksum)
    }
}

pub(super) fn parents(row: &Row<'_>, rows: &[Row<'_>]) -> Vec<String> {
    ids(&row.parents, rows)
}

pub(super) fn dependencies(row: &Row<'_>, rows: &[Row<'_>]) -> Vec<String> {
    let mut dependencies = ids(&row.dependencies, rows);
    let foreign = row.foreign.iter();
    dependencies.extend(foreign.map(|(history, name)| format!("{history}:{name}")));
    dependencies.sort_unstable();
    dependencies.dedup();
    dependencies
}

fn ids(places: &[usize], rows: &[Row<'_>]) -> Vec<String> {
    let mut ids: Vec<_> = places
        .iter()
        .map(|&place| rows[place].revision.id.value.clone())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The short digests of the statements that go up. They only help to point at a change, whether there is
/// one is for the checksum to say: 32 bits are enough.
pub(super) fn digests(side: &Side<'_>) -> Vec<u32> {
    let statements = side.up.statements.iter();
    statements
        .map(|statement| {
            let digest = checksum::script([split::tokens(statement.sql, side.dialect)]);
            let [first, second, third, fourth, ..] = *digest.as_bytes();
            u32::from_be_bytes([first, second, third, fourth])
        })
        .collect()
}
