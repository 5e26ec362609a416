//! The schema that a history makes, as SQL for people to read.

use std::fs;
use std::io;

use limbeck_compiler::proof::sqlite::Sqlite;
use limbeck_compiler::proof::{Engine, apply};
use limbeck_compiler::table::Table;
use limbeck_model::Dialect;

use crate::error::Error;
use crate::package::Package;
use crate::{new_file, text};

/// The schema where these revisions are applied, on an empty database, with a heading.
pub(crate) fn sql<E: Engine>(
    table: &Table<'_>,
    dialect: Dialect,
    engine: &mut E,
    at: &[usize],
) -> Result<String, Error> {
    let fault = |fault| Error::proof(&fault);
    if let Err((place, failure)) = apply(table, dialect, engine, at).map_err(fault)? {
        let id = &table.rows[place].revision.id.value;
        return Err(Error::unapplied(id, &failure.message));
    }
    let ids: Vec<String> = at
        .iter()
        .map(|&place| table.rows[place].revision.id.value.clone())
        .collect();
    let after = if at == heads(table) {
        // The file of two branches has the same line, so that git can merge it.
        String::new()
    } else if ids.is_empty() {
        " before its first revision".to_owned()
    } else {
        format!(" after {}", text::ids(&ids))
    };
    let database = match dialect {
        Dialect::Sqlite => "SQLite",
        Dialect::Postgres => "PostgreSQL",
    };
    let ddl = engine.ddl().map_err(fault)?;
    let heading = format!(
        "-- The schema of `{}`{after}, on {database}.\n",
        table.settings.name
    );
    let ddl = ddl.to_string();
    let gap = if ddl.is_empty() { "" } else { "\n" };
    Ok([&heading, gap, &ddl].concat())
}

/// The schema on SQLite.
pub(crate) fn sqlite(table: &Table<'_>, at: &[usize]) -> Result<String, Error> {
    let mut engine = Sqlite::open().map_err(|fault| Error::proof(&fault))?;
    sql(table, Dialect::Sqlite, &mut engine, at)
}

/// The revisions that nothing stands on.
pub(crate) fn heads(table: &Table<'_>) -> Vec<usize> {
    let needed = |place: &usize| {
        table.rows.iter().any(|row| {
            row.parents
                .iter()
                .chain(&row.dependencies)
                .any(|up| up == place)
        })
    };
    (0..table.rows.len())
        .filter(|place| !needed(place))
        .collect()
}

/// Brings `schema.<dialect>.sql` up to date. Says whether it had to be written.
pub(crate) fn keep(
    package: &Package,
    table: &Table<'_>,
    dialect: Dialect,
    sql: &str,
) -> Result<bool, Error> {
    let path = package.path(&file(table, dialect));
    if is_kept(package, table, dialect, sql)? {
        return Ok(false);
    }
    new_file::replace(&path, sql)
        .map_err(|error| Error::file("write", package.shown(&path), &error))?;
    Ok(true)
}

/// Whether the file says this. git may have turned its line ends.
pub(crate) fn is_kept(
    package: &Package,
    table: &Table<'_>,
    dialect: Dialect,
    sql: &str,
) -> Result<bool, Error> {
    let path = package.path(&file(table, dialect));
    match fs::read_to_string(&path) {
        Ok(present) => Ok(present.replace("\r\n", "\n") == sql),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(table.rows.is_empty()),
        Err(error) => Err(Error::file("read", package.shown(&path), &error)),
    }
}

/// The file's path from the package.
pub(crate) fn file(table: &Table<'_>, dialect: Dialect) -> String {
    format!("{}/schema.{dialect}.sql", table.settings.path)
}
