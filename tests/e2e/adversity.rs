//! Circumstances that are not limbeck's own: other sessions, odd settings, missing rights.

use std::time::Duration;

use limbeck::{ErrorKind, History, Migrator};
use limbeck_testkit::{Database, postgres};

use crate::support::{Store, compile, full, on_each_database, revision};

fn tables() -> &'static History {
    compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer UNIQUE);",
                "DROP TABLE a;",
            ),
            revision("r2", "r1", "CREATE TABLE b (id integer);", "DROP TABLE b;"),
        ],
    )
}

on_each_database! {
    fn processes_that_meet_the_same_failing_revision_all_name_its_statement(store: &mut Store) {
        let history = compile("app", &[
            revision("r1", "base", "CREATE TABLE a (id integer UNIQUE);\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);", "DROP TABLE a;"),
        ]);
        let url = store.url();
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let url = url.clone();
                std::thread::spawn(move || Migrator::new(history).upgrade(&url, "head").unwrap_err())
            })
            .collect();
        for thread in threads {
            let error = thread.join().unwrap();
            assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
            assert_eq!(error.location().unwrap().line, Some(8), "{}", full(&error));
        }
    }

    fn an_older_program_does_not_stamp_below_what_it_does_not_know(store: &mut Store) {
        store.upgrade(tables(), "head");
        let old = compile("app", &[
            revision("r1", "base", "CREATE TABLE a (id integer UNIQUE);", "DROP TABLE a;"),
        ]);
        let error = Migrator::new(old).stamp(&store.url(), &["base"], false).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Ahead, "{}", full(&error));
        assert!(store.upgrade(tables(), "head").is_up_to_date());
    }

    fn a_missing_dependency_in_another_history_is_seen(store: &mut Store) {
        let auth = compile("auth", &[revision("u1", "base", "CREATE TABLE users (id integer);", "DROP TABLE users;")]);
        let mut post = revision("p1", "base", "CREATE TABLE posts (id integer);", "DROP TABLE posts;");
        post.1 = post.1.replace("-- @message", "-- @depends-on auth:u1\n-- @message");
        let app = compile("app", &[post]);
        Migrator::with([auth, app]).upgrade(&store.url(), "head").unwrap();
        // A program that knows the one history alone takes away what the other stands on.
        Migrator::new(auth).downgrade(&store.url(), "base").unwrap();
        let error = Migrator::with([auth, app]).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Diverged, "{}", full(&error));
        assert!(error.to_string().contains("`app:p1` is applied, and `auth:u1`"), "{error}");
    }

    fn any_deadline_is_accepted(store: &mut Store) {
        let report = Migrator::new(tables()).lock_deadline(Duration::MAX).upgrade(&store.url(), "head").unwrap();
        assert_eq!(report.steps.len(), 2);
    }
}

#[test]
fn an_sqlite_database_that_is_held_is_waited_for() {
    let store = Store::sqlite();
    store.upgrade(tables(), "r1");
    let Store::Sqlite { path, .. } = &store else {
        unreachable!()
    };
    let holder = rusqlite::Connection::open(path).unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let error = Migrator::new(tables())
        .lock_deadline(Duration::from_millis(100))
        .upgrade(&store.url(), "head")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked, "{}", full(&error));
    let release = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(700));
        holder.execute_batch("COMMIT").unwrap();
    });
    assert_eq!(store.upgrade(tables(), "head").steps.len(), 1);
    release.join().unwrap();
}

#[test]
fn the_ledger_of_an_attached_database_is_not_this_ones() {
    let other = Store::sqlite();
    other.upgrade(tables(), "head");
    let Store::Sqlite { path, .. } = &other else {
        unreachable!()
    };
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    connection
        .execute("ATTACH ?1 AS other", [path.to_str().unwrap()])
        .unwrap();
    connection
        .execute_batch("CREATE TEMP TABLE limbeck_state (x)")
        .unwrap();
    assert_eq!(
        Migrator::new(tables())
            .upgrade(&mut connection, "head")
            .unwrap()
            .steps
            .len(),
        2
    );
    assert!(
        Migrator::new(tables())
            .upgrade(&mut connection, "head")
            .unwrap()
            .is_up_to_date()
    );
}

#[test]
fn what_one_revision_sets_does_not_change_what_the_next_one_does() {
    let store = Store::postgres();
    let history = compile(
        "app",
        &[
            // What a schema dump begins with.
            revision(
                "r1",
                "base",
                "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.a (id integer);",
                "DROP TABLE a;",
            ),
            revision("r2", "r1", "CREATE TABLE b (id integer);", "DROP TABLE b;"),
        ],
    );
    assert_eq!(store.upgrade(history, "head").steps.len(), 2);
}

#[test]
fn backslashes_are_read_as_the_standard_does_whatever_the_database_is_set_to() {
    let database = Database::create(postgres());
    let set = format!(
        "ALTER DATABASE \"{}\" SET standard_conforming_strings = off",
        database.name()
    );
    database.connect().batch_execute(&set).unwrap();
    let history = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE TABLE a (path text);\nINSERT INTO a VALUES ('C:\\new\\');",
            "DROP TABLE a;",
        )],
    );
    Migrator::new(history)
        .upgrade(&database.url(), "head")
        .unwrap();
    let row = database
        .connect()
        .query_one("SELECT path FROM a", &[])
        .unwrap();
    assert_eq!(row.get::<_, String>(0), "C:\\new\\");
}

#[test]
fn a_role_that_may_not_create_a_schema_uses_one_that_was_made_for_it() {
    let database = Database::create(postgres());
    let role = format!("role_of_{}", database.name());
    let mut admin = database.connect();
    admin
        .batch_execute(&format!(
            "CREATE ROLE \"{role}\" LOGIN; REVOKE CREATE ON DATABASE \"{name}\" FROM PUBLIC; \
             GRANT CREATE ON SCHEMA public TO \"{role}\"; SET ROLE \"{role}\"",
            name = database.name()
        ))
        .unwrap();
    let error = Migrator::new(tables())
        .upgrade(&mut admin, "head")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Preflight, "{}", full(&error));
    assert!(
        error
            .help()
            .unwrap()
            .contains("run as an administrator `CREATE SCHEMA"),
        "{error:#}"
    );
    admin
        .batch_execute(&format!(
            "RESET ROLE; CREATE SCHEMA limbeck AUTHORIZATION \"{role}\"; SET ROLE \"{role}\""
        ))
        .unwrap();
    assert_eq!(
        Migrator::new(tables())
            .upgrade(&mut admin, "head")
            .unwrap()
            .steps
            .len(),
        2
    );
    admin
        .batch_execute(&format!(
            "RESET ROLE; DROP OWNED BY \"{role}\" CASCADE; DROP ROLE \"{role}\""
        ))
        .unwrap();
}

#[test]
fn a_lent_client_inside_a_transaction_is_refused_and_its_work_is_kept() {
    let database = Database::create(postgres());
    Migrator::new(tables())
        .upgrade(&database.url(), "r1")
        .unwrap();
    let mut client = database.connect();
    client
        .batch_execute("BEGIN; INSERT INTO a VALUES (7)")
        .unwrap();
    let error = Migrator::new(tables())
        .upgrade(&mut client, "head")
        .unwrap_err();
    assert!(
        full(&error).contains("inside a transaction"),
        "{}",
        full(&error)
    );
    client.batch_execute("COMMIT").unwrap();
    assert_eq!(client.query("SELECT id FROM a", &[]).unwrap().len(), 1);
}

#[test]
fn a_revision_that_was_cancelled_is_not_run_again() {
    let database = Database::create(postgres());
    let history = compile(
        "app",
        &[revision("r1", "base", "SELECT pg_sleep(20);", "SELECT 1;")],
    );
    let url = database.url();
    let run = std::thread::spawn(move || Migrator::new(history).upgrade(&url, "head").unwrap_err());
    let mut client = database.connect();
    let cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event = 'PgSleep'";
    while client.query(cancel, &[]).unwrap().is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let error = run.join().unwrap();
    assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
    assert_eq!(error.location().unwrap().code.as_deref(), Some("57014"));
    assert!(client.query(cancel, &[]).unwrap().is_empty());
}
