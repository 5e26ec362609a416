//! The database's clock jumps while a script outside a transaction is unfinished. The clock itself cannot
//! be moved, but what was written by it can: the leases.

use std::fmt;
use std::time::Duration;

use limbeck::__private::sim::{Fault, Faults, Faulty, Moment};
use limbeck::{Dialect, ErrorKind};

use crate::oracle;
use crate::place::Place;
use crate::process;
use crate::scenario::Scenario;
use crate::settings::Settings;
use crate::sweep;
use crate::tally::Tally;

/// At this call of the driver.
#[derive(Clone, Copy)]
enum Jump {
    /// Its process dies, and then the clock jumps back by an hour: its lease seems to run for that long.
    Back(usize),
    /// It lives, and the clock jumps on: its lease seems to have run out, and another process starts.
    On(usize),
}

impl fmt::Display for Jump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Back(call) => write!(f, "back, after a death at call {call}"),
            Self::On(call) => write!(f, "on, at call {call}"),
        }
    }
}

pub(crate) fn move_the_clock(
    tally: &Tally,
    settings: &Settings,
    scenario: &Scenario,
    quick: usize,
) {
    let points: Vec<_> = (1..=sweep::calls(scenario))
        .flat_map(|call| [Jump::Back(call), Jump::On(call)])
        .collect();
    let points = settings.sample(points, quick, usize::MAX);
    let part = format!("move the clock, {scenario}");
    tally.try_all(&part, &points, settings.workers, |jump| match jump {
        Jump::Back(call) => back(scenario, *call),
        Jump::On(call) => on(scenario, *call),
    });
}

fn back(scenario: &Scenario, call: usize) -> Vec<String> {
    let place = scenario.start.copy();
    let (subject, operation) = (&scenario.subject, scenario.operation);
    process::dying(subject, operation, &place.url(), call, "before")
        .output()
        .unwrap();
    let mut problems: Vec<_> = oracle::nothing_is_held(&place).into_iter().collect();
    let later = match place.dialect() {
        Dialect::Sqlite => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 hour')",
        Dialect::Postgres => "clock_timestamp() + interval '1 hour'",
    };
    set_leases(&place, later);
    let mut migrator = subject.migrator().lock_deadline(Duration::from_secs(3));
    if let Err(error) = operation.act(&mut migrator, &place.url()) {
        problems.push(format!("it waits for a clock: {error:#}"));
    }
    problems.extend(oracle::examine(scenario, &place));
    problems
}

fn set_leases(place: &Place, to: &str) {
    let progress = place.ledger("progress");
    // Before the first revision there is no ledger, and nothing in it that a clock could move.
    let _ = place.try_execute(&format!("UPDATE {progress} SET lease_until = {to}"));
}

fn on(scenario: &Scenario, call: usize) -> Vec<String> {
    let place = scenario.start.copy();
    let other = Other {
        left: call,
        scenario,
        place: &place,
        problems: Vec::new(),
    };
    let mut problems = Vec::new();
    let said = std::sync::Mutex::new(Vec::new());
    let outcome = scenario.operation.act(
        &mut scenario.subject.migrator(),
        Faulty(&place.url(), Reporting(other, &said)),
    );
    // Whoever was overtaken may find its statement done, and say so; it must not do it again.
    if let Err(error) = outcome
        && !matches!(error.kind(), ErrorKind::Failed | ErrorKind::Interrupted)
    {
        problems.push(format!("the one that was overtaken: {error:#}"));
    }
    problems.extend(said.into_inner().unwrap());
    problems.extend(oracle::examine(scenario, &place));
    problems
}

/// Another process that starts when the lease seems to have run out.
struct Other<'s> {
    left: usize,
    scenario: &'s Scenario,
    place: &'s Place,
    problems: Vec<String>,
}

/// Hands its problems over when it is dropped with the driver.
struct Reporting<'s>(Other<'s>, &'s std::sync::Mutex<Vec<String>>);

impl Drop for Reporting<'_> {
    fn drop(&mut self) {
        if let Ok(mut said) = self.1.lock() {
            said.append(&mut self.0.problems);
        }
    }
}

impl Faults for Reporting<'_> {
    fn strike(&mut self, _call: &'static str, moment: Moment) -> Option<Fault> {
        let Reporting(other, _) = self;
        if moment == Moment::Before && other.left > 0 {
            other.left -= 1;
            if other.left == 0 {
                other.start();
            }
        }
        None
    }
}

impl Other<'_> {
    fn start(&mut self) {
        set_leases(self.place, "'2000-01-01T00:00:00.000Z'");
        let mut migrator = self
            .scenario
            .subject
            .migrator()
            .lock_deadline(Duration::from_secs(3));
        match self
            .scenario
            .operation
            .act(&mut migrator, &self.place.url())
        {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Locked => {}
            Err(error) => self.problems.push(format!("the other one: {error:#}")),
        }
    }
}
