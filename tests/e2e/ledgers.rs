//! Ledgers that another version of limbeck has written.

use limbeck::{ErrorKind, History, Migrator};

use crate::support::{Store, compile, full, on_each_database, revision};

fn history() -> &'static History {
    let mut script = revision(
        "r2",
        "r1",
        "INSERT INTO a VALUES (1);\nANALYZE a;",
        "DELETE FROM a;",
    );
    script.1 = script.1.replace("-- @up", "-- @up no-transaction");
    compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer PRIMARY KEY);",
                "DROP TABLE a;",
            ),
            script,
            revision("r3", "r2", "CREATE TABLE b (id integer);", "DROP TABLE b;"),
        ],
    )
}

/// Makes a ledger what the first version of limbeck would have written.
fn make_older(store: &Store) {
    store.execute(&format!("UPDATE {} SET version = 1", store.ledger("state")));
    match store {
        Store::Sqlite { .. } => store.execute("PRAGMA user_version = 0"),
        Store::Postgres(_) => {
            store.execute(
                "ALTER TABLE limbeck.progress DROP COLUMN before, DROP COLUMN backend_start",
            );
        }
    }
}

fn version(store: &Store) -> Vec<String> {
    store.query(&format!("SELECT version FROM {}", store.ledger("state")))
}

fn ledger(store: &Store) -> Vec<String> {
    ["revision", "state", "journal", "progress"]
        .into_iter()
        .flat_map(|table| {
            let table = store.ledger(table);
            let row = match store {
                Store::Sqlite { .. } => format!("SELECT count(*) || ' in {table}' FROM {table}"),
                Store::Postgres(_) => {
                    format!("SELECT row_to_json(t)::text FROM {table} t ORDER BY 1")
                }
            };
            store.query(&row)
        })
        .collect()
}

on_each_database! {
    fn an_older_ledger_at_head_is_left_as_it_is(store: &mut Store) {
        store.upgrade(history(), "head");
        make_older(store);
        let before = ledger(store);
        assert!(store.upgrade(history(), "head").is_up_to_date());
        assert_eq!(version(store), ["1"]);
        assert_eq!(ledger(store), before);
    }

    fn an_older_ledger_is_brought_up_to_date_with_the_first_change(store: &mut Store) {
        store.upgrade(history(), "r1");
        make_older(store);
        let report = store.upgrade(history(), "head");
        assert_eq!(report.steps.len(), 2);
        assert_eq!(version(store), ["2"]);
        assert!(store.upgrade(history(), "head").is_up_to_date());
    }

    fn an_older_ledger_without_a_revision_is_brought_up_to_date_too(store: &mut Store) {
        store.upgrade(history(), "head");
        Migrator::new(history()).stamp(&store.url(), &["base"], true).unwrap();
        make_older(store);
        store.execute("DELETE FROM a");
        store.execute(&format!("DELETE FROM {}", store.ledger("state")));
        Migrator::new(history()).stamp(&store.url(), &["r1"], false).unwrap();
        store.execute("DROP TABLE b");
        store.upgrade(history(), "head");
        assert_eq!(version(store), ["2"]);
    }

    fn a_statement_that_fails_on_an_older_ledger_is_tried_again_as_on_any(store: &mut Store) {
        store.upgrade(history(), "r1");
        make_older(store);
        store.execute("INSERT INTO a VALUES (1)");
        let error = Migrator::new(history()).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
        assert_eq!(store.applied(), ["r1"]);
        store.execute("DELETE FROM a");
        store.upgrade(history(), "head");
    }

    fn a_newer_ledger_is_refused_and_left_alone(store: &mut Store) {
        store.upgrade(history(), "r1");
        store.execute(&format!("UPDATE {} SET version = 3", store.ledger("state")));
        let before = ledger(store);
        for target in ["head", "r1"] {
            let error = Migrator::new(history()).upgrade(&store.url(), target).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AheadBreaking, "{}", full(&error));
            assert!(error.to_string().contains("the ledger has version 3"), "{error}");
        }
        assert!(Migrator::new(history()).downgrade(&store.url(), "base").is_err());
        assert!(Migrator::new(history()).stamp(&store.url(), &["head"], true).is_err());
        assert_eq!(ledger(store), before);
    }

    fn the_sql_of_a_script_is_for_an_older_ledger_too(store: &mut Store) {
        store.upgrade(history(), "r1");
        make_older(store);
        let sql = Migrator::new(history()).upgrade_sql(store.dialect(), &["r1"], "head").unwrap();
        run_text(store, &sql);
        assert_eq!(store.applied(), ["r1", "r2", "r3"]);
        assert!(store.upgrade(history(), "head").is_up_to_date());
        assert_eq!(store.query("SELECT count(*) FROM a"), ["1"]);
    }
}

/// Runs what `sql` has printed as `psql` and `sqlite3` would, statement by statement.
fn run_text(store: &Store, sql: &str) {
    let (program, arguments) = match store {
        Store::Sqlite { path, .. } => {
            rusqlite::Connection::open(path)
                .unwrap()
                .execute_batch(sql)
                .unwrap();
            return;
        }
        Store::Postgres(database) => (
            "psql",
            ["-X", "-v", "ON_ERROR_STOP=1", "-q", &database.url()].map(str::to_owned),
        ),
    };
    let mut child = std::process::Command::new(program)
        .args(arguments)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), sql.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
