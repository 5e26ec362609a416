//! First installs, whose revisions share transactions, and what must not be noticed of it.

use limbeck::{Dialect, ErrorKind, Event, History, Migrator};
use limbeck_testkit::{Database, WireProxy, postgres};

use crate::support::{Store, compile, full, on_each_database, revision};

const MANY: usize = 300;

/// So many revisions, each with a table of its own, but for those that are given.
fn many(others: &[(usize, &str)]) -> &'static History {
    let files: Vec<_> = (0..MANY)
        .map(|number| {
            let parent = match number {
                0 => "base".to_owned(),
                _ => id(number - 1),
            };
            let other = others.iter().find(|(own, _)| *own == number);
            let up = other.map_or_else(
                || format!("CREATE TABLE t{number} (id integer);"),
                |(_, up)| (*up).to_owned(),
            );
            revision(&id(number), &parent, &up, "SELECT 1;")
        })
        .collect();
    compile("app", &files)
}

fn id(number: usize) -> String {
    format!("r{number:03}")
}

/// All that the ledger says, but for times.
fn recorded(store: &Store) -> Vec<String> {
    let revision = store.ledger("revision");
    let journal = store.ledger("journal");
    let state = store.ledger("state");
    let mut lines = store.query(&format!(
        "SELECT history || ' ' || id || ' ' || parents || ' ' || checksum || ' ' || lineage || ' ' || applied_by \
         FROM {revision} ORDER BY id"
    ));
    lines.extend(store.query(&format!(
        "SELECT id || ' ' || direction || ' ' || outcome FROM {journal} ORDER BY number"
    )));
    lines.extend(store.query(&format!("SELECT history || ' ' || digest FROM {state}")));
    lines
}

on_each_database! {
    fn what_is_recorded_is_the_same_as_of_one_revision_after_another(store: &mut Store) {
        let history = many(&[]);
        let report = store.upgrade(history, "head");
        let ids: Vec<_> = report.steps.iter().map(|step| step.revision.id.clone()).collect();
        let expected: Vec<_> = (0..MANY).map(id).collect();
        assert_eq!(ids, expected);
        let other = match store.dialect() {
            Dialect::Sqlite => Store::sqlite(),
            Dialect::Postgres => Store::postgres(),
        };
        for number in 0..MANY {
            other.upgrade(history, &id(number));
        }
        assert_eq!(recorded(store), recorded(&other));
        assert_eq!(store.dump(), other.dump());
        assert!(store.upgrade(history, "head").is_up_to_date());
    }

    fn a_revision_that_fails_is_named_and_those_before_it_stand(store: &mut Store) {
        let failing = 200;
        let history = many(&[(failing, "CREATE TABLE own (id integer PRIMARY KEY);\nINSERT INTO own VALUES (1);\nINSERT INTO own VALUES (1);")]);
        let error = Migrator::new(history).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Failed, "{}", full(&error));
        let location = error.location().unwrap();
        assert_eq!((location.file.as_str(), location.line), ("migrations/r200_change.sql", Some(8)));
        assert_eq!(store.applied().len(), failing);
        assert_eq!(error.report().unwrap().steps.len(), failing);
        let journal = store.ledger("journal");
        let outcomes = format!("SELECT outcome || ' ' || count(*) FROM {journal} GROUP BY outcome ORDER BY 1");
        assert_eq!(store.query(&outcomes), ["applied 200", "failed 1"]);
    }

    fn each_revision_is_told_of_when_it_is_done(store: &mut Store) {
        let history = many(&[]);
        let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let listener = std::sync::Arc::clone(&told);
        let observer = move |event: &Event| {
            if let Event::Finished(step) = event {
                listener.lock().unwrap().push(step.revision.id.clone());
            }
        };
        Migrator::new(history).observer(observer).upgrade(&store.url(), "head").unwrap();
        let expected: Vec<_> = (0..MANY).map(id).collect();
        assert_eq!(*told.lock().unwrap(), expected);
    }
}

#[test]
fn a_first_install_needs_far_fewer_round_trips_than_it_has_revisions() {
    let database = Database::create(postgres());
    let proxy = WireProxy::start(postgres());
    Migrator::new(many(&[]))
        .upgrade(&proxy.url(database.name()), "head")
        .unwrap();
    proxy.wait_until_idle();
    // The first question, which finds no ledger, the look before the first change, and 128 revisions at a time.
    assert_eq!(proxy.round_trips(), 2 + 3);
}

#[test]
fn what_postgres_cannot_do_in_one_transaction_is_done_in_several() {
    let history = many(&[
        (10, "CREATE TYPE mood AS ENUM ('good');"),
        (20, "CREATE TABLE people (feels mood);"),
        (30, "ALTER TYPE mood ADD VALUE 'bad';"),
        (31, "INSERT INTO people VALUES ('bad');"),
        (200, "CREATE TABLE parent (id integer PRIMARY KEY);"),
        (
            201,
            "CREATE TABLE child (id integer REFERENCES parent DEFERRABLE INITIALLY DEFERRED);",
        ),
        (
            202,
            "INSERT INTO parent VALUES (1);\nINSERT INTO child VALUES (1);",
        ),
        (203, "ALTER TABLE child ADD COLUMN more text;"),
    ]);
    let store = Store::postgres();
    let report = store.upgrade(history, "head");
    assert_eq!(report.steps.len(), MANY);
    assert_eq!(store.query("SELECT feels FROM people"), ["bad"]);
    assert_eq!(store.query("SELECT count(*) FROM child"), ["1"]);
    let failed = "SELECT id FROM limbeck.journal WHERE outcome <> 'applied'";
    assert!(store.query(failed).is_empty());
}

#[test]
fn what_a_revision_sets_for_its_transaction_does_not_reach_the_next() {
    let history = many(&[
        (10, "CREATE SCHEMA other;"),
        (
            11,
            "SET LOCAL search_path = other;\nCREATE TABLE there (id integer);",
        ),
        (12, "CREATE TABLE here (id integer);"),
    ]);
    let store = Store::postgres();
    store.upgrade(history, "head");
    let schemas = "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname IN ('there', 'here') \
                   ORDER BY relname";
    assert_eq!(store.query(schemas), ["public", "other"]);
}

#[test]
fn revisions_of_a_database_that_has_some_already_get_a_transaction_each() {
    let history = many(&[]);
    let store = Store::postgres();
    store.upgrade(history, "r000");
    let Store::Postgres(database) = &store else {
        unreachable!()
    };
    let proxy = WireProxy::start(postgres());
    Migrator::new(history)
        .upgrade(&proxy.url(database.name()), "r009")
        .unwrap();
    proxy.wait_until_idle();
    // The ledger with what is looked at before the first change, and each revision.
    assert_eq!(proxy.round_trips(), 1 + 9);
}
