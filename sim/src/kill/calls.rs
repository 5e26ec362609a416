//! Killed before and after each call of the driver: between two statements, wherever limbeck stands.

use std::os::unix::process::ExitStatusExt as _;

use crate::oracle;
use crate::process;
use crate::scenario::Scenario;
use crate::settings::Settings;
use crate::sweep;
use crate::tally::Tally;

pub(crate) fn kill_at_calls(tally: &Tally, settings: &Settings, scenario: &Scenario, quick: usize) {
    let points: Vec<_> = (1..=sweep::calls(scenario))
        .flat_map(|call| [format!("{call} before"), format!("{call} after")])
        .collect();
    let points = settings.sample(points, quick, usize::MAX);
    let part = format!("kill at calls, {scenario}");
    tally.try_all(&part, &points, settings.workers, |point| {
        let place = scenario.start.copy();
        let (call, moment) = point.split_once(' ').unwrap();
        let output = process::dying(
            &scenario.subject,
            scenario.operation,
            &place.url(),
            call.parse().unwrap(),
            moment,
        )
        .output()
        .unwrap();
        let mut problems = Vec::new();
        if output.status.signal() != Some(9) {
            problems.push(format!(
                "it was not killed: {} {}",
                output.status,
                String::from_utf8_lossy(&output.stdout)
            ));
        }
        problems.extend(oracle::examine(scenario, &place));
        problems
    });
}
