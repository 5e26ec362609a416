//! `repair`: what interrupted runs have left is mended, and nothing else is touched.

use std::process::Command;

use limbeck::{Fate, History, Migrator, Repair, RepairReport};

use crate::support::{Store, compile, detach, detaches_concurrently, on_each_database, revision};

fn history() -> &'static History {
    let mut script = revision(
        "r2",
        "r1",
        &format!(
            "ANALYZE a;\nCREATE INDEX CONCURRENTLY a_n ON a (n);\nREINDEX INDEX CONCURRENTLY a_id;\n{}",
            detach()
        ),
        "SELECT 1;",
    );
    script.1 = script.1.replace("-- @up", "-- @up postgres no-transaction")
        + "\n-- @up sqlite no-transaction\nVACUUM;\nINSERT INTO a VALUES (1, 1);\n";
    let tables = "CREATE TABLE a (id integer, n integer);\nCREATE INDEX a_id ON a (id);";
    let partitions = "CREATE TABLE p (id integer) PARTITION BY RANGE (id);\n\
                      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);";
    let mut first = revision("r1", "base", tables, "SELECT 1;");
    first.1 = first.1.replace(
        "-- @up",
        &format!("-- @up postgres\n{tables}\n{partitions}\n\n-- @up sqlite"),
    );
    compile("app", &[first, script])
}

fn repair(store: &Store, repair: Repair) -> RepairReport {
    Migrator::new(history())
        .repair(&store.url(), repair)
        .unwrap()
}

fn fates(report: &RepairReport) -> Vec<(&str, Fate)> {
    report
        .leftovers
        .iter()
        .map(|leftover| (leftover.what.as_str(), leftover.fate))
        .collect()
}

fn mend(store: &Store, what: &str) {
    let dry = repair(store, Repair::new().dry_run(true));
    assert_eq!(fates(&dry), [(what, Fate::WouldBeMended)]);
    assert!(!dry.is_in_order());
    let report = repair(store, Repair::new());
    assert_eq!(fates(&report), [(what, Fate::Mended)]);
    assert!(report.is_in_order());
    assert_eq!(fates(&repair(store, Repair::new())), []);
    assert!(store.upgrade(history(), "head").is_up_to_date());
}

/// A statement of a script that nobody has finished.
fn note_progress(store: &Store, step: u32) {
    store.execute(&format!(
        "INSERT INTO {} (history, id, direction, step, state, token, lease_until) \
         VALUES ('app', 'r2', 'up', {step}, 'started', 'old', '2020-01-01 00:00:00')",
        store.ledger("progress")
    ));
}

on_each_database! {
    fn a_database_that_is_in_order_has_nothing_to_mend(store: &mut Store) {
        assert_eq!(fates(&repair(store, Repair::new())), []);
        store.upgrade(history(), "head");
        assert_eq!(fates(&repair(store, Repair::new().all_indexes(true))), []);
    }

    fn what_is_noted_of_a_script_that_has_ended_is_removed(store: &mut Store) {
        store.upgrade(history(), "head");
        note_progress(store, 1);
        mend(store, "the script `up` of `r2` counts as unfinished, and the revision says that it has ended");
        note_progress(store, 1);
        store.execute(&format!("UPDATE {} SET unfinished = 'old'", store.ledger("state")));
        mend(store, "the script `up` of `r2` counts as unfinished, and the revision says that it has ended");
    }

    fn a_mark_of_a_script_that_is_not_there_is_removed(store: &mut Store) {
        store.upgrade(history(), "head");
        store.execute(&format!("UPDATE {} SET unfinished = 'old'", store.ledger("state")));
        mend(store, "`app` is marked as having an unfinished script, and there is none");
    }

    fn a_state_that_no_history_has_is_put_right_from_the_revisions(store: &mut Store) {
        store.upgrade(history(), "head");
        store.execute(&format!("UPDATE {} SET digest = 'nonsense'", store.ledger("state")));
        mend(store, "the recorded state of `app` is not that of its recorded revisions");
        store.execute(&format!("DELETE FROM {}", store.ledger("state")));
        mend(store, "the recorded state of `app` is not that of its recorded revisions");
    }

    fn a_state_that_may_be_the_truth_is_left_to_a_person(store: &mut Store) {
        store.upgrade(history(), "head");
        store.execute(&format!("DELETE FROM {} WHERE id = 'r2'", store.ledger("revision")));
        let report = repair(store, Repair::new());
        assert_eq!(fates(&report), [("the recorded state of `app` is not that of its recorded revisions", Fate::Left)]);
        assert!(!report.is_in_order());
        assert_eq!(store.applied(), ["r1"]);
    }

    fn a_script_that_was_left_is_the_next_upgrades(store: &mut Store) {
        store.upgrade(history(), "r1");
        note_progress(store, 1);
        store.execute(&format!("UPDATE {} SET unfinished = 'old'", store.ledger("state")));
        let report = repair(store, Repair::new());
        assert_eq!(fates(&report), [("the script `up` of `r2` was left at its statement 1", Fate::ForUpgrade)]);
        assert!(report.is_in_order());
        assert_eq!(store.upgrade(history(), "head").steps.len(), 1);
    }

    fn what_nobody_can_be_sure_of_is_left(store: &mut Store) {
        store.upgrade(history(), "r1");
        note_progress(store, 1);
        store.execute(&format!(
            "INSERT INTO {} (history, id, direction, step, state, token, lease_until) \
             VALUES ('app', 'r9', 'up', 1, 'started', 'older', '2020-01-01 00:00:00')",
            store.ledger("progress")
        ));
        let report = repair(store, Repair::new());
        let fates: Vec<_> = fates(&report).into_iter().map(|(_, fate)| fate).collect();
        assert_eq!(fates, [Fate::Left, Fate::Left]);
        assert_eq!(store.query(&format!("SELECT count(*) FROM {}", store.ledger("progress"))), ["2"]);
    }
}

/// Makes an index invalid as an interrupted statement would: only a superuser can.
fn invalidate(store: &Store, index: &str) {
    store.execute(&format!(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{index}'::regclass"
    ));
}

fn is_valid(store: &Store, index: &str) -> Vec<String> {
    store.query(&format!(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{index}')"
    ))
}

#[test]
fn indexes_that_scripts_speak_of_are_mended_and_others_are_listed() {
    let store = Store::postgres();
    store.upgrade(history(), "head");
    store.execute(
        "CREATE INDEX a_id_ccnew ON a (id); CREATE INDEX foreign_to_all ON a (id, n); \
         CREATE TABLE other (id integer); CREATE INDEX other_id ON other (id); \
         CREATE INDEX other_id_ccnew1 ON other (id)",
    );
    for index in ["a_n", "a_id_ccnew", "foreign_to_all", "other_id_ccnew1"] {
        invalidate(&store, index);
    }
    let report = repair(&store, Repair::new());
    assert_eq!(
        fates(&report),
        [
            ("the index `public.a_id_ccnew` is not valid", Fate::Mended),
            ("the index `public.a_n` is not valid", Fate::Mended),
            ("the index `public.foreign_to_all` is not valid", Fate::Left),
            (
                "the index `public.other_id_ccnew1` is not valid",
                Fate::Left
            ),
        ]
    );
    assert_eq!(is_valid(&store, "a_n"), ["t"]);
    assert_eq!(is_valid(&store, "a_id_ccnew"), [] as [&str; 0]);
    assert_eq!(is_valid(&store, "foreign_to_all"), ["f"]);
    let report = repair(&store, Repair::new().all_indexes(true));
    assert_eq!(report.leftovers.len(), 2);
    assert!(report.is_in_order());
    assert_eq!(is_valid(&store, "foreign_to_all"), [] as [&str; 0]);
    assert_eq!(fates(&repair(&store, Repair::new())), []);
}

#[test]
fn an_index_of_a_script_that_has_not_run_is_dropped_and_built_by_the_upgrade() {
    let store = Store::postgres();
    store.upgrade(history(), "r1");
    store.execute("CREATE INDEX a_n ON a (n)");
    invalidate(&store, "a_n");
    let report = repair(&store, Repair::new());
    assert_eq!(
        fates(&report),
        [("the index `public.a_n` is not valid", Fate::Mended)]
    );
    assert_eq!(is_valid(&store, "a_n"), [] as [&str; 0]);
    store.upgrade(history(), "head");
    assert_eq!(is_valid(&store, "a_n"), ["t"]);
}

#[test]
fn an_index_that_somebody_builds_is_not_touched() {
    let store = Store::postgres();
    store.upgrade(history(), "r1");
    let Store::Postgres(database) = &store else {
        unreachable!()
    };
    let mut reader = database.connect();
    reader
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM a")
        .unwrap();
    let mut builder = database.connect();
    let build =
        std::thread::spawn(move || builder.batch_execute("CREATE INDEX CONCURRENTLY a_n ON a (n)"));
    while is_valid(&store, "a_n").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let report = repair(&store, Repair::new().all_indexes(true));
    assert_eq!(
        fates(&report),
        [("the index `public.a_n` is not valid", Fate::Left)]
    );
    reader.batch_execute("ROLLBACK").unwrap();
    build.join().unwrap().unwrap();
    assert_eq!(is_valid(&store, "a_n"), ["t"]);
}

#[test]
fn a_duplicate_that_keeps_an_index_from_being_built_again_is_said_and_leaves_nothing() {
    let store = Store::postgres();
    let mut script = revision(
        "r2",
        "r1",
        "CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n);",
        "SELECT 1;",
    );
    script.1 = script.1.replace("-- @up", "-- @up no-transaction");
    let history = compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer, n integer);",
                "DROP TABLE a;",
            ),
            script,
        ],
    );
    store.upgrade(history, "head");
    store.execute("UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = 'a_n'::regclass");
    store.execute("INSERT INTO a VALUES (1, 1), (2, 1)");
    let report = Migrator::new(history)
        .repair(&store.url(), Repair::new())
        .unwrap();
    assert_eq!(report.leftovers[0].fate, Fate::Failed);
    assert!(report.leftovers[0].remedy.contains("23505"), "{report:?}");
    assert_eq!(is_valid(&store, "a_n_ccnew"), [] as [&str; 0]);
    store.execute("DELETE FROM a WHERE id = 2");
    let report = Migrator::new(history)
        .repair(&store.url(), Repair::new())
        .unwrap();
    assert_eq!(report.leftovers[0].fate, Fate::Mended);
    assert_eq!(is_valid(&store, "a_n"), ["t"]);
}

#[test]
fn a_partition_that_is_half_detached_is_detached_where_a_script_detaches_it() {
    let store = Store::postgres();
    store.upgrade(history(), "r1");
    if !detaches_concurrently() {
        assert_eq!(
            fates(&repair(&store, Repair::new())),
            [],
            "there is no such column to ask for"
        );
        return;
    }
    store.execute("CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)");
    store.execute("UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'p1'::regclass");
    mend_partition(&store, "p1", Fate::Mended);
    store.execute("UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'p2'::regclass");
    mend_partition(&store, "p2", Fate::Left);
}

fn mend_partition(store: &Store, partition: &str, fate: Fate) {
    let report = repair(store, Repair::new());
    let what = format!("the partition `public.{partition}` of `public.p` is half detached");
    assert_eq!(fates(&report), [(what.as_str(), fate)]);
}

#[test]
fn the_command_says_what_it_did_and_its_exit_code_whether_something_is_left() {
    let store = Store::postgres();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_memory-store"))
            .args(arguments)
            .env("DATABASE_URL", store.url())
            .output()
            .unwrap();
        (
            String::from_utf8(output.stdout).unwrap(),
            output.status.code(),
        )
    };
    assert_eq!(run(&["upgrade", "--quiet"]).1, Some(0));
    assert_eq!(run(&["repair"]), ("all is in order\n".to_owned(), Some(0)));
    invalidate(&store, "passages_archive_id_idx");
    let (said, code) = run(&["repair", "--dry-run"]);
    assert_eq!(code, Some(12));
    insta::assert_snapshot!(said);
    let (said, code) = run(&["repair", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["leftovers"][0]["fate"], "mended");
    assert_eq!(report["in_order"], true);
    store.execute("CREATE INDEX of_nobody ON messages (id)");
    invalidate(&store, "of_nobody");
    let (said, code) = run(&["repair"]);
    assert_eq!(code, Some(12));
    insta::assert_snapshot!(said);
    assert_eq!(run(&["repair", "--all-indexes"]).1, Some(0));
}
