//! The schema of a PostgreSQL database, version 13 to 18.
//!
//! All of it is read by one query in one round trip, put together from the parts in `postgres/`,
//! each of which knows one catalog. What the server can write itself, it writes: the definitions
//! of constraints, indexes, views, triggers and functions are its own text, so two versions of
//! the server may write the same thing differently.

mod ddl;
mod query;

use postgres::{Client, SimpleQueryRow};

use crate::{Error, Kind, Object, Result, Schema};

pub use ddl::ddl;

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

/// The number of columns of each part.
const COLUMNS: usize = 4;

/// Reads the schema of the database that `client` is connected to, without the schema
/// `ledger_schema` and all that is in it.
///
/// Works within a transaction as well, and leaves the session's settings as they are. No right is
/// needed that not everybody has, and nothing is written.
///
/// # Errors
/// When the server cannot be asked, and when somebody drops objects while they are being read.
pub fn read(client: &mut Client, ledger_schema: &str) -> Result<Schema> {
    let rows = query::rows(client, ledger_schema, &[], &PARTS, COLUMNS)?;
    rows.iter().map(object).collect()
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
