//! What is tried, in order.

use limbeck::Dialect;

use crate::crowd::crowd;
use crate::kill;
use crate::place::Place;
use crate::scenario::{Operation, Scenario};
use crate::settings::Settings;
use crate::subject::Subject;
use crate::sweep::sweep;
use crate::tally::Tally;

pub(crate) fn run(tally: &Tally, settings: &Settings) {
    for subject in [Subject::store(), Subject::adversarial()] {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            if settings.wants_subject(subject.name, dialect) {
                interrupt(tally, settings, subject, dialect);
            }
        }
    }
    if settings.wants("crowd") {
        crowd(tally, settings);
    }
}

/// Faults and kills at every point of every operation.
fn interrupt(tally: &Tally, settings: &Settings, subject: Subject, dialect: Dialect) {
    if !settings.wants("sweep") && !settings.wants("kill") {
        return;
    }
    let upgrades = Scenario::upgrades(subject, dialect);
    let others = Scenario::others(subject, dialect);
    if settings.wants("sweep") {
        for scenario in upgrades.iter().chain(&others) {
            sweep(tally, settings, scenario, 8);
        }
    }
    if settings.wants("kill") {
        for scenario in &upgrades {
            kill_everywhere(tally, settings, scenario);
        }
        if let Some(downgrade) = others.last() {
            kill_everywhere(tally, settings, downgrade);
        }
        if dialect == Dialect::Sqlite {
            kill_everywhere(tally, settings, &write_ahead(subject));
        }
    }
}

fn kill_everywhere(tally: &Tally, settings: &Settings, scenario: &Scenario) {
    kill::kill_at_calls(tally, settings, scenario, 4);
    kill::kill_at_moments(tally, settings, scenario);
    match scenario.start.dialect() {
        Dialect::Postgres => kill::kill_on_the_wire(tally, settings, scenario, 6),
        Dialect::Sqlite => kill::kill_at_system_calls(tally, settings, scenario, 10),
    }
}

/// An SQLite database whose changes go to a log before they go to the file.
fn write_ahead(subject: Subject) -> Scenario {
    let start: Place = subject.midway(Dialect::Sqlite);
    let mode = start.query("PRAGMA journal_mode = WAL");
    assert_eq!(mode, ["wal"]);
    Scenario::new(
        subject,
        "upgrade with a write-ahead log",
        start,
        Operation::Upgrade("head"),
    )
}
