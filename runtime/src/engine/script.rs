//! Non-transactional scripts: statement by statement, each journaled before it starts.
//!
//! A statement that was begun and not recorded as done may have happened or not, wholly or in part. So
//! an unfinished script is never recorded as applied and never taken up without being asked to.

use limbeck_model::Direction;
use limbeck_model::checksum::Digest;

use super::change::{journal, move_tips, record};
use super::fail::{self, cannot_write};
use super::foreign;
use super::position::Position;
use super::run::{Outcome, Run};
use crate::clock::{Stopwatch, milliseconds};
use crate::driver::{Change, DriverError, Effect, Place, Refusal, Timeouts, Unit};
use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::ledger::{Claim, Guard, Progress, Record};

/// A script in the hands of this process.
struct Script<'g> {
    index: usize,
    direction: Direction,
    guard: &'g Guard,
    token: String,
    /// The state that the script leads to.
    state: Digest,
}

impl Run<'_> {
    /// Runs a script from its first statement.
    pub(super) fn begin_script(
        &mut self,
        index: usize,
        direction: Direction,
        guard: &Guard,
        create_ledger: bool,
        state: Digest,
    ) -> Result<Outcome, Error> {
        let script = Script {
            index,
            direction,
            guard,
            token: format!(
                "{:016x}{}",
                fastrand::u64(..),
                foreign::mark(&self.chart.entries[index])
            ),
            state,
        };
        self.run_script(&script, 1, create_ledger)
    }

    /// An unfinished script stands in the ledger: waits while another process is at it, takes it up
    /// when that was asked for, and otherwise reports it.
    pub(super) fn take_up(&mut self, position: &Position) -> Result<(), Error> {
        let Some(progress) = position.unfinished() else {
            return Ok(());
        };
        if progress.alive {
            return self.wait();
        }
        let Some((index, direction)) = self.find(progress) else {
            return Err(unknown_script(progress));
        };
        if !self.resume {
            // A lease runs out under a long statement, which then holds the database itself.
            let guard = position.guard(&self.histories);
            if let Outcome::Again = self.attempt(&nothing(guard))? {
                return Ok(());
            }
            return Err(self.interrupted(index, direction, progress));
        }
        let mut tips = self.chart.tips(&position.standing.applied);
        let guard = position.guard(&self.histories);
        let script = Script {
            index,
            direction,
            guard: &guard,
            token: format!(
                "{:016x}{}",
                fastrand::u64(..),
                foreign::mark(&self.chart.entries[index])
            ),
            state: move_tips(&mut tips, direction, index),
        };
        self.run_script(&script, progress.step, false).map(|_| ())
    }

    fn find(&self, progress: &Progress) -> Option<(usize, Direction)> {
        let index = self.chart.entries.iter().position(|entry| {
            entry.history.name == progress.history && entry.revision.id == progress.id
        })?;
        let direction = [Direction::Up, Direction::Down]
            .into_iter()
            .find(|direction| direction.name() == progress.direction)?;
        let count = self.chart.entries[index].statements(direction).len();
        (1..=count)
            .contains(&(progress.step as usize))
            .then_some((index, direction))
    }

    fn interrupted(&self, index: usize, direction: Direction, progress: &Progress) -> Error {
        let entry = &self.chart.entries[index];
        let place = Place {
            statement: progress.step as usize - 1,
            offset: None,
        };
        let location = fail::locate(entry, direction, Some(place), None);
        let fate = progress.error.as_ref().map_or_else(
            || "was begun and not finished".to_owned(),
            |error| format!("failed: {error}"),
        );
        Error::new(
            ErrorKind::Interrupted,
            format!(
                "`{}` ({}) is unfinished: its statement {} of {} at {} {fate}",
                entry.revision.id,
                entry.revision.message,
                progress.step,
                entry.statements(direction).len(),
                fail::words(&location),
            ),
        )
        .help_with(
            "look at what that statement has left in the database, take it back, and run `resume`, \
             which goes on with that statement; or finish by hand and run `stamp`",
        )
        .at(location)
    }

    fn run_script(
        &mut self,
        script: &Script<'_>,
        first: u32,
        create_ledger: bool,
    ) -> Result<Outcome, Error> {
        let entry = &self.chart.entries[script.index];
        let statements = entry.statements(script.direction);
        let watch = Stopwatch::start();
        let mut create_ledger = create_ledger;
        let mut guard = script.guard.clone();
        let mut rows = 0;
        for (number, statement) in (1..).zip(statements).skip(first as usize - 1) {
            let unit = self.step_unit(script, &guard, number, create_ledger);
            let outcome = if number == first {
                self.attempt(&unit)?
            } else {
                self.insist(&unit)?
            };
            if let Outcome::Again = outcome {
                return Ok(Outcome::Again);
            }
            create_ledger = false;
            guard.expect_unfinished(entry.history.name, Some(&script.token));
            if number == first {
                self.tell_start(script.index, script.direction);
            }
            self.tell(&Event::Statement {
                revision: entry.name(),
                number: number as usize,
                count: statements.len(),
            });
            let claim = self.claim(script, number);
            let busy = self.mark(script.index, Some(&claim));
            let statement_watch = Stopwatch::start();
            let result = self
                .driver
                .run(statement.sql, entry.timeouts(script.direction));
            self.driver.mark(None);
            drop(busy);
            let changed = result.map_err(|error| self.halt(script, &guard, number, error))?;
            rows += changed;
            self.tell(&Event::StatementFinished {
                revision: entry.name(),
                number: number as usize,
                count: statements.len(),
                duration: statement_watch.elapsed(),
                rows: changed,
            });
        }
        if statements.is_empty() {
            self.tell_start(script.index, script.direction);
        }
        self.end_script(script, guard, create_ledger, (watch, rows))
    }

    fn claim<'s>(&self, script: &'s Script<'_>, step: u32) -> Claim<'s> {
        let entry = &self.chart.entries[script.index];
        Claim {
            history: entry.history.name,
            id: entry.revision.id,
            direction: script.direction,
            step,
            token: &script.token,
        }
    }

    fn step_unit<'s>(
        &self,
        script: &'s Script<'_>,
        guard: &Guard,
        step: u32,
        create_ledger: bool,
    ) -> Unit<'s> {
        Unit {
            guard: guard.clone(),
            create_ledger,
            changes: vec![records(vec![Record::Claimed(self.claim(script, step))])],
        }
    }

    /// Records that a statement has failed. That it could not be recorded is not told, since the claim
    /// stands in the ledger as unfinished anyway and the failure itself is reported.
    fn halt(
        &mut self,
        script: &Script<'_>,
        guard: &Guard,
        number: u32,
        error: DriverError,
    ) -> Error {
        let text = error.to_string();
        let mut journal = journal(self.chart, script.index, script.direction, "failed");
        journal.error = Some(&text);
        let unit = Unit {
            guard: guard.clone(),
            create_ledger: false,
            changes: vec![records(vec![
                Record::Halted {
                    claim: self.claim(script, number),
                    error: &text,
                },
                Record::Attempted(journal),
            ])],
        };
        let _ = self.driver.transact(&self.ledger, &unit, &mut |_, _| ());
        let place = Place {
            statement: number as usize - 1,
            offset: error.offset,
        };
        fail::failed(
            &self.chart.entries[script.index],
            script.direction,
            Some(place),
            error,
        )
    }

    fn end_script(
        &mut self,
        script: &Script<'_>,
        guard: Guard,
        create_ledger: bool,
        (watch, rows): (Stopwatch, u64),
    ) -> Result<Outcome, Error> {
        let entry = &self.chart.entries[script.index];
        let mut done = record(
            self.chart,
            script.index,
            script.direction,
            script.state,
            true,
        );
        done.measured(milliseconds(watch.elapsed()));
        let released = Record::Released {
            history: entry.history.name,
            id: entry.revision.id,
        };
        let unit = Unit {
            guard,
            create_ledger,
            changes: vec![records(vec![done, released])],
        };
        let outcome = self.insist(&unit)?;
        if let Outcome::Done = outcome {
            let effect = Effect {
                duration: watch.elapsed(),
                rows,
            };
            self.finish(script.index, script.direction, effect);
        }
        Ok(outcome)
    }

    /// Writes the ledger if the lock is free.
    fn attempt(&mut self, unit: &Unit<'_>) -> Result<Outcome, Error> {
        match self.driver.transact(&self.ledger, unit, &mut |_, _| ()) {
            Ok(()) => Ok(Outcome::Done),
            Err(Refusal::Moved) => Ok(Outcome::Again),
            Err(Refusal::Busy) => self.wait().map(|()| Outcome::Again),
            Err(Refusal::Failed { error, .. } | Refusal::Other(error)) => Err(cannot_write(error)),
        }
    }

    /// Writes the ledger for a script that this process has begun. Others hold the lock for moments
    /// only, to find that the script is taken.
    fn insist(&mut self, unit: &Unit<'_>) -> Result<Outcome, Error> {
        loop {
            match self.driver.transact(&self.ledger, unit, &mut |_, _| ()) {
                Err(Refusal::Busy) => self.wait()?,
                Ok(()) => return Ok(Outcome::Done),
                Err(Refusal::Moved) => return Ok(Outcome::Again),
                Err(Refusal::Failed { error, .. } | Refusal::Other(error)) => {
                    return Err(cannot_write(error));
                }
            }
        }
    }
}

/// A transaction that only finds out whether it could be one.
fn nothing(guard: Guard) -> Unit<'static> {
    Unit {
        guard,
        create_ledger: false,
        changes: Vec::new(),
    }
}

fn records(records: Vec<Record<'_>>) -> Change<'_> {
    Change {
        statements: &[],
        timeouts: Timeouts::default(),
        records,
    }
}

fn unknown_script(progress: &Progress) -> Error {
    Error::new(
        ErrorKind::Interrupted,
        format!(
            "the script `{}` of `{}`, which this program does not have, was left unfinished at its statement {}",
            progress.direction, progress.id, progress.step
        ),
    )
    .help_with("run `resume` with the program that has begun it")
}
