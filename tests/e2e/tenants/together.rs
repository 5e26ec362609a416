//! Many at the same time: tenants, fleets, and programs that know of no tenant.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use limbeck::{Canary, Fleet, FleetEvent, Members, Migrator, Outcome};
use limbeck_testkit::{Database, WireProxy, postgres};

use super::support::{done, fleet, history, table, tables_of};
use crate::support::{compile, revision};

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
