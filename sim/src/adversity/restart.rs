//! The server is shut down, or crashes, in the midst of a run, and comes back.

use std::fmt;
use std::time::{Duration, Instant};

use limbeck::ErrorKind;
use limbeck_testkit::{Cluster, Options, Stop};

use crate::oracle;
use crate::place::Place;
use crate::scenario::{Operation, Scenario};
use crate::settings::Settings;
use crate::subject::Subject;
use crate::tally::Tally;

struct Point {
    stop: Stop,
    delay: Duration,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} after {} ms", self.stop, self.delay.as_millis())
    }
}

pub(crate) fn restart_servers(tally: &Tally, settings: &Settings, subject: Subject, count: usize) {
    let cluster = Cluster::start(&Options {
        // What a crash must not lose has to be on the disk.
        settings: vec![
            "fsync = on".to_owned(),
            "synchronous_commit = on".to_owned(),
        ],
        ..Options::default()
    });
    let mut cluster = cluster.unwrap_or_else(|error| panic!("{error}"));
    let start = Place::on(cluster.server());
    let scenario = Scenario::new(subject, "server restart", start, Operation::Upgrade("head"));
    let started = Instant::now();
    subject.upgrade(&scenario.start.copy(), "head");
    let whole = started.elapsed();
    let mut random = fastrand::Rng::with_seed(settings.seed);
    let count = if settings.is_quick { count } else { count * 8 };
    let points: Vec<_> = (0..count)
        .map(|number| Point {
            stop: match number % 2 {
                0 => Stop::Immediate,
                _ => Stop::Fast,
            },
            delay: whole.mul_f64(random.f64()),
        })
        .collect();
    let part = format!("restart the server, {scenario}");
    let begun = Instant::now();
    for point in &points {
        let problems = try_point(&scenario, &mut cluster, point);
        tally.point(&part, point, &problems);
    }
    tally.timed(&part, begun.elapsed());
}

fn try_point(scenario: &Scenario, cluster: &mut Cluster, point: &Point) -> Vec<String> {
    let place = scenario.start.copy();
    let url = place.url();
    let mut problems = Vec::new();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            scenario
                .operation
                .act(&mut scenario.subject.migrator(), &url)
        });
        std::thread::sleep(point.delay);
        if let Err(error) = cluster.restart(point.stop) {
            panic!("the server does not come back: {error}");
        }
        match run.join() {
            Ok(Ok(_)) => {}
            // A first connection, or a first question, that fails is not tried again.
            Ok(Err(error)) if error.kind() == ErrorKind::Database && error.report().is_none() => {}
            Ok(Err(error)) => problems.push(format!("it did not survive: {error:#}")),
            Err(_) => problems.push("it has panicked".to_owned()),
        }
    });
    problems.extend(oracle::examine(scenario, &place));
    problems
}
