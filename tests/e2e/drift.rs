//! Databases that are not where the program expects them.

use limbeck::{ErrorKind, History, Migrator};

use crate::support::{Store, compile, full, on_each_database, revision};

fn table(id: &str, parents: &str, name: &str) -> (String, String) {
    revision(
        id,
        parents,
        &format!("CREATE TABLE {name} (id integer);"),
        &format!("DROP TABLE {name};"),
    )
}

fn refused(store: &Store, history: &'static History) -> limbeck::Error {
    let (rows, schema) = (store.applied(), store.dump());
    let error = Migrator::new(history)
        .upgrade(&store.url(), "head")
        .unwrap_err();
    assert_eq!(
        (store.applied(), store.dump()),
        (rows, schema),
        "a refused run has changed something"
    );
    error
}

on_each_database! {
    fn an_edited_revision_is_named_with_its_file(store: &mut Store) {
        store.upgrade(compile("app", &[table("r1", "base", "a"), table("r2", "r1", "b")]), "head");
        let error = refused(store, compile("app", &[table("r1", "base", "other"), table("r2", "r1", "b")]));
        assert_eq!(error.kind(), ErrorKind::Edited);
        assert!(error.is_edited());
        assert!(error.to_string().contains("`r1` (migrations/r1_change.sql)"), "{error}");
        assert!(!error.to_string().contains("`r2`"), "{error}");
        assert!(error.help().unwrap().contains("stamp"));
    }

    fn layout_and_comments_are_no_edit(store: &mut Store) {
        store.upgrade(compile("app", &[table("r1", "base", "a")]), "head");
        let mut relaid = table("r1", "base", "a");
        relaid.1 = relaid.1.replace("CREATE TABLE a (id integer);", "-- why\r\nCREATE   TABLE a\r\n(id /* key */ integer);");
        assert!(store.upgrade(compile("app", &[relaid]), "head").is_up_to_date());
    }

    fn a_newer_database_passes_where_its_revisions_are_compatible(store: &mut Store) {
        let old = compile("app", &[table("r1", "base", "a")]);
        let new = compile("app", &[table("r1", "base", "a"), table("r2", "r1", "b")]);
        store.upgrade(new, "head");
        let report = store.upgrade(old, "head");
        assert!(report.is_up_to_date());
        assert_eq!(report.ahead, ["r2"]);
        let error = Migrator::new(old).downgrade(&store.url(), "base").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Ahead);
        assert!(error.to_string().contains("`r2`"), "{error}");
    }

    fn a_newer_database_is_refused_where_a_revision_is_breaking(store: &mut Store) {
        let mut breaking = table("r2", "r1", "b");
        breaking.1 = breaking.1.replace("-- @message", "-- @compat breaking: a is gone\n-- @message");
        store.upgrade(compile("app", &[table("r1", "base", "a"), breaking]), "head");
        let error = refused(store, compile("app", &[table("r1", "base", "a")]));
        assert_eq!(error.kind(), ErrorKind::AheadBreaking);
        assert!(error.to_string().contains(": a is gone") && error.to_string().contains("`r2` (applied at "), "{error}");
    }

    fn a_database_on_another_branch_has_diverged(store: &mut Store) {
        store.upgrade(compile("app", &[table("r1", "base", "a"), table("theirs", "r1", "b")]), "head");
        let error = refused(store, compile("app", &[table("r1", "base", "a"), table("ours", "r1", "c")]));
        assert_eq!(error.kind(), ErrorKind::Diverged);
        assert!(error.to_string().contains("`theirs`") && error.to_string().contains("`ours`"), "{error}");
    }

    fn a_merge_of_both_branches_is_ahead_and_not_diverged(store: &mut Store) {
        let merged = [
            table("r1", "base", "a"),
            table("ours", "r1", "c"),
            table("theirs", "r1", "b"),
            revision("r3", "ours, theirs", "", ""),
        ];
        store.upgrade(compile("app", &merged), "head");
        let report = store.upgrade(compile("app", &merged[..2]), "head");
        assert_eq!(report.ahead.len(), 2, "{report:?}");
    }

    fn a_revision_that_was_slipped_in_below_has_diverged(store: &mut Store) {
        store.upgrade(compile("app", &[table("r1", "base", "a"), table("r3", "r1", "c")]), "head");
        let slipped = [table("r1", "base", "a"), table("r2", "r1", "b"), table("r3", "r2", "c")];
        let error = refused(store, compile("app", &slipped));
        assert_eq!(error.kind(), ErrorKind::Diverged);
        assert!(error.to_string().contains("`r3` (migrations/r3_change.sql) was applied at "), "{error}");
        assert!(error.to_string().contains(" on top of `r1`, and stands on top of `r2` "), "{error}");
    }

    fn a_ledger_that_was_edited_by_hand_is_refused(store: &mut Store) {
        let history = compile("app", &[table("r1", "base", "a"), table("r2", "r1", "b"), table("r3", "r2", "c")]);
        store.upgrade(history, "r2");
        store.execute(&format!("DELETE FROM {} WHERE id = 'r1'", store.ledger("revision")));
        let error = Migrator::new(history).upgrade(&store.url(), "head").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Diverged, "{}", full(&error));
        // The way out that the error names.
        Migrator::new(history).stamp(&store.url(), &["r2"], true).unwrap();
        assert_eq!(store.applied(), ["r1", "r2"]);
        assert_eq!(store.upgrade(history, "head").steps.len(), 1);
    }

    fn a_ledger_of_a_newer_version_is_left_alone(store: &mut Store) {
        let history = compile("app", &[table("r1", "base", "a"), table("r2", "r1", "b")]);
        store.upgrade(history, "r1");
        store.execute(&format!("UPDATE {} SET version = 99", store.ledger("state")));
        let error = Migrator::new(history).upgrade(&store.url(), "head").unwrap_err();
        assert!(error.is_ahead(), "{}", full(&error));
        assert_eq!(store.applied(), ["r1"]);
    }
}
