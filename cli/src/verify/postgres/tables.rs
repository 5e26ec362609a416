//! The user's tables and their rows.

use std::collections::BTreeMap;

use limbeck_compiler::proof::{Fault, Row};

use super::session::Session;

/// The schema of limbeck's own tables, which a proof has not.
pub(super) const LEDGER: &str = "limbeck";

/// More rows of one table are not looked at: they come from the history itself, and show nothing new.
const MOST_ROWS: &str = "10000";

/// What a row looks like must not depend on the server's settings.
const SETTINGS: &str = "SELECT set_config('datestyle', 'ISO', true), set_config('timezone', 'UTC', true), \
    set_config('intervalstyle', 'postgres', true), set_config('extra_float_digits', '3', true), \
    set_config('bytea_output', 'hex', true);";

const TABLES: &str = "SELECT c.oid, \
    CASE WHEN n.nspname = 'public' THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(c.relname), \
    quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind \
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' \
    AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'limbeck') \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_class'::regclass \
        AND e.objid = c.oid AND e.deptype = 'e') \
    ORDER BY 2";

/// A table of the user's; of a partitioned one, the root.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) oid: String,
    /// As messages and schemas call it.
    pub(super) name: String,
    /// With its schema, as statements need it.
    pub(super) sql: String,
    /// The same, without the tables that inherit from it.
    pub(super) only: String,
}

/// Every table, by name.
pub(super) fn tables(session: &mut Session) -> Result<Vec<Table>, Fault> {
    let rows = session.rows(TABLES, "cannot list the tables")?;
    let table = |row: Vec<Option<String>>| {
        let [oid, name, sql, kind] = <[_; 4]>::try_from(row).ok()?.map(Option::unwrap_or_default);
        let only = match kind.as_str() {
            "r" => format!("ONLY {sql}"),
            _ => sql.clone(),
        };
        Some(Table {
            oid,
            name,
            sql,
            only,
        })
    };
    Ok(rows.into_iter().filter_map(table).collect())
}

/// The tables that have no row.
pub(super) fn empty(session: &mut Session, tables: Vec<Table>) -> Result<Vec<Table>, Fault> {
    let queries: Vec<_> = tables
        .iter()
        .map(|table| format!("SELECT FROM {} LIMIT 1", table.only))
        .collect();
    if queries.is_empty() {
        return Ok(tables);
    }
    let answers = session.demand(&queries.join(";"), "cannot look for rows")?;
    let found = tables.into_iter().zip(answers);
    Ok(found
        .filter(|(_, answer)| answer.rows.is_empty())
        .map(|(table, _)| table)
        .collect())
}

/// All rows of all tables, those of a table in an order that does not depend on when they were written.
pub(super) fn rows(session: &mut Session) -> Result<BTreeMap<String, Vec<Row>>, Fault> {
    let tables = tables(session)?;
    if tables.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut text = SETTINGS.to_owned();
    for table in &tables {
        // The row as a whole, and not a column that is called like the table.
        text.extend([
            "SELECT entry.* FROM ",
            &table.only,
            " AS entry ORDER BY (entry.*)::text COLLATE \"C\" LIMIT ",
            MOST_ROWS,
            ";",
        ]);
    }
    let answers = session.demand(&text, "cannot read the rows")?;
    let answers = tables.into_iter().zip(answers.into_iter().skip(1));
    Ok(answers
        .map(|(table, answer)| {
            let columns = answer.columns;
            let row = |values: Vec<Option<String>>| columns.iter().cloned().zip(values).collect();
            let mut rows: Vec<Row> = answer.rows.into_iter().map(row).collect();
            rows.sort_unstable();
            (table.name, rows)
        })
        .collect())
}
