//! The ledger, edited by hand: what a person, a restore or another tool can have made of it.
//!
//! Whatever it says, no command panics, none changes anything where it refuses, every refusal says what to
//! do next, and where the schema is known to be right `stamp --purge` is the way out.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use limbeck::{Dialect, Error, ErrorKind};

use crate::edits::{Edit, Fate, edits};
use crate::older::make_older;
use crate::place::Place;
use crate::portrait::Portrait;
use crate::settings::Settings;
use crate::subject::Subject;
use crate::tally::Tally;

/// Nobody else is at these databases, whatever their ledgers say.
const PATIENCE: Duration = Duration::from_millis(300);

struct Point<'p> {
    edit: Edit,
    start: &'p Place,
    /// Whether version 1 has written it.
    is_older: bool,
}

impl fmt::Display for Point<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let age = if self.is_older { "older " } else { "" };
        write!(f, "{age}{}: {}", self.start.dialect(), self.edit.name)
    }
}

pub(crate) fn edit_ledgers(tally: &Tally, settings: &Settings) {
    let subject = Subject::adversarial();
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        if !settings.wants_subject(subject.name, dialect) {
            continue;
        }
        // One revision is left to do, so that every start has something to decide.
        let start = Place::empty(dialect);
        subject.upgrade(&start, subject.last_but_one);
        let golden = start.copy();
        subject.upgrade(&golden, "head");
        let golden = Portrait::of(&golden);
        let older = start.copy();
        make_older(&older);
        let on = |start, is_older| -> Vec<_> {
            edits(dialect)
                .into_iter()
                .map(|edit| Point {
                    edit,
                    start,
                    is_older,
                })
                .collect()
        };
        let mut points = settings.sample(on(&start, false), 20, usize::MAX);
        points.extend(settings.sample(on(&older, true), 6, usize::MAX));
        tally.try_all("edit the ledger", &points, settings.workers, |point| {
            try_edit(&subject, point.start, &golden, &point.edit)
        });
    }
}

fn try_edit(subject: &Subject, start: &Place, golden: &Portrait, edit: &Edit) -> Vec<String> {
    let place = start.copy();
    if let Err(error) = place.try_execute(&edit.sql(place.dialect())) {
        return vec![format!("the edit itself: {error}")];
    }
    let mut problems = Vec::new();
    let before = look(&place);
    let url = place.url();
    let migrator = || subject.migrator().lock_deadline(PATIENCE);
    let status = guarded("status", &mut problems, || {
        migrator().status(&url).map(|_| ())
    });
    let pending = guarded("pending", &mut problems, || {
        migrator().pending(&url).map(|_| ())
    });
    if edit.fate == Fate::Fine {
        for (name, outcome) in [("status", status), ("pending", pending)] {
            if let Some(Err(error)) = outcome {
                problems.push(format!("{name} refuses what is fine: {error:#}"));
            }
        }
    }
    // A refusal changes nothing, whatever was asked for; so the next one can be asked of the same copy.
    let mut tried = place.copy();
    for name in ["downgrade", "stamp", "upgrade"] {
        let url = tried.url();
        let outcome = guarded(name, &mut problems, || match name {
            "downgrade" => migrator().downgrade(&url, subject.midway),
            "stamp" => migrator().stamp(&url, &["head"], false),
            _ => migrator().upgrade(&url, "head"),
        });
        match outcome {
            Some(Err(error)) => {
                if name == "upgrade" {
                    problems.extend(wrong_refusal(edit, &error));
                }
                if look(&tried) != before {
                    problems.push(format!("{name} refuses and changes something: {error:#}"));
                }
            }
            _ if name == "upgrade" => {}
            _ => tried = place.copy(),
        }
    }
    problems.extend(way_out(subject, &place, golden, edit));
    problems
}

/// Calls it, and takes a panic for what it is.
fn guarded<T>(
    name: &str,
    problems: &mut Vec<String>,
    call: impl FnOnce() -> Result<T, Error>,
) -> Option<Result<T, Error>> {
    let outcome = catch_unwind(AssertUnwindSafe(call));
    if outcome.is_err() {
        problems.push(format!("{name} panics"));
    }
    outcome.ok()
}

/// Schema and rows; the ledger cannot be asked.
fn look(place: &Place) -> (String, String) {
    let all = Portrait::of_contents(place);
    (all.schema, all.rows)
}

fn wrong_refusal(edit: &Edit, error: &Error) -> Option<String> {
    let is_right = match edit.fate {
        Fate::Fine => false,
        Fate::Any => true,
        Fate::Refused(kinds) => kinds.contains(&error.kind()),
    };
    if !is_right {
        return Some(format!("the wrong answer: {:?}: {error:#}", error.kind()));
    }
    let needs_help = !matches!(error.kind(), ErrorKind::Database);
    (needs_help && error.help().is_none()).then(|| format!("nothing says what to do: {error:#}"))
}

/// Leads to the head: by itself where nothing is wrong, and by `stamp --purge` where the ledger is.
fn way_out(subject: &Subject, place: &Place, golden: &Portrait, edit: &Edit) -> Vec<String> {
    let url = place.url();
    let mut migrator = subject.migrator().lock_deadline(PATIENCE);
    if edit.fate == Fate::Fine {
        if let Err(error) = migrator.upgrade(&url, "head") {
            return vec![format!("the upgrade: {error:#}")];
        }
    } else if edit.has_way_out {
        let stamped = migrator.stamp(&url, &[subject.last_but_one], true);
        if let Err(error) = stamped.and_then(|_| migrator.upgrade(&url, "head")) {
            return vec![format!("no way out by `stamp --purge`: {error:#}")];
        }
    } else {
        return Vec::new();
    }
    let end = Portrait::of_contents(place);
    (end.schema != golden.schema || end.rows != golden.rows)
        .then(|| "the way out leads elsewhere".to_owned())
        .into_iter()
        .collect()
}
