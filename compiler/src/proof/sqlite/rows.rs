//! The rows of a table, as text that can be compared.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

use super::super::engine::Row;

/// All rows, in an order of their own.
pub(super) fn read(connection: &Connection, table: &str) -> Result<Vec<Row>> {
    let mut statement = connection.prepare(&format!("SELECT * FROM main.{}", quote(table)))?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let rows = statement.query_map([], |row| {
        let mut values = Row::new();
        for (place, name) in names.iter().enumerate() {
            values.insert(name.clone(), text(row.get_ref(place)?));
        }
        Ok(values)
    })?;
    let mut rows = rows.collect::<Result<Vec<Row>>>()?;
    rows.sort_unstable();
    Ok(rows)
}

/// A value as SQL would write it, so that the text `1` is told from the number.
fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(format!("{number:?}")),
        ValueRef::Text(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            Some(format!("'{}'", text.replace('\'', "''")))
        }
        ValueRef::Blob(bytes) => {
            let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            Some(format!("X'{}'", digits.concat()))
        }
    }
}

/// A name, in quotes.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
