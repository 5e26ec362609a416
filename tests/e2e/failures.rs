//! Statements that fail: nothing of the revision stays, and the place in the file is named.

use limbeck::{ErrorKind, Migrator};

use crate::support::{Store, compile, full, on_each_database, revision};

fn fail(store: &Store, up: &str) -> limbeck::Error {
    let history = compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer PRIMARY KEY);\nINSERT INTO a VALUES (1);",
                "DROP TABLE a;",
            ),
            revision("r2", "r1", up, "SELECT 1;"),
        ],
    );
    let error = Migrator::new(history)
        .upgrade(&store.url(), "head")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
    assert!(error.is_failed());
    assert_eq!(store.applied(), ["r1"], "what came before stands");
    assert_eq!(error.report().unwrap().steps.len(), 1);
    let journal = store.ledger("journal");
    assert_eq!(
        store.query(&format!(
            "SELECT id FROM {journal} WHERE outcome = 'failed'"
        )),
        ["r2"]
    );
    error
}

fn place(error: &limbeck::Error) -> String {
    let location = error.location().unwrap();
    format!(
        "{}:{}:{}",
        location.file,
        location.line.unwrap(),
        location.column.unwrap()
    )
}

on_each_database! {
    fn a_statement_without_a_position_of_its_own_is_found(store: &mut Store) {
        let error = fail(store, "CREATE TABLE b (id integer);\n-- duplicates\nINSERT INTO a VALUES (1);\nCREATE TABLE c (id integer);");
        assert_eq!(place(&error), "migrations/r2_change.sql:8:1");
        assert_eq!(error.location().unwrap().sql.as_deref(), Some("INSERT INTO a VALUES (1)"));
        // The revision was rolled back as a whole: its first table is not there.
        store.execute("CREATE TABLE b (id integer)");
        assert!(error.location().unwrap().code.is_some());
    }

    fn an_error_within_a_statement_is_found_to_the_column(store: &mut Store) {
        let error = fail(store, "CREATE TABLE b (id integer);\nSELECT 'é',\n       nothing\nFROM a;");
        assert_eq!(place(&error), "migrations/r2_change.sql:8:8", "{}", full(&error));
    }

    fn a_syntax_error_is_found(store: &mut Store) {
        let error = fail(store, "CREATE TABLE b (id integer);\n  CREATE TABEL c (id integer);");
        assert_eq!(place(&error), "migrations/r2_change.sql:7:10", "{}", full(&error));
    }

    fn a_constraint_that_fails_at_the_commit_is_laid_to_its_revision(store: &mut Store) {
        let error = fail(store, "CREATE TABLE b (id integer REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO b VALUES (7);");
        assert_eq!(error.location().unwrap().revision, "r2");
        assert_eq!(error.location().unwrap().line, None);
    }

    fn after_the_file_is_mended_the_next_run_goes_on(store: &mut Store) {
        fail(store, "INSERT INTO a VALUES (1);");
        let mended = compile("app", &[
            revision("r1", "base", "CREATE TABLE a (id integer PRIMARY KEY);\nINSERT INTO a VALUES (1);", "DROP TABLE a;"),
            revision("r2", "r1", "INSERT INTO a VALUES (2);", "DELETE FROM a WHERE id = 2;"),
        ]);
        assert_eq!(store.upgrade(mended, "head").steps.len(), 1);
        assert!(store.upgrade(mended, "head").is_up_to_date());
    }

    fn a_failing_downgrade_leaves_the_revision_applied(store: &mut Store) {
        let history = compile("app", &[revision("r1", "base", "CREATE TABLE a (id integer);", "DROP TABLE a;\nDROP TABLE missing;")]);
        store.upgrade(history, "head");
        let schema = store.dump();
        let error = Migrator::new(history).downgrade(&store.url(), "base").unwrap_err();
        assert_eq!(place(&error), "migrations/r1_change.sql:10:1");
        assert_eq!((store.applied(), store.dump()), (vec!["r1".to_owned()], schema));
    }

    fn what_the_ledger_cannot_do_is_not_laid_to_a_revision(store: &mut Store) {
        let history = compile("app", &[
            revision("r1", "base", "CREATE TABLE a (id integer PRIMARY KEY);", "DROP TABLE a;"),
            revision("r2", "r1", "CREATE TABLE b (id integer);", "DROP TABLE b;"),
        ]);
        store.upgrade(history, "r1");
        let journal = store.ledger("journal");
        store.execute(&format!("ALTER TABLE {journal} RENAME COLUMN outcome TO result"));
        let error = Migrator::new(history).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Database, "{}", full(&error));
        assert_eq!(store.applied(), ["r1"]);
    }
}
