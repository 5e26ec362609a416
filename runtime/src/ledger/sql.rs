//! The ledger's SQL, for both dialects. Pure text: drivers execute it, the command `sql` prints it.

use std::collections::BTreeMap;

use limbeck_model::{Dialect, checksum};

use super::{Guard, Record, Tenant, VERSION};

/// What PostgreSQL is made to say when another process holds the lock; see [`Ledger::lock`].
pub(crate) const BUSY: &str = "limbeck: another process is migrating this database";
/// What PostgreSQL is made to say when the ledger is not as it was read; see [`Ledger::guard`].
pub(crate) const MOVED: &str = "limbeck: this database is not in the expected state";

/// Where a database keeps its ledger.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    pub(crate) dialect: Dialect,
    /// PostgreSQL's schema. SQLite has no schemas and uses the prefix `limbeck_`.
    pub(crate) schema: String,
    /// Whether that schema is known to be there.
    pub(crate) has_schema: bool,
    /// Whose rows they are, where the database has a schema for each tenant.
    pub(crate) tenant: Option<Tenant>,
}

/// A string literal in either dialect, whatever `standard_conforming_strings` says.
fn quote(text: &str, dialect: Dialect) -> String {
    let doubled = text.replace('\'', "''");
    if dialect == Dialect::Postgres && doubled.contains('\\') {
        format!(" E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

impl Ledger {
    pub(crate) fn table(&self, name: &str) -> String {
        match self.dialect {
            // Qualified, so that no attached or temporary table is taken for it.
            Dialect::Sqlite => format!("main.limbeck_{name}"),
            Dialect::Postgres => format!("\"{}\".{name}", self.schema.replace('"', "\"\"")),
        }
    }

    pub(crate) fn quote(&self, text: &str) -> String {
        quote(text, self.dialect)
    }

    pub(super) fn optional(&self, text: Option<&str>) -> String {
        text.map_or_else(|| "NULL".to_owned(), |text| self.quote(text))
    }

    /// The statements that make the tables where they are missing.
    pub(crate) fn create(&self) -> Vec<String> {
        let (time, serial, long) = match self.dialect {
            Dialect::Sqlite => ("text", "integer PRIMARY KEY", "integer"),
            Dialect::Postgres => (
                "timestamptz",
                "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
                "bigint",
            ),
        };
        let own = match self.dialect {
            Dialect::Sqlite => "",
            Dialect::Postgres => ", before text, backend_start timestamptz",
        };
        // SQLite keeps beside the state what it last wrote to `user_version`.
        let shortcut = match self.dialect {
            Dialect::Sqlite => ", user_version integer",
            Dialect::Postgres => "",
        };
        let mut statements = Vec::new();
        if self.dialect == Dialect::Postgres && !self.has_schema {
            let schema = self.schema.replace('"', "\"\"");
            statements.push(format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\""));
        }
        let mut table = |name: &str, columns: String| {
            let name = self.table(name);
            statements.push(format!("CREATE TABLE IF NOT EXISTS {name} ({columns})"));
        };
        table(
            "revision",
            format!(
                "history text NOT NULL, id text NOT NULL, parents text NOT NULL, checksum text NOT NULL, \
                 lineage text NOT NULL, compat text, applied_at {time} NOT NULL, duration_ms {long}, \
                 applied_by text NOT NULL, PRIMARY KEY (history, id)"
            ),
        );
        table(
            "state",
            format!(
                "history text NOT NULL PRIMARY KEY, digest text NOT NULL, version integer NOT NULL, \
                 unfinished text{shortcut}"
            ),
        );
        table(
            "journal",
            format!(
                "number {serial}, history text NOT NULL, id text NOT NULL, direction text NOT NULL, \
                 outcome text NOT NULL, error text, at {time} NOT NULL, duration_ms {long}, host text, \
                 run_by text NOT NULL"
            ),
        );
        table(
            "progress",
            format!(
                "history text NOT NULL, id text NOT NULL, direction text NOT NULL, step integer NOT NULL, \
                 state text NOT NULL, token text NOT NULL, lease_until {time} NOT NULL, backend integer, \
                 error text{own}, PRIMARY KEY (history, id, direction, step)"
            ),
        );
        statements
    }

    /// The statement behind the first rows of a journal that was made in the same transaction, on PostgreSQL:
    /// its next number is what it should be after a crash too.
    ///
    /// With `wal_level = minimal` a sequence takes its numbers without a record in the log for as long as the
    /// transaction lasts that has made it, and yet counts the next thirty or so as recorded. A crash then takes it back
    /// to where that transaction ended, and numbers that were used come again. Setting a sequence has it count anew.
    ///
    /// Source: seen on PostgreSQL 15.18; `nextval_internal` in its `sequence.c`.
    pub(crate) fn settle_numbers(&self) -> String {
        let journal = self.table("journal");
        format!(
            "SELECT setval(pg_get_serial_sequence({}, 'number'), max(number)) FROM {journal}",
            self.quote(&journal)
        )
    }

    /// The statement that takes the lock of this run, to be held to the end of the transaction, or
    /// fails at once with [`BUSY`]. It never waits inside the database, because a waiting session keeps
    /// `CREATE INDEX CONCURRENTLY` waiting too.
    ///
    /// The error is a cast that cannot succeed: plain SQL that needs no procedural language.
    pub(crate) fn lock(&self) -> String {
        let key = self.lock_key();
        format!(
            "SELECT CASE WHEN pg_try_advisory_xact_lock({key}) THEN '1' ELSE '{BUSY}' END::integer"
        )
    }

    /// The key of that lock, as an expression. Tenants have one each, so that they can be migrated at the
    /// same time.
    pub(crate) fn lock_key(&self) -> String {
        let name = self.quote(&self.key(&format!("limbeck {}", self.schema)));
        format!("hashtextextended({name}, 0)")
    }

    /// The recorded states, and of which history a script is unfinished.
    pub(crate) fn standings(&self) -> String {
        [self.all_standings(), self.own()].concat()
    }

    /// The query of every start: the same, and without a tenant the rows of all. A condition or a limit costs a
    /// session that has asked nothing yet more than the rows of some others do.
    #[cfg(feature = "postgres")]
    pub(crate) fn first_standings(&self) -> String {
        match &self.tenant {
            Some(_) => self.standings(),
            None => self.all_standings(),
        }
    }

    fn all_standings(&self) -> String {
        let state = self.table("state");
        format!("SELECT history, digest, version, unfinished FROM {state}")
    }

    /// The query that reads, for the histories of a guard, what [`Guard`] compares: one text. A history
    /// of which nothing is applied counts the same with a row of `state` and without.
    pub(crate) fn observed(&self, guard: &Guard) -> String {
        let state = self.table("state");
        let histories = self.histories(&guard.histories);
        let (collation, aggregate) = match self.dialect {
            Dialect::Sqlite => ("BINARY", "group_concat"),
            Dialect::Postgres => ("\"C\"", "string_agg"),
        };
        let nothing = checksum::state(&[]);
        format!(
            "SELECT coalesce({aggregate}(line, ','), '') FROM (SELECT history || ' ' || digest || ' ' || \
             coalesce(unfinished, '') || CASE WHEN version > {VERSION} THEN ' of a newer ledger' ELSE '' END AS line \
             FROM {state} WHERE history IN ({histories}) \
             AND (digest <> '{nothing}' OR unfinished IS NOT NULL) ORDER BY history COLLATE {collation}) AS lines"
        )
    }

    /// What [`Ledger::observed`] answers where nothing has moved.
    pub(crate) fn expected(&self, guard: &Guard) -> String {
        let nothing = checksum::state(&[]).to_string();
        let mut states: Vec<_> = guard
            .states
            .iter()
            .filter(|state| state.digest != nothing || state.unfinished.is_some())
            .collect();
        states.sort_by(|a, b| a.history.cmp(&b.history));
        let lines: Vec<_> = states
            .into_iter()
            .map(|state| {
                let unfinished = state.unfinished.as_deref().unwrap_or_default();
                format!("{} {} {unfinished}", self.key(&state.history), state.digest)
            })
            .collect();
        lines.join(",")
    }

    /// The statement that fails with [`MOVED`] unless the ledger is as it was read.
    pub(crate) fn guard(&self, guard: &Guard) -> String {
        let observed = self.observed(guard);
        let expected = self.quote(&self.expected(guard));
        match self.dialect {
            Dialect::Postgres => {
                format!(
                    "SELECT CASE WHEN ({observed}) = {expected} THEN '1' ELSE '{MOVED}' END::integer"
                )
            }
            // SQLite has no error outside triggers: a check constraint stands in.
            Dialect::Sqlite => format!(
                "CREATE TEMP TABLE limbeck_guard (state text CONSTRAINT \"{MOVED}\" CHECK (state = {expected}));\n\
                 INSERT INTO limbeck_guard {observed};\n\
                 DROP TABLE limbeck_guard"
            ),
        }
    }

    pub(crate) fn list<T: AsRef<str>>(&self, texts: &[T]) -> String {
        let quoted: Vec<_> = texts.iter().map(|text| self.quote(text.as_ref())).collect();
        quoted.join(", ")
    }

    /// The statements that write a record.
    pub(super) fn record(&self, record: &Record<'_>) -> Vec<String> {
        match record {
            Record::Applied(applied) => self.applied(&[applied]),
            Record::Removed {
                history,
                id,
                state,
                journal,
            } => self.together(
                format!(
                    "DELETE FROM {} WHERE {}",
                    self.table("revision"),
                    self.is(history, id)
                ),
                self.journal(&[journal]),
                self.state(&BTreeMap::from([(*history, *state)])),
            ),
            Record::Purged { history } => ["revision", "state", "progress"]
                .into_iter()
                .map(|table| {
                    let history = self.history(history);
                    format!(
                        "DELETE FROM {} WHERE history = {history}",
                        self.table(table)
                    )
                })
                .collect(),
            Record::Claimed(claim) => self.claimed(claim),
            Record::Completed(claim) => self.completed(claim),
            Record::TakenOver(claim) => self.taken_over(claim),
            Record::Halted { claim, error } => self.halted(claim, error),
            Record::LetGo(claim) => vec![self.let_go(claim)],
            Record::Released { history, id } => self.released(history, id),
            Record::Swept {
                history,
                id,
                direction,
            } => vec![self.swept(history, id, *direction)],
            Record::Unclaimed { history } => vec![self.unclaimed(history)],
            Record::Corrected { history, state } => {
                vec![self.state(&BTreeMap::from([(*history, *state)]))]
            }
            Record::Attempted(journal) => vec![self.journal(&[journal])],
        }
    }

    pub(super) fn is(&self, history: &str, id: &str) -> String {
        format!(
            "history = {} AND id = {}",
            self.history(history),
            self.quote(id)
        )
    }

    pub(super) const fn now(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
            Dialect::Postgres => "clock_timestamp()",
        }
    }
}
