//! A schema for each tenant of one database: the same history in all of them, and one ledger.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use limbeck::{
    Canary, ErrorKind, Fleet, FleetEvent, FleetReport, History, Members, Migrator, Outcome, Policy,
    Report,
};
use limbeck_testkit::{Bouncer, Database, PoolMode, WireProxy, postgres};

use crate::support::{compile, full, revision};

/// Names that are somebody's attack, or somebody's joke.
const HOSTILE: [&str; 9] = [
    "plain",
    "With Spaces",
    "quote\"s",
    "apostrophe's",
    "back\\slash",
    "semi;colon--",
    "{a,\"b\"}",
    "über, \"$user\"",
    "a\"; DROP SCHEMA plain CASCADE; --",
];

fn table(id: &str, parents: &str) -> (String, String) {
    revision(
        id,
        parents,
        &format!(
            "CREATE TABLE {id} (id integer, note text);\nINSERT INTO {id} VALUES (1, 'a\\b');"
        ),
        &format!("DROP TABLE {id};"),
    )
}

fn history(count: usize) -> &'static History {
    let files = [table("r1", "base"), table("r2", "r1"), table("r3", "r2")];
    compile("app", &files[..count])
}

fn fleet(database: &Database, history: &'static History, names: &[&str]) -> Fleet {
    Fleet::new(
        Migrator::new(history),
        Members::schemas(database.url(), names.iter().copied()),
    )
}

fn done<T>(result: Result<FleetReport<T>, limbeck::Error>) -> FleetReport<T> {
    let report = result.unwrap_or_else(|error| panic!("{}", full(&error)));
    let failures: Vec<_> = report
        .failures()
        .map(|(name, error)| format!("{name}: {}", full(error)))
        .collect();
    assert!(failures.is_empty(), "{failures:#?}");
    report
}

fn tables_of(database: &Database, schema: &str) -> Vec<String> {
    let query = "SELECT relname::text FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace \
                 WHERE nspname = $1 AND relkind = 'r' ORDER BY relname";
    let rows = database.connect().query(query, &[&schema]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn outcomes(report: &FleetReport<Report>) -> Vec<&'static str> {
    report
        .members
        .iter()
        .map(|member| match &member.outcome {
            Outcome::AtHead => "at head",
            Outcome::Done(_) => "done",
            Outcome::Failed(_) => "failed",
            _ => "not started",
        })
        .collect()
}

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
fn eight_fleets_at_once_do_each_tenant_once() {
    let database = Database::create(postgres());
    let names: Vec<String> = (0..20).map(|number| format!("t{number}")).collect();
    let fleets: Vec<_> = (0..8)
        .map(|_| {
            let members = Members::schemas(database.url(), names.clone());
            std::thread::spawn(move || {
                Fleet::new(Migrator::new(history(3)), members)
                    .create_schemas(true)
                    .concurrency(3)
                    .upgrade("head")
            })
        })
        .collect();
    let mut ran = 0;
    for fleet in fleets {
        let report = done(fleet.join().unwrap());
        ran += report
            .members
            .iter()
            .map(|member| match &member.outcome {
                Outcome::Done(report) => report.steps.len(),
                _ => 0,
            })
            .sum::<usize>();
    }
    assert_eq!(ran, 20 * 3);
    for name in &names {
        assert_eq!(tables_of(&database, name), ["r1", "r2", "r3"], "{name}");
    }
    let twice = "SELECT count(*) FROM (SELECT FROM limbeck.journal GROUP BY history, id HAVING count(*) > 1) AS twice";
    assert_eq!(
        database
            .connect()
            .query_one(twice, &[])
            .unwrap()
            .get::<_, i64>(0),
        0
    );
}

#[test]
fn tenants_run_at_the_same_time_and_events_say_whose_they_are() {
    let database = Database::create(postgres());
    // Each waits for the others: one after the other they would never meet.
    let meet = "DO $$ BEGIN INSERT INTO public.here VALUES (1); END $$;";
    let history = compile(
        "app",
        &[revision("r1", "base", meet, "SELECT 1;"), table("r2", "r1")],
    );
    database
        .connect()
        .batch_execute("CREATE TABLE here (id integer)")
        .unwrap();
    let names = ["a", "b", "c"];
    let told = Arc::new(Mutex::new(Vec::new()));
    let events = Arc::clone(&told);
    let mut holder = database.connect();
    holder
        .batch_execute("BEGIN; LOCK TABLE here IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    let fleet = fleet(&database, history, &names)
        .create_schemas(true)
        .canary(Canary::None)
        .concurrency(3)
        .observer(move |event: &FleetEvent<'_>| {
            let line = match event {
                FleetEvent::Planned { at_head, count, .. } => format!("{at_head} and {count}"),
                FleetEvent::Started { member, .. } => format!("{member} starts"),
                FleetEvent::Happened {
                    member,
                    event: limbeck::Event::Finished(step),
                    ..
                } => format!("{member} has {}", step.revision.id),
                FleetEvent::Finished { member, error, .. } => {
                    format!("{member} ends {}", error.is_none())
                }
                _ => return,
            };
            events.lock().unwrap().push(line);
        });
    let run = std::thread::spawn(move || done(fleet.upgrade("head")));
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'here'::regclass";
    let mut observer = database.connect();
    for _ in 0..1_000 {
        if observer.query_one(waiting, &[]).unwrap().get::<_, i64>(0) == 3 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(
        observer.query_one(waiting, &[]).unwrap().get::<_, i64>(0),
        3
    );
    holder.batch_execute("ROLLBACK").unwrap();
    assert_eq!(run.join().unwrap().done(), 3);
    let told = told.lock().unwrap();
    assert_eq!(told[0], "0 and 3");
    for name in names {
        let own: Vec<_> = told
            .iter()
            .filter(|line| line.starts_with(name))
            .cloned()
            .collect();
        let expected =
            ["starts", "has r1", "has r2", "ends true"].map(|what| format!("{name} {what}"));
        assert_eq!(own, expected);
    }
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

#[test]
fn a_fleet_run_that_is_killed_is_taken_up_by_the_next_one() {
    // The revisions before the first script outside a transaction.
    const TARGET: &str = "5145ff1f7c90";
    let database = Database::create(postgres());
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("schemas");
    let names: Vec<String> = (0..12).map(|number| format!("tenant {number}")).collect();
    std::fs::write(&list, names.join("\n")).unwrap();
    let start = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_memory-store"))
            .args(["upgrade", TARGET, "--create-schemas", "--schemas"])
            .arg(&list)
            .args(["--database", &database.url()])
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    for delay_ms in [20, 60, 120, 200] {
        let mut process = start();
        std::thread::sleep(Duration::from_millis(delay_ms));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    assert!(start().wait().unwrap().success());
    let dumps = database.pg_dump_by_schema();
    let own = |name: &String| -> Vec<String> {
        let entries = dumps.get(name).unwrap().iter();
        entries
            .map(|entry| entry.replace(name.as_str(), "TENANT"))
            .collect()
    };
    for name in &names {
        assert_eq!(own(name), own(&names[0]), "{name}");
    }
    let twice = "SELECT count(*) FROM (SELECT FROM limbeck.journal WHERE outcome = 'applied' \
                 GROUP BY history, id HAVING count(*) > 1) AS twice";
    let count: i64 = database.connect().query_one(twice, &[]).unwrap().get(0);
    assert_eq!(count, 0);
}

#[test]
fn a_program_without_tenants_and_its_ledger_are_left_alone() {
    let database = Database::create(postgres());
    Migrator::new(history(2))
        .upgrade(&database.url(), "head")
        .unwrap();
    done(
        fleet(&database, history(3), &["a", "b"])
            .create_schemas(true)
            .upgrade("head"),
    );
    let status = Migrator::new(history(2)).status(&database.url()).unwrap();
    assert!(status.is_at_head() && status.ahead.is_empty(), "{status:?}");
    assert!(
        Migrator::new(history(2))
            .upgrade(&database.url(), "head")
            .unwrap()
            .is_up_to_date()
    );
    assert_eq!(tables_of(&database, "public"), ["r1", "r2"]);
    assert_eq!(tables_of(&database, "a"), ["r1", "r2", "r3"]);
}

#[test]
fn a_program_without_tenants_asks_one_question_too_where_there_are_many() {
    let database = Database::create(postgres());
    let names: Vec<String> = (0..60).map(|number| format!("tenant {number}")).collect();
    let fleet = Fleet::new(
        Migrator::new(history(1)),
        Members::schemas(database.url(), names),
    )
    .create_schemas(true)
    .concurrency(8);
    assert_eq!(done(fleet.upgrade("head")).done(), 60);
    // Its row is the last one.
    Migrator::new(history(2))
        .upgrade(&database.url(), "head")
        .unwrap();

    let proxy = WireProxy::start(postgres());
    let report = Migrator::new(history(2))
        .upgrade(&proxy.url(database.name()), "head")
        .unwrap();
    assert!(report.is_up_to_date());
    proxy.wait_until_idle();
    assert_eq!(
        proxy.queries(),
        ["SELECT history, digest, version, unfinished FROM \"limbeck\".state"]
    );
}
