//! One run: from where the database stands to a target.

use std::collections::BTreeSet;
use std::time::Duration;

use limbeck_model::checksum::Digest;
use limbeck_model::plan;
use limbeck_model::{Dialect, Direction};

use super::chart::{Chart, Tips};
use super::fail;
use super::position::Position;
use crate::clock::{Backoff, Stopwatch};
use crate::driver::{Change, DriverError, Opened, Refusal, Unit};
use crate::error::{Error, ErrorKind};
use crate::ledger::{Applied, Journal, Ledger, Record};
use crate::report::{Event, Observer, Report, Step};
use crate::table::History;

/// A run on one open database.
pub(crate) struct Run<'r> {
    pub(crate) chart: &'r Chart,
    pub(crate) histories: Vec<&'static str>,
    pub(crate) ledger: Ledger,
    pub(crate) driver: Opened<'r>,
    pub(crate) observer: &'r mut dyn Observer,
    pub(crate) backoff: Backoff,
    pub(crate) report: Report,
    watch: Stopwatch,
    /// Whether unfinished scripts may be taken up.
    pub(crate) resume: bool,
    /// Whether a first install may go into one transaction.
    together: bool,
}

/// What became of a unit.
pub(crate) enum Outcome {
    Done,
    /// Nothing was done: read the ledger again.
    Again,
}

impl<'r> Run<'r> {
    pub(crate) fn new(
        chart: &'r Chart,
        histories: &[&'static History],
        ledger: Ledger,
        driver: Opened<'r>,
        observer: &'r mut dyn Observer,
        patience: Duration,
    ) -> Self {
        Self {
            chart,
            histories: histories.iter().map(|history| history.name).collect(),
            ledger,
            report: Report::new(driver.dialect()),
            driver,
            observer,
            backoff: Backoff::new(patience),
            watch: Stopwatch::start(),
            resume: false,
            together: true,
        }
    }

    /// Goes to a target; the report says what was done, in the error too.
    pub(crate) fn go(mut self, direction: Direction, target: &str) -> Result<Report, Error> {
        let result = self.follow(direction, target);
        self.report.duration = self.watch.elapsed();
        match result {
            Ok(()) => Ok(self.report),
            Err(error) => Err(error.after(self.report)),
        }
    }

    fn follow(&mut self, direction: Direction, target: &str) -> Result<(), Error> {
        // A relative target is resolved once, from where the database stood at first: what another
        // process does meanwhile must not carry this one further.
        let mut goal: Option<Vec<usize>> = None;
        let mut announced = None;
        loop {
            let position =
                Position::read(&mut *self.driver, &self.ledger, self.chart, &self.histories)?;
            if position.unfinished().is_some() {
                self.take_up(&position)?;
                continue;
            }
            let goal = match &goal {
                Some(goal) => goal,
                None => goal.insert(self.resolve(&position, direction, target)?),
            };
            let applied = &position.standing.applied;
            let plan: Vec<usize> = goal
                .iter()
                .copied()
                .filter(|index| applied.contains(index) == (direction == Direction::Down))
                .collect();
            self.report.ahead = position.ahead();
            if plan.is_empty() {
                return Ok(());
            }
            self.check(&position, direction, &plan)?;
            if announced != Some(plan.len()) {
                announced = Some(plan.len());
                self.observer.event(&Event::Planned {
                    direction,
                    count: plan.len(),
                });
            }
            if let Outcome::Done = self.perform(&position, direction, &plan)? {
                return Ok(());
            }
            announced = announced.filter(|_| self.report.steps.is_empty());
        }
    }

    fn resolve(
        &self,
        position: &Position,
        direction: Direction,
        target: &str,
    ) -> Result<Vec<usize>, Error> {
        let applied = &position.standing.applied;
        let plan = match direction {
            Direction::Up => plan::upgrade(&self.chart.graph, applied, target),
            Direction::Down => plan::downgrade(&self.chart.graph, applied, target),
        };
        plan.map_err(Error::from)
    }

    /// Refuses, before anything is done, a plan that could not be carried out to its end.
    fn check(
        &self,
        position: &Position,
        direction: Direction,
        plan: &[usize],
    ) -> Result<(), Error> {
        if direction == Direction::Up {
            return Ok(());
        }
        let touched: BTreeSet<&str> = plan
            .iter()
            .map(|&index| self.chart.entries[index].history.name)
            .collect();
        let above: Vec<_> = position
            .standing
            .ahead
            .iter()
            .filter_map(|&row| position.contents.rows.get(row))
            .filter(|row| touched.contains(row.history.as_str()))
            .map(|row| format!("`{}`", row.id))
            .collect();
        if !above.is_empty() {
            return Err(Error::new(
                ErrorKind::Ahead,
                format!(
                    "cannot downgrade below revisions that this program does not know: {}",
                    above.join(", ")
                ),
            )
            .help_with("downgrade with the newer program that knows them"));
        }
        for &index in plan {
            let revision = self.chart.entries[index].revision;
            if let Some(reason) = revision.irreversible {
                return Err(Error::new(
                    ErrorKind::Irreversible,
                    format!(
                        "`{}` ({}) cannot be taken back: {reason}",
                        revision.id, revision.file
                    ),
                )
                .help_with("downgrade to this revision or a later one, or restore a backup"));
            }
        }
        Ok(())
    }

    fn perform(
        &mut self,
        position: &Position,
        direction: Direction,
        plan: &[usize],
    ) -> Result<Outcome, Error> {
        let chart = self.chart;
        let mut tips = chart.tips(&position.standing.applied);
        let mut guard = position.guard(&self.histories);
        let mut create_ledger = !position.contents.present;
        for stretch in self.stretches(position, direction, plan) {
            let entry = &chart.entries[stretch[0]];
            if entry.script(direction).transactional {
                let changes: Vec<Change<'_>> = stretch
                    .iter()
                    .map(|&index| {
                        let state = move_tips(&mut tips, direction, index);
                        change(chart, index, direction, state)
                    })
                    .collect();
                let unit = Unit {
                    guard: guard.clone(),
                    create_ledger,
                    changes,
                };
                if let Outcome::Again = self.transact(&unit, direction, stretch)? {
                    return Ok(Outcome::Again);
                }
            } else {
                // The script reads the ledger for itself, statement by statement.
                let state = move_tips(&mut tips, direction, stretch[0]);
                let outcome =
                    self.begin_script(stretch[0], direction, &guard, create_ledger, state)?;
                if let Outcome::Again = outcome {
                    return Ok(Outcome::Again);
                }
            }
            create_ledger = false;
            for history in stretch
                .iter()
                .map(|&index| chart.entries[index].history.name)
            {
                guard.expect(history, tips.state(history));
            }
        }
        Ok(Outcome::Done)
    }

    /// The transactions of a plan. On SQLite, where each commit waits for the disk, a first install is
    /// one transaction up to the first revision that must stand alone.
    fn stretches<'p>(
        &self,
        position: &Position,
        direction: Direction,
        plan: &'p [usize],
    ) -> Vec<&'p [usize]> {
        let first_install = self.together
            && self.chart.dialect == Dialect::Sqlite
            && direction == Direction::Up
            && position.contents.rows.is_empty();
        let transactional =
            |index: &usize| self.chart.entries[*index].script(direction).transactional;
        let together = if first_install {
            plan.iter().take_while(|index| transactional(index)).count()
        } else {
            0
        };
        let (first, rest) = plan.split_at(together);
        let first = (!first.is_empty()).then_some(first);
        first.into_iter().chain(rest.chunks(1)).collect()
    }

    fn transact(
        &mut self,
        unit: &Unit<'_>,
        direction: Direction,
        stretch: &[usize],
    ) -> Result<Outcome, Error> {
        let chart = self.chart;
        // Of a transaction of several revisions nothing is told before it is committed: until then
        // none of them is done.
        let alone = stretch.len() == 1;
        if alone {
            self.observer
                .event(&Event::Started(chart.entries[stretch[0]].name()));
        }
        let mut durations = Vec::new();
        let result = self
            .driver
            .transact(&self.ledger, unit, &mut |_, duration| {
                durations.push(duration);
            });
        match result {
            Ok(()) => {
                for (&index, duration) in stretch.iter().zip(durations) {
                    if !alone {
                        self.observer
                            .event(&Event::Started(chart.entries[index].name()));
                    }
                    self.finish(index, direction, duration);
                }
                Ok(Outcome::Done)
            }
            Err(Refusal::Moved) => Ok(Outcome::Again),
            Err(Refusal::Busy) => self.wait().map(|()| Outcome::Again),
            // One transaction a revision then, so that those before the failing one stand and the
            // failing one is named.
            Err(_) if !alone => {
                self.together = false;
                Ok(Outcome::Again)
            }
            Err(Refusal::Failed {
                change,
                place,
                error,
            }) => {
                let index = stretch.get(change).copied().unwrap_or(stretch[0]);
                self.journal_failure(unit, index, direction, &error);
                Err(fail::failed(&chart.entries[index], direction, place, error))
            }
            Err(Refusal::Other(error)) if error.code.is_some() => {
                self.journal_failure(unit, stretch[0], direction, &error);
                Err(fail::failed(
                    &chart.entries[stretch[0]],
                    direction,
                    None,
                    error,
                ))
            }
            Err(Refusal::Other(error)) => Err(Error::database(
                "the connection failed in a transaction",
                error,
            )),
        }
    }

    /// Keeps the failed attempt in the journal, in a transaction of its own. That it could not be kept
    /// is not told: the failure itself is, and must not be hidden by a second one.
    fn journal_failure(
        &mut self,
        unit: &Unit<'_>,
        index: usize,
        direction: Direction,
        error: &DriverError,
    ) {
        let text = error.to_string();
        let mut journal = journal(self.chart, index, direction, "failed");
        journal.error = Some(&text);
        let attempt = Unit {
            guard: unit.guard.clone(),
            create_ledger: unit.create_ledger,
            changes: vec![Change {
                statements: &[],
                timeouts: crate::driver::Timeouts::default(),
                records: vec![Record::Attempted(journal)],
            }],
        };
        let _ = self.driver.transact(&self.ledger, &attempt, &mut |_, _| ());
    }

    pub(crate) fn finish(&mut self, index: usize, direction: Direction, duration: Duration) {
        let step = Step {
            revision: self.chart.entries[index].name(),
            direction,
            duration,
            executed: true,
        };
        self.observer.event(&Event::Finished(step.clone()));
        self.report.steps.push(step);
        // Whoever gets on waits anew when it has to wait again.
        self.backoff.restart();
    }

    /// Waits for the process that holds the lock.
    pub(crate) fn wait(&mut self) -> Result<(), Error> {
        if self.backoff.is_fresh() {
            self.observer.event(&Event::Waiting);
        }
        if self.backoff.wait() {
            return Ok(());
        }
        let holder = self
            .driver
            .holder(&self.ledger)
            .unwrap_or_else(|| "another process".to_owned());
        Err(Error::new(
            ErrorKind::Locked,
            format!(
                "{holder} is migrating this database and has not finished within {} s",
                self.backoff.waited().as_secs()
            ),
        )
        .help_with("wait for it and run again; give a longer deadline where migrations take long"))
    }
}

pub(crate) fn move_tips(tips: &mut Tips<'_>, direction: Direction, index: usize) -> Digest {
    match direction {
        Direction::Up => tips.apply(index),
        Direction::Down => tips.remove(index),
    }
    tips.state_of(index)
}

pub(crate) fn change(
    chart: &Chart,
    index: usize,
    direction: Direction,
    state: Digest,
) -> Change<'static> {
    let entry = &chart.entries[index];
    Change {
        statements: entry.statements(direction),
        timeouts: entry.timeouts(direction),
        records: vec![record(chart, index, direction, state, true)],
    }
}

/// What the ledger says of a revision that was run, or only stamped.
pub(crate) fn record(
    chart: &Chart,
    index: usize,
    direction: Direction,
    state: Digest,
    executed: bool,
) -> Record<'static> {
    let entry = &chart.entries[index];
    let (history, id) = (entry.history.name, entry.revision.id);
    let outcome = match (direction, executed) {
        (Direction::Up, true) => "applied",
        (Direction::Down, true) => "removed",
        (Direction::Up, false) => "stamped",
        (Direction::Down, false) => "unstamped",
    };
    let journal = journal(chart, index, direction, outcome);
    match direction {
        Direction::Up => Record::Applied(Applied {
            history,
            id,
            parents: entry.parents.clone(),
            checksum: entry.side.checksum,
            lineage: entry.side.lineage,
            breaking: entry.revision.breaking,
            state,
            journal,
        }),
        Direction::Down => Record::Removed {
            history,
            id,
            state,
            journal,
        },
    }
}

pub(crate) fn journal(
    chart: &Chart,
    index: usize,
    direction: Direction,
    outcome: &'static str,
) -> Journal<'static> {
    let entry = &chart.entries[index];
    Journal {
        history: entry.history.name,
        id: entry.revision.id,
        direction,
        outcome,
        error: None,
        duration_ms: None,
        binary: entry.history.package,
    }
}
