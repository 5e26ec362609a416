//! Which tenants there are, what they are called, and whether they have their schema.

use limbeck::{Canary, Fleet, Members, Migrator};
use limbeck_testkit::{Database, postgres};

use super::support::{HOSTILE, done, fleet, history, tables_of};
use crate::support::full;

#[test]
fn every_tenant_has_its_own_tables_whatever_it_is_called() {
    let database = Database::create(postgres());
    let report = done(
        fleet(&database, history(2), &HOSTILE)
            .create_schemas(true)
            .upgrade("head"),
    );
    assert_eq!(report.done(), HOSTILE.len());
    for name in HOSTILE {
        assert_eq!(tables_of(&database, name), ["r1", "r2"], "{name}");
    }
    assert_eq!(tables_of(&database, "public"), [""; 0]);
    let again = done(fleet(&database, history(2), &HOSTILE).upgrade("head"));
    assert_eq!(again.at_head(), HOSTILE.len());
    done(fleet(&database, history(2), &HOSTILE[1..]).downgrade("base"));
    assert_eq!(tables_of(&database, "plain"), ["r1", "r2"]);
    for name in &HOSTILE[1..] {
        assert_eq!(tables_of(&database, name), [""; 0], "{name}");
    }
    let report = done(fleet(&database, history(3), &HOSTILE).upgrade("head"));
    assert_eq!(report.done(), HOSTILE.len());
    assert_eq!(tables_of(&database, HOSTILE[8]), ["r1", "r2", "r3"]);
}

#[test]
fn a_missing_schema_is_an_error_unless_it_is_to_be_made() {
    let database = Database::create(postgres());
    let report = fleet(&database, history(1), &["new", "$user", ""])
        .canary(Canary::None)
        .upgrade("head")
        .unwrap();
    let errors: Vec<_> = report
        .failures()
        .map(|(name, error)| format!("{name}: {error:#}"))
        .collect();
    insta::assert_snapshot!("tenants_that_cannot_be", errors.join("\n\n"));
    let error = Migrator::new(history(1))
        .schema("new")
        .upgrade(&database.url(), "head")
        .unwrap_err();
    insta::assert_snapshot!("a_tenant_without_its_schema", format!("error: {error:#}"));
    let mut migrator = Migrator::new(history(1)).schema("new").create_schema(true);
    assert_eq!(
        migrator
            .upgrade(&database.url(), "head")
            .unwrap()
            .steps
            .len(),
        1
    );
    assert!(
        migrator
            .upgrade(&database.url(), "head")
            .unwrap()
            .is_up_to_date()
    );
    assert_eq!(tables_of(&database, "new"), ["r1"]);
    // What was taken away behind the ledger's back is not made anew as if nothing had been there.
    database
        .connect()
        .batch_execute("DROP SCHEMA new CASCADE")
        .unwrap();
    let report = fleet(&database, history(2), &["new"])
        .create_schemas(true)
        .upgrade("head")
        .unwrap();
    let (_, error) = report.failures().next().unwrap();
    insta::assert_snapshot!(
        "a_tenant_whose_schema_was_dropped",
        format!("error: {error:#}")
    );
    database
        .connect()
        .batch_execute("CREATE SCHEMA new")
        .unwrap();
    done(fleet(&database, history(2), &["new"]).stamp(&["base"], true));
    done(fleet(&database, history(2), &["new"]).upgrade("head"));
    assert_eq!(tables_of(&database, "new"), ["r1", "r2"]);
}

#[test]
fn which_tenants_there_are_is_told_by_a_query() {
    let database = Database::create(postgres());
    let tenants = "CREATE TABLE tenants (id integer, name text); INSERT INTO tenants VALUES (2, 'b'), (1, 'a''s');";
    database.connect().batch_execute(tenants).unwrap();
    let members = Members::schemas_from_query(
        database.url(),
        "SELECT name, id FROM tenants ORDER BY id; -- all",
    );
    let report = done(
        Fleet::new(Migrator::new(history(1)), members)
            .create_schemas(true)
            .upgrade("head"),
    );
    let names: Vec<_> = report
        .members
        .iter()
        .map(|member| member.name.as_str())
        .collect();
    assert_eq!(names, ["a's", "b"]);
    let broken = Members::schemas_from_query(database.url(), "SELECT null");
    let error = Fleet::new(Migrator::new(history(1)), broken)
        .upgrade("head")
        .unwrap_err();
    assert!(full(&error).contains("has a null"), "{}", full(&error));
}
