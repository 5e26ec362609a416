//! The statement that a difference names takes it back.

use limbeck_model::Dialect;
use limbeck_schema::{diff, postgres};
use limbeck_testkit::Database;

use super::many::{BASE, all_steps};
use crate::changes::Outcome;

#[test]
fn a_difference_is_gone_after_the_statement_that_it_names() -> Outcome {
    let database = Database::create(limbeck_testkit::postgres());
    let mut client = database.connect();
    client.batch_execute(BASE)?;
    let before = postgres::read(&mut client, "limbeck")?;
    let mut mended = 0;
    for step in all_steps().iter().step_by(SAMPLE) {
        client.batch_execute("BEGIN")?;
        if client.batch_execute(step).is_err() {
            client.batch_execute("ROLLBACK")?;
            continue;
        }
        let changes = diff(&before, &postgres::read(&mut client, "limbeck")?);
        for change in &changes {
            let Some(statement) = change.mend(Dialect::Postgres) else {
                continue;
            };
            client.batch_execute("SAVEPOINT before")?;
            match client.batch_execute(&statement) {
                // One difference may stand in the way of mending another one.
                Err(_) if changes.len() > 1 => {}
                Err(error) => return Err(format!("{step} {statement} {error:?}").into()),
                Ok(()) => {
                    let left = diff(&before, &postgres::read(&mut client, "limbeck")?);
                    assert!(!left.contains(change), "{step} {statement} {left:?}");
                    mended += 1;
                }
            }
            client.batch_execute("ROLLBACK TO before")?;
        }
        client.batch_execute("ROLLBACK")?;
    }
    assert!(mended > 30, "only {mended}");
    Ok(())
}

/// Every seventh step is enough for a test run; all have been tried.
const SAMPLE: usize = 7;
