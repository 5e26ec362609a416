//! What a run tells while it goes on, and what it reports.

use std::sync::{Arc, Mutex};

use limbeck::{Event, Migrator};

use crate::support::{Store, compile, on_each_database, revision};

/// A list of events, and an observer that adds to it.
fn listener<T: Send + 'static>(
    mut choose: impl FnMut(&Event) -> Option<T> + Send + 'static,
) -> (Arc<Mutex<Vec<T>>>, impl FnMut(&Event) + Send + 'static) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&told);
    let observer = move |event: &Event| {
        if let Some(chosen) = choose(event) {
            list.lock().unwrap().push(chosen);
        }
    };
    (told, observer)
}

on_each_database! {
    fn the_report_counts_the_rows_that_statements_change(store: &mut Store) {
        let history = compile("app", &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer);\n\
                 INSERT INTO a VALUES (1), (2), (3);\n\
                 SELECT count(*) FROM a;\n\
                 CREATE TABLE other (id integer);",
                "DROP TABLE other;\nDROP TABLE a;",
            ),
            revision(
                "r2",
                "r1",
                "DELETE FROM a WHERE id = 3 RETURNING id;\n\
                 UPDATE a SET id = 9 WHERE id = 7;\n\
                 WITH doubled AS (SELECT id * 2 AS id FROM a) UPDATE a SET id = 5;",
                "",
            ),
            revision("r3", "r2", "CREATE TABLE b (id integer);", "DROP TABLE b;"),
        ]);
        let report = store.upgrade(history, "head");
        let rows: Vec<_> = report.steps.iter().map(|step| step.rows).collect();
        assert_eq!(rows, [3, 3, 0]);
        assert_eq!(report.rows(), 6);
    }

    fn a_script_outside_a_transaction_tells_each_statement_with_its_rows(store: &mut Store) {
        let text = "-- @revision r1\n-- @revises base\n-- @message fill\n\n-- @up no-transaction\n\
                    CREATE TABLE a (id integer);\nINSERT INTO a VALUES (1), (2);\n\n-- @down\nDROP TABLE a;\n";
        let history = compile("app", &[("r1_fill.sql".to_owned(), text.to_owned())]);
        let (told, observer) = listener(|event| match event {
            Event::Statement { revision, number, count, .. } => {
                Some(format!("{} {number}/{count}", revision.id))
            }
            Event::StatementFinished { number, rows, .. } => Some(format!("{number} changed {rows}")),
            _ => None,
        });
        let report = Migrator::new(history).observer(observer).upgrade(&store.url(), "head").unwrap();
        assert_eq!(*told.lock().unwrap(), ["r1 1/2", "1 changed 0", "r1 2/2", "2 changed 2"]);
        assert_eq!(report.steps[0].rows, 2);
    }
}

#[test]
fn the_page_tells_of_every_event() {
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    let (source, page) = (read("runtime/src/event.rs"), read("docs/observing.md"));
    let variants = source.split_once("pub enum Event {").unwrap().1;
    let variants = variants.split_once("\n}").unwrap().0;
    let names: Vec<_> = variants
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(char::is_uppercase))
        .map(|line| line.split([' ', '(', ',']).next().unwrap())
        .collect();
    assert!(
        names.contains(&"Heartbeat") && names.len() > 15,
        "{names:?}"
    );
    for name in names {
        assert!(page.contains(&format!("| `{name}` | ")), "{name}");
    }
}

#[test]
fn a_table_that_is_made_from_a_query_counts_on_postgres() {
    let store = Store::postgres();
    let history = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE TABLE a AS SELECT generate_series(1, 7) AS id;\nSELECT * INTO b FROM a;",
            "DROP TABLE b;\nDROP TABLE a;",
        )],
    );
    assert_eq!(store.upgrade(history, "head").rows(), 14);
}
