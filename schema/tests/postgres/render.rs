//! The statements of a schema make it again.

use limbeck_schema::render::Block;
use limbeck_schema::{diff, postgres};
use limbeck_testkit::Database;

use super::check::Outcome;
use super::oracle::steps;

/// Executes what is rendered of one database in an empty one, and compares the two. A superuser, as
/// the tests have, can also execute what is only a comment.
#[track_caller]
pub(crate) fn check(database: &Database, after: &str) -> Outcome {
    let mut client = database.connect();
    let ddl = postgres::ddl(&mut client, "limbeck")?;
    let second = Database::create(limbeck_testkit::postgres());
    let mut other = second.connect();
    for block in ddl.blocks() {
        let (Block::Statements(statements)
        | Block::Withheld {
            statements: Some(statements),
            ..
        }) = block
        else {
            continue;
        };
        let done = other.batch_execute(statements);
        done.map_err(|error| format!("after {after}: {error:?}\n{statements}"))?;
    }
    let (before, now) = (
        postgres::read(&mut client, "limbeck")?,
        postgres::read(&mut other, "limbeck")?,
    );
    let said: Vec<String> = diff(&before, &now)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(said, [""; 0], "after {after}\n{ddl}");
    assert_eq!(before.fingerprint(), now.fingerprint());
    let again = postgres::ddl(&mut other, "limbeck")?.to_string();
    assert!(again == ddl.to_string(), "after {after}\n{ddl}\n{again}");
    Ok(())
}

#[test]
fn a_long_history_is_made_again_by_its_statements() -> Outcome {
    let server = limbeck_testkit::postgres();
    let database = Database::create(server);
    let mut client = database.connect();
    for step in steps(server.major_version()) {
        client
            .batch_execute(step)
            .map_err(|error| format!("{step}: {error:?}"))?;
        check(&database, step)?;
    }
    Ok(())
}
