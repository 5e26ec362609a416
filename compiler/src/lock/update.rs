//! What is written into the lock file: new revisions, proofs, accepted edits.

use std::collections::BTreeSet;
use std::fmt;

use limbeck_model::suggest::nearest;

use super::contents::{Accepted, Lock, Locked, LockedSide, Proved, digests};
use super::release::drafts;
use crate::table::{Row, Table};

/// Why an edit is not accepted, or a revision not forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No released revision has this id.
    Unknown {
        /// The id.
        id: String,
        /// One that has nearly this name.
        nearest: Option<String>,
        /// Whether a revision has it that was not released.
        is_draft: bool,
    },
    /// The revision is as it was released.
    Unchanged(String),
    /// The file of the revision is not there.
    Removed(String),
    /// A released revision stands on what is to be forgotten.
    Needed {
        /// What is to be forgotten.
        id: String,
        /// What stands on it.
        by: String,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown {
                id, is_draft: true, ..
            } => {
                write!(f, "`{id}` is a draft, and was never locked")
            }
            Self::Unknown { id, .. } => write!(f, "no revision `{id}` is locked"),
            Self::Unchanged(id) => write!(
                f,
                "nothing to accept, the up script of `{id}` is as it was released"
            ),
            Self::Removed(id) => write!(f, "nothing to accept, `{id}` was removed and not edited"),
            Self::Needed { id, by } => {
                write!(
                    f,
                    "`{id}` cannot be forgotten, since `{by}` stands on it and is locked"
                )
            }
        }
    }
}

impl Refusal {
    /// What to do instead.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unknown { is_draft: true, .. } => {
                Some("edit it as you like; a draft is locked by `cargo limbeck lock`".to_owned())
            }
            Self::Unknown { nearest, .. } => {
                let nearest = nearest.as_ref()?;
                Some(format!("did you mean `{nearest}`?"))
            }
            Self::Unchanged(_) => None,
            Self::Removed(id) => Some(format!("restore its file, or pass `--forget {id}`")),
            Self::Needed { by, .. } => Some(format!("pass `--forget {by}` as well")),
        }
    }
}

/// Locks every draft, for every dialect that is declared, and says which these were.
pub fn lock_drafts(lock: &mut Lock, table: &Table<'_>) -> Vec<String> {
    let added: Vec<String> = drafts(table, lock).into_iter().map(str::to_owned).collect();
    let is_added: BTreeSet<&str> = added.iter().map(String::as_str).collect();
    for row in &table.rows {
        let id = &row.revision.id.value;
        if !is_added.contains(id.as_str()) {
            continue;
        }
        let new = Locked::new(row, &table.rows);
        match lock.revisions.get_mut(id) {
            // It was locked before a dialect was declared.
            Some(locked) => {
                for (dialect, side) in new.sides {
                    locked.sides.entry(dialect).or_insert(side);
                }
            }
            None => {
                lock.revisions.insert(id.clone(), new);
            }
        }
    }
    added
}

/// Takes in proofs of what is locked, each in the place of an older one of the same engine, and drops every
/// proof that is stale.
pub fn record_proofs(lock: &mut Lock, table: &Table<'_>, proofs: &[Proved]) {
    for Proved {
        revision,
        dialect,
        proof,
    } in proofs
    {
        let locked = lock.revisions.get_mut(revision);
        if let Some(side) = locked.and_then(|locked| locked.sides.get_mut(dialect)) {
            side.proofs.retain(|known| known.engine != proof.engine);
            side.proofs.push(proof.clone());
            side.proofs.sort_by(|a, b| a.engine.cmp(&b.engine));
        }
    }
    for row in &table.rows {
        let Some(locked) = lock.revisions.get_mut(&row.revision.id.value) else {
            continue;
        };
        for side in &row.sides {
            if let Some(locked) = locked.sides.get_mut(&side.dialect) {
                locked
                    .proofs
                    .retain(|proof| proof.evidence == side.evidence);
            }
        }
    }
}

/// Accepts the edit of a released revision: what it was is recorded, with the time and the reason, so that
/// databases which have it count as having what it is now.
///
/// # Errors
///
/// When no released revision has the id, or it was not edited.
pub fn accept(
    lock: &mut Lock,
    table: &Table<'_>,
    id: &str,
    at: &str,
    reason: &str,
) -> Result<(), Refusal> {
    let row = find(table, id);
    let Some(locked) = lock.revisions.get_mut(id) else {
        return Err(unknown(lock, table, id));
    };
    let Some(row) = row else {
        return Err(Refusal::Removed(id.to_owned()));
    };
    let mut is_edited = false;
    for side in &row.sides {
        let Some(locked) = locked.sides.get_mut(&side.dialect) else {
            continue;
        };
        if locked.checksum != side.checksum {
            is_edited = true;
            locked.replace(at, reason);
            locked.checksum = side.checksum;
            locked.statements = digests(side);
        }
    }
    if is_edited {
        Ok(())
    } else {
        Err(Refusal::Unchanged(id.to_owned()))
    }
}

impl LockedSide {
    /// Records the present checksum as an earlier one. Once is enough, where an edit was taken back.
    fn replace(&mut self, at: &str, reason: &str) {
        let known = |accepted: &Accepted| accepted.checksum == self.checksum;
        if !self.accepted.iter().any(known) {
            self.accepted.push(Accepted {
                checksum: self.checksum,
                at: at.to_owned(),
                reason: reason.to_owned(),
            });
        }
    }
}

/// Makes released revisions drafts again, or forgets those that were removed.
///
/// # Errors
///
/// When no released revision has one of the ids, or another one stands on it.
pub fn forget(lock: &mut Lock, table: &Table<'_>, ids: &[String]) -> Result<(), Refusal> {
    for id in ids {
        if !lock.revisions.contains_key(id) {
            return Err(unknown(lock, table, id));
        }
    }
    for (by, locked) in lock.revisions.iter().filter(|(by, _)| !ids.contains(by)) {
        let mut needs = locked.parents.iter().chain(&locked.dependencies);
        if let Some(id) = needs.find(|id| ids.contains(id)) {
            return Err(Refusal::Needed {
                id: id.clone(),
                by: by.clone(),
            });
        }
    }
    lock.revisions.retain(|id, _| !ids.contains(id));
    Ok(())
}

fn find<'r, 't>(table: &'r Table<'t>, id: &str) -> Option<&'r Row<'t>> {
    table.rows.iter().find(|row| row.revision.id.value == id)
}

fn unknown(lock: &Lock, table: &Table<'_>, id: &str) -> Refusal {
    Refusal::Unknown {
        id: id.to_owned(),
        nearest: nearest(id, lock.revisions.keys().map(String::as_str)).map(str::to_owned),
        is_draft: find(table, id).is_some(),
    }
}
