//! Stamping: the ledger is brought to a state without running a script.

use std::collections::BTreeSet;

use limbeck_model::{Direction, plan};

use super::change::{move_tips, record};
use super::discrepancy::refuse_below;
use super::fail::cannot_write;
use super::position::{self, cannot_read};
use super::run::{Outcome, Run};
use super::tenant::Prepared;
use crate::driver::{Change, Refusal, Timeouts, Unit};
use crate::error::Error;
use crate::event::Event;
use crate::ledger::{Contents, Detail, Guard, Record};
use crate::report::{Report, Step};

impl Run<'_> {
    /// Records exactly the targets, and what they stand on, as applied. With `purge` whatever is
    /// recorded is forgotten first, so that nothing recorded has to make sense.
    pub(crate) fn stamp(mut self, targets: &[&str], purge: bool) -> Result<Report, Error> {
        loop {
            let outcome = self.try_stamp(targets, purge);
            match outcome {
                Ok(Outcome::Again) => self.report.steps.clear(),
                Ok(Outcome::Done) => return Ok(self.report),
                Err(error) => return Err(error.after(self.report)),
            }
        }
    }

    fn try_stamp(&mut self, targets: &[&str], purge: bool) -> Result<Outcome, Error> {
        let chart = self.chart;
        let mut ahead = Vec::new();
        let (contents, applied) = if purge {
            let Some(contents) = self.read_to_forget()? else {
                return self.forget_and_stamp(targets);
            };
            (position::understood(contents)?, BTreeSet::new())
        } else {
            let position = self.position()?;
            ahead = position.ahead_rows();
            (position.contents, position.standing.applied)
        };
        if position::unfinished(&contents).is_some_and(|progress| progress.alive) {
            return self.wait().map(|()| Outcome::Again);
        }
        let plan = plan::stamp(&chart.graph, &applied, targets, purge)?;
        let mut tips = chart.tips(&applied);
        let guard = position::guard(&contents, &self.histories);
        let mut records = Vec::new();
        if purge {
            records.extend(
                self.histories
                    .iter()
                    .map(|history| Record::Purged { history }),
            );
        }
        // Whoever stamps has looked at what an unfinished script left.
        for progress in &contents.progress {
            if let Some(entry) = chart.find(&progress.history, &progress.id) {
                records.push(Record::Released {
                    history: entry.history.name,
                    id: entry.revision.id,
                });
            }
        }
        let removed = plan.remove.iter().map(|&index| (index, Direction::Down));
        let added = plan.add.iter().map(|&index| (index, Direction::Up));
        let moves: Vec<_> = removed.chain(added).collect();
        refuse_below(
            &ahead,
            moves
                .iter()
                .map(|&(index, _)| chart.entries[index].history.name),
        )?;
        for &(index, direction) in &moves {
            let state = move_tips(&mut tips, direction, index);
            records.push(record(chart, index, direction, state, false));
        }
        if records.is_empty() {
            return Ok(Outcome::Done);
        }
        if self.prepare(&contents)? == Prepared::Now {
            return Ok(Outcome::Again);
        }
        self.record_moves(guard, !contents.present, records, moves)
    }

    /// What is forgotten need not be understood: `None` where a row of the ledger cannot be read.
    fn read_to_forget(&mut self) -> Result<Option<Contents>, Error> {
        loop {
            match self
                .driver
                .read(&self.ledger, &self.histories, Detail::Full)
            {
                Ok(contents) => return Ok(Some(contents)),
                Err(error) if error.is_of_a_row() => return Ok(None),
                Err(error) => self.reconnect(error, cannot_read)?,
            }
        }
    }

    /// Stamps over a ledger that nobody can read. There is nothing that it could be expected to say, and the
    /// lock is all that keeps others out.
    fn forget_and_stamp(&mut self, targets: &[&str]) -> Result<Outcome, Error> {
        let chart = self.chart;
        let nothing = BTreeSet::new();
        let plan = plan::stamp(&chart.graph, &nothing, targets, true)?;
        let mut tips = chart.tips(&nothing);
        let moves: Vec<_> = plan
            .add
            .iter()
            .map(|&index| (index, Direction::Up))
            .collect();
        let forgotten = self
            .histories
            .iter()
            .map(|history| Record::Purged { history });
        let mut records: Vec<_> = forgotten.collect();
        for &(index, direction) in &moves {
            let state = move_tips(&mut tips, direction, index);
            records.push(record(chart, index, direction, state, false));
        }
        // No history has this name, so that the guard is of nothing.
        let guard = Guard {
            histories: vec![String::new()],
            ..Guard::default()
        };
        self.record_moves(guard, false, records, moves)
    }

    fn record_moves(
        &mut self,
        guard: Guard,
        create_ledger: bool,
        records: Vec<Record<'_>>,
        moves: Vec<(usize, Direction)>,
    ) -> Result<Outcome, Error> {
        let unit = Unit {
            guard,
            create_ledger,
            changes: vec![Change {
                statements: &[],
                timeouts: Timeouts::default(),
                records,
            }],
        };
        match self.driver.transact(&self.ledger, &unit, &mut |_, _| ()) {
            Ok(()) => {
                for (index, direction) in moves {
                    let step = Step::new(self.chart.entries[index].name(), direction, false);
                    self.tell(&Event::Finished(step.clone()));
                    self.report.steps.push(step);
                }
                Ok(Outcome::Done)
            }
            Err(Refusal::Moved) => Ok(Outcome::Again),
            Err(Refusal::Busy) => self.wait().map(|()| Outcome::Again),
            Err(Refusal::Failed { error, .. } | Refusal::Other(error)) => {
                self.reconnect(error, cannot_write).map(|()| Outcome::Again)
            }
        }
    }
}
