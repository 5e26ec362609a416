//! The connection is cut at each message, once, while the program lives on: also between a commit and its
//! answer, when nobody knows whether it was done.
//!
//! A run that has begun opens another connection and goes on, so that nobody sees more of it than that it
//! took a little longer.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use limbeck::ErrorKind;
use limbeck_testkit::{Direction, Gate, Moment, Verdict, postgres};

use crate::oracle;
use crate::portrait::Portrait;
use crate::scenario::Scenario;
use crate::settings::Settings;
use crate::tally::Tally;

/// How many of the server's messages are points of a full run; all of the client's are.
const ANSWERS: usize = 120;

/// How many messages of the client make a connection and ask the first question.
const BEGINNING: usize = 2;

#[derive(Clone, Copy)]
struct Point {
    direction: Direction,
    number: usize,
    moment: Moment,
    verdict: Verdict,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            direction,
            number,
            moment,
            verdict,
        } = self;
        write!(f, "message {number} {direction:?}, {verdict:?} {moment:?}")
    }
}

pub(crate) fn cut_connections(
    tally: &Tally,
    settings: &Settings,
    scenario: &Scenario,
    quick: usize,
) {
    let (to_server, to_client) = count(scenario);
    let all = |direction, count| -> Vec<Point> {
        (1..=count)
            .flat_map(|number| {
                [
                    (Moment::Before, Verdict::Cut),
                    (Moment::Before, Verdict::CutWithin(7)),
                    (Moment::After, Verdict::Cut),
                ]
                .map(|(moment, verdict)| Point {
                    direction,
                    number,
                    moment,
                    verdict,
                })
            })
            .collect()
    };
    let requests = all(Direction::ToServer, to_server);
    let answers = all(Direction::ToClient, to_client);
    let mut points = settings.sample(requests, quick, usize::MAX);
    points.extend(settings.sample(answers, quick / 2, ANSWERS));
    let part = format!("cut the connection, {scenario}");
    tally.try_all(&part, &points, settings.workers, |point| {
        try_point(scenario, *point)
    });
}

/// How many messages go either way when nothing happens.
fn count(scenario: &Scenario) -> (usize, usize) {
    let place = scenario.start.copy();
    let gate = Gate::start(postgres(), |_| Verdict::Pass);
    let url = gate.url(place.name());
    if let Err(error) = scenario
        .operation
        .act(&mut scenario.subject.migrator(), &url)
    {
        panic!("{error:#}");
    }
    (
        gate.count(Direction::ToServer),
        gate.count(Direction::ToClient),
    )
}

fn try_point(scenario: &Scenario, point: Point) -> Vec<String> {
    let place = scenario.start.copy();
    let is_cut = Arc::new(AtomicBool::new(false));
    let (noted, begun) = (Arc::clone(&is_cut), Arc::new(AtomicBool::new(false)));
    let seen = Arc::clone(&begun);
    let gate = Gate::start(postgres(), move |passage| {
        if passage.direction == Direction::ToServer && passage.number > BEGINNING {
            seen.store(true, Ordering::SeqCst);
        }
        let is_it = passage.direction == point.direction
            && passage.number == point.number
            && passage.moment == point.moment;
        if !is_it {
            return Verdict::Pass;
        }
        noted.store(true, Ordering::SeqCst);
        point.verdict
    });
    let url = gate.url(place.name());
    let had_begun = Arc::clone(&begun);
    let outcome = scenario
        .operation
        .act(&mut scenario.subject.migrator(), &url);
    let mut problems = Vec::new();
    if !is_cut.load(Ordering::SeqCst) {
        problems.push("the message was not reached".to_owned());
    }
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
    problems
}
