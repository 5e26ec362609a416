//! The connection is cut at each message, once, while the program lives on: also between a commit and its
//! answer, when nobody knows whether it was done.
//!
//! A run that has begun opens another connection and goes on, so that nobody sees more of it than that it
//! took a little longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use limbeck::ErrorKind;
use limbeck_testkit::{Direction, Gate, Verdict, postgres};

use crate::oracle;
use crate::portrait::Portrait;
use crate::scenario::Scenario;
use crate::settings::Settings;
use crate::tally::{Tally, until_reached};
use crate::wire::{self, Passed, Point};

/// How many messages of the client make a connection and ask the first question.
const BEGINNING: usize = 2;

pub(crate) fn cut_connections(
    tally: &Tally,
    settings: &Settings,
    scenario: &Scenario,
    quick: usize,
) {
    let points = wire::points(settings, || wire::undisturbed(scenario), quick);
    let part = format!("cut the connection, {scenario}");
    tally.try_all(&part, &points, settings.workers, |point| {
        until_reached(|| try_point(scenario, *point))
    });
}

fn try_point(scenario: &Scenario, point: Point) -> Option<Vec<String>> {
    let place = scenario.start.copy();
    let is_cut = Arc::new(AtomicBool::new(false));
    let (noted, begun) = (Arc::clone(&is_cut), Arc::new(AtomicBool::new(false)));
    let seen = Arc::clone(&begun);
    let gate = Gate::start(postgres(), move |passage| {
        if passage.direction == Direction::ToServer && passage.number > BEGINNING {
            seen.store(true, Ordering::SeqCst);
        }
        if !point.is_at(passage) {
            return Verdict::Pass;
        }
        noted.store(true, Ordering::SeqCst);
        match point.passed {
            Passed::Half => Verdict::CutWithin(passage.length / 2),
            Passed::Nothing | Passed::All => Verdict::Cut,
        }
    });
    let url = gate.url(place.name());
    let had_begun = Arc::clone(&begun);
    let outcome = scenario
        .operation
        .act(&mut scenario.subject.migrator(), &url);
    let mut problems = Vec::new();
    match outcome {
        Ok(_) => {
            let found = Portrait::of(&place);
            let wanted = &scenario.golden.end;
            if found.applied != wanted.applied {
                problems.push(format!("it succeeded at {:?}", found.applied));
            }
        }
        Err(error) if !had_begun.load(Ordering::SeqCst) && error.kind() == ErrorKind::Database => {}
        Err(error) => problems.push(format!("it did not survive: {error:#}")),
    }
    problems.extend(oracle::examine(scenario, &place));
    (is_cut.load(Ordering::SeqCst) || !problems.is_empty()).then_some(problems)
}
