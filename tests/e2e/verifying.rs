//! A database whose schema is held against the revisions that are applied.

use std::process::{Command, Output};
use std::sync::mpsc;

use limbeck::{Comparison, Dialect, Drift, ErrorKind, Event, Evidence, History, Migrator, Reason};
use limbeck_testkit::{Database, postgres};
use memory_store::HISTORY;

use crate::support::{Store, compile, on_each_database, revision};

/// A history of drafts.
fn drafts() -> &'static History {
    compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer PRIMARY KEY, note text DEFAULT 'x');",
                "DROP TABLE a;",
            ),
            revision("r2", "r1", "CREATE TABLE b (id integer);", "DROP TABLE b;"),
            revision("r3", "r1", "CREATE TABLE c (id integer);", "DROP TABLE c;"),
        ],
    )
}

fn compare(store: &Store, history: &'static History) -> Comparison {
    let verification = Migrator::new(history).verify(&store.url()).unwrap();
    assert!(verification.fault.is_none(), "{verification:?}");
    verification.comparison
}

/// Whether the reference history was proved on a server of this version.
fn is_proved(store: &Store) -> bool {
    store.dialect() == Dialect::Sqlite || postgres().major_version() == 15
}

/// Where it was not, the revisions are run again, unless this version writes all definitions as that of the proof.
fn assert_equal(store: &Store) {
    let comparison = compare(store, HISTORY);
    let is_right = match comparison {
        Comparison::Equal(Evidence::Replay) => !is_proved(store),
        _ => comparison == Comparison::Equal(Evidence::Proof),
    };
    assert!(is_right, "{comparison:?}");
}

/// What was found, in words.
fn found(comparison: &Comparison) -> String {
    match comparison {
        Comparison::Different(differences) => {
            let lines: Vec<_> = differences
                .iter()
                .map(|difference| match &difference.mend {
                    Some(mend) => format!("{difference}\n  help: {mend}"),
                    None => difference.to_string(),
                })
                .collect();
            lines.join("\n")
        }
        other => format!("{other:?}"),
    }
}

fn reason(comparison: &Comparison) -> &Reason {
    match comparison {
        Comparison::Unlike(reason) | Comparison::Unknown(reason) => reason,
        other => panic!("{other:?}"),
    }
}

/// A migrator that finds out what is otherwise on servers of other versions, too.
fn comparing(store: &Store) -> Migrator {
    match store.dialect() {
        Dialect::Sqlite => Migrator::new(HISTORY),
        Dialect::Postgres => Migrator::new(HISTORY).scratch(store.url()),
    }
}

fn run(store: &Store, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_memory-store"))
        .args(arguments)
        .env("DATABASE_URL", store.url())
        .output()
        .unwrap()
}

fn scratch_databases() -> Vec<String> {
    let rows = postgres()
        .connect("postgres")
        .simple_query("SELECT datname FROM pg_database WHERE datname LIKE 'limbeck_scratch%'");
    rows.unwrap()
        .iter()
        .filter_map(|message| match message {
            ::postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .collect()
}

/// Nobody else's are in use by now; those of tests that run beside this one come and go.
fn assert_gone(before: &[String]) {
    for _ in 0..100 {
        let left = scratch_databases();
        if left.iter().all(|name| before.contains(name)) || left.is_empty() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{:?}", scratch_databases());
}

on_each_database! {
    fn a_database_at_any_released_revision_has_the_fingerprint_that_was_proved(store: &mut Store) {
        for revision in ["433f876ef030", "c4702f14b419", "d2fe9c77ab95", "head"] {
            store.upgrade(HISTORY, revision);
            assert_equal(store);
        }
        store.downgrade(HISTORY, "-2");
        assert_equal(store);
    }

    fn what_was_changed_by_hand_is_said_in_words_with_what_mends_it(store: &mut Store) {
        store.upgrade(HISTORY, "head");
        let by_hand = match store.dialect() {
            Dialect::Sqlite => {
                "DROP INDEX blocks_agent_id_idx; ALTER TABLE agents ADD COLUMN hotfix text; \
                 CREATE INDEX by_hand ON agents (hotfix); CREATE TABLE notes (id integer); DROP TRIGGER blocks_record_change"
            }
            Dialect::Postgres => {
                "DROP INDEX passages_archive_id_idx; ALTER TABLE agents ADD COLUMN hotfix text; \
                 ALTER TABLE agents ALTER COLUMN name SET DEFAULT 'nobody'; CREATE INDEX by_hand ON agents (hotfix)"
            }
        };
        let before = found(&compare(store, HISTORY));
        for statement in by_hand.split("; ") {
            try_to_execute(store, statement);
        }
        let after = compare(store, HISTORY);
        assert!(after.is_drift(), "{before} {after:?}");
        insta::assert_snapshot!(format!("by_hand_on_{}", store.dialect()), found(&after));
        let Comparison::Different(differences) = &after else { unreachable!() };
        let mends: Vec<_> = differences.iter().filter_map(|difference| difference.mend.clone()).collect();
        for mend in mends.iter().rev() {
            store.execute(mend);
        }
        let left = compare(store, HISTORY);
        let Comparison::Equal(_) = left else { panic!("{left:?}") };
    }

    fn a_draft_and_a_state_of_several_heads_are_compared_with_what_they_make(store: &mut Store) {
        let history = drafts();
        store.upgrade(history, "heads");
        assert_eq!(compare(store, history), Comparison::Equal(Evidence::Replay));
        store.execute("ALTER TABLE b ADD COLUMN more integer");
        insta::assert_snapshot!(format!("a_column_more_on_{}", store.dialect()), found(&compare(store, history)));
        // Columns in another order are no drift: what was dropped can only come back last.
        store.execute("DROP TABLE b; CREATE TABLE b (id integer)");
        assert_eq!(compare(store, history), Comparison::Equal(Evidence::Replay));
        store.execute("DROP TABLE a; CREATE TABLE a (note text DEFAULT 'x', id integer PRIMARY KEY)");
        assert!(!compare(store, history).is_drift(), "{:?}", compare(store, history));
    }

    fn a_run_warns_or_fails_as_it_is_told_and_what_it_changed_stands(store: &mut Store) {
        store.upgrade(HISTORY, "dd6a288d1fa8");
        store.execute("CREATE TABLE by_hand (id integer)");
        let (sender, events) = mpsc::channel();
        let report = comparing(store)
            .drift(Drift::Warn)
            .observer(move |event: &Event| {
                if let Event::Compared(comparison) = event {
                    sender.send(comparison.clone()).unwrap();
                }
            })
            .upgrade(&store.url(), "head")
            .unwrap();
        assert_eq!(report.steps.len(), 1);
        assert!(report.comparison.as_ref().unwrap().is_drift());
        assert_eq!(events.try_iter().next().as_ref(), report.comparison.as_ref());
        assert_eq!(report.notes, ["drift: table `by_hand` is there, and no revision makes it; `DROP TABLE by_hand;` mends it"]);
        let error = comparing(store).drift(Drift::Fail).downgrade(&store.url(), "-1").unwrap_err();
        assert_eq!((error.kind(), error.report().unwrap().steps.len()), (ErrorKind::Drift, 1));
        insta::assert_snapshot!(format!("drift_fails_on_{}", store.dialect()), format!("error: {error:#}"));
        assert_eq!(store.applied().len(), HISTORY.len() - 1);
        // A start with nothing to do compares nothing.
        store.upgrade(HISTORY, "head");
        let report = comparing(store).drift(Drift::Fail).upgrade(&store.url(), "head").unwrap();
        assert_eq!(report.comparison, None);
        store.execute("DROP TABLE by_hand");
        let report = comparing(store).drift(Drift::Fail).downgrade(&store.url(), "-1").unwrap();
        assert!(matches!(report.comparison, Some(Comparison::Equal(_))), "{report:?}");
        assert_equal(store);
    }

    fn the_command_verifies_in_words_in_json_and_by_its_exit_code(store: &mut Store) {
        run(store, &["upgrade"]);
        let url = store.url();
        let scratch = match store.dialect() {
            Dialect::Sqlite => Vec::new(),
            Dialect::Postgres => vec!["--scratch", url.as_str()],
        };
        let before = (store.dump(), store.rows(), store.query(&format!("SELECT count(*) FROM {}", store.ledger("journal"))));
        let sound = run(store, &["verify"]);
        assert_eq!(sound.status.code(), Some(0), "{sound:?}");
        let text = String::from_utf8(sound.stdout).unwrap();
        assert!(text.starts_with(&format!("ledger: {} revisions applied, each as this program has it\nat head\nschema: ", HISTORY.len())), "{text}");
        store.execute("CREATE TABLE by_hand (id integer)");
        let drifted = run(store, &["verify"]);
        assert_eq!(drifted.status.code(), Some(11), "{drifted:?}");
        insta::assert_snapshot!("verified_in_words", String::from_utf8(drifted.stdout).unwrap());
        let json = run(store, &["verify", "--json"]);
        assert_eq!(json.status.code(), Some(11));
        let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        assert_eq!(value["sound"], false);
        assert_eq!(value["schema"]["verdict"], "different");
        assert_eq!(value["schema"]["differences"][0]["mend"], "DROP TABLE by_hand;");
        assert_eq!(value["status"]["at_head"], true);
        assert_eq!(run(store, &[&["downgrade", "-1", "--drift", "fail"], &scratch[..]].concat()).status.code(), Some(11));
        assert_eq!(run(store, &["upgrade", "--drift", "warn"]).status.code(), Some(0));
        store.execute("DROP TABLE by_hand");
        // Nothing of all that was changed by looking.
        assert_eq!((store.dump(), store.rows()), (before.0, before.1));
        store.execute(&format!("UPDATE {} SET checksum = 'edited' WHERE id = '733a6b2fcab2'", store.ledger("revision")));
        let edited = run(store, &["verify", "--json"]);
        assert_eq!(edited.status.code(), Some(4), "{edited:?}");
        let value: serde_json::Value = serde_json::from_slice(&edited.stdout).unwrap();
        assert_eq!((&value["fault"]["kind"], &value["schema"]["verdict"]), (&"edited".into(), &"unknown".into()));
    }

    fn a_database_without_revisions_is_not_compared(store: &mut Store) {
        store.upgrade(drafts(), "r1");
        store.downgrade(drafts(), "base");
        let verification = Migrator::new(drafts()).verify(&store.url()).unwrap();
        assert!(verification.is_sound());
        assert_eq!(reason(&verification.comparison).message, "no revision is applied");
    }
}

/// Not every change of the list is possible in both reference schemas.
fn try_to_execute(store: &Store, statement: &str) {
    match store {
        Store::Sqlite { path, .. } => rusqlite::Connection::open(path)
            .unwrap()
            .execute_batch(statement),
        Store::Postgres(database) => {
            database.connect().batch_execute(statement).unwrap();
            Ok(())
        }
    }
    .unwrap_or_else(|error| panic!("{statement}: {error}"));
}

#[test]
fn a_disabled_trigger_and_a_constraint_that_was_never_checked_are_found() {
    let store = Store::postgres();
    let history = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE TABLE a (id integer CONSTRAINT positive CHECK (id > 0));\n\
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';\n\
             CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();",
            "DROP TABLE a;\nDROP FUNCTION f();",
        )],
    );
    store.upgrade(history, "head");
    assert_eq!(
        compare(&store, history),
        Comparison::Equal(Evidence::Replay)
    );
    store.execute(
        "ALTER TABLE a DISABLE TRIGGER t; ALTER TABLE a DROP CONSTRAINT positive; \
         ALTER TABLE a ADD CONSTRAINT positive CHECK (id > 0) NOT VALID",
    );
    let comparison = compare(&store, history);
    insta::assert_snapshot!(found(&comparison));
    let Comparison::Different(differences) = comparison else {
        unreachable!()
    };
    for difference in differences {
        store.execute(&difference.mend.unwrap());
    }
    assert_eq!(
        compare(&store, history),
        Comparison::Equal(Evidence::Replay)
    );
}

#[test]
fn what_others_have_in_the_database_is_no_drift() {
    let store = Store::postgres();
    store.upgrade(HISTORY, "head");
    store.execute(
        "CREATE SCHEMA analytics; CREATE TABLE analytics.facts (id integer PRIMARY KEY); \
         COMMENT ON TABLE analytics.facts IS 'theirs'; CREATE EXTENSION pg_stat_statements",
    );
    assert_equal(&store);
    store.execute("CREATE TABLE public.facts (id integer)");
    assert_eq!(
        found(&compare(&store, HISTORY)),
        "table `facts` is there, and no revision makes it\n  help: DROP TABLE facts;"
    );
}

#[test]
fn a_role_that_may_make_no_database_learns_that_there_is_drift_and_what_would_be_needed() {
    let database = Database::create(postgres());
    Migrator::new(HISTORY)
        .upgrade(&database.url(), "head")
        .unwrap();
    let role = format!("looker_{}", database.name());
    database
        .connect()
        .batch_execute(&format!(
            "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA limbeck TO {role}; \
             GRANT SELECT ON ALL TABLES IN SCHEMA limbeck TO {role}; CREATE TABLE by_hand (id integer)"
        ))
        .unwrap();
    let url = database.url().replace("postgres@", &format!("{role}@"));
    let verification = Migrator::new(HISTORY).verify(&url).unwrap();
    let scratch = Migrator::new(HISTORY)
        .scratch(database.url())
        .verify(&url)
        .unwrap();
    database
        .connect()
        .batch_execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .unwrap();
    if postgres().major_version() == 15 {
        assert!(!verification.is_sound());
        let Comparison::Unlike(reason) = &verification.comparison else {
            panic!("{verification:?}")
        };
        insta::assert_snapshot!(format!(
            "{reason}\n  help: {}",
            reason.help.as_deref().unwrap()
        ));
    }
    // Another way to a server is the way out.
    assert_eq!(
        found(&scratch.comparison),
        "table `by_hand` is there, and no revision makes it\n  help: DROP TABLE by_hand;"
    );
}

#[test]
fn a_revision_that_reaches_beyond_its_database_is_not_run_again_on_the_same_server() {
    let store = Store::postgres();
    let role = match &store {
        Store::Postgres(database) => format!("role_of_{}", database.name()),
        Store::Sqlite { .. } => unreachable!(),
    };
    let up = format!("CREATE ROLE {role};\nCREATE TABLE a (id integer);");
    let down = format!("DROP TABLE a;\nDROP ROLE {role};");
    let history = compile("app", &[revision("r1", "base", &up, &down)]);
    store.upgrade(history, "head");
    let comparison = compare(&store, history);
    let reason = reason(&comparison);
    insta::assert_snapshot!(format!(
        "{reason}\n  help: {}",
        reason.help.as_deref().unwrap()
    ));
    store.downgrade(history, "base");
}

#[test]
fn a_lent_connection_is_compared_by_fingerprint_alone() {
    let store = Store::postgres();
    store.upgrade(HISTORY, "head");
    let Store::Postgres(database) = &store else {
        unreachable!()
    };
    let mut client = database.connect();
    if postgres().major_version() == 15 {
        let verification = Migrator::new(HISTORY).verify(&mut client).unwrap();
        assert_eq!(verification.comparison, Comparison::Equal(Evidence::Proof));
        client
            .batch_execute("CREATE TABLE by_hand (id integer)")
            .unwrap();
        let verification = Migrator::new(HISTORY).verify(&mut client).unwrap();
        assert_eq!(
            reason(&verification.comparison).message,
            "a connection that was lent cannot be opened again for another database"
        );
        assert!(verification.comparison.is_drift());
    }
    // It is as usable as before.
    client.batch_execute("SELECT 1").unwrap();
}

#[test]
fn several_histories_and_revisions_that_are_ahead_have_no_fingerprint() {
    let store = Store::sqlite();
    let other = compile(
        "other",
        &[revision(
            "o1",
            "base",
            "CREATE TABLE o (id integer);",
            "DROP TABLE o;",
        )],
    );
    Migrator::with([HISTORY, other])
        .upgrade(&store.url(), "heads")
        .unwrap();
    let both = Migrator::with([HISTORY, other])
        .verify(&store.url())
        .unwrap();
    assert_eq!(both.comparison, Comparison::Equal(Evidence::Replay));
    // Whoever knows one of them sees the tables of the other.
    let one = Migrator::new(HISTORY).verify(&store.url()).unwrap();
    assert_eq!(
        found(&one.comparison),
        "table `o` is there, and no revision makes it\n  help: DROP TABLE o;"
    );

    let store = Store::sqlite();
    store.upgrade(drafts(), "heads");
    let older = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE TABLE a (id integer PRIMARY KEY, note text DEFAULT 'x');",
            "DROP TABLE a;",
        )],
    );
    let verification = Migrator::new(older).verify(&store.url()).unwrap();
    assert_eq!(
        reason(&verification.comparison).message,
        "the database has revisions that this program does not know"
    );
}

#[test]
fn scratch_databases_are_gone_afterwards_also_those_that_were_left() {
    let store = Store::postgres();
    let left = "limbeck_scratch_999999999_1";
    postgres()
        .connect("postgres")
        .batch_execute(&format!("CREATE DATABASE {left}"))
        .unwrap();
    let before: Vec<String> = Vec::new();
    store.upgrade(drafts(), "heads");
    assert_eq!(
        compare(&store, drafts()),
        Comparison::Equal(Evidence::Replay)
    );
    assert!(!scratch_databases().contains(&left.to_owned()));
    assert_gone(&before);
}

#[test]
fn files_are_left_alone_when_revisions_are_run_again() {
    let store = Store::sqlite();
    let Store::Sqlite { path, .. } = &store else {
        unreachable!()
    };
    let other = path.with_file_name("other.db");
    let mut attaching = revision(
        "r1",
        "base",
        &format!(
            "VACUUM;\nATTACH '{}' AS other;\nCREATE TABLE IF NOT EXISTS other.t (id integer);\nDETACH other;",
            other.display()
        ),
        "SELECT 1;",
    );
    attaching.1 = attaching.1.replace("-- @up", "-- @up no-transaction");
    let history = compile("app", &[attaching]);
    store.upgrade(history, "head");
    std::fs::remove_file(&other).unwrap();
    let comparison = compare(&store, history);
    assert!(!other.exists());
    assert!(
        reason(&comparison).message.contains("not authorized"),
        "{comparison:?}"
    );
}
