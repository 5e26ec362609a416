//! A database for a moment, on the same server: made, used and dropped.

use std::ops::DerefMut;

use limbeck_schema::Schema;
use postgres::Client;

use super::Postgres;
use super::connect::Connector;
use super::error::from_postgres;
use super::rows::row;
use crate::driver::{Driver, DriverError};
use crate::ledger::Ledger;

/// The name of the next one, with the session that makes it, and how the present one is set up.
const IDENTIFY: &str = "SELECT format('limbeck_scratch_%s_%s', a.pid, (extract(epoch FROM a.backend_start) * 1000000)::bigint), \
     format('TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_encoding_to_char(d.encoding), d.datcollate, d.datctype) \
     FROM pg_stat_activity AS a, pg_database AS d WHERE a.pid = pg_backend_pid() AND d.datname = current_database()";

/// Those whose session is gone, as far as this role may drop them.
const LEFT: &str = "SELECT d.datname FROM pg_database AS d, \
     regexp_match(d.datname, '^limbeck_scratch_(\\d+)_(\\d+)$') AS part \
     WHERE part IS NOT NULL AND pg_has_role(d.datdba, 'USAGE') AND NOT EXISTS ( \
     SELECT FROM pg_stat_activity AS a WHERE a.pid::text = part[1] AND (a.backend_start IS NULL OR \
     (extract(epoch FROM a.backend_start) * 1000000)::bigint::text = part[2]))";

impl<C: DerefMut<Target = Client>> Postgres<C> {
    pub(super) fn read_schema(&mut self, ledger: &Ledger) -> Result<Schema, DriverError> {
        limbeck_schema::postgres::read(&mut self.client, &ledger.schema).map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
            DriverError::other(format!("{error}{cause}"))
        })
    }

    pub(super) fn in_scratch(
        &mut self,
        extensions: &[&str],
        act: &mut dyn FnMut(&mut dyn Driver),
    ) -> Result<(), DriverError> {
        let Some(connector) = self.connector.clone() else {
            return Err(DriverError::other(
                "a connection that was lent cannot be opened again for another database",
            ));
        };
        self.sweep();
        let messages = self.send(IDENTIFY)?;
        let answer = messages.iter().find_map(row);
        let field = |column| answer.and_then(|row| row.get(column)).map(str::to_owned);
        let (Some(name), Some(like)) = (field(0), field(1)) else {
            return Err(DriverError::other(
                "the server does not say which session this is",
            ));
        };
        self.send(&format!("CREATE DATABASE {name} {like}"))?;
        let used = use_it(&connector, &name, extensions, act);
        let dropped = self.send(&format!("DROP DATABASE IF EXISTS {name}"));
        used?;
        dropped.map(|_| ()).map_err(|error| {
            DriverError::other(format!(
                "the scratch database `{name}` was left behind: {error}"
            ))
        })
    }

    /// Drops what killed processes have left. What is in use, or somebody else's, stays.
    fn sweep(&mut self) {
        // Nothing depends on it, and the next one sweeps again.
        let Ok(messages) = self.send(LEFT) else {
            return;
        };
        for name in messages.iter().filter_map(row).filter_map(|row| row.get(0)) {
            let _ = self.send(&format!("DROP DATABASE IF EXISTS {name}"));
        }
    }
}

fn use_it(
    connector: &Connector,
    name: &str,
    extensions: &[&str],
    act: &mut dyn FnMut(&mut dyn Driver),
) -> Result<(), DriverError> {
    let connector = connector.to_database(name);
    let client = connector
        .connect()
        .map_err(|error| DriverError::other(format!("{error:#}")))?;
    let mut scratch = Postgres::new(Box::new(client), Some(connector));
    for extension in extensions {
        let quoted = extension.replace('"', "\"\"");
        scratch.send(&format!(
            "CREATE EXTENSION IF NOT EXISTS \"{quoted}\" CASCADE"
        ))?;
    }
    act(&mut scratch);
    // The server forgets the session at once only when it is told, and drops no database that has one.
    let Postgres { client, .. } = scratch;
    (*client).close().map_err(from_postgres)
}
