//! Released revisions that were edited, and databases from before.

use limbeck::{ErrorKind, Migrator};

use crate::support::{Store, compile, compile_edited, full, on_each_database, revision};

type File = (String, String);

fn table(id: &str, parents: &str, name: &str, column: &str) -> File {
    revision(
        id,
        parents,
        &format!("CREATE TABLE {name} (id integer, {column} integer);"),
        &format!("DROP TABLE {name};"),
    )
}

/// Two released revisions, the first as it was released and as it was edited, and a draft on top.
struct Files {
    released: [File; 2],
    edited: [File; 2],
    newer: [File; 3],
}

fn files() -> Files {
    let [released, edited] = [("a", "NULL"), ("a", "DEFAULT NULL")].map(|(name, default)| {
        revision(
            "r1",
            "base",
            &format!("CREATE TABLE {name} (id integer {default});"),
            &format!("DROP TABLE {name};"),
        )
    });
    let second = table("r2", "r1", "b", "x");
    Files {
        released: [released, second.clone()],
        edited: [edited.clone(), second.clone()],
        newer: [edited, second, table("r3", "r2", "c", "x")],
    }
}

/// The state of the ledger, as the first question of a start asks for it.
fn states(store: &Store) -> Vec<String> {
    store.query(&format!("SELECT digest FROM {}", store.ledger("state")))
}

fn checksums(store: &Store) -> Vec<String> {
    let revisions = store.ledger("revision");
    store.query(&format!("SELECT checksum FROM {revisions} ORDER BY id"))
}

on_each_database! {
    fn a_database_from_before_an_accepted_edit_is_up_to_date_and_is_upgraded_further(store: &mut Store) {
        let files = files();
        store.upgrade(compile("app", &files.released), "head");
        let (before, recorded) = (states(store), checksums(store));
        let edited = compile_edited("app", &files.released, &files.edited, &["r1"]);
        assert!(store.upgrade(edited, "head").is_up_to_date());
        // The whole ledger is read, too.
        let status = Migrator::new(edited).status(&store.url()).unwrap_or_else(|error| panic!("{}", full(&error)));
        assert!(status.is_at_head());
        assert_eq!((states(store), checksums(store)), (before, recorded.clone()), "the ledger was changed");
        let newer = compile_edited("app", &files.released, &files.newer, &["r1"]);
        assert_eq!(store.upgrade(newer, "head").steps.len(), 1);
        assert_eq!(checksums(store)[..2], recorded);
        assert_eq!(store.downgrade(newer, "base").steps.len(), 3);
        assert!(store.applied().is_empty());
    }

    fn a_new_database_and_one_from_before_are_in_one_state(store: &mut Store) {
        let files = files();
        let released = compile("app", &files.released);
        let edited = compile_edited("app", &files.released, &files.edited, &["r1"]);
        store.upgrade(released, "head");
        let (before, recorded) = (states(store), checksums(store));
        store.downgrade(released, "base");
        store.upgrade(edited, "head");
        assert_eq!(states(store), before);
        // What was run is recorded, and nothing else.
        assert_ne!(checksums(store)[0], recorded[0]);
        assert_eq!(checksums(store)[1], recorded[1]);
        // So a program from before has nothing to do either, and asks no further.
        assert!(store.upgrade(released, "head").is_up_to_date());
    }

    fn an_edit_that_was_not_accepted_is_refused(store: &mut Store) {
        let files = files();
        store.upgrade(compile("app", &files.released), "head");
        let error = Migrator::new(compile("app", &files.edited)).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Edited, "{}", full(&error));
    }

    fn a_script_that_was_never_accepted_is_refused_beside_one_that_was(store: &mut Store) {
        let files = files();
        let other = [table("r1", "base", "a", "never_released"), files.released[1].clone()];
        store.upgrade(compile("app", &other), "head");
        let edited = compile_edited("app", &files.released, &files.edited, &["r1"]);
        let error = Migrator::new(edited).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Edited, "{}", full(&error));
        assert!(error.to_string().contains("`r1`"), "{error}");
    }
}
