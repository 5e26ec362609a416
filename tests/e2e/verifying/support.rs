//! Databases to compare, and what was found.

use std::process::{Command, Output};

use limbeck::{Comparison, Dialect, Evidence, History, Migrator, Reason};
use limbeck_testkit::postgres;
use memory_store::HISTORY;

use crate::support::{Store, compile, revision};

/// A history of drafts.
pub(super) fn drafts() -> &'static History {
    compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer PRIMARY KEY, note text DEFAULT 'x');",
                "DROP TABLE a;",
            ),
            revision("r2", "r1", "CREATE TABLE b (id integer);", "DROP TABLE b;"),
            revision("r3", "r1", "CREATE TABLE c (id integer);", "DROP TABLE c;"),
        ],
    )
}

pub(super) fn compare(store: &Store, history: &'static History) -> Comparison {
    let verification = Migrator::new(history).verify(&store.url()).unwrap();
    assert!(verification.fault.is_none(), "{verification:?}");
    verification.comparison
}

/// Whether the reference history was proved on a server of this version.
pub(super) fn is_proved(store: &Store) -> bool {
    store.dialect() == Dialect::Sqlite || postgres().major_version() == 15
}

/// Where it was not, the revisions are run again, unless this version writes all definitions as that of the proof.
pub(super) fn assert_equal(store: &Store) {
    let comparison = compare(store, HISTORY);
    let is_right = match comparison {
        Comparison::Equal(Evidence::Replay) => !is_proved(store),
        _ => comparison == Comparison::Equal(Evidence::Proof),
    };
    assert!(is_right, "{comparison:?}");
}

/// What was found, in words.
pub(super) fn found(comparison: &Comparison) -> String {
    match comparison {
        Comparison::Different(differences) => {
            let lines: Vec<_> = differences
                .iter()
                .map(|difference| match &difference.mend {
                    Some(mend) => format!("{difference}\n  help: {mend}"),
                    None => difference.to_string(),
                })
                .collect();
            lines.join("\n")
        }
        other => format!("{other:?}"),
    }
}

pub(super) fn reason(comparison: &Comparison) -> &Reason {
    match comparison {
        Comparison::Unlike(reason) | Comparison::Unknown(reason) => reason,
        other => panic!("{other:?}"),
    }
}

/// A migrator that finds out what is otherwise on servers of other versions, too.
pub(super) fn comparing(store: &Store) -> Migrator {
    match store.dialect() {
        Dialect::Sqlite => Migrator::new(HISTORY),
        Dialect::Postgres => Migrator::new(HISTORY).scratch(store.url()),
    }
}

pub(super) fn run(store: &Store, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_memory-store"))
        .args(arguments)
        .env("DATABASE_URL", store.url())
        .output()
        .unwrap()
}

pub(super) fn scratch_databases() -> Vec<String> {
    let rows = postgres()
        .connect("postgres")
        .simple_query("SELECT datname FROM pg_database WHERE datname LIKE 'limbeck_scratch%'");
    rows.unwrap()
        .iter()
        .filter_map(|message| match message {
            ::postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .collect()
}

/// Nobody else's are in use by now; those of tests that run beside this one come and go.
pub(super) fn assert_gone(before: &[String]) {
    for _ in 0..100 {
        let left = scratch_databases();
        if left.iter().all(|name| before.contains(name)) || left.is_empty() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{:?}", scratch_databases());
}
