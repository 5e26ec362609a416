//! A long history, after each step of which the fingerprint has changed exactly if `pg_dump` shows
//! a change.

use limbeck_schema::{diff, postgres};
use limbeck_testkit::Database;

use crate::changes::Outcome;

const STATEMENTS: &str = include_str!("statements.sql");

#[test]
fn a_fingerprint_changes_exactly_when_the_dump_does() -> Outcome {
    let server = limbeck_testkit::postgres();
    let version = server.major_version();
    let database = Database::create(server);
    let mut client = database.connect();
    let mut before = postgres::read(&mut client, "limbeck")?;
    let mut dump_before = database.pg_dump_schema(&[]);
    let mut compared = 0;
    for step in steps(version) {
        client
            .batch_execute(step)
            .map_err(|error| format!("{step}: {error:?}"))?;
        let after = postgres::read(&mut client, "limbeck")?;
        let dump = database.pg_dump_schema(&[]);
        let same = before.fingerprint() == after.fingerprint();
        assert_eq!(same, dump_before == dump, "after {step}");
        assert_eq!(same, before == after, "after {step}");
        assert_eq!(same, diff(&before, &after).is_empty(), "after {step}");
        (before, dump_before) = (after, dump);
        compared += 1;
    }
    assert!(compared > 60, "only {compared} pairs");
    Ok(())
}

/// The steps that a server of this version knows.
pub(crate) fn steps(version: u32) -> impl Iterator<Item = &'static str> {
    let steps = STATEMENTS.split("\n\n").skip(1);
    steps.filter(move |step| is_known(step, version))
}

fn is_known(step: &str, version: u32) -> bool {
    let since = step.lines().find_map(|line| line.strip_prefix("-- since "));
    since.is_none_or(|since| since.parse::<u32>().is_ok_and(|since| since <= version))
}
