//! What is done for a tenant, or only looked at.

use std::time::Duration;

use limbeck::{Canary, ErrorKind, Fleet, Members, Migrator, Policy};
use limbeck_testkit::{Bouncer, Database, PoolMode, WireProxy, postgres};

use super::support::{HOSTILE, done, fleet, history, outcomes, table, tables_of};
use crate::support::{compile, revision};

#[test]
fn tenants_at_head_are_told_by_one_query_however_many_there_are() {
    let database = Database::create(postgres());
    let names: Vec<String> = (0..300).map(|number| format!("tenant {number}")).collect();
    let members = |url: String| Members::schemas(url, names.clone());
    let fleet = Fleet::new(Migrator::new(history(1)), members(database.url()))
        .create_schemas(true)
        .concurrency(8);
    assert_eq!(done(fleet.upgrade("head")).done(), 300);

    let proxy = WireProxy::start(postgres());
    let url = proxy.url(database.name());
    let report = done(Fleet::new(Migrator::new(history(1)), members(url.clone())).upgrade("head"));
    assert_eq!(report.at_head(), 300);
    proxy.wait_until_idle();
    assert_eq!(proxy.queries().len(), 1, "{:?}", proxy.queries());
    assert_eq!((proxy.round_trips(), proxy.prepared().len()), (1, 0));
    assert!(
        proxy.queries()[0].starts_with("SELECT "),
        "{:?}",
        proxy.queries()
    );

    // One that is behind is the only one that anything more is sent for.
    Migrator::new(history(1))
        .schema("tenant 7")
        .downgrade(&database.url(), "base")
        .unwrap();
    proxy.reset();
    let report = done(Fleet::new(Migrator::new(history(1)), members(url)).upgrade("head"));
    assert_eq!((report.at_head(), report.done()), (299, 1));
    proxy.wait_until_idle();
    let others = proxy
        .queries()
        .iter()
        .skip(1)
        .filter(|query| query.contains("tenant 8"))
        .count();
    assert_eq!(others, 0, "{:?}", proxy.queries());
    // The question which there are, whether the ledger is there, the ledger's rows with what is looked at before
    // the first change, the revision.
    assert_eq!(proxy.round_trips(), 4, "{:?}", proxy.queries());
}

#[test]
fn scripts_outside_a_transaction_and_shared_schemas_are_the_tenants_too() {
    let database = Database::create(postgres());
    database
        .connect()
        .batch_execute("CREATE SCHEMA common; CREATE FUNCTION common.answer() RETURNS integer LANGUAGE sql AS 'SELECT 42'")
        .unwrap();
    let mut script = revision(
        "r2",
        "r1",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS r1_id ON r1 (id);",
        "DROP INDEX CONCURRENTLY IF EXISTS r1_id;",
    );
    script.1 = script
        .1
        .replace("-- @up", "-- @up no-transaction")
        .replace("-- @down", "-- @down no-transaction");
    let uses = revision(
        "r3",
        "r2",
        "INSERT INTO r1 VALUES (answer());",
        "DELETE FROM r1 WHERE id = 42;",
    );
    let history = compile("app", &[table("r1", "base"), script, uses]);
    let names = ["a", "b's", "c"];
    let migrator = Migrator::new(history).shared_schemas(["common"]);
    let fleet = Fleet::new(migrator, Members::schemas(database.url(), names)).create_schemas(true);
    done(fleet.upgrade("head"));
    let count = "SELECT count(*) FROM pg_indexes WHERE indexname = 'r1_id'";
    let indexes = || {
        database
            .connect()
            .query_one(count, &[])
            .unwrap()
            .get::<_, i64>(0)
    };
    assert_eq!(indexes(), 3);
    // A connection that is lent has its own search path again.
    let mut lent = database.connect();
    lent.batch_execute("SET search_path = common, public")
        .unwrap();
    let mut migrator = Migrator::new(history)
        .shared_schemas(["common"])
        .schema("b's");
    migrator.downgrade(&mut lent, "r1").unwrap();
    assert_eq!(indexes(), 2);
    migrator.upgrade(&mut lent, "head").unwrap();
    assert_eq!(indexes(), 3);
    let row = lent
        .query_one("SELECT current_setting('search_path'), answer()", &[])
        .unwrap();
    assert_eq!(
        (row.get::<_, String>(0).as_str(), row.get::<_, i32>(1)),
        ("common, public", 42)
    );
}

#[test]
fn a_fleet_that_is_only_looked_at_is_not_touched() {
    let database = Database::create(postgres());
    database
        .connect()
        .batch_execute("CREATE SCHEMA a; CREATE SCHEMA b")
        .unwrap();
    let status = done(fleet(&database, history(1), &["a", "b"]).status());
    assert_eq!(status.done(), 2);
    let verify = Migrator::new(history(1)).policy(Policy::Verify);
    let members = || Members::schemas(database.url(), ["a", "b"]);
    let report = Fleet::new(verify.clone(), members())
        .upgrade("head")
        .unwrap();
    assert!(
        report
            .failures()
            .all(|(_, error)| error.kind() == ErrorKind::NotAtHead)
    );
    assert_eq!(report.failed(), 2);
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname = 'limbeck'";
    assert_eq!(
        database
            .connect()
            .query_one(schemas, &[])
            .unwrap()
            .get::<_, i64>(0),
        0
    );
    done(fleet(&database, history(1), &["a"]).upgrade("head"));
    let report = Fleet::new(verify, members()).upgrade("head").unwrap();
    assert_eq!(outcomes(&report), ["at head", "failed"]);
    let waiting = Migrator::new(history(1)).policy(Policy::Wait {
        deadline: Duration::from_mins(1),
    });
    let fleet_of_waiter = Fleet::new(waiting, members());
    let waiter = std::thread::spawn(move || fleet_of_waiter.upgrade("head"));
    std::thread::sleep(Duration::from_millis(100));
    done(fleet(&database, history(1), &["b"]).upgrade("head"));
    done(waiter.join().unwrap());
}

#[test]
fn the_sql_of_a_tenant_is_the_tenants() {
    let database = Database::create(postgres());
    let name = HOSTILE[8];
    let migrator = || Migrator::new(history(2)).schema(name).create_schema(true);
    let sql = migrator()
        .upgrade_sql(limbeck::Dialect::Postgres, &[], "head")
        .unwrap();
    database.connect().batch_execute(&sql).unwrap();
    assert_eq!(tables_of(&database, name), ["r1", "r2"]);
    assert!(
        migrator()
            .upgrade(&database.url(), "head")
            .unwrap()
            .is_up_to_date()
    );
    let again = database.connect().batch_execute(&sql).unwrap_err();
    assert!(again.to_string().contains("db error"), "{again}");
}

#[test]
fn tenants_are_migrated_through_a_pooler_in_transaction_mode() {
    let database = Database::create(postgres());
    let bouncer = Bouncer::start_with_pool(postgres(), PoolMode::Transaction, 2);
    let names = ["a", "b's", "c", "d"];
    let members = || Members::schemas(bouncer.url(database.name()), names);
    let fleet = |history| {
        Fleet::new(Migrator::new(history), members())
            .create_schemas(true)
            .canary(Canary::None)
    };
    assert_eq!(done(fleet(history(2)).upgrade("head")).done(), 4);
    assert_eq!(done(fleet(history(3)).upgrade("head")).done(), 4);
    for name in names {
        assert_eq!(tables_of(&database, name), ["r1", "r2", "r3"]);
    }
    // Whoever has the sessions next is in no tenant's schema.
    let mut other =
        postgres::Client::connect(&bouncer.url(database.name()), postgres::NoTls).unwrap();
    let shown = other.simple_query("SHOW search_path").unwrap();
    assert!(format!("{shown:?}").contains("public"), "{shown:?}");
}
