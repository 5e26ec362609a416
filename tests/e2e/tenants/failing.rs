//! Tenants that fail, and those whose turn comes after them.

use limbeck::{Canary, ErrorKind};
use limbeck_testkit::{Database, postgres};

use super::support::{done, fleet, history, outcomes, tables_of};

#[test]
fn a_tenant_that_fails_stops_nobody_and_the_next_run_goes_on_with_it_alone() {
    let database = Database::create(postgres());
    let names = ["a", "b", "c", "d"];
    done(
        fleet(&database, history(1), &names)
            .create_schemas(true)
            .upgrade("head"),
    );
    // In the way of the second revision.
    database
        .connect()
        .batch_execute("CREATE TABLE c.r2 (id integer)")
        .unwrap();
    let report = fleet(&database, history(3), &names)
        .upgrade("head")
        .unwrap();
    assert_eq!(outcomes(&report), ["done", "done", "failed", "done"]);
    let (name, error) = report.failures().next().unwrap();
    assert_eq!((name, error.kind()), ("c", ErrorKind::Failed));
    assert!(
        error.to_string().contains("migrations/r2_change.sql:6:1"),
        "{error}"
    );
    database.connect().batch_execute("DROP TABLE c.r2").unwrap();
    let report = done(fleet(&database, history(3), &names).upgrade("head"));
    assert_eq!(outcomes(&report), ["at head", "at head", "done", "at head"]);
    assert_eq!(tables_of(&database, "c"), ["r1", "r2", "r3"]);
}

#[test]
fn nobodys_turn_comes_after_a_canary_that_has_failed() {
    let database = Database::create(postgres());
    let names = ["a", "b", "c", "d"];
    done(
        fleet(&database, history(1), &names)
            .create_schemas(true)
            .upgrade("head"),
    );
    database
        .connect()
        .batch_execute("CREATE TABLE a.r2 (id integer)")
        .unwrap();
    let upgrade = |canary: Canary| {
        fleet(&database, history(2), &names)
            .canary(canary)
            .upgrade("head")
    };
    let report = upgrade(Canary::First).unwrap();
    assert_eq!(
        outcomes(&report),
        ["failed", "not started", "not started", "not started"]
    );
    assert!(!report.is_success());
    let canaries = Canary::Named(vec!["a".to_owned(), "d".to_owned()]);
    let report = upgrade(canaries).unwrap();
    assert_eq!(
        outcomes(&report),
        ["failed", "not started", "not started", "done"]
    );
    let report = upgrade(Canary::Named(vec!["c".to_owned(), "d".to_owned()])).unwrap();
    assert_eq!(outcomes(&report), ["failed", "done", "done", "at head"]);
    let error = upgrade(Canary::Named(vec!["nobody".to_owned()])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the canary `nobody` is none of the members"
    );
    let report = upgrade(Canary::None).unwrap();
    assert_eq!(
        outcomes(&report),
        ["failed", "at head", "at head", "at head"]
    );
}

#[test]
fn after_so_many_failures_no_other_tenants_turn_comes() {
    let database = Database::create(postgres());
    let names = ["a", "b", "c", "d", "e"];
    done(
        fleet(&database, history(1), &names)
            .create_schemas(true)
            .upgrade("head"),
    );
    database
        .connect()
        .batch_execute("CREATE TABLE b.r2 (id integer); CREATE TABLE c.r2 (id integer)")
        .unwrap();
    let fleet = fleet(&database, history(2), &names)
        .canary(Canary::None)
        .concurrency(1)
        .stop_after(2);
    assert_eq!(
        outcomes(&fleet.upgrade("head").unwrap()),
        ["done", "failed", "failed", "not started", "not started"]
    );
}
