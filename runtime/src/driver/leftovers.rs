//! What statements may leave in PostgreSQL's session, and the SQL that takes it back before the commit.
//!
//! A session outlives its transaction: it is that of the next revision, of the program that has lent the
//! connection, or, behind a pooler, of whoever comes next. What a revision sets with `SET` must reach none
//! of them, nor the ledger's own statements. To look costs more than a small revision does (`pg_settings`
//! alone takes 0.7 ms where creating a table takes as much), so only statements that may leave something
//! are surrounded. Nothing is reset: what the session was set to before stands afterwards.

use crate::table::Statement;

/// How a statement begins that may change the session by itself, or call a function that does.
const SUSPICIOUS: [&str; 12] = [
    "call", "declare", "discard", "do", "execute", "listen", "prepare", "reset", "select", "set",
    "values", "with",
];

/// What other statements betray it with.
const BETRAYING: [&str; 3] = ["set_config", TEMPORARY, ADVISORY];
const TEMPORARY: &str = "temp";
const ADVISORY: &str = "advisory";

/// Settings that cannot be given back within a transaction, or end with it.
const KEPT: &str =
    "'transaction_isolation', 'transaction_read_only', 'transaction_deferrable', 'temp_buffers'";

/// Whether a statement may leave something in its session.
pub(super) fn are_possible(sql: &str) -> bool {
    let lower = sql.to_ascii_lowercase();
    SUSPICIOUS.contains(&word(&lower).0) || BETRAYING.iter().any(|name| lower.contains(name))
}

/// Whether nothing of a statement reaches those that follow it in its transaction but what it has done to the
/// database. Of equal notifications in one transaction only one is sent.
pub(crate) fn leaves_nothing(sql: &str) -> bool {
    !are_possible(sql) && !sql.to_ascii_lowercase().contains("notify")
}

/// What some statements may leave behind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Leftovers {
    /// Settings of the user's own, such as `app.tenant`, which PostgreSQL lists nowhere.
    custom: Vec<String>,
    /// What they listen to, as they name it.
    channels: Vec<String>,
    /// Temporary tables, prepared statements, advisory locks.
    objects: bool,
}

impl Leftovers {
    /// What these statements may leave; `None` where it is nothing.
    pub(super) fn of<'s>(statements: impl IntoIterator<Item = &'s Statement>) -> Option<Self> {
        let mut found: Option<Self> = None;
        for statement in statements {
            if !are_possible(statement.sql) {
                continue;
            }
            let lower = statement.sql.to_ascii_lowercase();
            let (first, rest) = word(&lower);
            let leftovers = found.get_or_insert_default();
            leftovers.custom.extend(custom(first, rest));
            leftovers.custom.extend(configured(&lower));
            if first == "listen" {
                let after = statement.sql.len() - rest.len();
                leftovers
                    .channels
                    .extend(statement.sql.get(after..).map(str::to_owned));
            }
            leftovers.objects |=
                first == "prepare" || lower.contains(TEMPORARY) || lower.contains(ADVISORY);
        }
        found
    }

    /// Notes, for the transaction alone, what the session is set to and has.
    pub(super) fn before(&self) -> String {
        let objects = if self.objects {
            format!(
                ", set_config('limbeck.temporary', ({TEMPORARY_NOW})::text, true), \
                 set_config('limbeck.locks', ({LOCKS_NOW})::text, true)"
            )
        } else {
            String::new()
        };
        format!(
            "SELECT set_config('limbeck.before', (SELECT jsonb_object_agg(name, value) FROM \
             (SELECT name, setting FROM pg_settings WHERE source = 'session' UNION ALL \
             SELECT name, current_setting(name, true) FROM unnest(ARRAY[{own}]) AS own (name)) \
             AS settings (name, value))::text, true){objects}",
            own = self.own(&["role", "session_authorization"]),
        )
    }

    /// Takes back what was left, and puts back what was set before.
    pub(super) fn after(&self) -> Vec<String> {
        let mut statements: Vec<String> = self
            .channels
            .iter()
            .map(|channel| format!("UNLISTEN{channel}"))
            .collect();
        if self.objects {
            statements.push(REMOVE_OBJECTS.to_owned());
        }
        // Another user of the session ends the role, so that the role comes second, and with its rights
        // the rest.
        for name in ["session_authorization", "role"] {
            statements.push(format!(
                "SELECT set_config('{name}', value, false) FROM \
                 (SELECT current_setting('limbeck.before')::jsonb ->> '{name}') AS own (value) \
                 WHERE value <> current_setting('{name}')"
            ));
        }
        statements.push(format!(
            "SELECT count(set_config(name, value, false)) FROM \
             (SELECT current_setting('limbeck.before')::jsonb) AS noted (before), LATERAL \
             (SELECT name, setting, coalesce(before ->> name, reset_val) FROM pg_settings \
             WHERE (source = 'session' OR before ? name) AND name NOT IN ({KEPT}) UNION ALL \
             SELECT name, current_setting(name, true), coalesce(before ->> name, '') \
             FROM unnest(ARRAY[{own}]::text[]) AS own (name)) \
             AS settings (name, current, value) WHERE current IS DISTINCT FROM value",
            own = self.own(&[]),
        ));
        statements
    }

    fn own(&self, others: &[&str]) -> String {
        let custom = self.custom.iter().map(String::as_str);
        let names = others.iter().copied().chain(custom);
        let quoted: Vec<_> = names.map(|name| format!("'{name}'")).collect();
        quoted.join(", ")
    }
}

const TEMPORARY_NOW: &str = "SELECT coalesce(jsonb_agg(oid::text), '[]') FROM pg_class \
     WHERE relnamespace = pg_my_temp_schema()";

const LOCKS_NOW: &str = "SELECT coalesce(jsonb_agg(concat_ws(' ', classid, objid, objsubid, mode)), '[]') \
     FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";

/// Only what was not there before. A lock that ends with the transaction is not let go of by its
/// function, which says so in a warning.
const REMOVE_OBJECTS: &str = "\
DO $limbeck$
DECLARE entry record;
BEGIN
    PERFORM set_config('client_min_messages', 'error', true);
    FOR entry IN SELECT relname, CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
        FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind IN ('r', 'p', 'v', 'S')
        AND NOT current_setting('limbeck.temporary')::jsonb ? oid::text ORDER BY relkind <> 'v'
    LOOP
        EXECUTE format('DROP %s IF EXISTS pg_temp.%I CASCADE', entry.kind, entry.relname);
    END LOOP;
    FOR entry IN SELECT name FROM pg_prepared_statements WHERE from_sql AND prepare_time >= transaction_timestamp()
    LOOP
        EXECUTE format('DEALLOCATE %I', entry.name);
    END LOOP;
    PERFORM CASE
        WHEN objsubid = 2 AND mode = 'ShareLock' THEN pg_advisory_unlock_shared(classid::bigint::bit(32)::integer, objid::bigint::bit(32)::integer)
        WHEN objsubid = 2 THEN pg_advisory_unlock(classid::bigint::bit(32)::integer, objid::bigint::bit(32)::integer)
        WHEN mode = 'ShareLock' THEN pg_advisory_unlock_shared((classid::bigint << 32) | objid::bigint)
        ELSE pg_advisory_unlock((classid::bigint << 32) | objid::bigint) END
        FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
        AND NOT current_setting('limbeck.locks')::jsonb ? concat_ws(' ', classid, objid, objsubid, mode);
END $limbeck$";

/// The first word, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let end = text
        .find(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .unwrap_or(text.len());
    text.split_at(end)
}

/// The name that `SET` sets, where it has a dot: PostgreSQL's own have none.
fn custom(first: &str, rest: &str) -> Option<String> {
    if first != "set" && first != "reset" {
        return None;
    }
    let rest = rest.trim_start();
    let rest = ["session ", "local "]
        .iter()
        .find_map(|scope| rest.strip_prefix(scope))
        .unwrap_or(rest);
    dotted(rest.trim_start())
}

/// The name with a dot that `set_config` sets, where it is written out.
fn configured(sql: &str) -> Option<String> {
    let (_, after) = sql.split_once("set_config")?;
    let literal = after.trim_start().strip_prefix('(')?.trim_start();
    dotted(literal.strip_prefix('\'')?)
}

fn dotted(text: &str) -> Option<String> {
    let is_name = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '_' | '$' | '.' | '"')
    };
    let end = text
        .find(|character| !is_name(character))
        .unwrap_or(text.len());
    let name = text.get(..end)?.replace('"', "");
    name.contains('.').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &[&'static str]) -> Option<Leftovers> {
        let statements: Vec<_> = sql
            .iter()
            .map(|&sql| Statement {
                sql,
                line: 1,
                column: 1,
            })
            .collect();
        Leftovers::of(&statements)
    }

    #[test]
    fn statements_that_leave_nothing_are_not_surrounded() {
        let plain = [
            "CREATE TABLE a (id integer REFERENCES b ON DELETE SET NULL)",
            "ALTER TABLE a ALTER COLUMN x SET NOT NULL",
            "UPDATE a SET x = 1",
            "INSERT INTO a VALUES (1)",
            "DROP INDEX i",
        ];
        assert_eq!(of(&plain), None);
    }

    #[test]
    fn what_reaches_the_next_statement_is_known_by_its_words() {
        assert!(leaves_nothing("CREATE INDEX i ON a (x)"));
        for sql in ["SET LOCAL search_path = b", "NOTIFY news", "DO $$ $$"] {
            assert!(!leaves_nothing(sql), "{sql}");
        }
    }

    #[test]
    fn names_with_a_dot_are_found_wherever_they_are_set() {
        let found = of(&[
            "SET app.tenant = 'x'",
            "SET SESSION \"app\".user TO 7",
            "SELECT pg_catalog.set_config( 'App.role', 'r', false)",
            "SET search_path = a.b",
        ]);
        assert_eq!(
            found.unwrap().custom,
            ["app.tenant", "app.user", "app.role"]
        );
    }

    #[test]
    fn what_is_listened_to_is_kept_as_it_was_written() {
        let found = of(&["LISTEN \"Of Mine\""]).unwrap();
        assert_eq!(found.after()[0], "UNLISTEN \"Of Mine\"");
        assert!(!found.objects);
    }

    #[test]
    fn objects_are_looked_for_where_they_are_spoken_of() {
        for sql in [
            "CREATE TEMPORARY TABLE t (id integer)",
            "PREPARE p AS SELECT 1",
            "SELECT pg_advisory_lock(1)",
        ] {
            assert!(of(&[sql]).unwrap().objects, "{sql}");
        }
    }
}
