//! Deploys: programs of several versions on one database, before, while and after one of them migrates it.

use std::time::Duration;

use limbeck::{Error, ErrorKind, History, Migrator, Policy};

use crate::support::{Store, compile_version, full, on_each_database, revision};

fn table(id: &str, parents: &str) -> (String, String) {
    revision(
        id,
        parents,
        &format!("CREATE TABLE {id} (id integer);"),
        &format!("DROP TABLE {id};"),
    )
}

fn breaking(mut file: (String, String)) -> (String, String) {
    file.1 = file.1.replace(
        "-- @message",
        "-- @compat breaking: r1 has lost a column\n-- @message",
    );
    file
}

/// A script outside a transaction, whose second statement fails for as long as there is no table `gate`.
fn script(id: &str, parents: &str) -> (String, String) {
    let mut file = revision(
        id,
        parents,
        "CREATE TABLE begun (id integer);\nINSERT INTO gate VALUES (1);",
        "DELETE FROM gate;\nDROP TABLE begun;",
    );
    file.1 = file.1.replace("-- @up", "-- @up no-transaction");
    file
}

/// A version of the program, with its revisions.
fn program(version: &str, files: &[(String, String)]) -> &'static History {
    compile_version("app", version, files)
}

fn upgrade(store: &Store, history: &'static History) -> Result<limbeck::Report, Error> {
    Migrator::new(history).upgrade(&store.url(), "head")
}

fn refused(store: &Store, history: &'static History) -> Error {
    let (rows, schema) = (store.applied(), store.dump());
    let error = upgrade(store, history).unwrap_err();
    assert_eq!(
        (store.applied(), store.dump()),
        (rows, schema),
        "a refused run has changed something"
    );
    // Whoever only looks is told the same.
    let status = Migrator::new(history).status(&store.url()).unwrap_err();
    assert_eq!(status.to_string(), error.to_string());
    assert_eq!(
        Migrator::new(history)
            .pending(&store.url())
            .unwrap_err()
            .kind(),
        error.kind()
    );
    let verify = Migrator::new(history)
        .policy(Policy::Verify)
        .upgrade(&store.url(), "head");
    assert_eq!(verify.unwrap_err().kind(), error.kind());
    error
}

/// The error with what differs from run to run taken out.
fn shown(error: &Error) -> String {
    let mut kept = String::new();
    let text = format!("error: {error:#}");
    let mut parts = text.split("applied at 2");
    kept.push_str(parts.next().unwrap());
    for part in parts {
        let (_, after) = part.split_once('Z').unwrap();
        kept.push_str("applied at TIME");
        kept.push_str(after);
    }
    kept
}

on_each_database! {
    fn the_old_program_goes_on_starting_while_and_after_the_new_one_migrates(store: &mut Store) {
        let old = program("0.1.0", &[table("r1", "base")]);
        let new = program("0.2.0", &[table("r1", "base"), table("r2", "r1"), table("r3", "r2")]);
        upgrade(store, old).unwrap();
        for target in ["r2", "r3"] {
            store.upgrade(new, target);
            let report = upgrade(store, old).unwrap();
            assert!(report.is_up_to_date() && report.ahead.contains(&target.to_owned()), "{report:?}");
            assert!(Migrator::new(old).pending(&store.url()).unwrap().is_empty());
            assert!(Migrator::new(old).status(&store.url()).unwrap().is_at_head());
            Migrator::new(old).policy(Policy::Verify).upgrade(&store.url(), "head").unwrap();
        }
        // A rollback is the old program, which changes nothing, and then the new one again.
        assert!(upgrade(store, new).unwrap().is_up_to_date());
        let error = Migrator::new(old).downgrade(&store.url(), "base").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Ahead);
    }

    fn a_breaking_revision_keeps_the_old_program_out_and_says_how_to_come_back(store: &mut Store) {
        let old = program("0.1.0", &[table("r1", "base")]);
        let new = program("0.2.0", &[table("r1", "base"), breaking(table("r2", "r1"))]);
        upgrade(store, old).unwrap();
        upgrade(store, new).unwrap();
        let error = refused(store, old);
        assert_eq!(error.kind(), ErrorKind::AheadBreaking);
        insta::assert_snapshot!("a_breaking_revision", shown(&error));
        // What the help says.
        store.downgrade(new, "r1");
        assert!(upgrade(store, old).unwrap().is_up_to_date());
    }

    fn two_branches_deployed_one_after_the_other_are_told_apart_and_a_merge_joins_them(store: &mut Store) {
        let base = table("r1", "base");
        let ours = program("0.2.0+ours", &[base.clone(), table("ours", "r1")]);
        let theirs = program("0.2.0+theirs", &[base.clone(), table("theirs", "r1"), table("theirs2", "theirs")]);
        let merged = program("0.3.0", &[
            base,
            table("ours", "r1"),
            table("theirs", "r1"),
            table("theirs2", "theirs"),
            revision("r2", "ours, theirs2", "", ""),
        ]);
        upgrade(store, ours).unwrap();
        let error = refused(store, theirs);
        assert_eq!(error.kind(), ErrorKind::Diverged);
        insta::assert_snapshot!("two_branches_deployed", shown(&error));
        let pending: Vec<_> = Migrator::new(merged).pending(&store.url()).unwrap().revisions;
        assert_eq!(pending.len(), 3);
        // While the merge is deployed the first program starts at each point of it, the second as soon as
        // all that it carries is there.
        for (target, second_starts) in [("theirs", false), ("theirs2", true), ("r2", true)] {
            store.upgrade(merged, target);
            let report = upgrade(store, ours).unwrap_or_else(|error| panic!("{target}: {}", full(&error)));
            assert!(report.is_up_to_date() && report.ahead.contains(&target.to_owned()));
            if second_starts {
                assert!(upgrade(store, theirs).unwrap().is_up_to_date());
            } else {
                assert_eq!(refused(store, theirs).kind(), ErrorKind::Diverged);
            }
        }
        // And what the help names as the other way out.
        let fresh = match store { Store::Sqlite { .. } => Store::sqlite(), Store::Postgres(_) => Store::postgres() };
        upgrade(&fresh, ours).unwrap();
        fresh.downgrade(ours, "r1");
        assert_eq!(upgrade(&fresh, theirs).unwrap().steps.len(), 2);
    }

    fn a_database_of_another_program_is_told_as_that(store: &mut Store) {
        upgrade(store, program("7.0.0", &[table("x1", "base"), table("x2", "x1")])).unwrap();
        let error = refused(store, program("0.1.0", &[table("r1", "base")]));
        insta::assert_snapshot!("a_database_of_another_program", shown(&error));
    }

    fn a_revision_that_was_put_in_below_is_told_with_its_file(store: &mut Store) {
        upgrade(store, program("0.1.0", &[table("r1", "base"), table("r3", "r1")])).unwrap();
        let error = refused(store, program("0.2.0", &[table("r1", "base"), table("r2", "r1"), table("r3", "r2")]));
        insta::assert_snapshot!("a_revision_put_in_below", shown(&error));
    }

    fn an_edited_revision_is_told_with_who_has_applied_it(store: &mut Store) {
        upgrade(store, program("0.1.0", &[table("r1", "base")])).unwrap();
        let error = refused(store, program("0.2.0", &[revision("r1", "base", "CREATE TABLE r1 (id text);", "DROP TABLE r1;")]));
        assert!(shown(&error).contains("`r1` (migrations/r1_change.sql) was applied at TIME by `app 0.1.0` with checksum "), "{error}");
    }

    fn a_script_that_the_new_program_has_left_keeps_only_those_back_that_have_to_do_with_it(store: &mut Store) {
        let old = program("0.1.0", &[table("r1", "base")]);
        let new = program("0.2.0", &[table("r1", "base"), script("r2", "r1")]);
        upgrade(store, old).unwrap();
        assert_eq!(upgrade(store, new).unwrap_err().kind(), ErrorKind::Failed);
        let report = upgrade(store, old).unwrap_or_else(|error| panic!("{}", full(&error)));
        assert_eq!(report.notes, ["the script of `r2`, which this program does not have, was left unfinished at its statement 2"]);
        assert!(Migrator::new(old).pending(&store.url()).unwrap().is_empty());
        let status = Migrator::new(old).status(&store.url()).unwrap();
        assert!(status.is_at_head() && !status.unfinished.unwrap().is_known);
        Migrator::new(old).policy(Policy::Verify).upgrade(&store.url(), "head").unwrap();
        assert!(!Migrator::new(new).status(&store.url()).unwrap().is_at_head());
        // One that has something to do as well must not do it in the midst of another's script.
        let other = program("0.2.1", &[table("r1", "base"), table("x2", "r1")]);
        assert_eq!(upgrade(store, other).unwrap_err().kind(), ErrorKind::Interrupted);
        assert_eq!(store.applied(), ["r1"]);
    }

    fn a_breaking_script_keeps_the_old_program_out_as_soon_as_it_has_begun(store: &mut Store) {
        let old = program("0.1.0", &[table("r1", "base")]);
        let new = program("0.2.0", &[table("r1", "base"), breaking(script("r2", "r1"))]);
        upgrade(store, old).unwrap();
        assert_eq!(upgrade(store, new).unwrap_err().kind(), ErrorKind::Failed);
        let error = refused(store, old);
        assert_eq!(error.kind(), ErrorKind::AheadBreaking);
        insta::assert_snapshot!("a_breaking_script_that_has_begun", shown(&error));
        assert!(Migrator::new(new).pending(&store.url()).unwrap().unfinished.is_some());
    }
}

#[test]
fn the_old_program_starts_while_a_script_of_the_new_one_runs() {
    let store = Store::postgres();
    let old = program("0.1.0", &[table("r1", "base")]);
    let mut long = revision(
        "r2",
        "r1",
        "SELECT set_config('app.long', 'x', false), pg_sleep(2);",
        "SELECT 1;",
    );
    long.1 = long.1.replace("-- @up", "-- @up no-transaction");
    let new = program("0.2.0", &[table("r1", "base"), long]);
    upgrade(&store, old).unwrap();
    let url = store.url();
    let running = std::thread::spawn(move || Migrator::new(new).upgrade(&url, "head"));
    let mut seen = None;
    for _ in 0..400 {
        let report = upgrade(&store, old).unwrap();
        if let [note] = &report.notes[..] {
            seen = Some((note.clone(), report.waited));
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let (note, waited) = seen.unwrap();
    assert_eq!(
        note,
        "the script of `r2`, which this program does not have, is running at its statement 1"
    );
    assert_eq!(waited, Duration::ZERO);
    running.join().unwrap().unwrap();
    assert_eq!(upgrade(&store, old).unwrap().ahead, ["r2"]);
}
