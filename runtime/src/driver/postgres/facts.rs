//! What a server tells of itself, of the role and of the ledger's tables: one message, one round trip.

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
const RIGHTS: &str = "VALUES ('revision', 'SELECT'), ('revision', 'INSERT'), ('revision', 'DELETE'), \
     ('state', 'SELECT'), ('state', 'INSERT'), ('state', 'UPDATE'), ('journal', 'INSERT'), \
     ('progress', 'SELECT'), ('progress', 'INSERT'), ('progress', 'UPDATE'), ('progress', 'DELETE')";

impl<C: DerefMut<Target = Client>> Postgres<C> {
    pub(super) fn server_facts(
        &mut self,
        ledger: &Ledger,
        extensions: &[&str],
    ) -> Result<ServerFacts, DriverError> {
        let wanted = if extensions.is_empty() {
            String::new()
        } else {
            format!(
                "; SELECT wanted.name, EXISTS (SELECT FROM pg_extension WHERE extname = wanted.name), \
                 EXISTS (SELECT FROM pg_available_extensions AS a WHERE a.name = wanted.name) \
                 FROM unnest(ARRAY[{}]::text[]) AS wanted (name)",
                ledger.list(extensions)
            )
        };
        let messages = self.send(&[question(ledger), wanted].concat())?;
        let connection = self.connector.as_ref().map(|own| own.made.elapsed());
        let sets = result_sets(&messages);
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

fn question(ledger: &Ledger) -> String {
    let schema = ledger.quote(&ledger.schema);
    // Where revisions make what names no schema.
    let here = match &ledger.tenant {
        None => "current_schema()".to_owned(),
        Some(tenant) => {
            let name = ledger.quote(&tenant.schema);
            format!("(SELECT nspname FROM pg_namespace WHERE nspname = {name})")
        }
    };
    format!(
        "SELECT current_setting('server_version_num') AS version_number, \
         split_part(current_setting('server_version'), ' ', 1) AS version, \
         pg_is_in_recovery() AS is_standby, \
         quote_ident(current_user) AS role, quote_ident(current_database()) AS database, \
         quote_ident({here}) AS current_schema, \
         has_schema_privilege({here}, 'CREATE') AS may_create_objects, \
         n.oid IS NOT NULL AS has_schema, \
         CASE WHEN n.oid IS NULL THEN has_database_privilege(current_database(), 'CREATE') \
         ELSE has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE') END AS may_create_ledger, \
         (SELECT count(DISTINCT c.relname) FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p') \
         AND c.relname IN (SELECT name FROM ({RIGHTS}) AS ledger (name, need))) AS tables, \
         (SELECT string_agg(ledger.need || ' on ' || ledger.name, ',' ORDER BY ledger.name, ledger.need) \
         FROM ({RIGHTS}) AS ledger (name, need) \
         JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p') AND c.relname = ledger.name \
         WHERE NOT has_table_privilege(c.oid, ledger.need)) AS missing, \
         (SELECT extract(epoch FROM clock_timestamp() - backend_start) FROM pg_stat_activity \
         WHERE pid = pg_backend_pid()) AS session_age \
         FROM (SELECT) AS one LEFT JOIN pg_namespace AS n ON n.nspname = {schema}"
    )
}

fn server(row: &SimpleQueryRow) -> ServerFacts {
    let text = |name: &str| row.try_get(name).ok().flatten();
    let owned = |name: &str| text(name).unwrap_or_default().to_owned();
    let number = |name: &str| text(name).and_then(|text| text.parse().ok());
    let holds = |name: &str| text(name) == Some("t");
    ServerFacts {
        version_number: number("version_number").unwrap_or_default(),
        version: owned("version"),
        is_standby: holds("is_standby"),
        role: owned("role"),
        database: owned("database"),
        current_schema: text("current_schema").map(str::to_owned),
        may_create_objects: holds("may_create_objects"),
        ledger_schema_exists: holds("has_schema"),
        may_create_ledger: holds("may_create_ledger"),
        ledger_tables: number("tables").unwrap_or_default(),
        missing_rights: text("missing")
            .map(|missing| missing.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
        extensions: Vec::new(),
        ages: None,
    }
}

fn seconds(row: &SimpleQueryRow, name: &str) -> Option<Duration> {
    let seconds: f64 = row.try_get(name).ok()??.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}
