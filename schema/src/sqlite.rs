//! The schema of an SQLite database.
//!
//! SQLite's own record is the text of each `CREATE` statement, so that text is what counts, in
//! canonical spelling: layout, comments, the case of keywords and types, needless quotes and the
//! order of a column's clauses do not. Names keep their case.

mod keyword;
mod table;
mod token;

use rusqlite::Connection;

use crate::{Error, Kind, Object, Result, Schema};

/// Prefixes of names that are not the user's: SQLite's and limbeck's own.
const RESERVED: [&str; 2] = ["sqlite_", "limbeck_"];

/// A row of `sqlite_schema`.
struct Entry {
    kind: String,
    name: String,
    table: String,
    sql: String,
}

/// Reads the schema of the main database, without SQLite's and limbeck's own tables, and without
/// the shadow tables in which a virtual table keeps its content.
///
/// # Errors
/// When the database cannot be read.
pub fn read(connection: &Connection) -> Result<Schema> {
    let entries = entries(connection)
        .map_err(|error| Error::database("cannot read `sqlite_schema`", error))?;
    Ok(entries.iter().flat_map(objects).collect())
}

fn entries(connection: &Connection) -> rusqlite::Result<Vec<Entry>> {
    // The indexes that constraints need have no text.
    let all = "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL";
    let mut statement = connection.prepare(all)?;
    let entries = statement.query_map([], |row| {
        Ok(Entry {
            kind: row.get(0)?,
            name: row.get(1)?,
            table: row.get(2)?,
            sql: row.get(3)?,
        })
    })?;
    let mut entries: Vec<Entry> = entries.collect::<rusqlite::Result<_>>()?;
    let has_virtual_table = |entry: &Entry| entry.kind == "table" && is_virtual(&entry.sql);
    // Only then, as the list of tables makes SQLite look into every view.
    if entries.iter().any(has_virtual_table) {
        let shadows = shadow_tables(connection)?;
        entries.retain(|entry| !shadows.contains(&entry.table));
    }
    entries.retain(|entry| !is_reserved(&entry.name) && !is_reserved(&entry.table));
    Ok(entries)
}

fn shadow_tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let query = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'";
    let mut statement = connection.prepare(query)?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.collect()
}

/// SQLite itself writes the first words of what it records.
fn is_virtual(sql: &str) -> bool {
    sql.starts_with("CREATE VIRTUAL TABLE")
}

fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| {
        let start = name.get(..reserved.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(reserved))
    })
}

fn objects(entry: &Entry) -> Vec<Object> {
    let name = token::name(&entry.name);
    let statement = token::tokens(&entry.sql);
    let (kind, parent) = match entry.kind.as_str() {
        "table" => return table::objects(&name, &statement),
        "index" => (Kind::Index, Some(token::name(&entry.table))),
        "trigger" => (Kind::Trigger, Some(token::name(&entry.table))),
        "view" => (Kind::View, None),
        _ => (Kind::Other, None),
    };
    vec![Object {
        kind,
        parent,
        name,
        definition: token::join(&statement),
    }]
}
