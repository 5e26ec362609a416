//! A connection on which nothing passes any more, and neither side learns of it: what a firewall does that
//! forgets. Another program that starts meanwhile is not held up by it for good.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use limbeck::ErrorKind;
use limbeck_testkit::{Direction, Gate, Moment, Verdict, postgres};

use crate::oracle;
use crate::scenario::Scenario;
use crate::settings::Settings;
use crate::tally::{Tally, until_reached};
use crate::{wait, wire};

/// Stalled at this message of the client, before or after the server has it.
#[derive(Clone, Copy)]
struct Point(usize, Moment);

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {}, {:?} it passed", self.0, self.1)
    }
}

pub(crate) fn stall_connections(
    tally: &Tally,
    settings: &Settings,
    scenario: &Scenario,
    count: usize,
) {
    // What comes before connects, and asks the first question.
    let gates = wire::gates(|| wire::undisturbed(scenario));
    let points: Vec<_> = (3..=wire::messages(&gates, Direction::ToServer))
        .flat_map(|number| [Point(number, Moment::Before), Point(number, Moment::After)])
        .collect();
    let points = settings.sample(points, count, count * 8);
    let part = format!("stall the connection, {scenario}");
    tally.try_all(&part, &points, settings.workers, |point| {
        until_reached(|| try_point(scenario, *point))
    });
}

fn try_point(scenario: &Scenario, Point(number, moment): Point) -> Option<Vec<String>> {
    let place = scenario.start.copy();
    let is_stalled = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&is_stalled);
    let gate = Gate::start(postgres(), move |passage| {
        let is_it = passage.direction == Direction::ToServer
            && passage.number == number
            && passage.moment == moment;
        if is_it {
            noted.store(true, Ordering::SeqCst);
            return Verdict::Stall;
        }
        Verdict::Pass
    });
    let url = gate.url(place.name());
    let problems = std::thread::scope(|scope| {
        let stalled = scope.spawn(|| {
            scenario
                .operation
                .act(&mut scenario.subject.migrator(), &url)
        });
        let is_stalled = wait::until(wait::A_WHILE, || {
            let is_stalled = is_stalled.load(Ordering::SeqCst);
            (is_stalled || stalled.is_finished()).then_some(is_stalled)
        });
        if is_stalled != Some(true) {
            gate.let_go();
            return None;
        }
        let mut problems = Vec::new();
        // The stalled one holds nothing unless the server is in the midst of its transaction, which ends by
        // itself; a script that it has begun is alive until its lease runs out.
        let mut other = scenario.subject.migrator();
        other = other.lock_deadline(Duration::from_secs(5));
        match scenario.operation.act(&mut other, &place.url()) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Locked => {}
            Err(error) => problems.push(format!("the other program: {error:#}")),
        }
        gate.let_go();
        match stalled.join() {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => problems.push(format!("the stalled program: {error:#}")),
            Err(_) => problems.push("the stalled program has panicked".to_owned()),
        }
        Some(problems)
    });
    let after = oracle::examine(scenario, &place);
    if problems.is_none() && after.is_empty() {
        return None;
    }
    Some(problems.into_iter().flatten().chain(after).collect())
}
