//! A ledger as version 1 has written it: what this program makes of it, and what a program sees meanwhile
//! that knows no later version.
//!
//! On PostgreSQL its `progress` lacks two columns, and everywhere it has each statement of a script begun
//! before it ran, also those that are one transaction with their record now.

use std::time::Duration;

use limbeck::{Dialect, ErrorKind};

use crate::place::Place;
use crate::scenario::{Operation, Scenario, lead_to_the_head};
use crate::subject::Subject;

/// On SQLite a claim of somebody else's has to be looked at for a second.
const PATIENCE: Duration = Duration::from_secs(3);

/// Makes a ledger what version 1 would have written.
pub(crate) fn make_older(place: &Place) {
    place.execute(match place.dialect() {
        Dialect::Sqlite => {
            "UPDATE limbeck_state SET version = 1, user_version = 77; PRAGMA user_version = 77"
        }
        Dialect::Postgres => {
            "UPDATE limbeck.state SET version = 1; \
             ALTER TABLE limbeck.progress DROP COLUMN before, DROP COLUMN backend_start"
        }
    });
}

/// All ways in which such a ledger gets its first change.
pub(crate) fn scenarios(dialect: Dialect) -> Vec<Scenario> {
    let subject = Subject::adversarial();
    let at = |revision| {
        let place = subject.midway(dialect);
        subject.upgrade(&place, revision);
        place
    };
    let of = |name, place: Place, operation| {
        make_older(&place);
        Scenario::new(subject, name, place, operation).on_an_older_ledger(PATIENCE)
    };
    let unfinished = of(
        "upgrade of an older ledger with an unfinished script",
        unfinished(&subject, dialect),
        Operation::Upgrade("c2"),
    );
    let (doubtful, target) = doubtful(&subject, dialect);
    let resume = of(
        "resume on an older ledger",
        doubtful,
        Operation::Resume(target),
    );
    nothing_tells(&resume);
    let scenarios = vec![unfinished, resume];
    lead_to_the_head(&scenarios);
    let midway = subject.midway;
    let others = [
        (
            "upgrade of an older ledger",
            at(midway),
            Operation::Upgrade("b2"),
        ),
        (
            "script on an older ledger",
            at("c1"),
            Operation::Upgrade("c2"),
        ),
        (
            "stamp on an older ledger",
            at("c2"),
            Operation::Stamp(midway, false),
        ),
        (
            "downgrade of an older ledger",
            at("c2"),
            Operation::Downgrade(midway),
        ),
    ];
    scenarios
        .into_iter()
        .chain(others.map(|(name, place, operation)| of(name, place, operation)))
        .collect()
}

/// A script that was left at a statement of which the database tells what has become.
fn unfinished(subject: &Subject, dialect: Dialect) -> Place {
    let place = subject.midway(dialect);
    subject.upgrade(&place, "c1");
    if dialect == Dialect::Postgres {
        place.execute("ALTER TABLE log DETACH PARTITION log_old CONCURRENTLY");
    }
    begin(&place, "c2", 2);
    place
}

/// A script that was left at a statement of which nothing tells, and the revision whose script it is.
fn doubtful(subject: &Subject, dialect: Dialect) -> (Place, &'static str) {
    let place = subject.midway(dialect);
    match dialect {
        Dialect::Sqlite => {
            subject.upgrade(&place, "c1");
            begin(&place, "c2", 3);
            (place, "c2")
        }
        Dialect::Postgres => {
            subject.upgrade(&place, "b1");
            place.execute(
                "CREATE INDEX items_note_idx ON items (note); INSERT INTO ran VALUES ('b2'); \
                 CREATE UNIQUE INDEX items_name_key ON items (name)",
            );
            begin(&place, "b2", 4);
            (place, "b2")
        }
    }
}

/// The rows of a script that has begun this statement; its process is gone.
fn begin(place: &Place, id: &str, step: u32) {
    let (state, progress) = (place.ledger("state"), place.ledger("progress"));
    for number in 1..=step {
        let become_of = if number < step { "done" } else { "started" };
        place.execute(&format!(
            "INSERT INTO {progress} (history, id, direction, step, state, token, lease_until) VALUES \
             ('adversarial', '{id}', 'up', {number}, '{become_of}', 'older', '2000-01-01T00:00:00.000Z')"
        ));
    }
    place.execute(&format!("UPDATE {state} SET unfinished = 'older'"));
}

/// An upgrade must not guess what `resume` is for.
fn nothing_tells(scenario: &Scenario) {
    let place = scenario.start.copy();
    let outcome = scenario.subject.migrator().upgrade(&place.url(), "head");
    let kind = outcome.map_err(|error| error.kind()).err();
    assert_eq!(kind, Some(ErrorKind::Interrupted), "{scenario}");
}

/// What an older program would get wrong. It reads a ledger of any version, and writes one of its own alone:
/// nothing may stand there then that it does not know.
pub(crate) fn misleads_an_older_program(scenario: &Scenario, place: &Place) -> Vec<String> {
    let [revision, state, progress] =
        ["revision", "state", "progress"].map(|table| place.ledger(table));
    let mut problems = Vec::new();
    for read in [
        format!("SELECT history, digest, version, unfinished FROM {state}"),
        format!("SELECT history, id, parents, checksum, lineage, compat FROM {revision}"),
        format!(
            "SELECT history, id, direction, step, state, lease_until, backend, error, token FROM {progress}"
        ),
    ] {
        if let Err(error) = place.try_query(&read) {
            problems.push(format!("an older program cannot read it: {error}: {read}"));
        }
    }
    let columns = new_columns(place);
    match *place.query(&format!("SELECT DISTINCT version FROM {state}")) {
        [ref version] if version == "1" => {
            if columns.is_some_and(|count| count > 0) || rows(place) != rows(&scenario.start) {
                problems.push("something newer is in a ledger of version 1".to_owned());
            }
            if let Err(error) = place.try_execute(&writes(place)) {
                problems.push(format!("an older program cannot write it: {error}"));
            }
        }
        [ref version] if version == "2" => {
            if columns.is_some_and(|count| count < 2) {
                problems.push("a ledger of version 2 lacks columns".to_owned());
            }
        }
        ref versions => problems.push(format!("the versions are {versions:?}")),
    }
    problems
}

/// How many columns there are that version 2 has added, where it has.
fn new_columns(place: &Place) -> Option<u32> {
    let query = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'limbeck' \
                 AND table_name = 'progress' AND column_name IN ('before', 'backend_start')";
    (place.dialect() == Dialect::Postgres).then(|| place.query(query)[0].parse().unwrap())
}

fn rows(place: &Place) -> Vec<String> {
    ["revision", "state", "journal", "progress"]
        .iter()
        .flat_map(|table| {
            place.query(&format!(
                "SELECT * FROM {} ORDER BY 1, 2, 3, 4",
                place.ledger(table)
            ))
        })
        .collect()
}

/// The beginning of a script as version 1 writes it, taken back again.
fn writes(place: &Place) -> String {
    let (state, progress) = (place.ledger("state"), place.ledger("progress"));
    format!(
        "BEGIN; \
         INSERT INTO {progress} (history, id, direction, step, state, token, lease_until, backend) \
         VALUES ('adversarial', 'd2', 'up', 1, 'started', 'other', '2000-01-01T00:00:00.000Z', 1) \
         ON CONFLICT (history, id, direction, step) DO UPDATE SET state = excluded.state, token = excluded.token, \
         lease_until = excluded.lease_until, backend = excluded.backend, error = NULL; \
         INSERT INTO {state} (history, digest, version, unfinished) VALUES ('adversarial', 'x', 1, 'other') \
         ON CONFLICT (history) DO UPDATE SET unfinished = excluded.unfinished; \
         ROLLBACK"
    )
}
