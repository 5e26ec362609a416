//! A run as spans and events of the crate tracing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use limbeck::Migrator;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{self, Subscriber};
use tracing::{Event, Metadata};

use crate::support::{Store, compile, on_each_database, revision};

/// Writes down what it is told: one line for each span that is opened or closed, and for each event.
#[derive(Clone, Default)]
struct Notebook(Arc<Mutex<Notes>>);

#[derive(Default)]
struct Notes {
    lines: Vec<String>,
    /// Name, parent and fields of each span that was opened.
    spans: BTreeMap<u64, (String, Option<u64>, Fields)>,
    /// How many hold it.
    holders: BTreeMap<u64, usize>,
    entered: Vec<u64>,
}

#[derive(Clone, Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl Fields {
    /// Every field but those that differ from run to run.
    fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.0 {
            let value = if name.ends_with("_ms") { "…" } else { value };
            write!(text, " {name}={value}").unwrap();
        }
        text
    }
}

impl Notebook {
    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().lines.clone()
    }
}

impl Notes {
    /// The names of a span and of those around it.
    fn path(&self, mut id: Option<u64>) -> String {
        let mut names = Vec::new();
        while let Some((name, parent, _)) = id.and_then(|id| self.spans.get(&id)) {
            names.insert(0, name.as_str());
            id = *parent;
        }
        names.join(" > ")
    }

    fn parent(&self, given: Option<&Id>, is_contextual: bool) -> Option<u64> {
        let contextual = self.entered.last().copied().filter(|_| is_contextual);
        given.map(Id::into_u64).or(contextual)
    }
}

impl Subscriber for Notebook {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut notes = self.0.lock().unwrap();
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let id = notes.spans.len() as u64 + 1;
        let parent = notes.parent(attributes.parent(), attributes.is_contextual());
        let name = attributes.metadata().name().to_owned();
        notes.spans.insert(id, (name, parent, fields));
        notes.holders.insert(id, 1);
        Id::from_u64(id)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut notes = self.0.lock().unwrap();
        if let Some((_, _, fields)) = notes.spans.get_mut(&id.into_u64()) {
            values.record(fields);
        }
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut notes = self.0.lock().unwrap();
        let path = notes.path(notes.parent(event.parent(), event.is_contextual()));
        let level = event.metadata().level();
        let line = format!("{level} in {path}:{}", fields.text());
        notes.lines.push(line);
    }

    fn enter(&self, id: &Id) {
        self.0.lock().unwrap().entered.push(id.into_u64());
    }

    fn exit(&self, _id: &Id) {
        self.0.lock().unwrap().entered.pop();
    }

    fn clone_span(&self, id: &Id) -> Id {
        *self
            .0
            .lock()
            .unwrap()
            .holders
            .get_mut(&id.into_u64())
            .unwrap() += 1;
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut notes = self.0.lock().unwrap();
        let holders = notes.holders.get_mut(&id.into_u64()).unwrap();
        *holders -= 1;
        if *holders > 0 {
            return false;
        }
        let path = notes.path(Some(id.into_u64()));
        let fields = notes.spans[&id.into_u64()].2.text();
        notes.lines.push(format!("end of {path}:{fields}"));
        true
    }
}

const SECRET: &str = "s3cret-value";

on_each_database! {
    fn a_run_is_a_span_with_one_in_it_for_each_revision_and_statement(store: &mut Store) {
        let script = revision(
            "r2",
            "r1",
            "CREATE TABLE b (id integer);\nINSERT INTO b VALUES (1), (2);",
            "",
        );
        let script = (script.0, script.1.replace("-- @up", "-- @up no-transaction"));
        let history = compile("app", &[revision("r1", "base", "CREATE TABLE a (id integer);", ""), script]);
        let notebook = Notebook::default();
        subscriber::with_default(notebook.clone(), || {
            let around = tracing::info_span!("deployment");
            around.in_scope(|| {
                Migrator::new(history).heartbeat(Duration::ZERO).tracing().upgrade(&store.url(), "head").unwrap();
            });
        });
        let lines = notebook.lines().join("\n");
        insta::assert_snapshot!(format!("a_run_in_spans_on_{}", store.dialect().name()), lines);
    }

    fn a_failure_has_its_kind_and_code_and_shows_no_sql_and_no_value(store: &mut Store) {
        let history = compile("app", &[
            revision("r1", "base", "CREATE TABLE a (name text PRIMARY KEY);", ""),
            revision("r2", "r1", &format!("INSERT INTO a VALUES ('{SECRET}'), ('{SECRET}');"), ""),
        ]);
        let notebook = Notebook::default();
        subscriber::with_default(notebook.clone(), || {
            Migrator::new(history).heartbeat(Duration::ZERO).tracing().upgrade(&store.url(), "head").unwrap_err();
        });
        let lines = notebook.lines().join("\n");
        insta::assert_snapshot!(format!("a_failure_in_spans_on_{}", store.dialect().name()), lines);
        assert!(!lines.contains(SECRET) && !lines.contains("INSERT"), "{lines}");
    }
}

#[test]
fn what_another_thread_tells_is_in_the_runs_span_too_and_shows_no_others_query() {
    let store = Store::postgres();
    let history = compile(
        "app",
        &[
            revision("r1", "base", "CREATE TABLE a (id integer);", ""),
            revision("r2", "r1", "ALTER TABLE a ADD COLUMN b text;", ""),
        ],
    );
    store.upgrade(history, "r1");
    let Store::Postgres(database) = &store else {
        unreachable!()
    };
    let mut other = database.connect();
    other
        .batch_execute(&format!("BEGIN; SELECT * FROM a WHERE '{SECRET}' <> ''"))
        .unwrap();
    let notebook = Notebook::default();
    subscriber::with_default(notebook.clone(), || {
        Migrator::new(history)
            .lock_timeout(Duration::from_secs(3))
            .lock_deadline(Duration::ZERO)
            .heartbeat(Duration::from_millis(500))
            .tracing()
            .upgrade(&store.url(), "head")
            .unwrap_err();
    });
    let lines = notebook.lines().join("\n");
    let within = "in limbeck.run > limbeck.revision:";
    assert!(
        lines.contains(&format!("WARN {within} blockers=process ")),
        "{lines}"
    );
    assert!(
        lines.contains(&format!("INFO {within} activity=running ")),
        "{lines}"
    );
    assert!(
        lines.contains("activity=blocked blockers=process "),
        "{lines}"
    );
    assert!(!lines.contains(SECRET), "{lines}");
}
