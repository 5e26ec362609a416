//! Killed at each message on the wire: before it is passed on, in the middle of it, and after it.

use std::fmt;
use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};

use limbeck_testkit::{Direction, Gate, Moment, Passage, Verdict, postgres};

use crate::oracle;
use crate::process;
use crate::scenario::Scenario;
use crate::settings::Settings;
use crate::tally::Tally;

/// How many of the server's messages are points of a full run; all of the client's are.
const ANSWERS: usize = 150;

#[derive(Clone, Copy)]
struct Point {
    direction: Direction,
    number: usize,
    cut: Cut,
}

/// How much of the message the other side still gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
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
        write!(
            f,
            "message {} of the {who}, {:?} of it passed",
            self.number, self.cut
        )
    }
}

pub(crate) fn kill_on_the_wire(
    tally: &Tally,
    settings: &Settings,
    scenario: &Scenario,
    quick: usize,
) {
    let (to_server, to_client) = count(scenario);
    let all = |direction, count| -> Vec<Point> {
        (1..=count)
            .flat_map(|number| {
                [Cut::Nothing, Cut::Half, Cut::All].map(|cut| Point {
                    direction,
                    number,
                    cut,
                })
            })
            .collect()
    };
    let requests = all(Direction::ToServer, to_server);
    let answers = all(Direction::ToClient, to_client);
    let mut points = settings.sample(requests, quick, usize::MAX);
    points.extend(settings.sample(answers, quick / 2, ANSWERS));
    let part = format!("kill on the wire, {scenario}");
    tally.try_all(&part, &points, settings.workers, |point| {
        try_point(scenario, *point)
    });
}

/// How many messages go either way when nothing happens.
fn count(scenario: &Scenario) -> (usize, usize) {
    let place = scenario.start.copy();
    let gate = Gate::start(postgres(), |_| Verdict::Pass);
    let output = process::command(
        &scenario.subject,
        scenario.operation,
        &gate.url(place.name()),
    )
    .output()
    .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    (
        gate.count(Direction::ToServer),
        gate.count(Direction::ToClient),
    )
}

fn try_point(scenario: &Scenario, point: Point) -> Vec<String> {
    let place = scenario.start.copy();
    let victim: Arc<Mutex<Option<Child>>> = Arc::default();
    let seen = Arc::clone(&victim);
    let gate = Gate::start(postgres(), move |passage: &Passage| {
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
    oracle::examine(scenario, &place)
}

fn judge(point: Point, passage: &Passage, victim: &Mutex<Option<Child>>) -> Verdict {
    let moment = match point.cut {
        Cut::All => Moment::After,
        Cut::Nothing | Cut::Half => Moment::Before,
    };
    let is_it = passage.direction == point.direction
        && passage.number == point.number
        && passage.moment == moment;
    if !is_it {
        return Verdict::Pass;
    }
    if let Some(child) = victim
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .as_mut()
    {
        child.kill().unwrap();
    }
    match point.cut {
        Cut::Nothing => Verdict::Cut,
        Cut::Half => Verdict::CutWithin(passage.length / 2),
        // The server does what it says, and finds nobody to answer.
        Cut::All => Verdict::Pass,
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
