//! The statements of a schema make it again.

use limbeck_schema::render::Block;
use limbeck_schema::{Change, diff, postgres};
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
    // One message for many statements is much faster, but names no statement that is refused.
    let texts: Vec<&str> = ddl.blocks().iter().filter_map(statements).collect();
    for some in texts.chunks(100) {
        if other.batch_execute(&some.join("\n")).is_ok() {
            continue;
        }
        for statement in some {
            let done = other.batch_execute(statement);
            done.map_err(|error| format!("after {after}: {error:?}\n{statement}"))?;
        }
    }
    let (before, now) = (
        postgres::read(&mut client, "limbeck")?,
        postgres::read(&mut other, "limbeck")?,
    );
    // No statement makes an heir whose columns stand in another order than those above it.
    let is_noted = |change: &Change| {
        let Change::Reordered { table, .. } = change else {
            return false;
        };
        let blocks = ddl.blocks().iter();
        let mut notes = blocks.filter(|block| statements(block).is_none());
        notes.any(|note| {
            note.to_string()
                .contains(&format!("{table} stand in another order"))
        })
    };
    let changes = diff(&before, &now);
    let unexplained = changes.iter().filter(|change| !is_noted(change));
    let said: Vec<String> = unexplained.map(ToString::to_string).collect();
    assert_eq!(said, [""; 0], "after {after}");
    if changes.is_empty() {
        assert_eq!(before.fingerprint(), now.fingerprint(), "after {after}");
        let again = postgres::ddl(&mut other, "limbeck")?.to_string();
        assert!(again == ddl.to_string(), "after {after}\n{again}");
    }
    Ok(())
}

fn statements(block: &Block) -> Option<&str> {
    match block {
        Block::Statements(statements) => Some(statements),
        Block::Withheld { statements, .. } => statements.as_deref(),
    }
}

#[test]
fn a_long_history_is_made_again_by_its_statements() -> Outcome {
    let server = limbeck_testkit::postgres();
    let database = Database::create(server);
    let mut client = database.connect();
    let steps: Vec<&str> = steps(server.major_version()).collect();
    for (at, step) in steps.iter().enumerate() {
        client
            .batch_execute(step)
            .map_err(|error| format!("{step}: {error:?}"))?;
        // What is rare, and belongs to no schema, comes at the end.
        if at % 8 == 0 || at + 8 > steps.len() {
            check(&database, step)?;
        }
    }
    Ok(())
}
