//! Scripts that run, fail, fail at their commit, hang, and leave something behind.

use limbeck_compiler::proof::Engine;

use super::support::{database, script};

#[test]
fn a_failing_statement_is_known_with_its_place_and_takes_the_others_back() {
    let mut database = database();
    let failure = database.failing(&[
        "CREATE TABLE a (x int)",
        "SELECT 'é', wrong FROM a",
        "CREATE TABLE b ()",
    ]);
    assert_eq!(failure.statement, Some(1));
    assert_eq!(failure.offset, Some("SELECT 'é', ".len()));
    assert_eq!(failure.message, "column \"wrong\" does not exist");
    assert_eq!(database.value("SELECT to_regclass('a') IS NULL"), "t");
    database.sound(&["CREATE TABLE a (x int)"]);
}

#[test]
fn what_is_checked_at_the_commit_fails_there() {
    let mut database = database();
    database.sound(&[
        "CREATE TABLE a (id int PRIMARY KEY)",
        "CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED)",
    ]);
    let failure = database.failing(&["INSERT INTO b VALUES (7)"]);
    assert_eq!((failure.statement, failure.offset), (None, None));
    insta::assert_snapshot!(failure.message, @r#"insert or update on table "b" violates foreign key constraint "b_a_fkey": Key (a)=(7) is not present in table "a""#);
    assert_eq!(database.value("SELECT count(*) FROM b"), "0");
}

#[test]
fn statements_outside_a_transaction_stay_when_a_later_one_fails() {
    let mut database = database();
    database.sound(&["CREATE TABLE a (x int)", "INSERT INTO a VALUES (1), (1)"]);
    let statements = script(&[
        "CREATE INDEX CONCURRENTLY ix ON a (x)",
        "CREATE UNIQUE INDEX CONCURRENTLY ux ON a (x)",
    ]);
    let mut statements = statements;
    statements.transactional = false;
    let failure = database.run(&statements).unwrap().unwrap_err();
    assert_eq!(failure.statement, Some(1));
    assert!(
        failure.message.contains("Key (x)=(1) is duplicated"),
        "{}",
        failure.message
    );
    assert_eq!(database.value("SELECT to_regclass('ix') IS NULL"), "f");
}

#[test]
fn a_statement_that_hangs_is_ended_by_its_time() {
    let mut database = database();
    let mut hanging = script(&["SELECT pg_sleep(60)"]);
    hanging.statement_timeout_ms = Some(50);
    let failure = database.run(&hanging).unwrap().unwrap_err();
    insta::assert_snapshot!(failure.message, @"canceling statement due to statement timeout: it did not end in time");
    database.sound(&["SELECT pg_sleep(0.1)"]);
}

#[test]
fn nothing_of_a_session_leaks_into_the_next_script() {
    let mut database = database();
    let mut statements = script(&[
        "CREATE SCHEMA other",
        "SET search_path = other",
        "SET standard_conforming_strings = off",
        "CREATE TEMPORARY TABLE scratch (x int)",
        "PREPARE p AS SELECT 1",
        "SELECT pg_advisory_lock(7)",
    ]);
    for transactional in [true, false] {
        statements.transactional = transactional;
        database.run(&statements).unwrap().unwrap();
        database.sound(&["DROP SCHEMA other", "SELECT '\\'"]);
        let failure = database.failing(&["TABLE scratch"]);
        assert_eq!(failure.message, "relation \"scratch\" does not exist");
        assert_eq!(
            database.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"),
            "0"
        );
    }
    let failure = database.failing(&["SET ROLE pg_monitor", "CREATE SCHEMA a"]);
    assert!(
        failure.message.contains("permission denied"),
        "{}",
        failure.message
    );
    database.sound(&["CREATE TABLE a ()"]);
}

#[test]
fn a_statement_that_talks_with_the_client_fails_and_the_rest_goes_on() {
    let mut database = database();
    database.sound(&["CREATE TABLE a (x int)"]);
    for statement in ["COPY a FROM STDIN", "COPY a TO STDOUT"] {
        let failure = database.failing(&["CREATE TABLE b ()", statement]);
        assert_eq!(failure.statement, Some(1));
        insta::allow_duplicates! {
            insta::assert_snapshot!(failure.message, @"the statement sends data to the client or waits for some, and nobody is there");
        }
        assert_eq!(database.value("SELECT to_regclass('b') IS NULL"), "t");
    }
}

#[test]
fn a_script_that_ends_its_own_session_is_a_fault() {
    let mut database = database();
    let fault = database
        .run(&script(&["SELECT pg_terminate_backend(pg_backend_pid())"]))
        .unwrap_err();
    assert!(fault.to_string().contains("of line 1"), "{fault}");
}

#[test]
fn details_are_told_and_the_line_of_a_function() {
    let mut database = database();
    database.sound(&[
        "CREATE TABLE a (x int)",
        "CREATE VIEW v AS SELECT x FROM a",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$",
    ]);
    insta::assert_snapshot!(database.failing(&["ALTER TABLE a DROP COLUMN x"]).message, @"cannot drop column x of table a because other objects depend on it: view v depends on column x of table a");
    insta::assert_snapshot!(database.failing(&["SELECT f()"]).message, @"no (in PL/pgSQL function f() line 1 at RAISE)");
    insta::assert_snapshot!(database.failing(&["SELECT y FROM a"]).message, @r#"column "y" does not exist"#);
    let failure = database.failing(&["CREATE EXTENSION no_such_extension"]);
    assert!(
        failure.message.contains("no_such_extension"),
        "{}",
        failure.message
    );
    assert!(
        failure.message.ends_with("on the machine of the server"),
        "{}",
        failure.message
    );
}
