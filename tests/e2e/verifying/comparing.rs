//! What both kinds of database are compared by, and how it is said.

use std::sync::mpsc;

use limbeck::{Comparison, Dialect, Drift, ErrorKind, Event, Evidence, Migrator};
use memory_store::HISTORY;

use super::support::{assert_equal, compare, comparing, drafts, found, reason, run};
use crate::support::{Store, on_each_database};

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
