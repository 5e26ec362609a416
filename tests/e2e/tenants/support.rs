//! Fleets of the tenants of one database, and what they did.

use limbeck::{Fleet, FleetReport, History, Members, Migrator, Outcome, Report};
use limbeck_testkit::Database;

use crate::support::{compile, full, revision};

/// Names that are somebody's attack, or somebody's joke.
pub(super) const HOSTILE: [&str; 9] = [
    "plain",
    "With Spaces",
    "quote\"s",
    "apostrophe's",
    "back\\slash",
    "semi;colon--",
    "{a,\"b\"}",
    "über, \"$user\"",
    "a\"; DROP SCHEMA plain CASCADE; --",
];

pub(super) fn table(id: &str, parents: &str) -> (String, String) {
    revision(
        id,
        parents,
        &format!(
            "CREATE TABLE {id} (id integer, note text);\nINSERT INTO {id} VALUES (1, 'a\\b');"
        ),
        &format!("DROP TABLE {id};"),
    )
}

pub(super) fn history(count: usize) -> &'static History {
    let files = [table("r1", "base"), table("r2", "r1"), table("r3", "r2")];
    compile("app", &files[..count])
}

pub(super) fn fleet(database: &Database, history: &'static History, names: &[&str]) -> Fleet {
    Fleet::new(
        Migrator::new(history),
        Members::schemas(database.url(), names.iter().copied()),
    )
}

pub(super) fn done<T>(result: Result<FleetReport<T>, limbeck::Error>) -> FleetReport<T> {
    let report = result.unwrap_or_else(|error| panic!("{}", full(&error)));
    let failures: Vec<_> = report
        .failures()
        .map(|(name, error)| format!("{name}: {}", full(error)))
        .collect();
    assert!(failures.is_empty(), "{failures:#?}");
    report
}

pub(super) fn tables_of(database: &Database, schema: &str) -> Vec<String> {
    let query = "SELECT relname::text FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace \
                 WHERE nspname = $1 AND relkind = 'r' ORDER BY relname";
    let rows = database.connect().query(query, &[&schema]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

pub(super) fn outcomes(report: &FleetReport<Report>) -> Vec<&'static str> {
    report
        .members
        .iter()
        .map(|member| match &member.outcome {
            Outcome::AtHead => "at head",
            Outcome::Done(_) => "done",
            Outcome::Failed(_) => "failed",
            _ => "not started",
        })
        .collect()
}
