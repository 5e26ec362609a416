//! Several histories together, and what a run reports.

use limbeck::{ErrorKind, Event, Migrator};

use crate::support::{Store, compile, on_each_database, revision, with_unreadable_revisions};

fn accounts() -> &'static limbeck::History {
    compile(
        "auth",
        &[
            revision(
                "a1",
                "base",
                "CREATE TABLE accounts (id integer PRIMARY KEY);",
                "DROP TABLE accounts;",
            ),
            revision(
                "a2",
                "a1",
                "ALTER TABLE accounts ADD COLUMN name text;",
                "ALTER TABLE accounts DROP COLUMN name;",
            ),
        ],
    )
}

/// Its second revision depends on one of the other history.
fn notes() -> &'static limbeck::History {
    let mut second = revision(
        "n2",
        "n1",
        "ALTER TABLE notes ADD COLUMN account integer REFERENCES accounts (id);",
        "ALTER TABLE notes DROP COLUMN account;",
    );
    second.1 = second
        .1
        .replace("-- @message", "-- @depends-on auth:a1\n-- @message");
    compile(
        "notes",
        &[
            revision(
                "n1",
                "base",
                "CREATE TABLE notes (id integer PRIMARY KEY);",
                "DROP TABLE notes;",
            ),
            second,
        ],
    )
}

on_each_database! {
    fn a_start_with_nothing_to_do_reads_no_revision(store: &mut Store) {
        let accounts = accounts();
        let unreadable = with_unreadable_revisions(accounts);
        store.upgrade(accounts, "head");
        assert!(store.upgrade(unreadable, "head").is_up_to_date());
        let (schema, applied) = (store.dump(), store.applied());
        let error = Migrator::new(unreadable).downgrade(&store.url(), "base").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::History);
        assert!(error.to_string().contains("of the history `auth` cannot be read"), "{error}");
        assert_eq!((store.dump(), store.applied()), (schema, applied));
    }

    fn histories_run_together_in_the_order_of_their_dependencies(store: &mut Store) {
        let (accounts, notes) = (accounts(), notes());
        let mut migrator = Migrator::with([&notes, &accounts]);
        let report = migrator.upgrade(&store.url(), "notes:n2").unwrap();
        let ran: Vec<_> = report.steps.iter().map(|step| step.revision.id.as_str()).collect();
        assert!(ran.iter().position(|id| *id == "a1") < ran.iter().position(|id| *id == "n2"), "{ran:?}");
        assert_eq!(store.applied(), ["a1", "n1", "n2"]);

        migrator.upgrade(&store.url(), "head").unwrap();
        assert_eq!(store.applied(), ["a1", "a2", "n1", "n2"]);
        assert!(migrator.upgrade(&store.url(), "head").unwrap().is_up_to_date());

        // Taking the account back takes with it what depends on it.
        migrator.downgrade(&store.url(), "auth:base").unwrap();
        assert_eq!(store.applied(), ["n1"]);
    }

    fn a_history_without_the_one_it_depends_on_is_refused(store: &mut Store) {
        let error = Migrator::new(notes()).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::History);
        assert!(error.to_string().contains("auth"), "{error}");
    }

    fn another_programs_history_in_the_same_database_is_none_of_ours(store: &mut Store) {
        store.upgrade(accounts(), "head");
        let own = compile("own", &[revision("o1", "base", "CREATE TABLE own (id integer);", "DROP TABLE own;")]);
        assert_eq!(store.upgrade(own, "head").steps.len(), 1);
        assert!(store.upgrade(accounts(), "head").is_up_to_date());
    }

    fn events_tell_each_revision_once_and_in_order(store: &mut Store) {
        let events = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let listener = std::sync::Arc::clone(&events);
        let mut migrator = Migrator::new(accounts()).observer(move |event: &Event| {
            // SQLite's first install is one transaction, of which the events tell how far it is.
            if matches!(event, Event::Advanced { .. }) {
                return;
            }
            listener.lock().unwrap().push(match event {
                Event::RunStarted { dialect, .. } => format!("run started on {dialect:?}"),
                Event::RunFinished { revisions, .. } => format!("run finished with {revisions}"),
                Event::Planned { count, .. } => format!("planned {count}"),
                Event::Started { revision, .. } => format!("started {}", revision.id),
                Event::Finished(step) => format!("finished {}", step.revision.id),
                other => format!("{other:?}"),
            });
        });
        migrator.upgrade(&store.url(), "head").unwrap();
        let told = events.lock().unwrap().clone();
        let start = format!("run started on {:?}", store.dialect());
        assert_eq!(told, [
            &start, "planned 2", "started a1", "finished a1", "started a2", "finished a2", "run finished with 2",
        ]);
    }

    fn a_relative_step_goes_so_far_and_no_further(store: &mut Store) {
        assert_eq!(store.upgrade(accounts(), "+1").steps.len(), 1);
        assert_eq!(store.applied(), ["a1"]);
        assert_eq!(store.downgrade(accounts(), "-1").steps.len(), 1);
        assert!(store.applied().is_empty());
        let error = Migrator::new(accounts()).upgrade(&store.url(), "+3").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Target);
    }
}
