//! The schema, and an empty database in memory beside it.

use limbeck_schema::Schema;
use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, Authorization};

use super::error::from_rusqlite;
use crate::driver::DriverError;

pub(super) fn read_schema(connection: &Connection) -> Result<Schema, DriverError> {
    limbeck_schema::sqlite::read(connection).map_err(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
        DriverError::other(format!("{error}{cause}"))
    })
}

/// A database that reaches no file: `VACUUM` attaches one without a name, and whatever has one is refused.
pub(super) fn in_memory() -> Result<Connection, DriverError> {
    let mut connection = Connection::open_in_memory().map_err(from_rusqlite)?;
    connection
        .authorizer(Some(
            |context: rusqlite::hooks::AuthContext<'_>| match context.action {
                AuthAction::Attach { filename } if !filename.is_empty() => Authorization::Deny,
                _ => Authorization::Allow,
            },
        ))
        .map_err(from_rusqlite)?;
    Ok(connection)
}
