//! The one way in which single changes are tried, on either database.

use std::error::Error;

use limbeck_schema::{Schema, diff};

/// What a test returns; every error fails it.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// A database of a test's own.
pub(crate) trait Changed {
    /// Runs statements.
    fn run(&mut self, statements: &str) -> Result<(), Box<dyn Error>>;

    /// Its schema as this crate reads it, and as the judge writes it.
    fn look(&mut self) -> Result<(Schema, String), Box<dyn Error>>;
}

/// A database whose schema is looked at twice.
pub(crate) struct Case<D> {
    database: D,
    pub(crate) before: Schema,
    dump: String,
}

impl<D: Changed> Case<D> {
    /// Makes a schema to be changed.
    pub(crate) fn given(mut database: D, schema: &str) -> Result<Self, Box<dyn Error>> {
        database.run(schema)?;
        let (before, dump) = database.look()?;
        Ok(Self {
            database,
            before,
            dump,
        })
    }

    /// Runs `statements` and checks that exactly `expected` is said to have changed, that the
    /// fingerprint has changed if anything is, and that the judge agrees. The next change is compared
    /// with the schema that this one leaves.
    #[track_caller]
    pub(crate) fn then(
        mut self,
        statements: &str,
        expected: &[&str],
    ) -> Result<Self, Box<dyn Error>> {
        self.database.run(statements)?;
        let (after, dump) = self.database.look()?;
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
            "dump after {statements}\n{}\n{dump}",
            self.dump
        );
        (self.before, self.dump) = (after, dump);
        Ok(self)
    }
}
