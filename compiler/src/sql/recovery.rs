//! How a statement of a script outside a transaction is recovered when a program was killed while it ran.
//!
//! Only what is certain from the text: a name that would have to be decoded first is not known.

use limbeck_model::Dialect;

use super::words::Words;

/// What the next start does about a statement that may have happened, or a half of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Nothing: it is one transaction with its record.
    Together,
    /// It sets something of the session, and is run again in every session that goes on with the script.
    Session,
    /// It is run again.
    Repeat,
    /// This query of one boolean, which the author has written, tells whether it has happened.
    Verify(String),
    /// It has happened if this query has an answer that it had not before.
    Creates(String),
    /// It has happened if this query has lost the answer that it had before.
    Drops(String),
    /// `CREATE INDEX CONCURRENTLY`: the table as it is written, the name as the catalogue has it.
    CreatesIndex {
        /// The table.
        table: String,
        /// The index.
        name: String,
    },
    /// `REINDEX … CONCURRENTLY` of one index.
    ReindexesIndex(String),
    /// `REINDEX … CONCURRENTLY` of all indexes of the tables that this query names.
    ReindexesTables(String),
    /// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`.
    Detaches {
        /// The table that is partitioned.
        table: String,
        /// The partition.
        partition: String,
    },
    /// Nothing tells. The words name the statement.
    Unknown(String),
    /// `CREATE INDEX CONCURRENTLY` without a name, which nobody could find again.
    Unnamed,
}

impl Recovery {
    /// How a statement is recovered that stands below this `@verify` or none.
    pub(crate) fn of(sql: &str, dialect: Dialect, verify: Option<&str>) -> Self {
        let words = Words::new(sql, dialect);
        let own = match dialect {
            Dialect::Sqlite => sqlite(&words),
            Dialect::Postgres => postgres(&words),
        };
        match (own, verify) {
            (Self::Unknown(_) | Self::Unnamed, Some(query)) => Self::Verify(query.to_owned()),
            (own, _) => own,
        }
    }

    /// The query of `@verify`.
    pub fn query(&self) -> Option<&str> {
        match self {
            Self::Verify(query) => Some(query),
            _ => None,
        }
    }
}

/// The pragmas that change the file, and the ones that only look. All others are of the connection, or
/// wait in it for a `VACUUM`.
const LASTING_PRAGMAS: [&str; 12] = [
    "APPLICATION_ID",
    "USER_VERSION",
    "INCREMENTAL_VACUUM",
    "OPTIMIZE",
    "WAL_CHECKPOINT",
    "INTEGRITY_CHECK",
    "QUICK_CHECK",
    "FOREIGN_KEY_CHECK",
    "FOREIGN_KEY_LIST",
    "TABLE_INFO",
    "TABLE_LIST",
    "INDEX_LIST",
];

fn sqlite(words: &Words<'_>) -> Recovery {
    match words.upper().as_slice() {
        ["VACUUM", rest @ ..] if rest.contains(&"INTO") => Recovery::Unknown("VACUUM INTO".into()),
        ["VACUUM", ..] => Recovery::Repeat,
        ["ATTACH" | "DETACH", ..] => Recovery::Session,
        ["PRAGMA", _, ".", name, ..] | ["PRAGMA", name, ..] => {
            if LASTING_PRAGMAS.contains(name) {
                Recovery::Repeat
            } else {
                Recovery::Session
            }
        }
        _ => Recovery::Together,
    }
}

fn postgres(words: &Words<'_>) -> Recovery {
    match words.upper().as_slice() {
        [
            "SET" | "RESET" | "DISCARD" | "LISTEN" | "UNLISTEN" | "PREPARE" | "DEALLOCATE" | "LOAD"
            | "DECLARE" | "CLOSE",
            ..,
        ] => Recovery::Session,
        ["SELECT", rest @ ..] if rest.contains(&"SET_CONFIG") => Recovery::Session,
        [
            "VACUUM" | "ANALYZE" | "ANALYSE" | "CLUSTER" | "CHECKPOINT",
            ..,
        ]
        | ["ALTER", "SYSTEM", ..]
        | ["ALTER", "DATABASE", _, "SET", "TABLESPACE", ..] => Recovery::Repeat,
        ["CALL", ..] => Recovery::Unknown("CALL".to_owned()),
        ["DO", ..] if words.mention_an_end() => Recovery::Unknown("DO".to_owned()),
        [verb @ ("CREATE" | "DROP"), "DATABASE", rest @ ..] => {
            object(words, verb, 2 + if_exists(rest), "pg_database", "datname")
        }
        [verb @ ("CREATE" | "DROP"), "TABLESPACE", rest @ ..] => {
            object(words, verb, 2 + if_exists(rest), "pg_tablespace", "spcname")
        }
        [verb @ ("CREATE" | "DROP"), "SUBSCRIPTION", rest @ ..] => object(
            words,
            verb,
            2 + if_exists(rest),
            "pg_subscription",
            "subname",
        ),
        ["ALTER", "SUBSCRIPTION", _, rest @ ..] => subscription(rest),
        ["COMMIT" | "ROLLBACK", "PREPARED", ..] => match words.literal(2) {
            Some(gid) => Recovery::Drops(format!(
                "SELECT transaction::text FROM pg_prepared_xacts \
                 WHERE gid = {gid} AND database = current_database()"
            )),
            None => Recovery::Unknown("COMMIT PREPARED".to_owned()),
        },
        ["CREATE", "INDEX", "CONCURRENTLY", rest @ ..] => create_index(words, 3, rest),
        ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", rest @ ..] => create_index(words, 4, rest),
        ["DROP", "INDEX", "CONCURRENTLY", rest @ ..] => match words.name(3 + if_exists(rest)) {
            Some((name, _)) => {
                Recovery::Drops(format!("SELECT to_regclass({})::oid::text", literal(&name)))
            }
            None => Recovery::Unknown("DROP INDEX CONCURRENTLY".to_owned()),
        },
        ["REINDEX", ..] => reindex(words),
        ["ALTER", "TABLE", ..] if words.last() == Some("CONCURRENTLY") => detach(words),
        _ => Recovery::Together,
    }
}

/// How many words `IF EXISTS` or `IF NOT EXISTS` takes.
fn if_exists(words: &[&str]) -> usize {
    match words {
        ["IF", "NOT", "EXISTS", ..] => 3,
        ["IF", "EXISTS", ..] => 2,
        _ => 0,
    }
}

/// What a catalogue of the whole cluster lists.
fn object(words: &Words<'_>, verb: &str, at: usize, catalog: &str, column: &str) -> Recovery {
    let Some(name) = words.folded(at) else {
        let kind = words.upper().get(1).copied().unwrap_or_default().to_owned();
        return Recovery::Unknown(format!("{verb} {kind}"));
    };
    let name = literal(&name);
    let query = format!("SELECT oid::text FROM {catalog} WHERE {column} = {name}::name");
    match verb {
        "CREATE" => Recovery::Creates(query),
        _ => Recovery::Drops(query),
    }
}

fn subscription(rest: &[&str]) -> Recovery {
    match rest {
        ["REFRESH", "PUBLICATION", ..] | ["SET", ..] => Recovery::Repeat,
        [verb @ ("ADD" | "DROP"), "PUBLICATION", ..] => {
            Recovery::Unknown(format!("ALTER SUBSCRIPTION … {verb} PUBLICATION"))
        }
        _ => Recovery::Together,
    }
}

fn create_index(words: &Words<'_>, at: usize, rest: &[&str]) -> Recovery {
    let name_at = at + if_exists(rest);
    if words.upper().get(name_at) == Some(&"ON") {
        return Recovery::Unnamed;
    }
    let found = words.folded(name_at).and_then(|name| {
        let upper = words.upper();
        let on = name_at + 1;
        let table_at = match upper.get(on..on + 2) {
            Some(["ON", "ONLY"]) => on + 2,
            Some(["ON", _]) => on + 1,
            _ => return None,
        };
        let (table, _) = words.name(table_at)?;
        Some(Recovery::CreatesIndex { table, name })
    });
    found.unwrap_or_else(|| Recovery::Unknown("CREATE INDEX CONCURRENTLY".to_owned()))
}

/// A `REINDEX` leaves nothing but what it was at, unless it is concurrent.
fn reindex(words: &Words<'_>) -> Recovery {
    let upper = words.upper();
    let mut at = 1;
    let mut is_concurrent = false;
    if upper.get(1) == Some(&"(") {
        let close = upper.iter().position(|word| *word == ")");
        let options = upper.get(2..close.unwrap_or(2)).unwrap_or_default();
        is_concurrent = options
            .split(|word| *word == ",")
            .any(|option| match option {
                ["CONCURRENTLY"] => true,
                ["CONCURRENTLY", value] => {
                    matches!(value.trim_matches(['\'', '"']), "TRUE" | "ON" | "1")
                }
                _ => false,
            });
        at = close.map_or(at, |close| close + 1);
    }
    let kind = upper.get(at).copied().unwrap_or_default();
    at += 1;
    if upper.get(at) == Some(&"CONCURRENTLY") {
        is_concurrent = true;
        at += 1;
    }
    if !is_concurrent {
        return Recovery::Repeat;
    }
    let unknown = || Recovery::Unknown(format!("REINDEX {kind} CONCURRENTLY"));
    match kind {
        "INDEX" => words
            .name(at)
            .map_or_else(unknown, |(name, _)| Recovery::ReindexesIndex(name)),
        "TABLE" => words.name(at).map_or_else(unknown, |(name, _)| {
            Recovery::ReindexesTables(format!(
                "SELECT to_regclass({name}) UNION SELECT reltoastrelid FROM pg_class \
                 WHERE oid = to_regclass({name}) UNION SELECT relid FROM pg_partition_tree(to_regclass({name}))",
                name = literal(&name)
            ))
        }),
        "SCHEMA" => words.folded(at).map_or_else(unknown, |name| {
            Recovery::ReindexesTables(format!(
                "SELECT unnest(ARRAY[c.oid, c.reltoastrelid]) FROM pg_class c \
                 WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {}::name)",
                literal(&name)
            ))
        }),
        "DATABASE" => Recovery::ReindexesTables("SELECT oid FROM pg_class".to_owned()),
        _ => unknown(),
    }
}

fn detach(words: &Words<'_>) -> Recovery {
    let unknown = || Recovery::Unknown("DETACH PARTITION … CONCURRENTLY".to_owned());
    let upper = words.upper();
    let Some(at) = upper
        .windows(2)
        .position(|pair| pair == ["DETACH", "PARTITION"])
    else {
        return Recovery::Together;
    };
    let mut table_at = 2 + if_exists(upper.get(2..).unwrap_or_default());
    if upper.get(table_at) == Some(&"ONLY") {
        table_at += 1;
    }
    match (words.name(table_at), words.name(at + 2)) {
        (Some((table, _)), Some((partition, _))) => Recovery::Detaches { table, partition },
        _ => unknown(),
    }
}

/// A string literal of PostgreSQL, whatever its settings are.
fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') {
        format!("E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> Recovery {
        Recovery::of(sql, Dialect::Postgres, None)
    }

    fn index(table: &str, name: &str) -> Recovery {
        Recovery::CreatesIndex {
            table: table.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn an_index_is_known_by_the_name_that_the_catalogue_has() {
        for (sql, table, name) in [
            ("CREATE INDEX CONCURRENTLY I ON T (a)", "T", "i"),
            (
                "create unique index concurrently if not exists \"I\"\"x\" on only \"S\".t(a)",
                "\"S\".t",
                "I\"x",
            ),
            ("CREATE INDEX CONCURRENTLY \"on\" ON a . b (c)", "a.b", "on"),
        ] {
            assert_eq!(of(sql), index(table, name), "{sql}");
        }
        assert_eq!(of("CREATE INDEX CONCURRENTLY ON t (a)"), Recovery::Unnamed);
        let encoded = of("CREATE INDEX CONCURRENTLY U&\"d\\0061t\" ON t (a)");
        assert!(matches!(encoded, Recovery::Unknown(_)), "{encoded:?}");
    }

    #[test]
    fn what_can_be_in_a_transaction_is_recorded_with_its_effect() {
        for sql in [
            "INSERT INTO t VALUES (1)",
            "CREATE INDEX i ON t (a)",
            "DROP INDEX i",
            "ALTER TYPE mood ADD VALUE 'glad'",
            "ALTER TABLE t DETACH PARTITION p",
            "DO $$ BEGIN PERFORM 1; END $$",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
        ] {
            assert_eq!(of(sql), Recovery::Together, "{sql}");
        }
        for sql in [
            "CALL f()",
            "DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$",
        ] {
            assert!(matches!(of(sql), Recovery::Unknown(_)), "{sql}");
        }
    }

    #[test]
    fn what_was_dropped_reindexed_or_detached_is_named() {
        assert_eq!(
            of("DROP INDEX CONCURRENTLY IF EXISTS s.\"I\" CASCADE"),
            Recovery::Drops("SELECT to_regclass('s.\"I\"')::oid::text".to_owned())
        );
        assert_eq!(
            of("REINDEX (VERBOSE, CONCURRENTLY TRUE) INDEX s.i"),
            Recovery::ReindexesIndex("s.i".to_owned())
        );
        assert_eq!(of("REINDEX (CONCURRENTLY FALSE) TABLE t"), Recovery::Repeat);
        assert_eq!(
            of("ALTER TABLE IF EXISTS ONLY s.t DETACH PARTITION t_2024 CONCURRENTLY"),
            Recovery::Detaches {
                table: "s.t".to_owned(),
                partition: "t_2024".to_owned()
            }
        );
        assert_eq!(
            of("DROP DATABASE IF EXISTS \"O'x\" WITH (FORCE)"),
            Recovery::Drops(
                "SELECT oid::text FROM pg_database WHERE datname = 'O''x'::name".to_owned()
            )
        );
    }

    #[test]
    fn what_only_a_connection_of_sqlite_keeps_is_set_again() {
        let of = |sql| Recovery::of(sql, Dialect::Sqlite, None);
        for sql in [
            "PRAGMA foreign_keys = OFF",
            "PRAGMA main.legacy_alter_table = ON",
            "PRAGMA page_size = 8192",
            "ATTACH ':memory:' AS other",
        ] {
            assert_eq!(of(sql), Recovery::Session, "{sql}");
        }
        assert_eq!(of("PRAGMA user_version = 3"), Recovery::Repeat);
        assert_eq!(of("VACUUM"), Recovery::Repeat);
        assert_eq!(of("DROP TABLE t"), Recovery::Together);
        assert!(matches!(of("VACUUM INTO 'x.db'"), Recovery::Unknown(_)));
    }
}
