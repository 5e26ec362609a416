//! Stamping, and SQL that is written down instead of run.

use limbeck::{ErrorKind, History, Migrator};
use memory_store::HISTORY;

use crate::support::{Store, compile, on_each_database, revision};

fn history() -> &'static History {
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
            revision("r3", "r1", "CREATE TABLE c (id integer);", "DROP TABLE c;"),
            revision("r4", "r2, r3", "", ""),
        ],
    )
}

on_each_database! {
    fn stamping_records_a_state_and_runs_nothing(store: &mut Store) {
        let empty = store.dump();
        let report = Migrator::new(history()).stamp(&store.url(), &["r2", "r3"], false).unwrap();
        assert!(report.steps.iter().all(|step| !step.executed));
        assert_eq!(store.applied(), ["r1", "r2", "r3"]);
        // A head elsewhere stays, unless all is forgotten first.
        Migrator::new(history()).stamp(&store.url(), &["r2"], false).unwrap();
        assert_eq!(store.applied(), ["r1", "r2", "r3"]);
        Migrator::new(history()).stamp(&store.url(), &["r2"], true).unwrap();
        assert_eq!(store.applied(), ["r1", "r2"]);
        Migrator::new(history()).stamp(&store.url(), &["head"], false).unwrap();
        assert!(store.upgrade(history(), "head").is_up_to_date());
        Migrator::new(history()).stamp(&store.url(), &["base"], false).unwrap();
        assert!(store.applied().is_empty());
        assert_eq!(store.dump(), empty);
    }

    fn a_target_that_does_not_exist_changes_nothing(store: &mut Store) {
        Migrator::new(history()).stamp(&store.url(), &["r2"], false).unwrap();
        let error = Migrator::new(history()).stamp(&store.url(), &["r3", "r9"], false).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Target);
        assert_eq!(store.applied(), ["r1", "r2"]);
    }

    fn sql_written_down_does_what_a_run_does(store: &mut Store) {
        let dialect = store.dialect();
        let migrator = Migrator::new(HISTORY);
        run_script(store, &migrator.upgrade_sql(dialect, &[], "head").unwrap());
        assert!(store.upgrade(HISTORY, "head").is_up_to_date());
        let written = (store.dump(), store.rows().replace(char::is_numeric, ""));

        let other = match store {
            Store::Sqlite { .. } => Store::sqlite(),
            Store::Postgres(_) => Store::postgres(),
        };
        other.upgrade(HISTORY, "head");
        assert_eq!(other.dump(), written.0);
        assert_eq!(other.applied(), store.applied());
    }

    fn sql_for_a_downgrade_takes_back_what_it_should(store: &mut Store) {
        let migrator = Migrator::new(history());
        store.upgrade(history(), "head");
        run_script(store, &migrator.downgrade_sql(store.dialect(), &["head"], "r1").unwrap());
        assert_eq!(store.applied(), ["r1"]);
        assert_eq!(store.upgrade(history(), "head").steps.len(), 3);
    }

    fn sql_for_another_state_than_the_databases_is_stopped_by_its_guard(store: &mut Store) {
        store.upgrade(history(), "r2");
        let sql = Migrator::new(history()).upgrade_sql(store.dialect(), &["r3"], "head").unwrap();
        let error = try_script(store, &sql).unwrap_err();
        assert!(error.contains("this database is not in the expected state"), "{error}");
        assert_eq!(store.applied(), ["r1", "r2"]);
    }
}

fn run_script(store: &Store, sql: &str) {
    try_script(store, sql).unwrap();
}

/// Gives the text to the database's own command line program, as a person would.
fn try_script(store: &Store, sql: &str) -> Result<(), String> {
    match store {
        // Debian's program is older than the SQLite that is compiled in, so the library runs the text.
        Store::Sqlite { path, .. } => rusqlite::Connection::open(path)
            .unwrap()
            .execute_batch(sql)
            .map_err(|error| error.to_string()),
        Store::Postgres(database) => {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("script.sql");
            std::fs::write(&file, sql).unwrap();
            let output = std::process::Command::new("psql")
                .args([
                    "-X",
                    "-q",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-d",
                    &database.url(),
                    "-f",
                ])
                .arg(file)
                .output()
                .unwrap();
            if output.status.success() {
                Ok(())
            } else {
                Err(String::from_utf8_lossy(&output.stderr).into_owned())
            }
        }
    }
}
