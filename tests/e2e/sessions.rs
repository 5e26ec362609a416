//! What is left in a session that goes on: that of a lent client, or of a pooler's next one.

use limbeck::{ErrorKind, History, Migrator};
use limbeck_testkit::{Bouncer, Database, PoolMode, postgres};
use postgres::{Client, NoTls};

use crate::support::{compile, full, revision};

/// Everything that a session can be left with by what may stand in a migration.
const LEAVING: &str = "\
SET search_path = elsewhere, public;
SET SESSION work_mem = '77MB';
SET LOCAL maintenance_work_mem = '88MB';
SET app.tenant = 'migration';
SELECT pg_catalog.set_config('statement_timeout', '12345', false);
SELECT set_config('App.other', 'x', false);
CREATE TEMPORARY TABLE scratch (id serial PRIMARY KEY);
CREATE TEMP VIEW scratched AS SELECT id FROM scratch;
PREPARE prepared AS SELECT 1;
SELECT pg_advisory_lock(4711), pg_advisory_lock_shared(1, -2), pg_advisory_xact_lock(4712);
LISTEN \"Of Mine\";
RESET lock_timeout;
DO $$ BEGIN PERFORM set_config('default_transaction_isolation', 'serializable', false); END $$;";

/// What a session is set to and has, one line for each.
fn session(client: &mut Client) -> Vec<String> {
    let query = "\
        SELECT name || ' = ' || setting AS line FROM pg_settings WHERE source = 'session' \
        UNION ALL SELECT name || ' is ' || current_setting(name, true) \
            FROM unnest(ARRAY['role', 'session_authorization', 'search_path', 'work_mem', 'statement_timeout', \
                'lock_timeout', 'default_transaction_isolation', 'default_transaction_read_only']) AS own (name) \
        UNION ALL SELECT name || ' is ' || coalesce(current_setting(name, true), '') \
            FROM unnest(ARRAY['app.tenant', 'app.other']) AS own (name) \
        UNION ALL SELECT 'temporary ' || relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() \
        UNION ALL SELECT 'prepared ' || name FROM pg_prepared_statements \
        UNION ALL SELECT 'lock ' || objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() \
        UNION ALL SELECT 'listening to ' || channel FROM pg_listening_channels() AS channel \
        ORDER BY line";
    let messages = client.simple_query(query).unwrap();
    messages
        .iter()
        .filter_map(|message| match message {
            postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        // A setting that was put back to what it is by default stands as set, to the same value.
        .filter(|line| {
            ![
                "search_path = \"$user\", public",
                "work_mem = 4096",
                "maintenance_work_mem = 65536",
                "statement_timeout = 0",
                "lock_timeout = 0",
                "default_transaction_isolation = read committed",
                "client_min_messages = notice",
                // PgBouncer's doing: it passes on the name of whoever comes.
                "application_name = limbeck",
            ]
            .contains(&line.as_str())
        })
        .collect()
}

fn leaving() -> &'static History {
    compile(
        "app",
        &[
            revision("r1", "base", LEAVING, "SELECT 1;"),
            revision("r2", "r1", "CREATE TABLE a (id integer);", "DROP TABLE a;"),
        ],
    )
}

#[test]
fn the_next_client_of_a_pooler_finds_nothing_that_a_revision_has_left() {
    let database = Database::create(postgres());
    let bouncer = Bouncer::start_with_pool(postgres(), PoolMode::Transaction, 1);
    let url = bouncer.url(database.name());
    let mut other = Client::connect(&url, NoTls).unwrap();
    let before = session(&mut other);
    let report = Migrator::new(leaving()).upgrade(&url, "head").unwrap();
    assert_eq!(report.steps.len(), 2);
    assert_eq!(session(&mut other), before);
    // The second revision had the search path of the first start, too.
    other.batch_execute("TABLE public.a").unwrap();
    Migrator::new(leaving()).downgrade(&url, "base").unwrap();
    assert_eq!(session(&mut other), before);
}

#[test]
fn a_lent_client_keeps_what_it_was_set_to_and_has() {
    let database = Database::create(postgres());
    let mut client = database.connect();
    let own = "CREATE SCHEMA mine; SET search_path = mine; SET work_mem = '5MB'; SET app.tenant = 'lender'; \
               SET lock_timeout = '9s'; \
               CREATE TEMP TABLE kept (id integer); PREPARE kept AS SELECT 2; LISTEN kept; \
               SELECT pg_advisory_lock(99); SET default_transaction_read_only = on";
    for statement in own.split(';') {
        client.simple_query(statement).unwrap();
    }
    let before = session(&mut client);
    let report = Migrator::new(leaving())
        .upgrade(&mut client, "head")
        .unwrap_or_else(|error| panic!("{}", full(&error)));
    assert_eq!(report.steps.len(), 2);
    assert_eq!(session(&mut client), before);
    client.batch_execute("TABLE mine.a").unwrap();
}

#[test]
fn a_role_that_a_revision_takes_is_neither_the_ledgers_nor_the_next_ones() {
    let database = Database::create(postgres());
    let role = format!("weak_{}", database.name());
    database
        .connect()
        .batch_execute(&format!(
            "CREATE ROLE {role}; GRANT CREATE ON SCHEMA public TO {role}"
        ))
        .unwrap();
    for set in [
        "SET ROLE",
        "SET LOCAL ROLE",
        "SET SESSION AUTHORIZATION",
        "SET LOCAL SESSION AUTHORIZATION",
    ] {
        let history = compile(
            "app",
            &[
                revision(
                    "r1",
                    "base",
                    &format!("{set} {role};\nCREATE TABLE of_the_role (id integer);"),
                    "DROP TABLE of_the_role;",
                ),
                revision(
                    "r2",
                    "r1",
                    "CREATE TABLE of_the_owner (id integer);",
                    "DROP TABLE of_the_owner;",
                ),
            ],
        );
        let mut client = database.connect();
        let report = Migrator::new(history)
            .upgrade(&mut client, "head")
            .unwrap_or_else(|error| panic!("{set}: {}", full(&error)));
        assert_eq!(report.steps.len(), 2);
        let owners = client
            .query(
                "SELECT tableowner::text FROM pg_tables WHERE tablename LIKE 'of_the_%' ORDER BY tablename",
                &[],
            )
            .unwrap();
        let owners: Vec<String> = owners.iter().map(|row| row.get(0)).collect();
        assert_eq!(owners, ["postgres", role.as_str()], "{set}");
        Migrator::new(history)
            .downgrade(&mut client, "base")
            .unwrap();
    }
    let drop = format!("DROP OWNED BY {role}; DROP ROLE {role}");
    database.connect().batch_execute(&drop).unwrap();
}

#[test]
fn a_revision_that_leaves_nothing_is_not_asked_what_it_leaves() {
    let history = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE TABLE a (id integer);",
            "DROP TABLE a;",
        )],
    );
    let sql = Migrator::new(history)
        .upgrade_sql(limbeck::Dialect::Postgres, &[], "head")
        .unwrap();
    assert!(!sql.contains("pg_settings"), "{sql}");
}

#[test]
fn a_role_whose_transactions_are_for_reading_only_can_migrate() {
    let database = Database::create(postgres());
    let set = format!(
        "ALTER DATABASE {} SET default_transaction_read_only = on",
        database.name()
    );
    database.connect().batch_execute(&set).unwrap();
    let history = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE TABLE a (id integer);",
            "DROP TABLE a;",
        )],
    );
    let report = Migrator::new(history)
        .upgrade(&database.url(), "head")
        .unwrap();
    assert_eq!(report.steps.len(), 1);
    let report = Migrator::new(history)
        .downgrade(&database.url(), "base")
        .unwrap();
    assert_eq!(report.steps.len(), 1);
}

#[test]
fn backslashes_are_read_as_the_standard_does_behind_a_pooler_too_and_nobody_else_is_told() {
    let database = Database::create(postgres());
    let set = format!(
        "ALTER DATABASE {} SET standard_conforming_strings = off",
        database.name()
    );
    database.connect().batch_execute(&set).unwrap();
    let bouncer = Bouncer::start_with_pool(postgres(), PoolMode::Transaction, 1);
    let url = bouncer.url(database.name());
    let mut other = Client::connect(&url, NoTls).unwrap();
    let mut script = revision(
        "r3",
        "r2",
        "INSERT INTO a VALUES ('E:\\new\\');",
        "SELECT 1;",
    );
    script.1 = script.1.replace("-- @up", "-- @up no-transaction");
    let history = compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (path text);\nINSERT INTO a VALUES ('C:\\new\\');",
                "DROP TABLE a;",
            ),
            // Read otherwise it is one literal and no error: it has to be refused before it runs.
            revision(
                "r2",
                "r1",
                "INSERT INTO a VALUES ('D:\\'), ('; --\\');",
                "SELECT 1;",
            ),
            script,
        ],
    );
    Migrator::new(history)
        .upgrade(&url, "head")
        .unwrap_or_else(|error| panic!("{}", full(&error)));
    let rows = database
        .connect()
        .query("SELECT path FROM a ORDER BY path", &[])
        .unwrap();
    let paths: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(paths, ["; --\\", "C:\\new\\", "D:\\", "E:\\new\\"]);
    // PgBouncer keeps the setting for each client: another's is its own.
    let shown = other
        .simple_query("SHOW standard_conforming_strings")
        .unwrap();
    assert!(format!("{shown:?}").contains("off"), "{shown:?}");
}

/// A script outside a transaction that relies on a time limit.
fn limited(directive: &str) -> &'static History {
    let mut index = revision(
        "r2",
        "r1",
        "CREATE INDEX CONCURRENTLY a_id ON a (id);",
        "DROP INDEX a_id;",
    );
    index.1 = index
        .1
        .replace("-- @up", &format!("-- @up no-transaction\n-- @{directive}"));
    compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer);",
                "DROP TABLE a;",
            ),
            index,
        ],
    )
}

#[test]
fn a_time_limit_of_a_statement_by_itself_holds_behind_a_pooler_and_reaches_nobody_else() {
    let database = Database::create(postgres());
    let bouncer = Bouncer::start_with_pool(postgres(), PoolMode::Transaction, 1);
    let url = bouncer.url(database.name());
    let history = limited("statement-timeout 300ms");
    Migrator::new(history).upgrade(&url, "r1").unwrap();
    // The index waits for whoever writes to the table.
    let mut writer = database.connect();
    writer
        .batch_execute("BEGIN; INSERT INTO a VALUES (1)")
        .unwrap();
    let error = Migrator::new(history).upgrade(&url, "head").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
    assert!(full(&error).contains("57014"), "{}", full(&error));
    writer.batch_execute("COMMIT").unwrap();
    let mut other = Client::connect(&url, NoTls).unwrap();
    assert_eq!(shown(&mut other, "statement_timeout"), "0");
    Migrator::new(history).upgrade(&url, "head").unwrap();
    assert_eq!(shown(&mut other, "statement_timeout"), "0");
}

#[test]
fn a_time_limit_that_a_pooler_keeps_from_its_statement_is_an_error_and_is_left_to_nobody() {
    let database = Database::create(postgres());
    let bouncer = Bouncer::start_taking_turns(postgres());
    let url = bouncer.url(database.name());
    let mut others: Vec<_> = (0..3)
        .map(|_| Client::connect(&url, NoTls).unwrap())
        .collect();
    // Each holds a session at the same time, so that there are three.
    for command in ["BEGIN", "COMMIT"] {
        for other in &mut others {
            other.batch_execute(command).unwrap();
        }
    }
    let history = limited("lock-timeout 7s");
    let error = Migrator::new(history).upgrade(&url, "head").unwrap_err();
    insta::assert_snapshot!(full(&error), @"upgrade to `r2` (change r2) failed at migrations/r2_change.sql:7:1: `lock_timeout` cannot be set for a statement outside a transaction: a pooler gives each message another session; hint: give migrations a URL without the pooler, or one of it in session mode");
    let indexes = "SELECT FROM pg_indexes WHERE indexname = 'a_id'";
    assert!(database.connect().query(indexes, &[]).unwrap().is_empty());
    for _ in 0..6 {
        assert_eq!(shown(&mut others[0], "lock_timeout"), "0");
    }
    // As the error says.
    let report = Migrator::new(history)
        .upgrade(&database.url(), "head")
        .unwrap();
    assert_eq!(report.steps.len(), 1);
}

/// What a setting is in the session that a client is given now.
fn shown(client: &mut Client, setting: &str) -> String {
    let messages = client.simple_query(&format!("SHOW {setting}")).unwrap();
    let value = messages.iter().find_map(|message| match message {
        postgres::SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    value.unwrap_or_default().to_owned()
}
