//! Claims: a process's hold on a script, as it writes it into the ledger.

use limbeck_model::{Dialect, Direction};

use super::look;
use super::perform::Script;
use crate::driver::{Change, DriverError, Place, Refusal, Timeouts, Unit};
use crate::engine::change::journal;
use crate::engine::chart::Entry;
use crate::engine::fail::{self, cannot_write};
use crate::engine::foreign;
use crate::engine::run::{Outcome, Run};
use crate::error::Error;
use crate::ledger::{Claim, LEASE_S, Ledger, Record};
use crate::table::Recovery;

impl Run<'_> {
    /// A token that no claim has had.
    pub(super) fn next_token(&mut self, entry: &Entry) -> String {
        self.claims += 1;
        format!("{}.{}{}", self.token, self.claims, foreign::mark(entry))
    }

    /// Whether a claim is this run's.
    pub(in crate::engine) fn is_own(&self, token: &str) -> bool {
        token
            .strip_prefix(&self.token)
            .is_some_and(|rest| rest.starts_with('.'))
    }

    /// Takes a statement in the ledger, by a claim that nobody has made before.
    pub(super) fn take(
        &mut self,
        script: &mut Script,
        number: u32,
        is_first: bool,
    ) -> Result<Outcome, Error> {
        let entry = &self.chart.entries[script.index];
        let token = self.next_token(entry);
        let claim = claim(&self.ledger, entry, script.direction, number, &token);
        let unit = Unit {
            guard: script.guard.clone(),
            create_ledger: script.create_ledger,
            changes: vec![records(vec![Record::Claimed(claim)])],
        };
        let outcome = self.write(&unit, !is_first, None)?;
        if let Outcome::Done = outcome {
            self.hold(script, token);
        }
        Ok(outcome)
    }

    /// Records that a statement has failed.
    pub(super) fn halt(
        &mut self,
        script: &Script,
        number: u32,
        offset: Option<usize>,
        error: DriverError,
    ) -> Error {
        self.record_failure(script, number, &error.to_string());
        let place = Place {
            statement: number as usize - 1,
            offset,
        };
        let entry = &self.chart.entries[script.index];
        fail::failed(entry, script.direction, Some(place), error)
    }

    /// That it could not be recorded is not told: the failure itself is, and of a statement that stands
    /// there as begun the next start finds out what has become.
    pub(super) fn record_failure(&mut self, script: &Script, number: u32, text: &str) {
        let entry = &self.chart.entries[script.index];
        let mut journal = journal(self.chart, script.index, script.direction, "failed");
        journal.error = Some(text);
        let mut written = vec![Record::Attempted(journal)];
        // Without a claim nothing was begun.
        if !script.token.is_empty() {
            let claim = Claim {
                before: None,
                ..claim(&self.ledger, entry, script.direction, number, &script.token)
            };
            written.insert(0, Record::Halted { claim, error: text });
        }
        let unit = Unit {
            guard: script.guard.clone(),
            create_ledger: script.create_ledger,
            changes: vec![records(written)],
        };
        let _ = self.driver.transact(&self.ledger, &unit, &mut |_, _| ());
    }

    /// Writes the ledger. Others hold the lock for moments only where this process `has_begun` a script:
    /// they find that it is taken. `ends` is the revision whose commit is in doubt where the answer is lost.
    pub(in crate::engine) fn write(
        &mut self,
        unit: &Unit<'_>,
        has_begun: bool,
        ends: Option<(usize, Direction)>,
    ) -> Result<Outcome, Error> {
        loop {
            return match self.driver.transact(&self.ledger, unit, &mut |_, _| ()) {
                Ok(()) => Ok(Outcome::Done),
                Err(Refusal::Moved) => Ok(Outcome::Again),
                Err(Refusal::Busy) if has_begun => {
                    self.wait()?;
                    continue;
                }
                Err(Refusal::Busy) => self.wait().map(|()| Outcome::Again),
                Err(Refusal::Failed { error, .. } | Refusal::Other(error)) => {
                    self.in_doubt = ends.filter(|_| error.lost).into_iter().collect();
                    self.reconnect(error, cannot_write).map(|()| Outcome::Again)
                }
            };
        }
    }
}

/// A claim for a statement.
pub(in crate::engine) fn claim<'t>(
    ledger: &Ledger,
    entry: &Entry,
    direction: Direction,
    number: u32,
    token: &'t str,
) -> Claim<'t> {
    let recovery = entry.recovery(direction, number);
    Claim {
        history: entry.history.name,
        id: entry.revision.id,
        direction,
        step: number,
        token,
        lease_s: lease_s(ledger.dialect, recovery),
        before: look::before(ledger, recovery),
    }
}

/// For how long a claim holds. On SQLite a process that runs a statement holds the database itself, and
/// all but `VACUUM INTO` can be run by another one when this has only been slow.
pub(super) const fn lease_s(dialect: Dialect, recovery: Recovery) -> u32 {
    match (dialect, recovery) {
        (Dialect::Postgres, _) | (Dialect::Sqlite, Recovery::Verify(_)) => LEASE_S,
        (Dialect::Sqlite, _) => SHORT_LEASE_S,
    }
}

const SHORT_LEASE_S: u32 = 1;

pub(in crate::engine) fn records(records: Vec<Record<'_>>) -> Change<'_> {
    Change {
        statements: &[],
        timeouts: Timeouts::default(),
        records,
    }
}
