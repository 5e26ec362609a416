//! Whether views, triggers and tables with foreign keys can be used: SQLite checks none of them when it
//! creates them, nor when it drops what they need.

use std::rc::Rc;

use limbeck_model::Dialect;
use limbeck_schema::sqlite::Entry;
use rusqlite::{Connection, Error, Result};

use super::super::engine::Unusable;
use super::catalog::{self, Key};
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
        // Its foreign keys are looked at when a row is written.
        "table" => (
            format!("table `{}`", entry.name),
            format!("INSERT INTO main.{} DEFAULT VALUES", quote(&entry.name)),
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

/// Those of the entries with a fault that could be used if the triggers among the others were not there:
/// a statement fails with all the triggers that it fires.
pub(super) fn only_affected(connection: &Connection, faulty: &[&Rc<Entry>]) -> Vec<Key> {
    let is_trigger = |entry: &&&Rc<Entry>| entry.kind == "trigger";
    if faulty.len() < 2 || !faulty.iter().any(|entry| is_trigger(&entry)) {
        return Vec::new();
    }
    let alone = |entry: &Rc<Entry>| -> Result<bool> {
        let mut others = faulty
            .iter()
            .filter(|other| is_trigger(other) && !Rc::ptr_eq(other, entry));
        connection.execute_batch("SAVEPOINT alone")?;
        let dropped = others.try_for_each(|other| {
            connection.execute_batch(&format!("DROP TRIGGER main.{}", quote(&other.name)))
        });
        let is_sound = dropped.is_ok() && fault(connection, entry).is_none();
        connection.execute_batch("ROLLBACK TO alone; RELEASE alone")?;
        Ok(is_sound)
    };
    let affected = faulty
        .iter()
        .filter(|entry| entry.kind != "view" && alone(entry).unwrap_or(false));
    affected.map(|entry| catalog::key(entry)).collect()
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
