//! The schema of a PostgreSQL database, version 13 to 18.
//!
//! All of it is read by one query in one round trip, put together from the parts in `postgres/`,
//! each of which knows one catalog. What the server can write itself, it writes: the definitions
//! of constraints, indexes, views, triggers and functions are its own text, so two versions of
//! the server may write the same thing differently.

use postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use crate::{Error, Kind, Object, Result, Schema};

/// What the parts build on: which schemas and relations are the user's.
const BASE: &str = include_str!("postgres/base.sql");

/// Each selects `kind, name, parent, definition`.
const PARTS: [&str; 16] = [
    include_str!("postgres/aggregates.sql"),
    include_str!("postgres/collations.sql"),
    include_str!("postgres/columns.sql"),
    include_str!("postgres/comments.sql"),
    include_str!("postgres/constraints.sql"),
    include_str!("postgres/event_triggers.sql"),
    include_str!("postgres/indexes.sql"),
    include_str!("postgres/namespaces.sql"),
    include_str!("postgres/others.sql"),
    include_str!("postgres/policies.sql"),
    include_str!("postgres/routines.sql"),
    include_str!("postgres/sequences.sql"),
    include_str!("postgres/statistics.sql"),
    include_str!("postgres/tables.sql"),
    include_str!("postgres/triggers.sql"),
    include_str!("postgres/types.sql"),
];

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

/// Reads the schema of the database that `client` is connected to, without the schema
/// `ledger_schema` and all that is in it.
///
/// Works within a transaction as well, and leaves the session's settings as they are. No right is
/// needed that not everybody has, and nothing is written.
///
/// # Errors
/// When the server cannot be asked, and when somebody drops objects while they are being read.
pub fn read(client: &mut Client, ledger_schema: &str) -> Result<Schema> {
    let messages = client
        .simple_query(&batch(ledger_schema))
        .map_err(|error| Error::database("cannot read the catalogs", error))?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) if is_object(row) => Some(object(row)),
        _ => None,
    });
    rows.collect()
}

/// One message: settings, the query, and the settings as they were.
///
/// Settings are made for the transaction only. Outside of one, the message is a transaction of its
/// own; within one they must be set back, since its owner goes on with it.
fn batch(ledger_schema: &str) -> String {
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
        "SELECT set_config('limbeck.ledger', {ledger}, true);\n{}{BASE}{};\n{}",
        save.concat(),
        PARTS.join("UNION ALL\n"),
        restore.concat()
    )
}

/// A literal that means the same whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// The other statements of the message answer with one column.
fn is_object(row: &SimpleQueryRow) -> bool {
    row.len() == 4
}

fn object(row: &SimpleQueryRow) -> Result<Object> {
    let field = |index| row.try_get(index).ok().flatten();
    let (Some(kind), Some(name)) = (field(0).and_then(Kind::from_name), field(1)) else {
        return Err(Error::answer("the catalogs hold an object without a name"));
    };
    Ok(Object {
        kind,
        parent: field(2).map(str::to_owned),
        name: name.to_owned(),
        definition: field(3).unwrap_or_default().to_owned(),
    })
}
