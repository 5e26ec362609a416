//! Takes up a script that was left unfinished: by a process that is gone, or by an earlier run.

use std::time::Duration;

use limbeck_model::{Dialect, Direction};

use super::claim::{claim, records};
use super::decide::Doubt;
use super::perform::Script;
use super::settle::Settled;
use crate::clock::Stopwatch;
use crate::driver::{Place, Unit};
use crate::engine::change::move_tips;
use crate::engine::discrepancy;
use crate::engine::fail;
use crate::engine::position::{Position, cannot_read};
use crate::engine::run::{Outcome, Run};
use crate::error::{Error, ErrorKind};
use crate::ledger::{Progress, ProgressState, Record};
use crate::table::Recovery;

/// For how long a claim has to be the same on SQLite after the database was free.
const SUSPICION: Duration = Duration::from_secs(1);

impl Run<'_> {
    /// An unfinished script stands in the ledger: waits while another process is at it, and otherwise goes
    /// on with it, once it is known what has become of its last statement.
    pub(in crate::engine) fn take_up(&mut self, position: &Position) -> Result<(), Error> {
        let Some(progress) = position.unfinished() else {
            return Ok(());
        };
        if progress.alive && !self.is_own(&progress.token) {
            return self.wait();
        }
        let Some((index, direction)) = self.find(progress) else {
            return Err(unknown_script(progress));
        };
        // A script ends in the transaction that records its revision, so that none is unfinished of what is
        // recorded as done: its statements must not run again.
        if position.standing.applied.contains(&index) == (direction == Direction::Up) {
            let history = self.chart.entries[index].history.name;
            return Err(discrepancy::contradictory(history));
        }
        if !self.is_own(&progress.token) && self.may_be_slow(position, progress)? {
            return Ok(());
        }
        self.back_up()?;
        let mut tips = self.chart.tips(&position.standing.applied);
        let state = move_tips(&mut tips, direction, index);
        let guard = position.guard(&self.histories);
        let mut script = Script::new(index, direction, &guard, state);
        // From here on whoever had it before cannot write any more.
        if let Outcome::Again = self.take_over(&mut script, progress)? {
            return Ok(());
        }
        let Some(next) = self.first_to_run(&mut script, progress)? else {
            return Ok(());
        };
        self.go_on(&mut script, next).map(|_| ())
    }

    /// On SQLite a lease runs out while a statement holds the database, and all that wait for it come at the
    /// same time as the process that goes on. So a claim is dead only if it is the same a while after the
    /// database was free.
    fn may_be_slow(&mut self, position: &Position, progress: &Progress) -> Result<bool, Error> {
        if self.ledger.dialect != Dialect::Sqlite || progress.state == ProgressState::Failed {
            return Ok(false);
        }
        let since = self
            .suspect
            .as_ref()
            .filter(|(token, _)| *token == progress.token);
        if let Some((_, free)) = since {
            if free.elapsed() >= SUSPICION {
                return Ok(false);
            }
        } else {
            let unit = Unit {
                guard: position.guard(&self.histories),
                create_ledger: false,
                changes: Vec::new(),
            };
            if let Outcome::Again = self.write(&unit, false, None)? {
                return Ok(true);
            }
            self.suspect = Some((progress.token.clone(), Stopwatch::start()));
        }
        self.wait().map(|()| true)
    }

    fn take_over(&mut self, script: &mut Script, progress: &Progress) -> Result<Outcome, Error> {
        let entry = &self.chart.entries[script.index];
        let token = self.next_token(entry);
        let claim = claim(&self.ledger, entry, script.direction, progress.step, &token);
        let unit = Unit {
            guard: script.guard.clone(),
            create_ledger: false,
            changes: vec![records(vec![Record::TakenOver(claim)])],
        };
        let outcome = self.write(&unit, false, None)?;
        if let Outcome::Done = outcome {
            self.hold(script, token);
        }
        Ok(outcome)
    }

    /// The statement to go on with; none where the ledger has to be read again.
    fn first_to_run(
        &mut self,
        script: &mut Script,
        progress: &Progress,
    ) -> Result<Option<u32>, Error> {
        self.wait_until_ended(&progress.token)?;
        if let Settled::Again = self.set_session(script, progress.step)? {
            return Ok(None);
        }
        if progress.state == ProgressState::Done {
            return Ok(Some(progress.step + 1));
        }
        let doubt = Doubt {
            state: progress.state,
            before: progress.before.as_deref(),
        };
        let is_own = self.is_own(&progress.token);
        Ok(match self.settle(script, progress.step, Some(doubt))? {
            Settled::Again => None,
            Settled::Done => {
                if !is_own {
                    self.notes.push(format!(
                        "statement {}, which an earlier run had begun, was found done",
                        progress.step
                    ));
                }
                Some(progress.step + 1)
            }
            Settled::ToRun => {
                if !is_own {
                    self.notes.push(format!(
                        "statement {}, which an earlier run had begun, was run again",
                        progress.step
                    ));
                }
                Some(progress.step)
            }
            Settled::Unknown if self.resume => Some(progress.step),
            Settled::Unknown => {
                self.let_go(script, progress.step);
                return Err(self.interrupted(script, progress));
            }
        })
    }

    /// A statement may have been on its way when the script was taken over, or its connection was lost.
    pub(in crate::engine) fn wait_until_ended(&mut self, token: &str) -> Result<(), Error> {
        let Some(question) = self.ledger.is_running(token) else {
            return Ok(());
        };
        loop {
            let answer = match self.driver.ask(&question) {
                Ok(answer) => answer,
                Err(error) => {
                    self.reconnect(error, cannot_read)?;
                    continue;
                }
            };
            let value = answer
                .first()
                .and_then(|row| row.first().cloned().flatten());
            if value.as_deref() != Some("t") {
                return Ok(());
            }
            self.wait()?;
        }
    }

    /// Sets this session to what the statements before this one have set theirs.
    fn set_session(&mut self, script: &Script, step: u32) -> Result<Settled, Error> {
        let entry = &self.chart.entries[script.index];
        let before = (1..step).zip(entry.statements(script.direction));
        for (number, statement) in before {
            if entry.recovery(script.direction, number) != Recovery::Session {
                continue;
            }
            let timeouts = entry.timeouts(script.direction);
            if let Err(error) = self.run_apart(script, number, statement.sql, timeouts) {
                if error.lost {
                    return self
                        .reconnect(error, |error| fail::interrupted(entry, error))
                        .map(|()| Settled::Again);
                }
                if error.busy {
                    return self.wait().map(|()| Settled::Again);
                }
                let offset = error.offset;
                return Err(self.halt(script, number, offset, error));
            }
        }
        Ok(Settled::ToRun)
    }

    /// Ends the claim, so that nobody waits for it. Where that fails it ends by itself.
    fn let_go(&mut self, script: &Script, step: u32) {
        let entry = &self.chart.entries[script.index];
        let claim = claim(&self.ledger, entry, script.direction, step, &script.token);
        let unit = Unit {
            guard: script.guard.clone(),
            create_ledger: false,
            changes: vec![records(vec![Record::LetGo(claim)])],
        };
        let _ = self.driver.transact(&self.ledger, &unit, &mut |_, _| ());
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

    fn interrupted(&self, script: &Script, progress: &Progress) -> Error {
        let entry = &self.chart.entries[script.index];
        let place = Place {
            statement: progress.step as usize - 1,
            offset: None,
        };
        let location = fail::locate(entry, script.direction, Some(place), None);
        Error::new(
            ErrorKind::Interrupted,
            format!(
                "`{}` ({}) is unfinished, and nothing tells whether its statement {} of {} at {} has happened",
                entry.revision.id,
                entry.revision.message,
                progress.step,
                entry.statements(script.direction).len(),
                fail::words(&location),
            ),
        )
        .help_with(
            "look whether it has happened: if it has not, run `resume`, which runs it again and goes on; \
             if it has, take it back first, or finish by hand and run `stamp`",
        )
        .at(location)
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
    .help_with("run the program that has begun it, which goes on with it")
}
