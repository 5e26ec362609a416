//! The one way in which all cases are tried.

use std::error::Error;

use limbeck_schema::{Schema, diff, postgres};
use limbeck_testkit::Database;

/// What a test returns; every error fails it.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// A database whose schema is looked at twice.
pub(crate) struct Case {
    database: Database,
    client: ::postgres::Client,
    before: Schema,
    dump: String,
}

/// Makes a schema to be changed.
pub(crate) fn given(schema: &str) -> Result<Case, Box<dyn Error>> {
    let database = Database::create(limbeck_testkit::postgres());
    let mut client = database.connect();
    client.batch_execute(schema)?;
    let before = postgres::read(&mut client, "limbeck")?;
    let dump = database.pg_dump_schema(&["limbeck"]);
    Ok(Case {
        database,
        client,
        before,
        dump,
    })
}

impl Case {
    /// Runs `statements` and checks that exactly `expected` is said to have changed, that the
    /// fingerprint has changed if anything is, and that `pg_dump` agrees. The next change is
    /// compared with the schema that this one leaves.
    #[track_caller]
    pub(crate) fn then(
        mut self,
        statements: &str,
        expected: &[&str],
    ) -> Result<Self, Box<dyn Error>> {
        self.client.batch_execute(statements)?;
        let after = postgres::read(&mut self.client, "limbeck")?;
        let dump = self.database.pg_dump_schema(&["limbeck"]);
        let said: Vec<String> = diff(&self.before, &after)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(said, expected, "after {statements}");
        let same = self.before.fingerprint() == after.fingerprint();
        assert_eq!(same, expected.is_empty(), "fingerprint after {statements}");
        assert_eq!(
            same,
            self.dump == dump,
            "pg_dump after {statements}\n{}\n{dump}",
            self.dump
        );
        (self.before, self.dump) = (after, dump);
        Ok(self)
    }
}
