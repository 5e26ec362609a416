//! Points on the wire: each message in either direction, before, within and after which something happens.

use std::fmt;

use limbeck_testkit::{Direction, Gate, Moment, Passage, Verdict, postgres};

use crate::scenario::Scenario;
use crate::settings::Settings;

/// How many of the server's messages are points of a full run; all of the client's are.
const ANSWERS: usize = 150;

/// A message, and how much of it the other side still gets.
#[derive(Clone, Copy)]
pub(crate) struct Point {
    direction: Direction,
    number: usize,
    pub(crate) passed: Passed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    Nothing,
    Half,
    All,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self.direction {
            Direction::ToServer => "client",
            Direction::ToClient => "server",
        };
        let Self { number, passed, .. } = self;
        write!(f, "message {number} of the {who}, {passed:?} of it passed")
    }
}

impl Point {
    /// Whether this is the message, and the moment to do something about it.
    pub(crate) fn is_at(self, passage: &Passage) -> bool {
        let moment = match self.passed {
            Passed::Nothing | Passed::Half => Moment::Before,
            Passed::All => Moment::After,
        };
        passage.direction == self.direction
            && passage.number == self.number
            && passage.moment == moment
    }
}

/// How often the messages are counted. A run that takes longer may have more to say, and only what each says can
/// be counted on.
const COUNTS: usize = 3;

/// The points of an operation that goes through a gate which lets everything pass; quickly, so many of the
/// client's and half as many of the server's.
pub(crate) fn points(
    settings: &Settings,
    undisturbed: impl Fn() -> Gate,
    quick: usize,
) -> Vec<Point> {
    let gates = gates(undisturbed);
    let all = |direction| -> Vec<Point> {
        (1..=messages(&gates, direction))
            .flat_map(|number| {
                [Passed::Nothing, Passed::Half, Passed::All].map(|passed| Point {
                    direction,
                    number,
                    passed,
                })
            })
            .collect()
    };
    let mut points = settings.sample(all(Direction::ToServer), quick, usize::MAX);
    points.extend(settings.sample(all(Direction::ToClient), quick / 2, ANSWERS));
    points
}

/// The gates through which an operation has gone, once each.
pub(crate) fn gates(undisturbed: impl Fn() -> Gate) -> Vec<Gate> {
    (0..COUNTS).map(|_| undisturbed()).collect()
}

/// How many messages there are in any case.
pub(crate) fn messages(gates: &[Gate], direction: Direction) -> usize {
    let counts = gates.iter().map(|gate| gate.count(direction));
    counts.min().unwrap_or_default()
}

/// The gate through which an operation of this program has gone when nothing happened.
pub(crate) fn undisturbed(scenario: &Scenario) -> Gate {
    let place = scenario.start.copy();
    let gate = Gate::start(postgres(), |_| Verdict::Pass);
    let url = gate.url(place.name());
    if let Err(error) = scenario
        .operation
        .act(&mut scenario.subject.migrator(), &url)
    {
        panic!("{error:#}");
    }
    gate
}
