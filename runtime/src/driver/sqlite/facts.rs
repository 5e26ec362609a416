//! What a connection tells of itself and of its database.

use rusqlite::Connection;

use super::error::from_rusqlite;
use crate::driver::DriverError;
use crate::preflight::FileFacts;

pub(super) fn file_facts(connection: &Connection, is_lent: bool) -> Result<FileFacts, DriverError> {
    let pragma = |name: &str| {
        connection
            .pragma_query_value(Some("main"), name, |row| {
                row.get::<_, rusqlite::types::Value>(0)
            })
            .map_err(from_rusqlite)
    };
    // The first one that has to read the file.
    pragma("schema_version")?;
    let journal_mode = match pragma("journal_mode")? {
        rusqlite::types::Value::Text(mode) => mode,
        _ => String::new(),
    };
    Ok(FileFacts {
        version_number: rusqlite::version_number(),
        version: rusqlite::version().to_owned(),
        journal_mode,
        is_read_only: connection.is_readonly("main").map_err(from_rusqlite)?,
        has_foreign_keys: pragma("foreign_keys")? == rusqlite::types::Value::Integer(1),
        is_lent,
    })
}
