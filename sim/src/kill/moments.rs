//! Killed after a random time: wherever the process happens to be.

use std::time::{Duration, Instant};

use crate::oracle;
use crate::process;
use crate::scenario::Scenario;
use crate::settings::Settings;
use crate::tally::Tally;

/// How often a process is killed at a random time.
const QUICK: usize = 4;
const FULL: usize = 40;

pub(crate) fn kill_at_moments(tally: &Tally, settings: &Settings, scenario: &Scenario) {
    let whole = duration(scenario);
    let mut random = fastrand::Rng::with_seed(settings.seed);
    let count = if settings.is_quick { QUICK } else { FULL };
    let longest = u64::try_from(whole.as_micros()).unwrap_or(u64::MAX);
    let points: Vec<_> = (0..count)
        .map(|_| format!("{} µs", random.u64(..=longest)))
        .collect();
    let part = format!("kill at random times, {scenario}");
    tally.try_all(&part, &points, settings.workers, |point| {
        let delay_us = point.split(' ').next().unwrap().parse().unwrap();
        let place = scenario.start.copy();
        let mut child = process::command(&scenario.subject, scenario.operation, &place.url())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(delay_us));
        // One that has ended cannot be killed, and is a point like any other.
        let _ = child.kill();
        child.wait().unwrap();
        oracle::examine(scenario, &place)
    });
}

/// How long a process takes that nobody kills.
fn duration(scenario: &Scenario) -> Duration {
    let place = scenario.start.copy();
    let started = Instant::now();
    let output = process::command(&scenario.subject, scenario.operation, &place.url())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    started.elapsed()
}
