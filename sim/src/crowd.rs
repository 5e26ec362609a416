//! Sixty-four processes at once, as when a whole deployment starts: one applies each revision, none fails.

use std::fmt;
use std::process::Child;

use limbeck::Dialect;
use limbeck_testkit::{Bouncer, Cluster, Options, PoolMode};

use crate::oracle;
use crate::place::Place;
use crate::portrait::Portrait;
use crate::process;
use crate::scenario::Operation;
use crate::settings::Settings;
use crate::subject::Subject;
use crate::tally::Tally;

/// How many processes start, and how many connections the pooler has for them.
const PROCESSES: usize = 64;
const POOL: u32 = 4;

/// How the processes reach the database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    File,
    Direct,
    Pooled,
}

/// One crowd on one database.
struct Point {
    subject: Subject,
    way: Way,
    /// Where the database stands before: at a revision, or at none.
    from: Option<&'static str>,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match self.way {
            Way::File => "on SQLite",
            Way::Direct => "on PostgreSQL",
            Way::Pooled => "through PgBouncer",
        };
        let from = self.from.unwrap_or("nothing");
        write!(f, "{} {way}, from {from}", self.subject.name)
    }
}

pub(crate) fn crowd(tally: &Tally, settings: &Settings) {
    let cluster = Cluster::start(&Options {
        max_connections: 200,
        ..Options::default()
    });
    let cluster = cluster.unwrap_or_else(|error| panic!("{error}"));
    let bouncer = Bouncer::start_with_pool(cluster.server(), PoolMode::Transaction, POOL);
    let mut points = Vec::new();
    for subject in [Subject::store(), Subject::adversarial()] {
        // One is left to do: what is applied last stands on all the others.
        for from in [None, Some(subject.last_but_one)] {
            for way in [Way::File, Way::Direct, Way::Pooled] {
                points.push(Point { subject, way, from });
            }
        }
    }
    let points = settings.sample(points, 6, usize::MAX);
    // One crowd at a time is enough for any machine.
    tally.try_all("crowd", &points, 1, |point| {
        let place = match point.way {
            Way::File => Place::empty(Dialect::Sqlite),
            Way::Direct | Way::Pooled => Place::on(cluster.server()),
        };
        let url = match point.way {
            Way::Pooled => bouncer.url(place.name()),
            Way::File | Way::Direct => place.url(),
        };
        try_crowd(point, &place, &url)
    });
}

fn try_crowd(point: &Point, place: &Place, url: &str) -> Vec<String> {
    let golden = Place::empty(place.dialect());
    if let Some(from) = point.from {
        point.subject.upgrade(place, from);
        point.subject.upgrade(&golden, from);
    }
    point.subject.upgrade(&golden, "head");
    let pending = Portrait::of(&golden).applied.len() - Portrait::of(place).applied.len();
    let children: Vec<Child> = (0..PROCESSES)
        .map(|_| {
            process::command(&point.subject, Operation::Upgrade("head"), url)
                .spawn()
                .unwrap()
        })
        .collect();
    let mut problems = Vec::new();
    let mut ran = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        if output.status.success() {
            ran += steps(&text);
        } else {
            problems.push(format!("one failed: {text}"));
        }
    }
    if ran != pending {
        problems.push(format!(
            "{pending} revisions were pending, and {ran} were run"
        ));
    }
    let twice = place.query(&format!(
        "SELECT id FROM {} WHERE outcome = 'applied' GROUP BY id HAVING count(*) > 1",
        place.ledger("journal")
    ));
    if !twice.is_empty() {
        problems.push(format!("applied twice: {twice:?}"));
    }
    let (wanted, found) = (Portrait::of(&golden), Portrait::of(place));
    problems.extend(oracle::difference("schema", &wanted.schema, &found.schema));
    problems.extend(oracle::difference("rows", &wanted.rows, &found.rows));
    // The pooler keeps its own sessions open.
    if point.way != Way::Pooled {
        problems.extend(oracle::nothing_is_held(place));
    }
    problems
}

/// How many revisions a process says that it has run.
fn steps(text: &str) -> usize {
    if let Ok(count) = text.trim().parse() {
        return count;
    }
    let report: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    report["steps"].as_array().map_or(0, Vec::len)
}
