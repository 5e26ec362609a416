//! The disk is full, and later it is not.

use std::fmt;
use std::time::Instant;

use limbeck::{Dialect, ErrorKind};
use limbeck_testkit::{Cluster, Options};

use super::mount::Small;
use crate::oracle;
use crate::place::Place;
use crate::scenario::{Operation, Scenario};
use crate::settings::Settings;
use crate::subject::Subject;
use crate::tally::Tally;

/// So much room is left, in the unit of the part.
struct Point(u64);

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "room for {}", self.0)
    }
}

/// SQLite is told how many pages its file may have: at each number the next page is refused somewhere else.
pub(crate) fn fill_pages(tally: &Tally, settings: &Settings, subject: Subject, quick: usize) {
    let scenario = Scenario::new(
        subject,
        "few pages",
        subject.midway(Dialect::Sqlite),
        Operation::Upgrade("head"),
    );
    let pages = |place: &Place| -> u64 { place.query("PRAGMA page_count")[0].parse().unwrap() };
    let full = scenario.start.copy();
    subject.upgrade(&full, "head");
    let points: Vec<_> = (pages(&scenario.start)..pages(&full)).map(Point).collect();
    let points = settings.sample(points, quick, usize::MAX);
    let part = format!("full disk, {scenario}");
    tally.try_all(&part, &points, settings.workers, |Point(room)| {
        let place = scenario.start.copy();
        let mut problems = Vec::new();
        if let Place::Sqlite { path, .. } = &place {
            let mut lent = rusqlite::Connection::open(path).unwrap();
            lent.execute_batch(&format!("PRAGMA max_page_count = {room}"))
                .unwrap();
            let outcome = scenario.operation.act(&mut scenario.migrator(), &mut lent);
            // What is freed on the way can make room enough.
            problems.extend(wrong(outcome.err().as_ref()));
        }
        problems.extend(oracle::examine(&scenario, &place));
        problems
    });
}

/// A file system of so many kibibytes, for what SQLite writes besides its file too.
pub(crate) fn fill_sqlite(tally: &Tally, settings: &Settings, subject: Subject, quick: usize) {
    let scenario = Scenario::new(
        subject,
        "small file system",
        subject.midway(Dialect::Sqlite),
        Operation::Upgrade("head"),
    );
    let Place::Sqlite { path, .. } = &scenario.start else {
        return;
    };
    let taken = std::fs::metadata(path).unwrap().len() / 1024;
    let points: Vec<_> = (0..60).map(|step| Point(taken + 4 + step * 4)).collect();
    let points = settings.sample(points, quick, usize::MAX);
    let part = format!("full disk, {scenario}");
    let started = Instant::now();
    for point in &points {
        let Some(small) = Small::mount(&format!("{}k", point.0)) else {
            println!("{part}: only root can mount a small file system; left out");
            return;
        };
        let place = scenario.start.copy_into(small.path());
        let outcome = scenario
            .operation
            .act(&mut scenario.migrator(), &place.url());
        let mut problems: Vec<_> = wrong(outcome.err().as_ref()).into_iter().collect();
        small.resize("64m");
        problems.extend(oracle::examine(&scenario, &place));
        tally.point(&part, point, &problems);
    }
    tally.timed(&part, started.elapsed());
}

/// PostgreSQL's tables lie on a file system of so many kibibytes.
pub(crate) fn fill_postgres(tally: &Tally, settings: &Settings, subject: Subject, quick: usize) {
    let cluster = Cluster::start(&Options::default()).unwrap_or_else(|error| panic!("{error}"));
    let scenario = Scenario::new(
        subject,
        "small tablespace",
        Place::on(cluster.server()),
        Operation::Upgrade("head"),
    );
    let part = format!("full disk, {scenario}");
    let Some(small) = Small::mount("64m") else {
        println!("{part}: only root can mount a small file system; left out");
        return;
    };
    small.give_to("postgres");
    let mut admin = cluster.server().connect("postgres");
    let path = small.path().display();
    admin
        .batch_execute(&format!("CREATE TABLESPACE small LOCATION '{path}'"))
        .unwrap();
    let points: Vec<_> = (0..60).map(|step| Point(40 + step * 32)).collect();
    let points = settings.sample(points, quick, usize::MAX);
    let started = Instant::now();
    for point in &points {
        let place = scenario.start.copy();
        let name = place.name();
        admin
            .batch_execute(&format!(
                "ALTER DATABASE {name} SET default_tablespace = small"
            ))
            .unwrap();
        small.resize(&format!("{}k", point.0));
        let outcome = scenario
            .operation
            .act(&mut scenario.migrator(), &place.url());
        let mut problems: Vec<_> = wrong(outcome.err().as_ref()).into_iter().collect();
        small.resize("64m");
        problems.extend(oracle::examine(&scenario, &place));
        tally.point(&part, point, &problems);
    }
    tally.timed(&part, started.elapsed());
    drop(cluster);
}

/// A run that has no room says so, or finds that it has enough.
fn wrong(error: Option<&limbeck::Error>) -> Option<String> {
    let error = error?;
    let text = format!("{error:#}");
    let says_it = ["full", "disk", "space", "13", "53100"]
        .iter()
        .any(|word| text.contains(word));
    let is_right = matches!(error.kind(), ErrorKind::Failed | ErrorKind::Database) && says_it;
    (!is_right).then(|| format!("the wrong error: {:?}: {text}", error.kind()))
}
