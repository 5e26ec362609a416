//! What other tools are known to get wrong, replayed.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use limbeck::__private::sim::{Fault, Faults, Faulty, Moment};
use limbeck::{Dialect, ErrorKind, Migrator};
use limbeck_trial::{compile, revision};

use crate::place::{Place, postgres_rows};
use crate::settings::Settings;
use crate::subject::Subject;
use crate::tally::Tally;

struct Case {
    name: &'static str,
    dialect: Dialect,
    run: fn(Dialect) -> Vec<String>,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.dialect, self.name)
    }
}

type Run = fn(Dialect) -> Vec<String>;

const ON_BOTH: [(&str, Run); 3] = [
    (
        "two starters, of which one has read before the other began",
        two_starters,
    ),
    (
        "a failed migration leaves nothing to clean up",
        no_dirty_state,
    ),
    (
        "a lent connection is free after a failure",
        the_lock_is_given_back,
    ),
];

const ON_POSTGRES: [(&str, Run); 2] = [
    ("work and its record in one transaction", one_transaction),
    (
        "CREATE INDEX CONCURRENTLY while replicas wait for the lock",
        waiting_replicas,
    ),
];

pub(crate) fn replay(tally: &Tally, settings: &Settings) {
    let mut cases = Vec::new();
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let own: &[_] = match dialect {
            Dialect::Sqlite => &[],
            Dialect::Postgres => &ON_POSTGRES,
        };
        for &(name, run) in ON_BOTH.iter().chain(own) {
            cases.push(Case { name, dialect, run });
        }
    }
    tally.try_all("peers' failures", &cases, settings.workers, |case| {
        (case.run)(case.dialect)
    });
}

/// Runs something else right before the call with this number.
struct Meanwhile<F>(usize, F);

impl<F: FnMut()> Faults for Meanwhile<F> {
    fn strike(&mut self, call: &'static str, moment: Moment) -> Option<Fault> {
        if call == "transact" && moment == Moment::Before && self.0 > 0 {
            self.0 -= 1;
            if self.0 == 0 {
                (self.1)();
            }
        }
        None
    }
}

/// `rusqlite_migration` reads the version outside the lock: the second starter ran everything again.
fn two_starters(dialect: Dialect) -> Vec<String> {
    let subject = Subject::store();
    let mut problems = Vec::new();
    // The first install of SQLite is a single transaction, so that there is no second one before which
    // somebody could come.
    for (number, place) in [(1, Place::empty(dialect)), (2, subject.midway(dialect))] {
        // Whoever only looks makes no file.
        place.execute("SELECT 1");
        let url = place.url();
        let pending = match subject.migrator().pending(&url) {
            Ok(pending) => pending.revisions.len(),
            Err(error) => return vec![format!("{error:#}")],
        };
        let others = Arc::new(AtomicUsize::new(0));
        let (counted, at) = (Arc::clone(&others), url.clone());
        let other = move || match subject.migrator().upgrade(&at, "head") {
            Ok(report) => counted.store(report.steps.len(), Ordering::SeqCst),
            Err(error) => panic!("the other starter: {error:#}"),
        };
        match subject
            .migrator()
            .upgrade(Faulty(&url, Meanwhile(number, other)), "head")
        {
            Ok(report) => {
                let (own, others) = (report.steps.len(), others.load(Ordering::SeqCst));
                if own + others != pending || others == 0 {
                    problems.push(format!("one ran {own} and the other {others}"));
                }
            }
            Err(error) => problems.push(format!("{error:#}")),
        }
    }
    problems
}

fn failing(second: &str) -> &'static limbeck::History {
    let first = "CREATE TABLE a (id integer PRIMARY KEY);\nINSERT INTO a VALUES (1);";
    let files = [
        revision("r1", "base", first, "DROP TABLE a;"),
        revision("r2", "r1", second, "DROP TABLE b;"),
    ];
    compile("app", &files)
}

const BAD: &str =
    "CREATE TABLE b (id integer);\nINSERT INTO a VALUES (2);\nINSERT INTO a VALUES (1);";
const GOOD: &str =
    "CREATE TABLE b (id integer);\nINSERT INTO a VALUES (2);\nINSERT INTO a VALUES (3);";

/// golang-migrate and sqlx mark the database dirty, and a person has to say that it is not.
fn no_dirty_state(dialect: Dialect) -> Vec<String> {
    let place = Place::empty(dialect);
    let mut problems = Vec::new();
    for _ in 0..2 {
        match Migrator::new(failing(BAD)).upgrade(&place.url(), "head") {
            Ok(_) => problems.push("what cannot succeed has".to_owned()),
            Err(error) if error.kind() == ErrorKind::Failed => {}
            Err(error) => problems.push(format!("the wrong error: {error:#}")),
        }
        if place.query("SELECT id FROM a") != ["1"] {
            problems.push("half of a revision stands".to_owned());
        }
    }
    if let Err(error) = Migrator::new(failing(GOOD)).upgrade(&place.url(), "head") {
        problems.push(format!("the mended file: {error:#}"));
    }
    if place.query("SELECT id FROM a ORDER BY id") != ["1", "2", "3"] {
        problems.push("the mended file was not run".to_owned());
    }
    problems
}

/// sqlx unlocks only on success: a connection that goes on living keeps everybody out.
fn the_lock_is_given_back(dialect: Dialect) -> Vec<String> {
    let place = Place::empty(dialect);
    let mut problems = Vec::new();
    let other = || {
        Migrator::new(failing(GOOD))
            .lock_deadline(Duration::from_secs(2))
            .upgrade(&place.url(), "head")
    };
    match &place {
        Place::Sqlite { path, .. } => {
            let mut lent = rusqlite::Connection::open(path).unwrap();
            let failed = Migrator::new(failing(BAD)).upgrade(&mut lent, "head");
            problems.extend(failed.is_ok().then(|| "what cannot succeed has".to_owned()));
            problems.extend(other().err().map(|error| format!("{error:#}")));
        }
        Place::Postgres(database) => {
            let mut lent = database.connect();
            let failed = Migrator::new(failing(BAD)).upgrade(&mut lent, "head");
            problems.extend(failed.is_ok().then(|| "what cannot succeed has".to_owned()));
            problems.extend(other().err().map(|error| format!("{error:#}")));
            let held =
                "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";
            if !postgres_rows(&mut lent, held).unwrap().is_empty() {
                problems.push("the lent connection holds the lock".to_owned());
            }
        }
    }
    problems
}

/// refinery commits the work and then its record: a crash in between runs the work twice.
fn one_transaction(dialect: Dialect) -> Vec<String> {
    let subject = Subject::adversarial();
    let place = Place::empty(dialect);
    subject.upgrade(&place, "head");
    let apart = place.query(
        "SELECT r.id FROM limbeck.revision r JOIN ran ON ran.revision = r.id \
         WHERE r.xmin <> ran.xmin AND r.id NOT IN ('b2', 'c2', 'd2')",
    );
    let compared =
        place.query("SELECT count(*) FROM limbeck.revision r JOIN ran ON ran.revision = r.id");
    let mut problems = Vec::new();
    if !apart.is_empty() {
        problems.push(format!("recorded in another transaction: {apart:?}"));
    }
    if compared != ["9"] {
        problems.push(format!("only {compared:?} were compared"));
    }
    problems
}

/// A blocking advisory lock waits with a snapshot, for which the index waits, for which the lock waits.
fn waiting_replicas(dialect: Dialect) -> Vec<String> {
    let subject = Subject::adversarial();
    let place = subject.midway(dialect);
    subject.upgrade(&place, "b1");
    let Place::Postgres(database) = &place else {
        return vec!["this needs PostgreSQL".to_owned()];
    };
    // An application's own transaction, for which the index has to wait.
    let mut application = database.connect();
    application
        .batch_execute("BEGIN; UPDATE items SET price = price WHERE id = 1")
        .unwrap();
    let ran = Mutex::new(0);
    let problems = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let outcome = subject
                    .migrator()
                    .lock_deadline(Duration::from_secs(40))
                    .upgrade(&place.url(), "head");
                match outcome {
                    Ok(report) => {
                        *ran.lock().unwrap_or_else(PoisonError::into_inner) += report.steps.len();
                    }
                    Err(error) => problems
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(format!("{error:#}")),
                }
            });
        }
        std::thread::sleep(Duration::from_millis(1_500));
        application.batch_execute("COMMIT").unwrap();
    });
    let mut problems = problems
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let ran = ran.into_inner().unwrap_or_else(PoisonError::into_inner);
    let pending = subject.history.len() - 3;
    if ran != pending {
        problems.push(format!(
            "{ran} revisions were run, and {pending} were pending"
        ));
    }
    problems
}
