//! Brings the tables of an older limbeck up to date.

use limbeck_model::Dialect;

use super::{Ledger, VERSION};

impl Ledger {
    /// The statements that make the tables those of [`VERSION`], whichever older version they have. They
    /// run under the lock, and do no harm where another process was quicker.
    pub(crate) fn upgrade(&self) -> Vec<String> {
        let mut statements = Vec::new();
        if self.dialect == Dialect::Postgres {
            statements.push(format!(
                "ALTER TABLE {} ADD COLUMN IF NOT EXISTS before text, \
                 ADD COLUMN IF NOT EXISTS backend_start timestamptz",
                self.table("progress")
            ));
        }
        statements.push(format!(
            "UPDATE {} SET version = {VERSION} WHERE version < {VERSION}",
            self.table("state")
        ));
        statements
    }
}
