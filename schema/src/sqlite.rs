//! The schema of an SQLite database.
//!
//! SQLite's own record is the text of each `CREATE` statement, so that text is what counts, in
//! canonical spelling: layout, comments, the case of keywords and types, needless quotes and the
//! order of a column's clauses do not. Names keep their case.

mod ddl;
mod default;
mod keyword;
mod table;
mod token;

use rusqlite::Connection;

use crate::{Error, Kind, Object, Result, Schema};

pub use ddl::ddl;

/// Prefixes of names that are not the user's: SQLite's and limbeck's own.
const RESERVED: [&str; 2] = ["sqlite_", "limbeck_"];

/// A row of `sqlite_schema`: a table, index, view or trigger as SQLite records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `table`, `index`, `view` or `trigger`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The table or view that it is on; its own name where it is one.
    pub table: String,
    /// The statement that made it.
    pub sql: String,
}

impl Entry {
    /// Whether it is the user's: neither SQLite's nor limbeck's own.
    pub fn is_users(&self) -> bool {
        !is_reserved(&self.name) && !is_reserved(&self.table)
    }

    /// Whether it is a virtual table, which keeps its content in tables of its own.
    pub fn is_virtual_table(&self) -> bool {
        // SQLite itself writes the first words of what it records.
        self.kind == "table" && self.sql.starts_with("CREATE VIRTUAL TABLE")
    }

    /// What it defines.
    pub fn objects(&self) -> Vec<Object> {
        let name = token::name(&self.name);
        let mut statement = token::tokens(&self.sql);
        let (kind, parent, word) = match self.kind.as_str() {
            "table" if self.is_virtual_table() => {
                let module = statement.get(5).map_or("", String::as_str);
                let arguments = token::arguments(&self.sql);
                let definition = format!("CREATE VIRTUAL TABLE {name} USING {module}{arguments}");
                return vec![Object {
                    kind: Kind::Table,
                    parent: None,
                    name,
                    definition,
                }];
            }
            "table" => return table::objects(&name, &statement),
            "index" => (Kind::Index, Some(token::name(&self.table)), "INDEX"),
            "trigger" => (Kind::Trigger, Some(token::name(&self.table)), "TRIGGER"),
            "view" => (Kind::View, None, "VIEW"),
            _ => (Kind::Other, None, ""),
        };
        // A name may look like a keyword, but keeps its case.
        let place = statement.iter().position(|token| token == word);
        if let Some(token) = place.and_then(|place| statement.get_mut(place + 1)) {
            token.clone_from(&name);
        }
        vec![Object {
            kind,
            parent,
            name,
            definition: token::join(&statement),
        }]
    }
}

/// Reads the schema of the main database, without SQLite's and limbeck's own tables, and without
/// the shadow tables in which a virtual table keeps its content.
///
/// # Errors
/// When the database cannot be read.
pub fn read(connection: &Connection) -> Result<Schema> {
    let entries = entries(connection)
        .map_err(|error| Error::database("cannot read `sqlite_schema`", error))?;
    Ok(entries.iter().flat_map(Entry::objects).collect())
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
    // Only then, as the list of tables makes SQLite look into every view.
    if entries.iter().any(Entry::is_virtual_table) {
        let shadows = shadow_tables(connection)?;
        entries.retain(|entry| !shadows.contains(&entry.table));
    }
    entries.retain(Entry::is_users);
    Ok(entries)
}

/// The names of the tables in which virtual tables keep their content.
///
/// # Errors
/// When the database cannot be read.
pub fn shadow_tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let query = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'";
    let mut statement = connection.prepare(query)?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.collect()
}

fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| {
        let start = name.get(..reserved.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(reserved))
    })
}
