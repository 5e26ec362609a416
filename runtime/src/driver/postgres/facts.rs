//! What a server tells of itself, of the role and of the ledger's tables: one message, one round trip.

use std::fmt::Write as _;
use std::ops::DerefMut;
use std::time::Duration;

use postgres::{Client, SimpleQueryRow};

use super::Postgres;
use super::rows::result_sets;
use crate::driver::DriverError;
use crate::ledger::Ledger;
use crate::preflight::{ExtensionFacts, ServerFacts};

/// What limbeck does with its tables; scripts outside a transaction need more of `progress`, and find a role
/// that may write the others to be the one that made them all.
const RIGHTS: [(&str, &[&str]); 4] = [
    ("journal", &["INSERT"]),
    ("progress", &["DELETE", "INSERT", "SELECT", "UPDATE"]),
    ("revision", &["DELETE", "INSERT", "SELECT"]),
    ("state", &["INSERT", "SELECT", "UPDATE"]),
];

impl<C: DerefMut<Target = Client>> Postgres<C> {
    pub(super) fn server_facts(
        &mut self,
        ledger: &Ledger,
        extensions: &[&str],
    ) -> Result<ServerFacts, DriverError> {
        let messages = self.send(&self.facts_question(ledger, extensions))?;
        self.facts_from(&result_sets(&messages))
    }

    /// The query of the facts, and another one of the extensions where there are any.
    pub(super) fn facts_question(&self, ledger: &Ledger, extensions: &[&str]) -> String {
        let mut question = question(ledger, self.connector.is_some());
        if !extensions.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(
                question,
                "; SELECT wanted.name, EXISTS (SELECT FROM pg_extension WHERE extname = wanted.name), \
                 EXISTS (SELECT FROM pg_available_extensions AS a WHERE a.name = wanted.name) \
                 FROM unnest(ARRAY[{}]::text[]) AS wanted (name)",
                ledger.list(extensions)
            );
        }
        question
    }

    /// Reads the answers to [`Postgres::facts_question`].
    pub(super) fn facts_from(
        &self,
        sets: &[Vec<&SimpleQueryRow>],
    ) -> Result<ServerFacts, DriverError> {
        let connection = self.connector.as_ref().map(|own| own.made.elapsed());
        let row = sets.first().and_then(|rows| rows.first());
        let row = row.ok_or_else(|| DriverError::other("the server has no answer"))?;
        let mut facts = server(row);
        if let (Some(connection), Some(session)) = (connection, seconds(row, "session_age")) {
            facts.ages = Some((session, connection));
        }
        let extensions = sets.get(1).into_iter().flatten();
        facts.extensions = extensions
            .map(|row| ExtensionFacts {
                name: row.get(0).unwrap_or_default().to_owned(),
                is_created: row.get(1) == Some("t"),
                is_available: row.get(2) == Some("t"),
            })
            .collect();
        Ok(facts)
    }
}

/// Names are looked up by functions: a new session takes longer to plan a join of catalogs than for all of this.
/// They must not be asked for tables in a schema that the role may not use, which is an error to them.
fn question(ledger: &Ledger, asks_age: bool) -> String {
    let schema = format!("\"{}\"", ledger.schema.replace('"', "\"\""));
    let schema = ledger.quote(&schema);
    // Where revisions make what names no schema.
    let here = match &ledger.tenant {
        None => "current_schema()".to_owned(),
        Some(tenant) => {
            let name = ledger.quote(&tenant.schema);
            format!("(SELECT nspname FROM pg_namespace WHERE nspname = {name})")
        }
    };
    let age = if asks_age {
        "(SELECT extract(epoch FROM clock_timestamp() - backend_start) FROM pg_stat_get_activity(pg_backend_pid()))"
    } else {
        "NULL"
    };
    let names = RIGHTS.map(|(table, _)| table);
    let missing = RIGHTS.map(|(table, needs)| {
        let lacks = |need: &&str| {
            format!(
                "CASE WHEN NOT has_table_privilege({table}, '{need}') THEN '{need} on {table}' END"
            )
        };
        needs.iter().map(lacks).collect::<Vec<_>>().join(", ")
    });
    let found = RIGHTS.map(|(table, _)| {
        let name = ledger.quote(&ledger.table(table));
        format!("CASE WHEN may_use THEN to_regclass({name})::oid END AS {table}")
    });
    format!(
        "SELECT current_setting('server_version_num') AS version_number, \
         split_part(current_setting('server_version'), ' ', 1) AS version, \
         pg_is_in_recovery() AS is_standby, \
         quote_ident(current_user) AS role, quote_ident(current_database()) AS database, \
         quote_ident({here}) AS current_schema, \
         has_schema_privilege({here}, 'CREATE') AS may_create_objects, \
         schema IS NOT NULL AS has_schema, may_use, \
         CASE WHEN schema IS NULL THEN has_database_privilege(current_database(), 'CREATE') \
         ELSE may_use AND has_schema_privilege(schema, 'CREATE') END AS may_create_ledger, \
         num_nonnulls({names}) AS tables, concat_ws(',', {missing}) AS missing, {age} AS session_age \
         FROM (SELECT schema, may_use, {found} \
         FROM (SELECT schema, has_schema_privilege(schema, 'USAGE') AS may_use \
         FROM (SELECT to_regnamespace({schema})::oid AS schema) AS namespace) AS usable) AS ledger",
        names = names.join(", "),
        missing = missing.join(", "),
        found = found.join(", "),
    )
}

fn server(row: &SimpleQueryRow) -> ServerFacts {
    let text = |name: &str| row.try_get(name).ok().flatten();
    let owned = |name: &str| text(name).unwrap_or_default().to_owned();
    let number = |name: &str| text(name).and_then(|text| text.parse().ok());
    let holds = |name: &str| text(name) == Some("t");
    let missing = text("missing").unwrap_or_default().split(',');
    ServerFacts {
        version_number: number("version_number").unwrap_or_default(),
        version: owned("version"),
        is_standby: holds("is_standby"),
        role: owned("role"),
        database: owned("database"),
        current_schema: text("current_schema").map(str::to_owned),
        may_create_objects: holds("may_create_objects"),
        ledger_schema_exists: holds("has_schema"),
        may_use_ledger_schema: text("may_use") != Some("f"),
        may_create_ledger: holds("may_create_ledger"),
        ledger_tables: number("tables").unwrap_or_default(),
        missing_rights: missing
            .filter(|missing| !missing.is_empty())
            .map(str::to_owned)
            .collect(),
        extensions: Vec::new(),
        ages: None,
    }
}

fn seconds(row: &SimpleQueryRow, name: &str) -> Option<Duration> {
    let seconds: f64 = row.try_get(name).ok()??.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}
