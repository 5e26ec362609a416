//! A PostgreSQL database whose changes `pg_dump` judges.

use std::error::Error;

use limbeck_schema::{Schema, postgres};
use limbeck_testkit::Database;

use crate::changes::{Case, Changed};

pub(crate) struct Postgres {
    database: Database,
    client: ::postgres::Client,
}

/// Makes a schema to be changed.
pub(crate) fn given(schema: &str) -> Result<Case<Postgres>, Box<dyn Error>> {
    let database = Database::create(limbeck_testkit::postgres());
    let client = database.connect();
    Case::given(Postgres { database, client }, schema)
}

impl Changed for Postgres {
    fn run(&mut self, statements: &str) -> Result<(), Box<dyn Error>> {
        Ok(self.client.batch_execute(statements)?)
    }

    fn look(&mut self) -> Result<(Schema, String), Box<dyn Error>> {
        let schema = postgres::read(&mut self.client, "limbeck")?;
        Ok((schema, self.database.pg_dump_schema(&["limbeck"])))
    }
}
