//! A database on which nobody can write, for a while.

use std::fmt;

use limbeck::Dialect;
use limbeck_testkit::postgres;

use super::mount::Small;
use crate::oracle;
use crate::place::Place;
use crate::portrait::Portrait;
use crate::scenario::Scenario;
use crate::settings::Settings;
use crate::tally::Tally;

enum Way {
    /// The connection that is lent refuses to write.
    Connection,
    /// The file system does.
    FileSystem(Small),
    /// Transactions of the database are read-only unless they say otherwise, and limbeck's say otherwise.
    Default,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "a connection that only reads",
            Self::FileSystem(_) => "a file system that can only be read",
            Self::Default => "transactions that only read by default",
        })
    }
}

pub(crate) fn refuse_writing(tally: &Tally, settings: &Settings, scenario: &Scenario) {
    let part = format!("read-only database, {scenario}");
    let mut ways = Vec::new();
    match scenario.start.dialect() {
        Dialect::Sqlite => {
            ways.push(Way::Connection);
            match Small::mount("64m") {
                Some(small) => ways.push(Way::FileSystem(small)),
                None => println!("{part}: only root can mount a file system; left out"),
            }
        }
        Dialect::Postgres => ways.push(Way::Default),
    }
    tally.try_all(&part, &ways, settings.workers, |way| match way {
        Way::Connection => connection(scenario),
        Way::FileSystem(small) => file_system(scenario, small),
        Way::Default => default(scenario),
    });
}

fn connection(scenario: &Scenario) -> Vec<String> {
    let place = scenario.start.copy();
    let mut problems = Vec::new();
    if let Place::Sqlite { path, .. } = &place {
        let mut lent = rusqlite::Connection::open(path).unwrap();
        lent.pragma_update(None, "query_only", true).unwrap();
        let outcome = scenario.operation.act(&mut scenario.migrator(), &mut lent);
        problems.extend(refused(outcome.is_err(), scenario, &place));
    }
    problems.extend(oracle::examine(scenario, &place));
    problems
}

fn file_system(scenario: &Scenario, small: &Small) -> Vec<String> {
    let place = scenario.start.copy_into(small.path());
    small.protect(true);
    let outcome = scenario
        .operation
        .act(&mut scenario.migrator(), &place.url());
    let mut problems: Vec<_> = refused(outcome.is_err(), scenario, &place)
        .into_iter()
        .collect();
    small.protect(false);
    problems.extend(oracle::examine(scenario, &place));
    problems
}

fn default(scenario: &Scenario) -> Vec<String> {
    let place = scenario.start.copy();
    let name = place.name();
    set(&format!(
        "ALTER DATABASE {name} SET default_transaction_read_only = on"
    ));
    let outcome = scenario
        .operation
        .act(&mut scenario.migrator(), &place.url());
    let mut problems: Vec<_> = outcome
        .err()
        .map(|error| format!("{error:#}"))
        .into_iter()
        .collect();
    set(&format!(
        "ALTER DATABASE {name} RESET default_transaction_read_only"
    ));
    problems.extend(oracle::examine(scenario, &place));
    problems
}

/// In another database, where one can write.
fn set(sql: &str) {
    postgres().connect("postgres").batch_execute(sql).unwrap();
}

fn refused(is_refused: bool, scenario: &Scenario, place: &Place) -> Option<String> {
    if !is_refused {
        return Some("it claims to have written".to_owned());
    }
    (Portrait::of(place) != Portrait::of(&scenario.start))
        .then(|| "what could not be written has changed".to_owned())
}
