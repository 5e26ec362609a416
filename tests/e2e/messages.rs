//! Every kind of error as a person meets it, kept as a snapshot.

use std::time::Duration;

use limbeck::{Error, History, Migrator};

use crate::support::{Store, compile, revision};

fn history() -> &'static History {
    compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer PRIMARY KEY);",
                "DROP TABLE a;",
            ),
            revision(
                "r2",
                "r1",
                "CREATE TABLE b (id integer);\nINSERT INTO a\nVALUES (1);",
                "DROP TABLE b;",
            ),
        ],
    )
}

/// The error's text, with what differs from run to run taken out.
fn shown(error: &Error) -> String {
    let text = format!("error: {error:#}");
    let mut kept = String::new();
    let mut rest = text.as_str();
    // Times of day, which stand in what says when a revision was applied.
    while let Some(at) = rest.find("applied at 2") {
        let (before, after) = rest.split_at(at + "applied at ".len());
        kept.push_str(before);
        kept.push_str("TIME");
        rest = after.find(' ').map_or("", |end| &after[end..]);
    }
    kept.push_str(rest);
    kept
}

/// The same without what tells one session from another.
pub(crate) fn without_sessions(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    for (start, end, instead) in [
        ("process ", " of", "PID"),
        (" as `", "`", "USER"),
        (" since ", ": `", "TIME"),
        ("pg_terminate_backend(", ")", "PID"),
    ] {
        let Some(at) = rest.find(start) else { continue };
        let (before, after) = rest.split_at(at + start.len());
        kept.push_str(before);
        kept.push_str(instead);
        rest = after.find(end).map_or("", |end| &after[end..]);
    }
    kept.push_str(rest);
    kept
}

fn failing(store: &Store) -> Error {
    store.upgrade(history(), "r1");
    store.execute("INSERT INTO a VALUES (1)");
    Migrator::new(history())
        .upgrade(&store.url(), "head")
        .unwrap_err()
}

#[test]
fn a_failed_statement_on_sqlite() {
    insta::assert_snapshot!(shown(&failing(&Store::sqlite())));
}

#[test]
fn a_failed_statement_on_postgres() {
    insta::assert_snapshot!(shown(&failing(&Store::postgres())));
}

#[test]
fn an_edited_revision() {
    let store = Store::sqlite();
    store.upgrade(history(), "r1");
    let edited = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE TABLE other (id integer);",
            "DROP TABLE other;",
        )],
    );
    insta::assert_snapshot!(shown(
        &Migrator::new(edited)
            .upgrade(&store.url(), "head")
            .unwrap_err()
    ));
}

#[test]
fn a_newer_database_that_a_downgrade_would_have_to_know() {
    let store = Store::sqlite();
    store.upgrade(history(), "head");
    let old = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE TABLE a (id integer PRIMARY KEY);",
            "DROP TABLE a;",
        )],
    );
    insta::assert_snapshot!(shown(
        &Migrator::new(old)
            .downgrade(&store.url(), "base")
            .unwrap_err()
    ));
}

#[test]
fn a_newer_database_that_is_breaking() {
    let store = Store::sqlite();
    store.upgrade(history(), "head");
    store.execute("UPDATE limbeck_revision SET compat = 'b replaces a' WHERE id = 'r2'");
    let old = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE TABLE a (id integer PRIMARY KEY);",
            "DROP TABLE a;",
        )],
    );
    insta::assert_snapshot!(shown(
        &Migrator::new(old)
            .upgrade(&store.url(), "head")
            .unwrap_err()
    ));
}

#[test]
fn a_newer_ledger() {
    let store = Store::sqlite();
    store.upgrade(history(), "r1");
    store.execute("UPDATE limbeck_state SET version = 9");
    insta::assert_snapshot!(shown(
        &Migrator::new(history())
            .upgrade(&store.url(), "head")
            .unwrap_err()
    ));
}

#[test]
fn a_database_of_another_branch() {
    let store = Store::sqlite();
    store.upgrade(history(), "head");
    let other = compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer PRIMARY KEY);",
                "DROP TABLE a;",
            ),
            revision("x2", "r1", "CREATE TABLE x (id integer);", "DROP TABLE x;"),
        ],
    );
    insta::assert_snapshot!(shown(
        &Migrator::new(other)
            .upgrade(&store.url(), "head")
            .unwrap_err()
    ));
}

#[test]
fn a_ledger_that_was_edited_by_hand() {
    let store = Store::sqlite();
    store.upgrade(history(), "r1");
    store.execute("DELETE FROM limbeck_revision");
    insta::assert_snapshot!(shown(
        &Migrator::new(history())
            .upgrade(&store.url(), "head")
            .unwrap_err()
    ));
}

#[test]
fn a_lock_that_was_never_given_back() {
    let store = Store::postgres();
    store.upgrade(history(), "r1");
    let Store::Postgres(database) = &store else {
        unreachable!()
    };
    let mut holder = database.connect();
    holder
        .batch_execute(
            "SET application_name = 'somebody'; BEGIN; \
             SELECT pg_advisory_xact_lock(hashtextextended('limbeck limbeck', 0))",
        )
        .unwrap();
    let error = Migrator::new(history())
        .lock_deadline(Duration::from_millis(50))
        .upgrade(&store.url(), "head")
        .unwrap_err();
    assert!(error.is_locked());
    let text = shown(&error);
    assert!(text.contains(" of `somebody` as "), "{text}");
    insta::assert_snapshot!(without_sessions(&text));
}

#[test]
fn a_script_that_was_left_unfinished() {
    let store = Store::sqlite();
    let mut script = revision(
        "r2",
        "r1",
        "INSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);",
        "DELETE FROM a;",
    );
    script.1 = script.1.replace("-- @up", "-- @up no-transaction");
    let history = compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer PRIMARY KEY);",
                "DROP TABLE a;",
            ),
            script,
        ],
    );
    let failed = Migrator::new(history)
        .upgrade(&store.url(), "head")
        .unwrap_err();
    // What an older limbeck would have left that was killed during the statement.
    store.execute("UPDATE limbeck_progress SET state = 'started', error = NULL WHERE step = 2");
    let unfinished = Migrator::new(history)
        .upgrade(&store.url(), "head")
        .unwrap_err();
    insta::assert_snapshot!(format!("{}\n\n{}", shown(&failed), shown(&unfinished)));
}

#[test]
fn a_revision_that_cannot_be_taken_back() {
    let store = Store::sqlite();
    store.upgrade(memory_store::HISTORY, "head");
    let error = Migrator::new(memory_store::HISTORY)
        .downgrade(&store.url(), "base")
        .unwrap_err();
    insta::assert_snapshot!(shown(&error));
}

#[test]
fn histories_that_do_not_fit() {
    let store = Store::sqlite();
    let twice = Migrator::with([history(), history()])
        .upgrade(&store.url(), "head")
        .unwrap_err();
    let mut alone = revision("n1", "base", "SELECT 1;", "SELECT 1;");
    alone.1 = alone
        .1
        .replace("-- @message", "-- @depends-on auth:a1\n-- @message");
    let alone = compile("notes", &[alone]);
    let missing = Migrator::new(alone)
        .upgrade(&store.url(), "head")
        .unwrap_err();
    insta::assert_snapshot!(format!("{}\n\n{}", shown(&twice), shown(&missing)));
}

#[test]
fn targets_that_name_nothing() {
    let store = Store::sqlite();
    let errors: Vec<_> = ["r3", "r1-5", "+9", ""]
        .into_iter()
        .map(|target| {
            shown(
                &Migrator::new(history())
                    .upgrade(&store.url(), target)
                    .unwrap_err(),
            )
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n\n"));
}

#[test]
fn urls_that_cannot_be_used() {
    let urls = [
        "store.db",
        "mysql://me:s3cret@host/store",
        "sqlite:",
        "sqlite:store.db?mode=ro",
        "postgres:host/store",
        "postgres://me:s3cret@host/store?sslmode=verify-full",
        "postgres://me:s3cret@host/store?sslmode=maybe",
        "postgres://me:s3cret@host:port/store",
        "postgres://me:s3cret@host/store?nonsense=1",
        "sqlite:/no/such/folder/store.db",
        "postgres://me:s3cret@127.0.0.1:1/store",
    ];
    let errors: Vec<_> = urls
        .into_iter()
        .map(|url| {
            let error = shown(&Migrator::new(history()).upgrade(url, "head").unwrap_err());
            assert!(!error.contains("s3cret"), "{error}");
            format!("{}\n{error}", url.replace("s3cret", "…"))
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n\n"));
}
