//! What the facts about a PostgreSQL server mean.

use std::time::Duration;

use super::facts::{ExtensionFacts, ServerFacts};
use super::finding::{Check, Finding, Severity};
use super::intent::Intent;

/// Before it there is no hash function for the lock's key.
const OLDEST_POSSIBLE: u32 = 110_000;
const OLDEST_TESTED: u32 = 130_000;

/// How much two clocks may differ in measuring the same time.
const TOLERANCE: Duration = Duration::from_millis(250);

pub(super) fn judge(facts: &ServerFacts, intent: &Intent<'_>) -> Vec<Finding> {
    let mut findings: Vec<_> = [
        version(facts),
        standby(facts, intent),
        ledger(facts, intent),
        objects(facts, intent),
        pooler(facts, intent),
    ]
    .into_iter()
    .flatten()
    .collect();
    let extensions = facts.extensions.iter();
    findings.extend(extensions.filter_map(|extension| missing(extension, facts, intent)));
    findings
}

/// What stops work is only worth knowing where there is none.
const fn if_work(intent: &Intent<'_>, severity: Severity) -> Severity {
    if intent.has_work {
        severity
    } else {
        Severity::Note
    }
}

fn version(facts: &ServerFacts) -> Option<Finding> {
    let version = &facts.version;
    let (severity, message) = match facts.version_number {
        ..OLDEST_POSSIBLE => (
            Severity::Error,
            format!("the server is PostgreSQL {version}, and limbeck needs 11 or later"),
        ),
        OLDEST_POSSIBLE..OLDEST_TESTED => (
            Severity::Warning,
            format!("the server is PostgreSQL {version}, and limbeck is tested with 13 and later"),
        ),
        _ => return None,
    };
    Some(Finding::new(Check::Version, severity, message).help("upgrade the server"))
}

fn standby(facts: &ServerFacts, intent: &Intent<'_>) -> Option<Finding> {
    facts.is_standby.then(|| {
        Finding::new(
            Check::ReadOnly,
            if_work(intent, Severity::Error),
            "the server is a standby in recovery, which cannot be written to",
        )
        .help("run the upgrade on the primary server; a program that runs on a standby can wait for that with the policy `wait`")
    })
}

fn ledger(facts: &ServerFacts, intent: &Intent<'_>) -> Option<Finding> {
    let ServerFacts { role, database, .. } = facts;
    let schema = &intent.ledger.schema;
    let quoted = format!("\"{}\"", schema.replace('"', "\"\""));
    let finding =
        |message: String| Finding::new(Check::Rights, if_work(intent, Severity::Error), message);
    if facts.ledger_tables > 0 {
        let missing = &facts.missing_rights;
        return (!missing.is_empty()).then(|| {
            let tables = missing.join(", ");
            finding(format!("`{role}` may not write the ledger in the schema `{schema}`: it lacks {tables}"))
                .help(format!(
                    "run as the owner `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {quoted} TO {role}`"
                ))
        });
    }
    if facts.may_create_ledger {
        return None;
    }
    if !facts.ledger_schema_exists {
        return Some(finding(format!("`{role}` may not create the schema `{schema}` for the ledger")).help(format!(
            "run as an administrator `CREATE SCHEMA {quoted} AUTHORIZATION {role}`, or `GRANT CREATE ON DATABASE {database} TO {role}`"
        )));
    }
    if !facts.may_use_ledger_schema {
        return Some(
            finding(format!(
                "`{role}` may not use the schema `{schema}`, where the ledger is or is to be"
            ))
            .help(format!(
                "run as its owner `GRANT USAGE ON SCHEMA {quoted} TO {role}`, with `CREATE` where it has no ledger yet"
            )),
        );
    }
    Some(
        finding(format!(
            "`{role}` may not create the ledger's tables in the schema `{schema}`"
        ))
        .help(format!(
            "run as its owner `GRANT USAGE, CREATE ON SCHEMA {quoted} TO {role}`"
        )),
    )
}

/// Whether the history makes anything there is not known, so that this is no error.
fn objects(facts: &ServerFacts, intent: &Intent<'_>) -> Option<Finding> {
    let severity = if_work(intent, Severity::Warning);
    // A tenant's schema that is missing is made, or refused, by the run itself.
    if facts.current_schema.is_none() && intent.ledger.tenant.is_some() {
        return None;
    }
    let Some(schema) = &facts.current_schema else {
        return Some(
            Finding::new(
                Check::Rights,
                severity,
                "`search_path` names no schema that is there, so that nothing can be created without a schema's name",
            )
            .help("create the schema, or set `search_path` for the role"),
        );
    };
    let role = &facts.role;
    (!facts.may_create_objects).then(|| {
        let message = format!("`{role}` may not create objects in the schema `{schema}`");
        Finding::new(Check::Rights, severity, message).help(format!(
            "run as its owner `GRANT CREATE ON SCHEMA {schema} TO {role}`; since PostgreSQL 15 `public` gives it to nobody"
        ))
    })
}

/// A pooler hands on sessions that it has opened before.
fn pooler(facts: &ServerFacts, intent: &Intent<'_>) -> Option<Finding> {
    let (session, connection) = facts.ages?;
    (session > connection + TOLERANCE).then(|| {
        let severity = if intent.has_work && intent.runs_outside {
            Severity::Warning
        } else {
            Severity::Note
        };
        Finding::new(
            Check::Pooler,
            severity,
            "a pooler stands before the server: the session is older than the connection",
        )
        .help(
            "limbeck itself keeps nothing in a session; where the pooler is in transaction mode, let scripts outside a \
             transaction rely on no `SET`, temporary table, prepared statement, `LISTEN` or advisory lock of a session, \
             or give migrations a URL without the pooler",
        )
    })
}

fn missing(
    extension: &ExtensionFacts,
    facts: &ServerFacts,
    intent: &Intent<'_>,
) -> Option<Finding> {
    let name = &extension.name;
    if extension.is_created {
        return None;
    }
    let severity = if_work(intent, Severity::Error);
    let message = format!("the database lacks the extension `{name}`, which the history needs");
    let finding = Finding::new(Check::Extensions, severity, message);
    if !extension.is_available {
        let major = facts.version_number / 10_000;
        return Some(finding.help(format!(
            "the server has no such extension: install the package that brings `{name}` for PostgreSQL {major} there, \
             and then run `CREATE EXTENSION \"{name}\"`"
        )));
    }
    (!intent.creates(name)).then(|| {
        finding.help(format!(
            "run as an administrator `CREATE EXTENSION \"{name}\"`"
        ))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use limbeck_model::Dialect;

    use super::*;
    use crate::ledger::Ledger;

    fn sound() -> ServerFacts {
        ServerFacts {
            version_number: 160_004,
            version: "16.4".to_owned(),
            role: "me".to_owned(),
            database: "store".to_owned(),
            current_schema: Some("public".to_owned()),
            may_create_objects: true,
            may_use_ledger_schema: true,
            may_create_ledger: true,
            ..ServerFacts::default()
        }
    }

    fn said(facts: &ServerFacts, has_work: bool, runs_outside: bool) -> String {
        let ledger = Ledger {
            dialect: Dialect::Postgres,
            schema: "limbeck".to_owned(),
            has_schema: false,
            tenant: None,
        };
        let intent = Intent {
            ledger: &ledger,
            has_work,
            runs_outside,
            created: BTreeSet::new(),
        };
        let lines: Vec<_> = judge(facts, &intent)
            .iter()
            .map(|finding| format!("{}: {}", finding.severity.name(), finding.sentence()))
            .collect();
        lines.join("\n")
    }

    #[test]
    fn a_server_that_lacks_nothing_has_no_findings() {
        assert_eq!(said(&sound(), true, true), "");
    }

    #[test]
    fn a_version_that_is_too_old_is_an_error_and_one_that_is_not_tested_a_warning() {
        let of = |version_number, version: &str| ServerFacts {
            version_number,
            version: version.to_owned(),
            ..sound()
        };
        insta::assert_snapshot!(
            [of(100_023, "10.23"), of(120_020, "12.20"), of(130_000, "13.0")]
                .map(|facts| said(&facts, true, false))
                .join("\n"),
            @r"
        error: the server is PostgreSQL 10.23, and limbeck needs 11 or later; upgrade the server
        warning: the server is PostgreSQL 12.20, and limbeck is tested with 13 and later; upgrade the server
        "
        );
    }

    #[test]
    fn a_server_that_cannot_be_written_matters_where_something_is_to_be_written() {
        let standby = ServerFacts {
            is_standby: true,
            ..sound()
        };
        insta::assert_snapshot!(
            [said(&standby, true, false), said(&standby, false, false)].join("\n"),
            @r"
        error: the server is a standby in recovery, which cannot be written to; run the upgrade on the primary server; a program that runs on a standby can wait for that with the policy `wait`
        note: the server is a standby in recovery, which cannot be written to; run the upgrade on the primary server; a program that runs on a standby can wait for that with the policy `wait`
        "
        );
    }

    #[test]
    fn where_nothing_can_be_created_is_said() {
        let nowhere = ServerFacts {
            current_schema: None,
            may_create_objects: false,
            ..sound()
        };
        let no_tables = ServerFacts {
            ledger_schema_exists: true,
            may_create_ledger: false,
            ..sound()
        };
        insta::assert_snapshot!(
            [said(&nowhere, true, false), said(&no_tables, true, false)].join("\n"),
            @r#"
        warning: `search_path` names no schema that is there, so that nothing can be created without a schema's name; create the schema, or set `search_path` for the role
        error: `me` may not create the ledger's tables in the schema `limbeck`; run as its owner `GRANT USAGE, CREATE ON SCHEMA "limbeck" TO me`
        "#
        );
    }

    #[test]
    fn clocks_that_differ_a_little_make_no_pooler() {
        let aged = |session_ms, connection_ms| ServerFacts {
            ages: Some((
                Duration::from_millis(session_ms),
                Duration::from_millis(connection_ms),
            )),
            ..sound()
        };
        assert_eq!(said(&aged(240, 10), true, true), "");
        assert!(said(&aged(300, 10), true, true).starts_with("warning: a pooler"));
        assert!(said(&aged(300, 10), true, false).starts_with("note: a pooler"));
    }
}
