//! Schemas and rows as text that can be compared.
//!
//! This is the oracle for everything that claims two databases are alike, so it is simple and
//! shares no code with what it judges.

use std::collections::BTreeMap;

use postgres::{Client, SimpleQueryMessage};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::must;

/// Lines of `pg_dump` that say something of the dump and nothing of the schema.
const NOISE: [&str; 17] = [
    "-- PostgreSQL database dump",
    "-- Dumped ",
    "-- Name: ",
    "\\restrict ",
    "\\unrestrict ",
    "SELECT pg_catalog.set_config('search_path'",
    "SET statement_timeout ",
    "SET lock_timeout ",
    "SET idle_in_transaction_session_timeout ",
    "SET transaction_timeout ",
    "SET client_encoding ",
    "SET standard_conforming_strings ",
    "SET check_function_bodies ",
    "SET xmloption ",
    "SET client_min_messages ",
    "SET row_security ",
    "SET default_table_access_method ",
];

/// Leaves out whole lines. Empty lines stay, since a function's body may have them too, and so does
/// a carriage return.
pub(crate) fn normalize_pg_dump(dump: &str) -> String {
    let is_noise =
        |line: &str| line.trim_end() == "--" || NOISE.iter().any(|start| line.starts_with(start));
    let lines = dump.split_inclusive('\n').filter(|line| !is_noise(line));
    lines.collect::<String>().trim().to_owned()
}

/// The entries of a dump, each normalized, by the schema that its heading names.
pub(crate) fn entries_by_schema(dump: &str) -> BTreeMap<String, Vec<String>> {
    let mut schemas: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in dump.split("\n-- Name: ").skip(1) {
        let (heading, text) = entry.split_once('\n').unwrap_or((entry, ""));
        let schema = heading
            .rsplit_once("; Schema: ")
            .and_then(|(_, rest)| rest.split_once(';'))
            .map_or("-", |(schema, _)| schema);
        let lines = normalize_pg_dump(text);
        let lines = lines
            .split('\n')
            .filter(|line| !line.starts_with("SET default_"));
        let text = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
        schemas.entry(schema.to_owned()).or_default().push(text);
    }
    schemas
}

pub(crate) fn postgres_rows(
    client: &mut Client,
    without: &[&str],
) -> Result<String, postgres::Error> {
    let tables = client.query(
        "SELECT format('%I.%I', n.nspname, c.relname)
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND n.nspname <> ALL ($1)
         ORDER BY 1",
        &[&without],
    )?;
    let mut dump = Dump::default();
    for table in tables {
        let table: String = table.get(0);
        // The text of a whole row quotes what needs it, so no two rows have the same text.
        let query = format!("SELECT entry::text FROM ONLY {table} AS entry");
        let messages = client.simple_query(&query)?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(format!("{:?}", row.get(0).unwrap_or_default())),
            _ => None,
        });
        dump.add(&table, rows.collect());
    }
    Ok(dump.0)
}

/// The schema of an SQLite database as sorted text, without SQLite's and limbeck's own objects.
/// Layout and comments do not count, nor quotes around a plain name, as SQLite adds those itself
/// when a table is renamed.
///
/// # Panics
/// When the schema cannot be read.
#[track_caller]
pub fn sqlite_dump(connection: &Connection) -> String {
    let objects = must(sqlite_objects(connection), "read sqlite_schema");
    let lines: Vec<String> = objects
        .iter()
        .map(|object| {
            format!(
                "{} {}: {}\n",
                object.kind,
                object.name,
                plain_sql(&object.sql)
            )
        })
        .collect();
    lines.concat()
}

/// Every row of every table, as [`Database::rows_dump`](crate::Database::rows_dump) gives it.
///
/// # Panics
/// When a table cannot be read.
#[track_caller]
pub fn sqlite_rows_dump(connection: &Connection) -> String {
    must(sqlite_rows(connection), "read all rows")
}

struct SqliteObject {
    kind: String,
    name: String,
    sql: String,
}

fn sqlite_objects(connection: &Connection) -> rusqlite::Result<Vec<SqliteObject>> {
    let query = r"SELECT type, name, coalesce(sql, '') FROM sqlite_schema
        WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\'
          AND tbl_name NOT LIKE 'limbeck\_%' ESCAPE '\' AND name NOT LIKE 'limbeck\_%' ESCAPE '\'
        ORDER BY type, name";
    let mut statement = connection.prepare(query)?;
    let objects = statement.query_map([], |row| {
        Ok(SqliteObject {
            kind: row.get(0)?,
            name: row.get(1)?,
            sql: row.get(2)?,
        })
    })?;
    objects.collect()
}

fn sqlite_rows(connection: &Connection) -> rusqlite::Result<String> {
    let mut dump = Dump::default();
    for object in sqlite_objects(connection)? {
        if object.kind != "table" {
            continue;
        }
        let query = format!("SELECT * FROM \"{}\"", object.name.replace('"', "\"\""));
        let mut statement = connection.prepare(&query)?;
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let fields: Result<Vec<String>, _> = (0..columns)
                .map(|column| row.get_ref(column).map(plain_value))
                .collect();
            Ok(fields?.join(", "))
        })?;
        dump.add(&object.name, rows.collect::<Result<_, _>>()?);
    }
    Ok(dump.0)
}

/// A value with its type, so that 1, 1.0 and '1' are three.
fn plain_value(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(value) => value.to_string(),
        ValueRef::Real(value) => format!("{value:?}"),
        ValueRef::Text(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
        ValueRef::Blob(bytes) => format!("blob {bytes:02x?}"),
    }
}

#[derive(Default)]
struct Dump(String);

impl Dump {
    fn add(&mut self, table: &str, mut rows: Vec<String>) {
        rows.sort_unstable();
        for row in rows {
            self.0.push_str(table);
            self.0.push_str(": ");
            self.0.push_str(&row);
            self.0.push('\n');
        }
    }
}

/// The tokens of `sql`, one space apart.
fn plain_sql(sql: &str) -> String {
    let mut tokens = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = token_length(rest, first);
        let (token, after) = rest.split_at(length);
        if !token.starts_with("--") && !token.starts_with("/*") {
            tokens.push(without_quotes(token));
        }
        rest = after.trim_start();
    }
    tokens.join(" ")
}

fn token_length(rest: &str, first: char) -> usize {
    let up_to = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    match first {
        _ if rest.starts_with("--") => up_to("\n"),
        _ if rest.starts_with("/*") => up_to("*/"),
        '\'' | '"' | '`' => quoted_length(rest, first),
        '[' => up_to("]"),
        _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        _ => first.len_utf8(),
    }
}

/// A doubled quote inside the quotes stands for one, and does not end them.
fn quoted_length(rest: &str, quote: char) -> usize {
    let mut inside = false;
    for (at, character) in rest.char_indices() {
        if character == quote {
            inside = !inside;
        } else if !inside {
            return at;
        }
    }
    rest.len()
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}

fn without_quotes(token: &str) -> &str {
    let inner = token
        .strip_prefix('"')
        .and_then(|token| token.strip_suffix('"'));
    match inner {
        Some(name) if !name.is_empty() && name.chars().all(is_word) => name,
        _ => token,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_keeps_the_schema_and_nothing_of_the_dump() {
        let dump = "--\n-- PostgreSQL database dump\n--\n\n\\restrict x1\n\
            SET lock_timeout = 0;\nSET default_tablespace = '';\n\n\
            -- Name: a; Type: TABLE; Schema: public; Owner: -\n--\n\n\
            CREATE TABLE public.a (\n    x integer\n);\n\n\\unrestrict x1\n";
        let expected =
            "SET default_tablespace = '';\n\n\nCREATE TABLE public.a (\n    x integer\n);";
        assert_eq!(normalize_pg_dump(dump), expected);
    }

    #[test]
    fn entries_of_a_dump_are_told_apart_by_their_schema() {
        let dump = "--\n-- Name: f(); Type: FUNCTION; Schema: a; Owner: -\n--\n\nCREATE FUNCTION a.f();\n\n\n\
            SET default_tablespace = '';\n\n--\n-- Name: t; Type: TABLE; Schema: b; Owner: -\n--\n\nCREATE TABLE b.t;\n";
        let entries = entries_by_schema(dump);
        assert_eq!(entries["a"], ["CREATE FUNCTION a.f();"]);
        assert_eq!(entries["b"], ["CREATE TABLE b.t;"]);
    }

    #[test]
    fn layout_comments_and_needless_quotes_do_not_count() {
        let plain = plain_sql("CREATE TABLE t (a text DEFAULT 'x  -- ''y', \"b c\" int)");
        assert_eq!(
            plain_sql("CREATE TABLE \"t\"(a text -- why\n default 'x  -- ''y',/* */\"b c\" int)")
                .replace("default", "DEFAULT"),
            plain
        );
        assert_ne!(plain_sql("SELECT 'a b'"), plain_sql("SELECT 'a  b'"));
    }

    #[test]
    fn sqlite_dumps_leave_out_what_is_not_the_users() {
        let connection = Connection::open_in_memory().unwrap();
        let schema = "CREATE TABLE limbeck_state (a); CREATE TABLE limbecky (a, b);
            CREATE INDEX ix ON limbeck_state (a); INSERT INTO limbeck_state VALUES (1);
            CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, x UNIQUE);
            INSERT INTO t (x) VALUES ('b'), (x'00ff'), (1.0); INSERT INTO limbecky VALUES (2, NULL);";
        connection.execute_batch(schema).unwrap();
        assert_eq!(
            sqlite_dump(&connection),
            "table limbecky: CREATE TABLE limbecky ( a , b )\n\
             table t: CREATE TABLE t ( id INTEGER PRIMARY KEY AUTOINCREMENT , x UNIQUE )\n"
        );
        assert_eq!(
            sqlite_rows_dump(&connection),
            "limbecky: 2, null\nt: 1, \"b\"\nt: 2, blob [00, ff]\nt: 3, 1.0\n"
        );
    }
}
