//! What is tried, in order.

use limbeck::Dialect;

use crate::adversity;
use crate::crowd::crowd;
use crate::kill;
use crate::ledger::edit_ledgers;
use crate::older;
use crate::peers::replay;
use crate::place::Place;
use crate::scenario::{Operation, Scenario};
use crate::settings::Settings;
use crate::subject::Subject;
use crate::sweep::sweep;
use crate::tally::Tally;

/// The names with which `--only` chooses.
pub(crate) const PARTS: &[&str] = &[
    "sweep",
    "kill",
    "cut",
    "stall",
    "restart",
    "disk",
    "read-only",
    "clock",
    "ledger",
    "peers",
    "crowd",
];

pub(crate) fn run(tally: &Tally, settings: &Settings) {
    let subjects = [Subject::store(), Subject::adversarial()];
    for subject in subjects {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            if settings.wants_subject(subject.name, dialect) {
                interrupt(tally, settings, subject, dialect);
            }
        }
        if settings.wants("disk") {
            fill_disks(tally, settings, subject);
        }
        if settings.wants("restart") && settings.wants_subject(subject.name, Dialect::Postgres) {
            adversity::restart_servers(tally, settings, subject, 1);
        }
    }
    if settings.wants("ledger") {
        edit_ledgers(tally, settings);
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            if settings.wants_subject(Subject::adversarial().name, dialect) {
                bring_up_to_date(tally, settings, dialect);
            }
        }
    }
    if settings.wants("peers") {
        replay(tally, settings);
    }
    if settings.wants("crowd") {
        crowd(tally, settings);
    }
}

/// Faults, kills and cuts at every point of every operation.
fn interrupt(tally: &Tally, settings: &Settings, subject: Subject, dialect: Dialect) {
    let wanted = ["sweep", "kill", "cut", "stall", "read-only", "clock"];
    if !wanted.iter().any(|part| settings.wants(part)) {
        return;
    }
    let upgrades = Scenario::upgrades(subject, dialect);
    let (others, after) = if settings.wants("sweep") || settings.wants("kill") {
        (
            Scenario::others(subject, dialect),
            Scenario::after_failures(subject, dialect),
        )
    } else {
        (Vec::new(), Vec::new())
    };
    if settings.wants("sweep") {
        for scenario in upgrades.iter().chain(&others).chain(&after) {
            sweep(tally, settings, scenario, 6);
        }
        if dialect == Dialect::Postgres {
            sweep(tally, settings, &Scenario::of_tenant(subject), 6);
        }
    }
    if settings.wants("kill") {
        // The last of the others is the downgrade.
        for scenario in upgrades.iter().chain(others.last()) {
            kill_everywhere(tally, settings, scenario);
        }
        for scenario in &after {
            kill::kill_at_calls(tally, settings, scenario, 2);
        }
        if dialect == Dialect::Sqlite {
            kill_everywhere(tally, settings, &write_ahead(subject));
        }
    }
    if settings.wants("read-only") {
        for scenario in &upgrades {
            adversity::refuse_writing(tally, settings, scenario);
        }
    }
    if settings.wants("clock") {
        // The upgrade, on which a first install is not a single transaction.
        if let Some(scenario) = upgrades.last() {
            adversity::move_the_clock(tally, settings, scenario, 3);
        }
    }
    if dialect == Dialect::Postgres {
        for scenario in &upgrades {
            if settings.wants("cut") {
                adversity::cut_connections(tally, settings, scenario, 4);
            }
            if settings.wants("stall") {
                adversity::stall_connections(tally, settings, scenario, 1);
            }
        }
    }
}

/// Ledgers of an older version, while they get their first change.
fn bring_up_to_date(tally: &Tally, settings: &Settings, dialect: Dialect) {
    for scenario in older::scenarios(dialect) {
        sweep(tally, settings, &scenario, 2);
        kill::kill_at_calls(tally, settings, &scenario, 1);
    }
}

fn fill_disks(tally: &Tally, settings: &Settings, subject: Subject) {
    if settings.wants_subject(subject.name, Dialect::Sqlite) {
        adversity::fill_pages(tally, settings, subject, 4);
        adversity::fill_sqlite(tally, settings, subject, 3);
    }
    if settings.wants_subject(subject.name, Dialect::Postgres) {
        adversity::fill_postgres(tally, settings, subject, 2);
    }
}

fn kill_everywhere(tally: &Tally, settings: &Settings, scenario: &Scenario) {
    kill::kill_at_calls(tally, settings, scenario, 3);
    kill::kill_at_moments(tally, settings, scenario);
    match scenario.start.dialect() {
        Dialect::Postgres => kill::kill_on_the_wire(tally, settings, scenario, 4),
        Dialect::Sqlite => kill::kill_at_system_calls(tally, settings, scenario, 6),
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
