//! Killed before each system call that changes a file: in the midst of SQLite's writes and commits.

use crate::kill::trace;
use crate::oracle;
use crate::process;
use crate::scenario::Scenario;
use crate::settings::Settings;
use crate::tally::Tally;

/// How many of the system calls are points of a full run.
const FULL: usize = 250;

pub(crate) fn kill_at_system_calls(
    tally: &Tally,
    settings: &Settings,
    scenario: &Scenario,
    quick: usize,
) {
    let command = |url: &str| process::command(&scenario.subject, scenario.operation, url);
    let count = trace::run(&command(&scenario.start.copy().url()), None);
    let points = settings.sample((1..=count).collect(), quick, FULL);
    let part = format!("kill at system calls, {scenario}");
    tally.try_all(&part, &points, settings.workers, |point| {
        let place = scenario.start.copy();
        trace::run(&command(&place.url()), Some(*point));
        oracle::examine(scenario, &place)
    });
}
