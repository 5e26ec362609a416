//! The proof of a history: each revision up, down and up again, where exactly its ancestors are applied.

use std::collections::{BTreeMap, BTreeSet};

use limbeck_model::checksum::Digest;
use limbeck_model::diagnostic::Diagnostic;
use limbeck_model::{Dialect, Direction};
use limbeck_schema::Schema;

use super::changes::changes;
use super::engine::{Engine, Fault};
use super::finding::Finding;
use super::lost::Lost;
use super::report::Findings;
use super::walk::{Blocked, Walk};
use crate::table::Table;

/// What a proof starts from, and what it hands out on its way.
pub struct Start<'s, I> {
    /// The evidence of revisions that are proved already.
    pub known: &'s BTreeSet<Digest>,
    /// Databases as earlier proofs have left them, by the revision they end with.
    pub images: Vec<(usize, I)>,
    /// Scripts in which something is wrong that was reported already.
    pub is_reported: &'s dyn Fn(usize, Direction) -> bool,
    /// Whether the schema's fingerprint is wanted after each revision.
    pub fingerprints: bool,
    /// Is told of each revision that was proved.
    pub on_proved: &'s mut (dyn FnMut(usize) + 's),
    /// Gets the database where it ends with a revision, as often as it does; what is worth keeping is for
    /// the caller to decide.
    pub on_reached: &'s mut OnReached<'s, I>,
}

/// Is told of a revision that the database now ends with, and may have the database kept.
pub type OnReached<'s, I> =
    dyn FnMut(usize, &mut dyn FnMut() -> Result<I, Fault>) -> Result<(), Fault> + 's;

/// What was found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is wrong, and what may go wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The revisions that were proved now, by their places in the table.
    pub proved: BTreeSet<usize>,
    /// The revisions that nothing was found about, now or earlier.
    pub sound: BTreeSet<usize>,
    /// The fingerprint of the schema after each revision that was proved now.
    pub fingerprints: BTreeMap<usize, Digest>,
    /// The tables that no rows could be made for, with the reason, as far as they were met.
    pub without_rows: BTreeMap<String, String>,
}

/// Proves a history on a database that is the proof's own.
///
/// # Errors
/// When the environment fails. What the user's SQL does wrong is in the outcome.
pub fn prove<E: Engine>(
    table: &Table<'_>,
    dialect: Dialect,
    engine: &mut E,
    start: Start<'_, E::Image>,
) -> Result<Outcome, Fault> {
    let mut prover = Prover {
        walk: Walk::new(table, dialect, engine, start.images, start.on_reached),
        is_reported: start.is_reported,
        findings: Findings::new(table, dialect),
        lost: Lost::default(),
        outcome: Outcome::default(),
    };
    for (place, row) in table.rows.iter().enumerate() {
        let is_known = row
            .side(dialect)
            .is_none_or(|side| start.known.contains(&side.evidence))
            // Whether it needs what it allows is found out each time.
            && row.revision.sections.iter().all(|section| section.allows.is_empty());
        if is_known {
            prover.outcome.sound.insert(place);
            prover.walk.leave(place)?;
            continue;
        }
        let found = prover.findings.len();
        prover.outcome.proved.insert(place);
        prover.revision(place)?;
        prover.findings.finish(place);
        if prover.findings.len() == found && prover.walk.ways[place].left_out.is_empty() {
            prover.outcome.sound.insert(place);
        }
        (start.on_proved)(place);
        let is_there = prover.walk.at == *prover.walk.line(place);
        if is_there && start.fingerprints {
            let fingerprint = prover.walk.engine.fingerprint()?;
            prover.outcome.fingerprints.insert(place, fingerprint);
        }
        prover.walk.leave(place)?;
    }
    prover.outcome.without_rows = prover.walk.engine.without_rows()?;
    prover.outcome.diagnostics = prover.findings.into_diagnostics();
    Ok(prover.outcome)
}

pub(super) struct Prover<'p, 't, E: Engine> {
    pub(super) walk: Walk<'p, 't, E>,
    pub(super) is_reported: &'p dyn Fn(usize, Direction) -> bool,
    pub(super) findings: Findings<'p, 't>,
    pub(super) lost: Lost,
    outcome: Outcome,
}

impl<E: Engine> Prover<'_, '_, E> {
    /// Proves one revision; one with several parents for each order in which they may be reached.
    fn revision(&mut self, place: usize) -> Result<(), Fault> {
        let needs = self.walk.needs(place);
        let parents = &self.walk.row(place).parents;
        if parents.len() < 2 {
            return match self.walk.reach(&needs)? {
                Ok(()) => self.attempt(place),
                Err(blocked) => self.blocked(place, None, blocked),
            };
        }
        let mut first: Option<(usize, Schema)> = None;
        for &parent in parents {
            let line = self.walk.line(parent).clone();
            let mut reached = self.walk.reach(&line)?;
            if reached.is_ok() {
                reached = self.walk.extend(&needs)?;
            }
            if let Err(blocked) = reached {
                return self.blocked(place, Some(parent), blocked);
            }
            let found = self.findings.len();
            self.attempt(place)?;
            if self.findings.len() > found {
                // Found on one way, it need not be found again on the other.
                return Ok(());
            }
            let schema = self.walk.engine.schema()?;
            let Some((other, expected)) = &first else {
                first = Some((parent, schema));
                continue;
            };
            let differences = changes(expected, &schema);
            if !differences.is_empty() {
                self.findings
                    .add(place, Finding::Order(*other, parent, differences));
                return Ok(());
            }
        }
        Ok(())
    }

    /// The revisions that have to come before could not all be applied, in an order that no proof of
    /// theirs had.
    fn blocked(
        &mut self,
        place: usize,
        over: Option<usize>,
        blocked: Blocked,
    ) -> Result<(), Fault> {
        let Blocked { revision, failure } = blocked;
        if !self.lost.explains(&failure) {
            self.findings
                .add(place, Finding::Blocked(over, revision, failure));
        }
        // Whoever comes next needs a database in which it is applied.
        let line = self.walk.line(place).clone();
        if self.walk.reach(&line)?.is_err() {
            self.walk.forget();
        }
        Ok(())
    }
}
