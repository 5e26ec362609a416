//! Rows for the tables that have none.

use std::rc::Rc;

use rusqlite::types::{ToSqlOutput, Value as SqlValue, ValueRef};
use rusqlite::{Connection, Error, params_from_iter};

use super::super::engine::{Fault, Rows};
use super::super::rows::{self, Reference, Rejection, TableShape, Target, Value};
use super::database::{Sqlite, fault};
use super::rows::quote;
use super::shape;

/// As many parents as there are rows to refer to them.
const PARENTS: usize = 8;

impl Sqlite {
    /// Fills the tables that may need it.
    pub(super) fn fill_tables(&mut self, rows: Rows) -> Result<(), Fault> {
        if rows == Rows::None || self.unfilled.is_empty() {
            return Ok(());
        }
        let names = std::mem::take(&mut self.unfilled);
        let mut tables = Vec::with_capacity(names.len());
        for name in &names {
            if let Some(entry) = self.catalog.table(name).map(Rc::clone) {
                tables.push(shape::read(&self.connection, &entry).map_err(fault)?);
            }
        }
        self.connection.execute_batch("BEGIN").map_err(fault)?;
        let filled = rows::fill(&tables, rows, &mut Filling(&self.connection));
        self.connection.execute_batch("COMMIT").map_err(fault)?;
        let barren = filled?;
        // A trigger may have written elsewhere too.
        self.refresh()?;
        for name in &names {
            self.unfilled.remove(name);
        }
        for (name, reason) in barren {
            self.barren.insert(name.to_ascii_lowercase(), reason);
        }
        Ok(())
    }

    /// Deletes all rows of these tables. Triggers and references do not count.
    pub(super) fn empty(&mut self, tables: &[String]) -> rusqlite::Result<()> {
        self.connection.execute_batch("PRAGMA foreign_keys = OFF")?;
        for table in tables {
            let Some(entry) = self.catalog.table(table).map(Rc::clone) else {
                continue;
            };
            let delete = format!("DELETE FROM main.{}", quote(&entry.name));
            // A trigger may put rows into a table that has been emptied, or forbid it.
            let triggers: Vec<_> = self
                .catalog
                .programs()
                .filter(|trigger| {
                    trigger.kind == "trigger" && trigger.table.eq_ignore_ascii_case(&entry.name)
                })
                .map(Rc::clone)
                .collect();
            for trigger in &triggers {
                let drop = format!("DROP TRIGGER main.{}", quote(&trigger.name));
                self.connection.execute_batch(&drop)?;
            }
            let deleted = self.connection.execute_batch(&delete);
            for trigger in &triggers {
                self.connection.execute_batch(&trigger.sql)?;
            }
            deleted?;
        }
        self.connection.execute_batch("PRAGMA foreign_keys = ON")
    }
}

/// The database while rows are tried.
struct Filling<'c>(&'c Connection);

impl Target for Filling<'_> {
    fn has_rows(&mut self, table: &TableShape) -> Result<bool, Fault> {
        let query = format!("SELECT EXISTS (SELECT 1 FROM main.{})", quote(&table.name));
        self.0
            .query_row(&query, [], |row| row.get(0))
            .map_err(fault)
    }

    fn parents(&mut self, reference: &Reference) -> Result<Vec<Vec<Value>>, Fault> {
        let columns: Vec<String> = reference
            .parent_columns
            .iter()
            .map(|column| quote(column))
            .collect();
        let filled: Vec<String> = columns
            .iter()
            .map(|column| format!("{column} IS NOT NULL"))
            .collect();
        let query = format!(
            "SELECT {} FROM main.{} WHERE {} LIMIT {PARENTS}",
            columns.join(", "),
            quote(&reference.table),
            filled.join(" AND "),
        );
        // The parent need not exist for a table to refer to it.
        let Ok(mut statement) = self.0.prepare(&query) else {
            return Ok(Vec::new());
        };
        let rows = statement.query_map([], |row| {
            (0..columns.len())
                .map(|place| row.get_ref(place).map(value))
                .collect::<rusqlite::Result<Vec<Value>>>()
        });
        rows.and_then(Iterator::collect).map_err(fault)
    }

    fn insert(
        &mut self,
        table: &TableShape,
        row: &[Option<Value>],
    ) -> Result<Result<(), Rejection>, Fault> {
        let given = || {
            table
                .columns
                .iter()
                .zip(row)
                .filter_map(|(column, value)| Some((column, value.as_ref()?)))
        };
        let names: Vec<String> = given().map(|(column, _)| quote(&column.name)).collect();
        let name = quote(&table.name);
        let insert = if names.is_empty() {
            format!("INSERT INTO main.{name} DEFAULT VALUES")
        } else {
            let places = vec!["?"; names.len()].join(", ");
            format!(
                "INSERT INTO main.{name} ({}) VALUES ({places})",
                names.join(", ")
            )
        };
        let values = given().map(|(_, value)| spelled(value));
        let inserted = self
            .0
            .prepare(&insert)
            .and_then(|mut statement| statement.execute(params_from_iter(values)));
        Ok(match inserted {
            Ok(_) => Ok(()),
            Err(error) => Err(rejection(table, &error)),
        })
    }

    fn defer(&mut self) -> Result<(), Fault> {
        self.0
            .execute_batch("SAVEPOINT limbeck; PRAGMA defer_foreign_keys = ON")
            .map_err(fault)
    }

    fn settle(&mut self) -> Result<Result<(), Rejection>, Fault> {
        let mut broken = Vec::new();
        self.0
            .pragma_query(None, "foreign_key_check", |row| {
                broken.push(row.get::<_, String>(0)?);
                Ok(())
            })
            .map_err(fault)?;
        let Some(table) = broken.first() else {
            self.0
                .execute_batch("PRAGMA defer_foreign_keys = OFF; RELEASE limbeck")
                .map_err(fault)?;
            return Ok(Ok(()));
        };
        self.0
            .execute_batch("ROLLBACK TO limbeck; RELEASE limbeck; PRAGMA defer_foreign_keys = OFF")
            .map_err(fault)?;
        Ok(Err(Rejection {
            columns: Vec::new(),
            message: format!("its rows and those of `{table}` need each other"),
        }))
    }
}

/// SQLite names the columns in the message of a constraint.
fn rejection(table: &TableShape, error: &Error) -> Rejection {
    let message = match error {
        Error::SqlInputError { msg, .. } => msg.clone(),
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    let prefix = format!("{}.", table.name);
    let columns = match message.split_once("constraint failed: ") {
        Some((what, names)) if what.starts_with("UNIQUE") || what.starts_with("NOT NULL") => names
            .split(", ")
            .filter_map(|name| Some(name.strip_prefix(&prefix)?.to_owned()))
            .collect(),
        Some((what, check)) if what.starts_with("CHECK") => rows::columns_in(check, table),
        _ => Vec::new(),
    };
    Rejection { columns, message }
}

fn spelled(value: &Value) -> ToSqlOutput<'_> {
    match value {
        Value::Null => ToSqlOutput::Owned(SqlValue::Null),
        Value::Boolean(value) => ToSqlOutput::Owned(SqlValue::Integer(i64::from(*value))),
        Value::Integer(value) => ToSqlOutput::Owned(SqlValue::Integer(*value)),
        Value::Real(value) => ToSqlOutput::Owned(SqlValue::Real(*value)),
        Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
    }
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}
