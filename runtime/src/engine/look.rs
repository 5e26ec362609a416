//! Looking without touching: whether a database has what a target needs, for those who must not apply it.

use std::collections::BTreeSet;
use std::time::Duration;

use limbeck_model::plan;

use super::chart::Chart;
use super::position::Position;
use crate::clock::{Backoff, Stopwatch};
use crate::driver::Driver;
use crate::error::{Error, ErrorKind};
use crate::event::{Event, Listener};
use crate::ledger::{Detail, Ledger, StateRow};
use crate::report::Report;
use crate::status::UnfinishedScript;

/// One who looks at an open database.
pub(crate) struct Look<'l> {
    pub(crate) chart: &'l Chart,
    pub(crate) histories: &'l [&'static str],
    pub(crate) ledger: &'l Ledger,
    pub(crate) listener: &'l Listener,
}

/// When others were last seen to get on.
struct Movement {
    states: Vec<StateRow>,
    since: Stopwatch,
    was_seen: bool,
}

impl Look<'_> {
    /// Whether a target is reached, now or before the patience ends.
    ///
    /// # Errors
    ///
    /// It is not; or the database cannot be read, or is not in the histories at all.
    pub(crate) fn at(
        &self,
        driver: &mut dyn Driver,
        target: &str,
        patience: &mut Patience,
    ) -> Result<Report, Error> {
        let goal = plan::required(&self.chart.graph, target)?.ok_or_else(|| relative(target))?;
        let mut movement: Option<Movement> = None;
        let mut report = Report::new(driver.dialect());
        loop {
            let position = Position::read(
                driver,
                self.ledger,
                self.chart,
                self.histories,
                Detail::Brief,
            )?;
            let lacking = goal.difference(&position.standing.applied).copied();
            let lacking: BTreeSet<usize> = lacking.collect();
            report.ahead = position.ahead();
            if lacking.is_empty() && position.concerns(self.chart).is_none() {
                return Ok(report);
            }
            movement = Some(Movement::next(movement, &position));
            if patience.is_fresh() {
                let holder = driver.holder(self.ledger);
                self.listener.tell(&Event::Waiting { holder });
            }
            if patience.wait(self.listener) {
                continue;
            }
            let mut sentences = self.lacks(&lacking, &position);
            sentences.extend(self.who(driver, &position, movement.as_ref()));
            return Err(not_at(target, patience, &sentences));
        }
    }

    fn lacks(&self, lacking: &BTreeSet<usize>, position: &Position) -> Vec<String> {
        let mut sentences = Vec::new();
        if !lacking.is_empty() {
            sentences.push(format!("it lacks {}", self.chart.list(lacking)));
        }
        if let Some(progress) = position.concerns(self.chart) {
            let script = UnfinishedScript::new(self.chart, progress);
            let fate = match (&script.error, script.is_running) {
                (_, true) => "which is running".to_owned(),
                (Some(error), false) => format!("which failed: {error}"),
                (None, false) => "which was begun and not finished".to_owned(),
            };
            sentences.push(format!(
                "the script of `{}` stands at its statement {}, {fate}",
                script.id, script.statement
            ));
        }
        sentences
    }

    /// Whether somebody is at it, as far as can be seen from outside.
    fn who(
        &self,
        driver: &mut dyn Driver,
        position: &Position,
        movement: Option<&Movement>,
    ) -> Option<String> {
        if let Some(holder) = driver.holder(self.ledger) {
            return Some(format!("who is migrating it: {holder}"));
        }
        if position.unfinished().is_some_and(|script| script.alive) {
            return None;
        }
        let seen = movement.filter(|movement| movement.was_seen);
        Some(seen.map_or_else(
            || "nobody is seen migrating it".to_owned(),
            |movement| {
                let seconds = movement.since.elapsed().as_secs();
                format!("another process was migrating it until {seconds} s ago")
            },
        ))
    }
}

impl Movement {
    fn next(before: Option<Self>, position: &Position) -> Self {
        let states = &position.contents.states;
        match before {
            Some(before) if before.states == *states => before,
            before => Self {
                states: states.clone(),
                since: Stopwatch::start(),
                was_seen: before.is_some(),
            },
        }
    }
}

/// How long one who looks goes on looking; from the moment on at which the database was first asked for.
pub(crate) struct Patience(Option<Backoff>, bool);

impl Patience {
    /// Looks once.
    pub(crate) const fn none() -> Self {
        Self(None, true)
    }

    pub(crate) fn until(deadline: Duration) -> Self {
        Self(Some(Backoff::between_looks(deadline)), true)
    }

    /// Waits for the next look; `false` where there shall be none.
    pub(crate) fn wait(&mut self, listener: &Listener) -> bool {
        self.1 = false;
        let _busy = listener.waiting();
        self.0.as_mut().is_some_and(Backoff::wait)
    }

    /// Whether it has not been waited yet, and will be.
    fn is_fresh(&self) -> bool {
        self.1 && self.0.is_some()
    }

    pub(crate) fn waited(&self) -> Duration {
        let waiting = self.0.as_ref().filter(|_| !self.1);
        waiting.map_or(Duration::ZERO, Backoff::waited)
    }
}

fn not_at(target: &str, patience: &Patience, sentences: &[String]) -> Error {
    let (after, help) = if patience.0.is_some() {
        let seconds = patience.waited().as_secs();
        (
            format!(" after {seconds} s of waiting"),
            "look what has become of the process that is to migrate it; give a longer deadline where it takes long",
        )
    } else {
        (
            String::new(),
            "run `upgrade` with the program that is to migrate this database, and start this one after it",
        )
    };
    Error::new(
        ErrorKind::NotAtHead,
        format!(
            "the database is not at `{target}`{after}: {}",
            sentences.join("; ")
        ),
    )
    .help_with(help)
}

fn relative(target: &str) -> Error {
    Error::new(
        ErrorKind::Target,
        format!(
            "`{target}` is a step from wherever the database stands, which another process changes"
        ),
    )
    .help_with("name a revision or a head where the database is only looked at")
}
