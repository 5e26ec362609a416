//! What a database looks like: what its ledger says, and what is there.
//!
//! Schema and rows are read past limbeck and by other means than its own, so that they can judge it.

use std::path::Path;

use limbeck::Dialect;
use limbeck_testkit as testkit;

use crate::place::{Place, postgres_rows, sqlite_rows};

/// One look at a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Portrait {
    /// What the ledger says is applied, sorted.
    pub(crate) applied: Vec<String>,
    /// Of which history a script is unfinished.
    pub(crate) unfinished: Vec<String>,
    pub(crate) schema: String,
    pub(crate) rows: String,
}

impl Portrait {
    /// The same without the ledger, which may be anything.
    pub(crate) fn of_contents(place: &Place) -> Self {
        Self::look(place, false)
    }

    pub(crate) fn of(place: &Place) -> Self {
        Self::look(place, true)
    }

    fn look(place: &Place, with_ledger: bool) -> Self {
        match place {
            Place::Sqlite { path, .. } => {
                // Where nobody has opened it yet, a look must not make its file: that may be impossible.
                let is_new = !path.exists();
                let path = if is_new { Path::new(":memory:") } else { path };
                let connection = rusqlite::Connection::open(path).unwrap();
                let mut ask = |sql: &str| sqlite_rows(&connection, sql).unwrap();
                let (applied, unfinished) = recorded(place, with_ledger, &mut ask);
                Self {
                    applied,
                    unfinished,
                    schema: testkit::sqlite_dump(&connection),
                    rows: without_times(&testkit::sqlite_rows_dump(&connection)),
                }
            }
            Place::Postgres(database) => {
                let mut client = database.connect();
                let mut ask = |sql: &str| postgres_rows(&mut client, sql).unwrap();
                let (applied, unfinished) = recorded(place, with_ledger, &mut ask);
                let (schema, sequences) = (ask(CATALOG).join("\n"), ask(SEQUENCES).join("\n"));
                let rows = database.rows_dump(&["limbeck"]);
                Self {
                    applied,
                    unfinished,
                    schema,
                    rows: without_times(&format!("{rows}\n{sequences}")),
                }
            }
        }
    }
}

/// What the ledger says, where there is one: the ids that are applied, and which histories are unfinished.
fn recorded(
    place: &Place,
    with_ledger: bool,
    ask: &mut impl FnMut(&str) -> Vec<String>,
) -> (Vec<String>, Vec<String>) {
    if !with_ledger || ask(presence(place.dialect())) != ["1"] {
        return (Vec::new(), Vec::new());
    }
    let (revision, state) = (place.ledger("revision"), place.ledger("state"));
    (
        ask(&format!("SELECT id FROM {revision} ORDER BY id")),
        ask(&format!(
            "SELECT history FROM {state} WHERE unfinished IS NOT NULL ORDER BY history"
        )),
    )
}

const fn presence(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT count(*) FROM sqlite_schema WHERE name = 'limbeck_state'",
        Dialect::Postgres => "SELECT count(to_regclass('limbeck.state'))",
    }
}

pub(crate) fn has_ledger(place: &Place) -> bool {
    place.query(presence(place.dialect())) == ["1"]
}

/// The times of day in a text differ from run to run, and nothing else may.
fn without_times(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(length) = time_length(rest) {
            kept.push_str("<time>");
            rest = &rest[length..];
        } else {
            kept.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    kept
}

/// How long the time is with which a text begins, such as `2026-01-31 12:00:00.25+00`.
fn time_length(text: &str) -> Option<usize> {
    const SHAPE: &[u8] = b"0000-00-00 00:00:00";
    let bytes = text.as_bytes();
    let head = bytes.get(..SHAPE.len())?;
    let fits = head.iter().zip(SHAPE).all(|(byte, shape)| match shape {
        b'0' => byte.is_ascii_digit(),
        b' ' => matches!(byte, b' ' | b'T'),
        shape => byte == shape,
    });
    let rest = &bytes[SHAPE.len()..];
    let is_part = |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'+' | b'Z');
    fits.then(|| SHAPE.len() + rest.iter().take_while(is_part).count())
}

/// Every object outside the system's schemas and the ledger's, one a line.
const CATALOG: &str = "
WITH schemas AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'limbeck')
), own AS (
    SELECT c.oid, c.relkind, c.reloptions, n.nspname || '.' || c.relname AS name
    FROM pg_class c JOIN schemas n ON n.oid = c.relnamespace
)
SELECT 'schema ' || nspname FROM schemas
UNION ALL SELECT concat_ws(' ', 'relation', name, relkind, reloptions::text, obj_description(oid, 'pg_class')) FROM own
UNION ALL SELECT concat_ws(' ', 'column', name, attname, format_type(atttypid, atttypmod), attnotnull::text, attidentity,
    attgenerated, pg_get_expr(adbin, adrelid), col_description(own.oid, attnum))
    FROM own JOIN pg_attribute a ON attrelid = own.oid LEFT JOIN pg_attrdef ON adrelid = own.oid AND adnum = attnum
    WHERE attnum > 0 AND NOT attisdropped AND relkind <> 'i'
UNION ALL SELECT concat_ws(' ', 'constraint', name, conname, pg_get_constraintdef(c.oid), convalidated::text)
    FROM own JOIN pg_constraint c ON conrelid = own.oid
UNION ALL SELECT concat_ws(' ', 'index', name, pg_get_indexdef(indexrelid), indisvalid::text, indisready::text, indislive::text)
    FROM own JOIN pg_index ON indrelid = own.oid
UNION ALL SELECT concat_ws(' ', 'view', name, pg_get_viewdef(oid)) FROM own WHERE relkind IN ('v', 'm')
UNION ALL SELECT concat_ws(' ', 'trigger', name, pg_get_triggerdef(t.oid), tgenabled)
    FROM own JOIN pg_trigger t ON tgrelid = own.oid WHERE NOT tgisinternal
UNION ALL SELECT concat_ws(' ', 'partition', name, inhparent::regclass::text, inhdetachpending::text)
    FROM own JOIN pg_inherits ON inhrelid = own.oid WHERE relkind IN ('r', 'p')
UNION ALL SELECT concat_ws(' ', 'function', pg_get_functiondef(p.oid))
    FROM pg_proc p JOIN schemas n ON n.oid = pronamespace WHERE prokind IN ('f', 'p')
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
UNION ALL SELECT concat_ws(' ', 'type', nspname, typname, typtype,
    (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
    FROM pg_type t JOIN schemas n ON n.oid = typnamespace WHERE typtype IN ('e', 'd', 'r')
UNION ALL SELECT concat_ws(' ', 'extension', extname) FROM pg_extension
ORDER BY 1";

const SEQUENCES: &str = "SELECT concat_ws(' ', 'sequence', schemaname, sequencename, last_value) \
     FROM pg_sequences WHERE schemaname <> 'limbeck' ORDER BY 1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_left_out_and_everything_else_is_kept() {
        assert_eq!(
            without_times("(é,\"2026-01-31 12:00:00.25+00\",2026-01-31T12:00:00Z,2026-01-31)"),
            "(é,\"<time>\",<time>,2026-01-31)"
        );
    }
}
