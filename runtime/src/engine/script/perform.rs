//! Runs a script: each statement under a claim, or in one transaction with its record.

use std::time::Duration;

use limbeck_model::Direction;
use limbeck_model::checksum::Digest;

use super::claim::{claim, lease_s, records};
use super::look::{is_concurrent, leaves_indexes};
use super::settle::Settled;
use crate::clock::{Stopwatch, milliseconds};
use crate::driver::{Change, DriverError, Effect, Ran, Refusal, Timeouts, Unit};
use crate::engine::change::{self, record};
use crate::engine::chart::Entry;
use crate::engine::fail::{self, cannot_write};
use crate::engine::run::{Outcome, Run};
use crate::error::Error;
use crate::event::Event;
use crate::ledger::{Claim, Guard, Record};
use crate::table::Recovery;

/// A script in the hands of this process.
pub(super) struct Script {
    pub(super) index: usize,
    pub(super) direction: Direction,
    /// What the ledger says, as this process has left it.
    pub(super) guard: Guard,
    /// The claim that is in force; empty before the first.
    pub(super) token: String,
    /// The state that the script leads to.
    pub(super) state: Digest,
    pub(super) create_ledger: bool,
    pub(super) watch: Stopwatch,
    pub(super) rows: u64,
}

impl Script {
    pub(super) fn new(index: usize, direction: Direction, guard: &Guard, state: Digest) -> Self {
        Self {
            index,
            direction,
            guard: guard.clone(),
            token: String::new(),
            state,
            create_ledger: false,
            watch: Stopwatch::start(),
            rows: 0,
        }
    }
}

impl Run<'_> {
    /// The ledger has taken a claim.
    pub(super) fn hold(&mut self, script: &mut Script, token: String) {
        let history = self.chart.entries[script.index].history.name;
        script.create_ledger = false;
        script.guard.expect_unfinished(history, Some(&token));
        script.token = token;
        self.has_script = true;
    }

    /// Runs a script from its first statement.
    pub(in crate::engine) fn begin_script(
        &mut self,
        index: usize,
        direction: Direction,
        guard: &Guard,
        create_ledger: bool,
        state: Digest,
    ) -> Result<Outcome, Error> {
        let mut script = Script::new(index, direction, guard, state);
        script.create_ledger = create_ledger;
        self.go_on(&mut script, 1)
    }

    /// Runs a script from this statement to its end.
    pub(super) fn go_on(&mut self, script: &mut Script, first: u32) -> Result<Outcome, Error> {
        let entry = &self.chart.entries[script.index];
        let statements = entry.statements(script.direction);
        if first as usize > statements.len() {
            self.tell_start(script.index, script.direction);
        }
        for (number, _) in (1..).zip(statements).skip(first as usize - 1) {
            let is_first = number == first;
            let outcome = match entry.recovery(script.direction, number) {
                Recovery::Together => self.together(script, number, is_first)?,
                recovery => self.apart(script, number, recovery, is_first)?,
            };
            if let Outcome::Again = outcome {
                return Ok(Outcome::Again);
            }
        }
        self.end_script(script)
    }

    /// Runs a statement in one transaction with its record.
    fn together(
        &mut self,
        script: &mut Script,
        number: u32,
        is_first: bool,
    ) -> Result<Outcome, Error> {
        let entry = &self.chart.entries[script.index];
        if is_first {
            self.tell_start(script.index, script.direction);
        }
        self.tell_statement(script, number);
        let token = self.next_token(entry);
        let claim = claim(&self.ledger, entry, script.direction, number, &token);
        let unit = Unit {
            guard: script.guard.clone(),
            create_ledger: script.create_ledger,
            changes: vec![completion(
                entry,
                script.direction,
                number,
                claim,
                self.lock_timeout,
            )],
        };
        let mut done = Effect::default();
        let busy = self.mark(script.index, None);
        let result = loop {
            let result = self
                .driver
                .transact(&self.ledger, &unit, &mut |_, effect| done = effect);
            match result {
                // Whoever finds out that this script is taken holds the lock for a moment.
                Err(Refusal::Busy) if !script.token.is_empty() => self.wait()?,
                result => break result,
            }
        };
        self.driver.mark(None);
        drop(busy);
        match result {
            Ok(()) => {
                self.hold(script, token);
                self.statement_ended(script, number, done);
                Ok(Outcome::Done)
            }
            Err(Refusal::Moved) => Ok(Outcome::Again),
            Err(Refusal::Busy) => self.wait().map(|()| Outcome::Again),
            Err(Refusal::Failed { error, .. } | Refusal::Other(error)) if error.lost => self
                .reconnect(error, |error| fail::interrupted(entry, error))
                .map(|()| Outcome::Again),
            Err(Refusal::Failed { error, .. } | Refusal::Other(error)) if error.is_conflict() => {
                self.try_later(script, number, error)
            }
            Err(Refusal::Failed { place, error, .. }) => {
                let offset = place.and_then(|place| place.offset);
                Err(self.halt(script, number, offset, error))
            }
            Err(Refusal::Other(error)) => Err(cannot_write(error)),
        }
    }

    /// Runs a statement by itself, under a claim that was recorded before.
    fn apart(
        &mut self,
        script: &mut Script,
        number: u32,
        recovery: Recovery,
        is_first: bool,
    ) -> Result<Outcome, Error> {
        let entry = &self.chart.entries[script.index];
        let statement = &entry.statements(script.direction)[number as usize - 1];
        let mut is_told = false;
        loop {
            let watch = Stopwatch::start();
            if let Outcome::Again = self.take(script, number, is_first)? {
                return Ok(Outcome::Again);
            }
            if !is_told {
                is_told = true;
                if is_first {
                    self.tell_start(script.index, script.direction);
                }
                self.tell_statement(script, number);
            }
            if leaves_indexes(recovery)
                && let Settled::Again = self.settle(script, number, None)?
            {
                return Ok(Outcome::Again);
            }
            // A claim that may have run out meanwhile is no licence to run anything.
            let lease = Duration::from_secs(lease_s(self.ledger.dialect, recovery).into());
            if watch.elapsed() < lease / 2 {
                break;
            }
        }
        let timeouts = timeouts(entry, script.direction, number);
        let watch = Stopwatch::start();
        let result = self.run_apart(script, number, statement.sql, timeouts);
        let rows = match result {
            Ok(rows) => rows,
            Err(error) => return self.refused(script, number, error),
        };
        if let Recovery::CreatesIndex { name, .. } = recovery
            && self.is_left_invalid(recovery)
        {
            let words = format!("the index `{name}` is not valid after it was built");
            return Err(self.halt(script, number, None, DriverError::other(words)));
        }
        let duration = watch.elapsed();
        self.statement_ended(script, number, Effect { duration, rows });
        Ok(Outcome::Done)
    }

    /// Runs a text under the claim that is in force, which says so to whoever looks.
    pub(super) fn run_apart(
        &mut self,
        script: &Script,
        number: u32,
        sql: &str,
        timeouts: Timeouts,
    ) -> Result<u64, DriverError> {
        let entry = &self.chart.entries[script.index];
        let claim = claim(&self.ledger, entry, script.direction, number, &script.token);
        let busy = self.mark(script.index, Some(&claim));
        let result = self.driver.run(sql, timeouts);
        self.driver.mark(None);
        drop(busy);
        let Ran { rows, note } = result?;
        self.notes.extend(note);
        Ok(rows)
    }

    /// After a statement by itself was not done.
    fn refused(
        &mut self,
        script: &mut Script,
        number: u32,
        error: DriverError,
    ) -> Result<Outcome, Error> {
        let entry = &self.chart.entries[script.index];
        if error.lost {
            return self
                .reconnect(error, |error| fail::interrupted(entry, error))
                .map(|()| Outcome::Again);
        }
        // On SQLite somebody has the database open, or has taken the script over who found this process too slow.
        if error.busy {
            return self.wait().map(|()| Outcome::Again);
        }
        self.sweep(script, number);
        if error.is_conflict() {
            return self.try_later(script, number, error);
        }
        let offset = error.offset;
        Err(self.halt(script, number, offset, error))
    }

    /// After others were in the way: pauses, to begin again with what the ledger says, or gives up.
    fn try_later(
        &mut self,
        script: &Script,
        number: u32,
        error: DriverError,
    ) -> Result<Outcome, Error> {
        let text = error.to_string();
        let result = self.try_again(script.index, script.direction, error);
        if result.is_err() {
            self.record_failure(script, number, &text);
        }
        result
    }

    fn end_script(&mut self, script: &mut Script) -> Result<Outcome, Error> {
        let entry = &self.chart.entries[script.index];
        let (index, direction) = (script.index, script.direction);
        let mut done = record(self.chart, index, direction, script.state, true);
        done.measured(milliseconds(script.watch.elapsed()));
        let released = Record::Released {
            history: entry.history.name,
            id: entry.revision.id,
        };
        let unit = Unit {
            guard: script.guard.clone(),
            create_ledger: script.create_ledger,
            changes: vec![records(vec![done, released])],
        };
        let outcome = self.write(&unit, true, Some((index, direction)))?;
        if let Outcome::Done = outcome {
            self.has_script = false;
            let effect = Effect {
                duration: script.watch.elapsed(),
                rows: script.rows,
            };
            self.finish(index, direction, effect);
        }
        Ok(outcome)
    }

    fn tell_statement(&self, script: &Script, number: u32) {
        let entry = &self.chart.entries[script.index];
        self.tell(&Event::Statement {
            revision: entry.name(),
            number: number as usize,
            count: entry.statements(script.direction).len(),
        });
    }

    fn statement_ended(&mut self, script: &mut Script, number: u32, effect: Effect) {
        let entry = &self.chart.entries[script.index];
        script.rows += effect.rows;
        self.backoff.restart();
        self.tell(&Event::StatementFinished {
            revision: entry.name(),
            number: number as usize,
            count: entry.statements(script.direction).len(),
            duration: effect.duration,
            rows: effect.rows,
        });
    }
}

/// A statement in one transaction with its record.
pub(in crate::engine) fn completion<'t>(
    entry: &Entry,
    direction: Direction,
    number: u32,
    claim: Claim<'t>,
    lock_timeout: Duration,
) -> Change<'t> {
    let place = number as usize - 1;
    Change {
        statements: &entry.statements(direction)[place..=place],
        timeouts: change::timeouts(entry, direction, lock_timeout),
        records: vec![Record::Completed(claim)],
    }
}

/// The timeouts of a statement by itself. What only waits for others shall wait: an index that is given up
/// is of no use, and nobody has to queue behind it.
fn timeouts(entry: &Entry, direction: Direction, number: u32) -> Timeouts {
    let own = entry.timeouts(direction);
    let statement = &entry.statements(direction)[number as usize - 1];
    let waits = is_concurrent(entry.recovery(direction, number), statement.sql);
    Timeouts {
        lock_ms: own.lock_ms.or(waits.then_some(0)),
        ..own
    }
}
