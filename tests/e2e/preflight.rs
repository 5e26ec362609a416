//! What is looked at before the first change.

use std::sync::mpsc;

use limbeck::{Check, Error, ErrorKind, Event, Finding, History, Migrator, Severity};
use limbeck_testkit::{Bouncer, Database, PoolMode, postgres};

use crate::support::{Store, compile, full, on_each_database, revision, with_extensions};

fn history() -> &'static History {
    compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE TABLE a (id integer);",
            "DROP TABLE a;",
        )],
    )
}

/// The same with one revision more.
fn newer() -> &'static History {
    compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer);",
                "DROP TABLE a;",
            ),
            revision("r2", "r1", "CREATE TABLE b (id integer);", "DROP TABLE b;"),
        ],
    )
}

/// Findings as people read them, with the names of this test run's own taken out.
fn shown(findings: &[Finding], names: &[(&str, &str)]) -> String {
    let lines: Vec<_> = findings
        .iter()
        .map(|finding| {
            let help = finding.help.as_deref().unwrap_or_default();
            let (check, severity) = (finding.check.name(), finding.severity.name());
            format!("{severity}[{check}]: {finding}\n  help: {help}")
        })
        .collect();
    without(&lines.join("\n"), names)
}

fn without(text: &str, names: &[(&str, &str)]) -> String {
    names
        .iter()
        .fold(text.to_owned(), |text, (name, stand_in)| {
            text.replace(name, stand_in)
        })
}

fn upgrade(store: &Store, history: &'static History) -> Result<limbeck::Report, Error> {
    Migrator::new(history).upgrade(&store.url(), "head")
}

/// A role that may do nothing, of this database's own, and a session in which it is the current one.
fn limited(database: &Database) -> (String, ::postgres::Client) {
    let role = format!("limited_{}", database.name());
    let mut client = database.connect();
    client
        .batch_execute(&format!("CREATE ROLE \"{role}\"; SET ROLE \"{role}\""))
        .unwrap();
    (role, client)
}

fn drop_role(database: &Database, role: &str) {
    database
        .connect()
        .batch_execute(&format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\""))
        .unwrap();
}

on_each_database! {
    fn a_database_that_can_be_migrated_has_no_findings(store: &mut Store) {
        if let Store::Sqlite { path, .. } = store {
            rusqlite::Connection::open(path).unwrap();
            store.execute("PRAGMA user_version = 0; VACUUM");
        }
        let findings = Migrator::new(history()).preflight(&store.url()).unwrap();
        assert_eq!(findings, []);
        let report = upgrade(store, history()).unwrap_or_else(|error| panic!("{}", full(&error)));
        assert_eq!(report.notes, Vec::<String>::new());
        assert_eq!(Migrator::new(history()).preflight(&store.url()).unwrap(), []);
    }
}

#[test]
fn a_role_without_rights_is_told_what_it_lacks_and_nothing_is_begun() {
    let database = Database::create(postgres());
    // As it is from version 15 on.
    database
        .connect()
        .batch_execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        .unwrap();
    let (role, mut client) = limited(&database);
    let names = [(role.as_str(), "ROLE"), (database.name(), "DATABASE")];
    let findings = Migrator::new(history()).preflight(&mut client).unwrap();
    let error = Migrator::new(history())
        .upgrade(&mut client, "head")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Preflight);
    let error = without(&format!("error: {error:#}"), &names);
    insta::assert_snapshot!(format!("{}\n\n{error}", shown(&findings, &names)));
    // As the findings say.
    database
        .connect()
        .batch_execute(&format!(
            "CREATE SCHEMA \"limbeck\" AUTHORIZATION \"{role}\"; GRANT CREATE ON SCHEMA public TO \"{role}\""
        ))
        .unwrap();
    assert_eq!(Migrator::new(history()).preflight(&mut client).unwrap(), []);
    let report = Migrator::new(history())
        .upgrade(&mut client, "head")
        .unwrap();
    assert_eq!(report.steps.len(), 1);
    drop(client);
    drop_role(&database, &role);
}

#[test]
fn a_ledger_that_the_role_may_not_write_is_found() {
    let database = Database::create(postgres());
    Migrator::new(history())
        .upgrade(&database.url(), "head")
        .unwrap();
    let newer = newer();
    let (role, mut client) = limited(&database);
    database
        .connect()
        .batch_execute(&format!(
            "GRANT USAGE ON SCHEMA limbeck TO \"{role}\"; GRANT SELECT ON ALL TABLES IN SCHEMA limbeck TO \"{role}\"; \
             GRANT CREATE ON SCHEMA public TO \"{role}\""
        ))
        .unwrap();
    let names = [(role.as_str(), "ROLE")];
    let findings = Migrator::new(newer).preflight(&mut client).unwrap();
    insta::assert_snapshot!(shown(&findings, &names));
    // At head it need not write.
    assert!(
        Migrator::new(history())
            .upgrade(&mut client, "head")
            .unwrap()
            .is_up_to_date()
    );
    let findings = Migrator::new(history()).preflight(&mut client).unwrap();
    assert!(
        findings
            .iter()
            .all(|finding| finding.severity == Severity::Note),
        "{findings:?}"
    );
    drop(client);
    drop_role(&database, &role);
}

#[test]
fn a_schema_that_the_role_may_not_use_is_found() {
    let database = Database::create(postgres());
    Migrator::new(history())
        .upgrade(&database.url(), "head")
        .unwrap();
    let (role, mut client) = limited(&database);
    database
        .connect()
        .batch_execute(&format!("GRANT CREATE ON SCHEMA public TO \"{role}\""))
        .unwrap();
    let findings = Migrator::new(newer()).preflight(&mut client).unwrap();
    insta::assert_snapshot!(
        shown(&findings, &[(&role, "ROLE")]),
        @r#"
        error[rights]: `ROLE` may not use the schema `limbeck`, where the ledger is or is to be
          help: run as its owner `GRANT USAGE ON SCHEMA "limbeck" TO ROLE`, with `CREATE` where it has no ledger yet
        "#
    );
    drop(client);
    drop_role(&database, &role);
}

#[test]
fn a_look_that_the_database_refuses_stops_no_run() {
    let database = Database::create(postgres());
    Migrator::new(history())
        .upgrade(&database.url(), "head")
        .unwrap();
    let (role, mut client) = limited(&database);
    database
        .connect()
        .batch_execute(&format!(
            "REVOKE EXECUTE ON FUNCTION pg_is_in_recovery() FROM PUBLIC; \
             GRANT ALL ON SCHEMA limbeck, public TO \"{role}\"; \
             GRANT ALL ON ALL TABLES IN SCHEMA limbeck TO \"{role}\""
        ))
        .unwrap();
    let report = Migrator::new(newer()).upgrade(&mut client, "head").unwrap();
    assert_eq!(report.steps.len(), 1);
    assert_eq!(
        report.notes,
        ["the database does not tell whether it can be migrated: \
          permission denied for function pg_is_in_recovery (42501)"]
    );
    drop(client);
    drop_role(&database, &role);
}

#[test]
fn extensions_are_missed_unless_a_revision_creates_them() {
    let store = Store::postgres();
    let names = ["pgcrypto", "no-such-extension", "plpgsql"];
    let findings = Migrator::new(with_extensions(history(), &names))
        .preflight(&store.url())
        .unwrap();
    insta::assert_snapshot!(
        shown(&findings, &[]).replace(&postgres().major_version().to_string(), "MAJOR")
    );
    let error = upgrade(&store, with_extensions(history(), &names)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Preflight);
    assert_eq!(
        store.query("SELECT count(*) FROM pg_namespace WHERE nspname = 'limbeck'"),
        ["0"]
    );
    let creating = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE EXTENSION IF NOT EXISTS pgcrypto;",
            "DROP EXTENSION pgcrypto;",
        )],
    );
    upgrade(&store, with_extensions(creating, &["pgcrypto"])).unwrap();
}

#[test]
fn a_pooler_is_told_by_a_session_that_is_older_than_the_connection() {
    let database = Database::create(postgres());
    let bouncer = Bouncer::start_with_pool(postgres(), PoolMode::Transaction, 1);
    let url = bouncer.url(database.name());
    let mut first = ::postgres::Client::connect(&url, ::postgres::NoTls).unwrap();
    first.batch_execute("SELECT pg_sleep(0.5)").unwrap();
    let findings = Migrator::new(history()).preflight(&url).unwrap();
    insta::assert_snapshot!(shown(&findings, &[]));
    // Only a script outside a transaction makes a run speak of it.
    let report = Migrator::new(history()).upgrade(&url, "head").unwrap();
    assert_eq!(report.notes, Vec::<String>::new());
    let mut outside = revision(
        "r1",
        "base",
        "CREATE TABLE a (id integer);",
        "DROP TABLE a;",
    );
    outside.1 = outside.1.replace("-- @up", "-- @up no-transaction");
    let outside = compile("outside", &[outside]);
    database.connect().batch_execute("DROP TABLE a").unwrap();
    let report = Migrator::new(outside).upgrade(&url, "head").unwrap();
    assert_eq!(report.notes.len(), 1);
    assert!(
        report.notes[0].contains("a pooler stands before the server"),
        "{:?}",
        report.notes
    );
}

#[test]
fn a_direct_connection_is_not_taken_for_one_through_a_pooler() {
    let database = Database::create(postgres());
    for _ in 0..3 {
        assert_eq!(
            Migrator::new(history()).preflight(&database.url()).unwrap(),
            []
        );
    }
}

#[test]
fn foreign_keys_that_are_off_are_a_warning_in_report_and_event() {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    connection
        .pragma_update(None, "foreign_keys", false)
        .unwrap();
    let (sender, events) = mpsc::channel();
    let report = Migrator::new(history())
        .observer(move |event: &Event| {
            if let Event::Found(finding) = event {
                sender.send(finding.clone()).unwrap();
            }
        })
        .upgrade(&mut connection, "head")
        .unwrap();
    let found: Vec<_> = events.try_iter().collect();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].check, found[0].severity),
        (Check::ForeignKeys, Severity::Warning)
    );
    insta::assert_snapshot!(report.notes.join("\n"));
}

#[test]
fn an_sqlite_database_that_cannot_be_written_is_refused() {
    let store = Store::sqlite();
    store.upgrade(history(), "head");
    let Store::Sqlite { path, .. } = &store else {
        unreachable!()
    };
    let open = || {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        rusqlite::Connection::open_with_flags(path, flags).unwrap()
    };
    let error = Migrator::new(history())
        .downgrade(&mut open(), "base")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Preflight);
    insta::assert_snapshot!(format!("error: {error:#}"));
    // Where there is nothing to do, nobody need write.
    let findings = Migrator::new(history()).preflight(&mut open()).unwrap();
    assert_eq!(findings[0].severity, Severity::Note);
}

#[test]
fn a_file_of_another_kind_is_called_one() {
    let store = Store::sqlite();
    let Store::Sqlite { path, .. } = &store else {
        unreachable!()
    };
    std::fs::write(
        path,
        "no database, but long enough to be read as one: ".repeat(99),
    )
    .unwrap();
    let before = std::fs::read(path).unwrap();
    let findings = Migrator::new(history()).preflight(&store.url()).unwrap();
    let error = upgrade(&store, history()).unwrap_err();
    insta::assert_snapshot!(format!("{}\n\nerror: {error:#}", shown(&findings, &[])));
    assert_eq!(std::fs::read(path).unwrap(), before);
}
