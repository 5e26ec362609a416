//! One query in one round trip, put together from parts.

use postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use crate::{Error, Result};

/// What all parts build on: which schemas and relations are the user's, and what is rare.
const BASE: [&str; 2] = [include_str!("base.sql"), include_str!("rare.sql")];

/// Settings that decide how the server writes definitions, as `pg_dump` sets them, and what keeps
/// a query this large from being compiled.
const SETTINGS: [(&str, &str); 9] = [
    ("search_path", ""),
    ("datestyle", "ISO"),
    ("intervalstyle", "postgres"),
    ("timezone", "UTC"),
    ("extra_float_digits", "3"),
    ("bytea_output", "hex"),
    ("quote_all_identifiers", "off"),
    ("standard_conforming_strings", "on"),
    ("jit", "off"),
];

/// The rows of all `parts`, which have this number of columns and may name what `helpers` define.
pub(super) fn rows(
    client: &mut Client,
    ledger_schema: &str,
    helpers: &[&str],
    parts: &[&str],
    columns: usize,
) -> Result<Vec<SimpleQueryRow>> {
    let messages = client
        .simple_query(&batch(ledger_schema, helpers, parts))
        .map_err(|error| Error::database("cannot read the catalogs", error))?;
    let rows = messages.into_iter().filter_map(|message| match message {
        // The other statements of the message answer with one column.
        SimpleQueryMessage::Row(row) if row.len() == columns => Some(row),
        _ => None,
    });
    Ok(rows.collect())
}

/// One message: settings, the query, and the settings as they were.
///
/// Settings are made for the transaction only. Outside of one, the message is a transaction of its
/// own; within one they must be set back, since its owner goes on with it.
fn batch(ledger_schema: &str, helpers: &[&str], parts: &[&str]) -> String {
    let ledger = literal(ledger_schema);
    let save = SETTINGS.map(|(setting, value)| {
        format!(
            "SELECT set_config('limbeck.{setting}', current_setting('{setting}'), true);\n\
             SELECT set_config('{setting}', '{value}', true);\n"
        )
    });
    let restore = SETTINGS.map(|(setting, _)| {
        format!("SELECT set_config('{setting}', current_setting('limbeck.{setting}'), true);\n")
    });
    format!(
        "SELECT set_config('limbeck.ledger', {ledger}, true);\n{}{}{}{};\n{}",
        save.concat(),
        BASE.concat(),
        helpers.concat(),
        parts.join("UNION ALL\n"),
        restore.concat()
    )
}

/// A literal that means the same whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
