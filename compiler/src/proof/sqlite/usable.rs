//! Whether views and triggers can be used: SQLite checks neither when it creates them, nor when it
//! drops what they need.

use limbeck_model::Dialect;
use limbeck_schema::sqlite::Entry;
use rusqlite::{Connection, Error};

use super::super::engine::Unusable;
use super::rows::quote;
use crate::split::tokens;

/// What is wrong with a view or trigger; `None` where it can be used.
pub(super) fn fault(connection: &Connection, entry: &Entry) -> Option<Unusable> {
    let (object, statement) = match entry.kind.as_str() {
        "view" => (
            format!("view `{}`", entry.name),
            format!("SELECT * FROM main.{}", quote(&entry.name)),
        ),
        "trigger" => (
            format!("trigger `{}` on `{}`", entry.name, entry.table),
            firing(connection, entry),
        ),
        _ => return None,
    };
    match connection.prepare(&statement) {
        Ok(_) => None,
        Err(Error::SqlInputError { msg, .. }) => Some(Unusable {
            object,
            message: msg,
        }),
        Err(error) => Some(Unusable {
            object,
            message: error.to_string(),
        }),
    }
}

/// A statement that fires a trigger, which SQLite then has to compile.
fn firing(connection: &Connection, trigger: &Entry) -> String {
    let table = quote(&trigger.table);
    let words: Vec<String> = tokens(&trigger.sql, Dialect::Sqlite)
        .map(str::to_ascii_uppercase)
        .collect();
    // The words before `ON`; a name that is a keyword would stand in quotes there.
    let before = words.iter().position(|word| word == "ON");
    let head = before.and_then(|end| words.get(..end)).unwrap_or_default();
    let event = head
        .iter()
        .rposition(|word| matches!(word.as_str(), "INSERT" | "UPDATE" | "DELETE"));
    let event = event.and_then(|place| Some((head.get(place)?.as_str(), head.get(place + 2))));
    match event {
        Some(("INSERT", _)) => format!("INSERT INTO main.{table} DEFAULT VALUES"),
        Some(("UPDATE", Some(column))) => {
            format!("UPDATE main.{table} SET {column} = {column}")
        }
        Some(("UPDATE", None)) => {
            let query = "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0 LIMIT 1";
            let column = connection.query_row(query, [&trigger.table], |row| row.get(0));
            // A view that cannot be used has no columns to be found; it is reported itself.
            let column = quote(&column.unwrap_or_else(|_| "rowid".to_owned()));
            format!("UPDATE main.{table} SET {column} = {column}")
        }
        _ => format!("DELETE FROM main.{table}"),
    }
}
