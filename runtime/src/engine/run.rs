//! One run: from where the database stands to a target.

use std::time::Duration;

use limbeck_model::{Direction, plan};

use super::before::Look;
use super::change::{change, move_tips};
use super::chart::Chart;
use super::discrepancy::refuse_below;
use super::fail;
use super::foreign::note;
use super::position::Position;
use super::retry::{Attempts, Looks, Sight};
use super::sharing::Sharing;
use super::tenant::{Preparation, Prepared};
use crate::clock::{Backoff, Stopwatch};
use crate::driver::{Change, Driver, Effect, Marker, Unit};
use crate::error::{Error, ErrorKind};
use crate::event::{Event, Listener};
use crate::ledger::{Claim, Ledger, StateRow};
use crate::options::Options;
use crate::preflight::Facts;
use crate::report::{Report, Step};
use crate::table::History;
use crate::watch::Busy;

/// A run on one open database.
pub(crate) struct Run<'r> {
    pub(crate) chart: &'r Chart,
    pub(crate) histories: Vec<&'static str>,
    pub(crate) ledger: Ledger,
    pub(crate) driver: &'r mut (dyn Driver + 'r),
    pub(super) listener: Listener,
    pub(crate) backoff: Backoff,
    pub(super) options: &'r Options,
    pub(super) tables: Vec<&'static History>,
    pub(super) look: Look,
    pub(super) copy: Look,
    pub(super) first_reading: Look,
    /// What the database has told of itself with the ledger, as long as that is fresh.
    pub(super) facts: Option<Facts>,
    pub(crate) report: Report,
    watch: Stopwatch,
    /// Whether a statement runs again of which nothing tells whether it has happened.
    pub(crate) resume: bool,
    /// Which revisions share a transaction.
    pub(super) sharing: Sharing,
    /// Whether the observer knows that others have to be waited for.
    told_to_wait: bool,
    /// Tells this run's messages from those of any other.
    pub(super) token: String,
    /// A claim of which nobody has heard since the database was free.
    pub(super) suspect: Option<(String, Stopwatch)>,
    /// How many claims it has made.
    pub(super) claims: u32,
    /// Whether it has a script outside a transaction, as far as it knows.
    pub(super) has_script: bool,
    /// What the next step has to say.
    pub(super) notes: Vec<String>,
    /// How long was waited since the last step.
    waited: Duration,
    /// The attempts since the last step.
    pub(super) attempts: Attempts,
    /// Revisions whose commit may have been done, as the connection was lost before its answer.
    pub(super) in_doubt: Vec<(usize, Direction)>,
    pub(super) lock_timeout: Duration,
    pub(super) lock_deadline: Duration,
    /// What a tenant's transactions take for granted.
    pub(super) preparation: Preparation,
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
        driver: &'r mut (dyn Driver + 'r),
        listener: Listener,
        options: &'r Options,
    ) -> Self {
        Self {
            chart,
            histories: histories.iter().map(|history| history.name).collect(),
            ledger,
            report: Report::new(driver.dialect()),
            driver,
            listener,
            backoff: Backoff::new(options.lock_deadline),
            options,
            tables: histories.to_vec(),
            look: Look::Ahead,
            copy: Look::Ahead,
            first_reading: Look::Ahead,
            facts: None,
            watch: Stopwatch::start(),
            resume: false,
            sharing: Sharing::default(),
            told_to_wait: false,
            token: format!("{:016x}", fastrand::u64(..)),
            suspect: None,
            claims: 0,
            has_script: false,
            notes: Vec::new(),
            waited: Duration::ZERO,
            attempts: Attempts::default(),
            in_doubt: Vec::new(),
            lock_timeout: options.lock_timeout,
            lock_deadline: options.lock_deadline,
            preparation: Preparation::new(options),
        }
    }

    /// Goes to a target; the report says what was done, in the error too. `known` is where the database
    /// stands, if that was seen already.
    pub(crate) fn go(
        mut self,
        direction: Direction,
        target: &str,
        known: Option<Position>,
    ) -> Result<Report, Error> {
        let result = self.follow(direction, target, known);
        #[cfg(feature = "drift")]
        let result = result.and_then(|()| self.after());
        self.report.duration = self.watch.elapsed();
        match result {
            Ok(()) => Ok(self.report),
            Err(error) => Err(error.after(self.report)),
        }
    }

    fn follow(
        &mut self,
        direction: Direction,
        target: &str,
        mut known: Option<Position>,
    ) -> Result<(), Error> {
        // A relative target is resolved once, from where the database stood at first: what another
        // process does meanwhile must not carry this one further.
        let mut goal: Option<Vec<usize>> = None;
        let mut announced = None;
        let mut looks = Looks::default();
        loop {
            let position = match known.take() {
                Some(position) => position,
                None => self.position_and_facts()?,
            };
            self.settle_doubt(&position);
            // Whoever holds the lock and gets on may take as long as it needs.
            match looks.look(self.sight(&position)) {
                Sight::Moved => self.backoff.restart(),
                Sight::Same => {}
                Sight::InVain => self.wait()?,
            }
            // A script that this program does not have concerns it only where it has something to do.
            let is_foreign = position.foreign(self.chart).is_some();
            if position.unfinished().is_some() && !is_foreign {
                self.prepare(&position.contents)?;
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
                self.report
                    .notes
                    .extend(position.foreign(self.chart).map(note));
                return Ok(());
            }
            if is_foreign {
                self.take_up(&position)?;
                continue;
            }
            self.check(&position, direction, &plan)?;
            self.before(direction, &plan)?;
            if self.prepare(&position.contents)? == Prepared::Now {
                continue;
            }
            if announced != Some(plan.len()) {
                announced = Some(plan.len());
                self.tell(&Event::Planned {
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

    /// What tells whether anybody gets on. Each attempt of this run's at a statement has a claim of its own,
    /// and is no progress.
    fn sight(&self, position: &Position) -> (Vec<StateRow>, Option<u32>) {
        let mut states = position.contents.states.clone();
        for state in &mut states {
            if let Some(token) = &mut state.unfinished
                && self.is_own(token)
            {
                token.clone_from(&self.token);
            }
        }
        let step = position.unfinished().map(|script| script.step);
        (states, step)
    }

    /// Whether a commit was done whose answer was lost, as far as the ledger tells. As long as it was not, it
    /// still may be: the server goes on with what it was sent, under the lock.
    fn settle_doubt(&mut self, position: &Position) {
        let is_done = |&(index, direction): &(usize, Direction)| {
            position.standing.applied.contains(&index) == (direction == Direction::Up)
        };
        let done: Vec<_> = self.in_doubt.iter().copied().filter(is_done).collect();
        for (index, direction) in done {
            self.finish(index, direction, Effect::default());
            if let Some(step) = self.report.steps.last_mut() {
                step.notes.push(
                    "the connection was lost before the commit was answered; the ledger says that it was done"
                        .to_owned(),
                );
            }
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
        let touched = plan
            .iter()
            .map(|&index| self.chart.entries[index].history.name);
        refuse_below(&position.ahead_rows(), touched)?;
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

    pub(super) fn perform(
        &mut self,
        position: &Position,
        direction: Direction,
        plan: &[usize],
    ) -> Result<Outcome, Error> {
        let chart = self.chart;
        let mut tips = chart.tips(&position.standing.applied);
        let mut guard = position.guard(&self.histories);
        let mut create_ledger = !position.contents.present;
        self.sharing.begin(position.contents.rows.is_empty());
        for stretch in self.sharing.stretches(chart, direction, plan) {
            let entry = &chart.entries[stretch[0]];
            if entry.script(direction).transactional {
                let changes: Vec<Change<'_>> = stretch
                    .iter()
                    .map(|&index| {
                        let state = move_tips(&mut tips, direction, index);
                        change(chart, index, direction, state, self.lock_timeout)
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

    pub(crate) fn tell(&self, event: &Event) {
        self.listener.tell(event);
    }

    /// What is sent from now on is sent for a revision, under the token of its claim or else of the run, and
    /// is looked after until the guard is dropped.
    pub(super) fn mark(&mut self, index: usize, claim: Option<&Claim<'_>>) -> Option<Busy> {
        let entry = &self.chart.entries[index];
        let subject = format!("{}:{}", entry.history.name, entry.revision.id);
        let token = claim.map_or(self.token.as_str(), |claim| claim.token);
        self.driver.mark(Some(Marker::new(token, &subject)));
        let renewal = claim.map(|claim| self.ledger.renew(claim, &Marker::prefix(token)));
        self.listener.running(token, renewal)
    }

    pub(super) fn tell_start(&self, index: usize, direction: Direction) {
        let revision = self.chart.entries[index].name();
        self.tell(&Event::Started {
            revision,
            direction,
        });
    }

    pub(crate) fn finish(&mut self, index: usize, direction: Direction, effect: Effect) {
        let mut step = Step::new(self.chart.entries[index].name(), direction, true);
        step.statements = self.chart.entries[index].statements(direction).len();
        step.duration = effect.duration;
        step.rows = effect.rows;
        step.waited = std::mem::take(&mut self.waited);
        step.notes = std::mem::take(&mut self.notes);
        step.retries = std::mem::take(&mut self.attempts).retries();
        self.tell(&Event::Finished(step.clone()));
        self.report.steps.push(step);
        self.told_to_wait = false;
        self.in_doubt.clear();
        self.backoff.restart();
    }

    /// Waits for the process that holds the lock.
    pub(crate) fn wait(&mut self) -> Result<(), Error> {
        if !self.told_to_wait {
            self.told_to_wait = true;
            let holder = self.driver.holder(&self.ledger);
            self.tell(&Event::Waiting { holder });
        }
        let watch = Stopwatch::start();
        let busy = self.listener.waiting();
        let is_time_left = self.backoff.wait();
        drop(busy);
        self.add_waiting(watch.elapsed());
        if is_time_left {
            return Ok(());
        }
        let holder = self.driver.holder(&self.ledger);
        Err(fail::locked(holder, self.backoff.waited()))
    }

    pub(super) fn add_waiting(&mut self, waited: Duration) {
        self.waited += waited;
        self.report.waited += waited;
    }
}
