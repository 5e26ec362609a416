//! Killed at each message on the wire: before it is passed on, in the middle of it, and after it.

use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use limbeck_testkit::{Gate, Passage, Verdict, postgres};

use crate::oracle;
use crate::process;
use crate::scenario::Scenario;
use crate::settings::Settings;
use crate::tally::{Tally, until_reached};
use crate::wire::{self, Passed, Point};

pub(crate) fn kill_on_the_wire(
    tally: &Tally,
    settings: &Settings,
    scenario: &Scenario,
    quick: usize,
) {
    let points = wire::points(settings, || undisturbed(scenario), quick);
    let part = format!("kill on the wire, {scenario}");
    tally.try_all(&part, &points, settings.workers, |point| {
        until_reached(|| try_point(scenario, *point))
    });
}

/// The gate through which a process has gone that nobody has killed.
fn undisturbed(scenario: &Scenario) -> Gate {
    let place = scenario.start.copy();
    let gate = Gate::start(postgres(), |_| Verdict::Pass);
    let url = gate.url(place.name());
    let output = process::command(&scenario.subject, scenario.operation, &url)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    gate
}

fn try_point(scenario: &Scenario, point: Point) -> Option<Vec<String>> {
    let place = scenario.start.copy();
    let victim: Arc<Mutex<Option<Child>>> = Arc::default();
    let seen = Arc::clone(&victim);
    let is_reached = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&is_reached);
    let gate = Gate::start(postgres(), move |passage: &Passage| {
        noted.fetch_or(point.is_at(passage), Ordering::SeqCst);
        judge(point, passage, &seen)
    });
    // Held while the process starts, so that no message of it is earlier than it.
    let mut guard = victim.lock().unwrap_or_else(PoisonError::into_inner);
    let url = gate.url(place.name());
    *guard = Some(
        process::command(&scenario.subject, scenario.operation, &url)
            .spawn()
            .unwrap(),
    );
    drop(guard);
    wait(&victim);
    drop(gate);
    let problems = oracle::examine(scenario, &place);
    (is_reached.load(Ordering::SeqCst) || !problems.is_empty()).then_some(problems)
}

fn judge(point: Point, passage: &Passage, victim: &Mutex<Option<Child>>) -> Verdict {
    if !point.is_at(passage) {
        return Verdict::Pass;
    }
    if let Some(child) = victim
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .as_mut()
    {
        child.kill().unwrap();
    }
    match point.passed {
        Passed::Nothing => Verdict::Cut,
        Passed::Half => Verdict::CutWithin(passage.length / 2),
        // The server does what it says, and finds nobody to answer.
        Passed::All => Verdict::Pass,
    }
}

/// Waits for the end of the process without holding it: whoever kills it needs it too.
fn wait(victim: &Mutex<Option<Child>>) {
    let ended = crate::wait::until(crate::wait::A_WHILE * 3, || {
        let mut guard = victim.lock().unwrap_or_else(PoisonError::into_inner);
        guard.as_mut()?.try_wait().unwrap()
    });
    assert!(ended.is_some(), "a process does not end");
}
