//! What SQLite tells of a table that shall get rows.

use limbeck_schema::Kind;
use limbeck_schema::sqlite::Entry;
use rusqlite::{Connection, Result};

use super::super::rows::{ColumnShape, Reference, TableShape, ValueKind};

/// Describes a table.
pub(super) fn read(connection: &Connection, entry: &Entry) -> Result<TableShape> {
    let mut shape = TableShape {
        name: entry.name.clone(),
        ..TableShape::default()
    };
    let key = columns(connection, entry, &mut shape)?;
    if !key.is_empty() {
        shape.uniques.push(key);
    }
    uniques(connection, &mut shape)?;
    references(connection, &mut shape)?;
    shape.checks = entry
        .objects()
        .into_iter()
        .filter(|object| matches!(object.kind, Kind::Column | Kind::Constraint))
        .filter(|object| object.definition.contains("CHECK"))
        // A check on a column names it, but `value` stands for nothing here.
        .map(|object| object.definition)
        .collect();
    Ok(shape)
}

/// The columns; returns those of the primary key, in their order.
fn columns(connection: &Connection, entry: &Entry, shape: &mut TableShape) -> Result<Vec<String>> {
    struct Column {
        name: String,
        declared: String,
        is_required: bool,
        key: i64,
        hidden: i64,
    }
    let query = "SELECT name, type, \"notnull\", pk, hidden FROM pragma_table_xinfo(?1)";
    let mut statement = connection.prepare(query)?;
    let found = statement.query_map([&shape.name], |row| {
        Ok(Column {
            name: row.get(0)?,
            declared: row.get(1)?,
            is_required: row.get(2)?,
            key: row.get(3)?,
            hidden: row.get(4)?,
        })
    })?;
    let found = found.collect::<Result<Vec<Column>>>()?;
    let is_single_key = found.iter().filter(|column| column.key > 0).count() == 1;
    let without_rowid = entry
        .objects()
        .iter()
        .any(|object| object.kind == Kind::Table && object.definition.contains("WITHOUT ROWID"));
    let mut key: Vec<(i64, String)> = Vec::new();
    for column in found {
        let is_rowid = column.key > 0
            && is_single_key
            && !without_rowid
            && column.declared.eq_ignore_ascii_case("integer");
        if column.key > 0 && !is_rowid {
            key.push((column.key, column.name.clone()));
        }
        shape.columns.push(ColumnShape {
            name: column.name,
            kind: kind(&column.declared),
            // A primary key may hold null in SQLite, but nobody means it.
            may_be_null: !column.is_required && column.key == 0,
            is_given_by_database: is_rowid || column.hidden != 0,
        });
    }
    key.sort_unstable();
    Ok(key.into_iter().map(|(_, name)| name).collect())
}

fn uniques(connection: &Connection, shape: &mut TableShape) -> Result<()> {
    let query = "SELECT name FROM pragma_index_list(?1) WHERE \"unique\" ORDER BY seq";
    let mut statement = connection.prepare(query)?;
    let indexes = statement.query_map([&shape.name], |row| row.get::<_, String>(0))?;
    let indexes = indexes.collect::<Result<Vec<_>>>()?;
    let query = "SELECT name FROM pragma_index_info(?1) WHERE name IS NOT NULL ORDER BY seqno";
    let mut statement = connection.prepare(query)?;
    for index in indexes {
        let columns = statement.query_map([index], |row| row.get(0))?;
        let columns = columns.collect::<Result<Vec<String>>>()?;
        if !columns.is_empty() {
            shape.uniques.push(columns);
        }
    }
    Ok(())
}

fn references(connection: &Connection, shape: &mut TableShape) -> Result<()> {
    let query =
        "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1) ORDER BY id, seq";
    let mut statement = connection.prepare(query)?;
    let found = statement.query_map([&shape.name], |row| {
        let to: Option<String> = row.get(3)?;
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, to))
    })?;
    let mut last = None;
    for part in found {
        let (id, table, from, to): (i64, String, String, Option<String>) = part?;
        if last != Some(id) {
            last = Some(id);
            shape.references.push(Reference {
                columns: Vec::new(),
                table: own_name(connection, &table)?,
                parent_columns: Vec::new(),
            });
        }
        if let Some(reference) = shape.references.last_mut() {
            let place = reference.columns.len();
            let to = match to {
                Some(to) => to,
                None => key_column(connection, &reference.table, place)?,
            };
            reference.columns.push(from);
            reference.parent_columns.push(to);
        }
    }
    Ok(())
}

/// A table's name as it was created, since a reference may write it in another case.
fn own_name(connection: &Connection, table: &str) -> Result<String> {
    let query = "SELECT name FROM pragma_table_list(?1) WHERE schema = 'main'";
    let mut statement = connection.prepare(query)?;
    let mut names = statement.query_map([table], |row| row.get(0))?;
    names.next().unwrap_or_else(|| Ok(table.to_owned()))
}

/// The column that a reference means that names none.
fn key_column(connection: &Connection, table: &str, place: usize) -> Result<String> {
    let query = "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk";
    let mut statement = connection.prepare(query)?;
    let names = statement.query_map([table], |row| row.get(0))?;
    let names = names.collect::<Result<Vec<String>>>()?;
    Ok(names
        .into_iter()
        .nth(place)
        .unwrap_or_else(|| "rowid".to_owned()))
}

/// What a program keeps in a column of this declared type. SQLite itself only knows its affinity.
fn kind(declared: &str) -> ValueKind {
    let declared = declared.to_ascii_uppercase();
    let has = |word: &str| declared.contains(word);
    let mut numbers = declared
        .split(|character: char| !character.is_ascii_digit())
        .filter_map(|digits| digits.parse::<usize>().ok());
    if has("BOOL") {
        ValueKind::Boolean
    } else if has("JSON") {
        ValueKind::Json
    } else if has("UUID") {
        ValueKind::Uuid
    } else if has("TIMESTAMP") || has("DATETIME") {
        ValueKind::Timestamp
    } else if declared == "DATE" {
        ValueKind::Date
    } else if has("INT") {
        ValueKind::Integer {
            min: i64::MIN,
            max: i64::MAX,
        }
    } else if has("CHAR") || has("CLOB") || has("TEXT") || has("ENUM") {
        ValueKind::Text {
            max_length: numbers.next(),
        }
    } else if declared.is_empty() || has("BLOB") || has("BINARY") {
        ValueKind::Bytes
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        ValueKind::Real
    } else if has("NUM") || has("DEC") {
        let precision = numbers.next();
        let scale = numbers.next().unwrap_or_default();
        ValueKind::Decimal { precision, scale }
    } else {
        ValueKind::Text { max_length: None }
    }
}
