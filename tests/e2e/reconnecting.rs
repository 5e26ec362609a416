//! Connections that are lost in the middle of a run, and servers that go away.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use limbeck::{ErrorKind, Event, History, Migrator, Repair};
use limbeck_testkit::{
    Cluster, Database, Direction, Gate, Moment, Options, Stop, Verdict, postgres,
};

use crate::support::{Store, compile, full, revision};

/// Three revisions that share a transaction on a first install.
fn sharing() -> &'static History {
    history("")
}

/// The same with a transaction for each.
fn apart() -> &'static History {
    history("SELECT 1;\n")
}

fn history(first: &str) -> &'static History {
    compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                &format!("{first}CREATE TABLE a (id integer);"),
                "DROP TABLE a;",
            ),
            revision(
                "r2",
                "r1",
                &format!("{first}INSERT INTO a VALUES (1);"),
                "DELETE FROM a;",
            ),
            revision(
                "r3",
                "r2",
                &format!("{first}INSERT INTO a VALUES (2);"),
                "SELECT 1;",
            ),
        ],
    )
}

/// Cuts the connection once, at the first message that fits.
fn cut_once(direction: Direction, moment: Moment, number: usize) -> Gate {
    let is_done = AtomicBool::new(false);
    Gate::start(postgres(), move |passage| {
        let fits =
            passage.direction == direction && passage.moment == moment && passage.number == number;
        if fits && !is_done.swap(true, Ordering::SeqCst) {
            Verdict::Cut
        } else {
            Verdict::Pass
        }
    })
}

/// The messages to the server of an undisturbed run.
fn messages(history: &'static History, direction: Direction) -> usize {
    let database = Database::create(postgres());
    let gate = Gate::start(postgres(), |_| Verdict::Pass);
    Migrator::new(history)
        .upgrade(&gate.url(database.name()), "head")
        .unwrap();
    gate.count(direction)
}

#[test]
fn a_run_survives_the_loss_of_its_connection_at_any_message_once() {
    assert!(lose_the_connection(apart(), 5) > 3);
}

#[test]
fn so_does_one_whose_revisions_share_a_transaction() {
    // All three are in doubt together.
    assert!(lose_the_connection(sharing(), 3) >= 3);
}

/// Cuts the connection at every message, of which there are so many at least, and tells of how many revisions
/// the ledger had to say whether they were done.
fn lose_the_connection(history: &'static History, least: usize) -> usize {
    let mut doubtful = 0;
    for direction in [Direction::ToServer, Direction::ToClient] {
        let count = messages(history, direction);
        assert!(count >= least, "{count}");
        for moment in [Moment::Before, Moment::After] {
            for number in 1..=count {
                let gate = cut_once(direction, moment, number);
                let store = Store::postgres();
                let Store::Postgres(database) = &store else {
                    unreachable!()
                };
                let url = gate.url(database.name());
                let report = match Migrator::new(history).upgrade(&url, "head") {
                    Ok(report) => report,
                    // There is no run yet while the connection is made and the first question asked.
                    Err(error) if error.report().is_none() => {
                        assert_eq!(error.kind(), ErrorKind::Database, "{}", full(&error));
                        continue;
                    }
                    Err(error) => panic!("{direction:?} {moment:?} {number}: {}", full(&error)),
                };
                assert_eq!(store.query("SELECT id FROM a ORDER BY id"), ["1", "2"]);
                let steps: Vec<_> = report.steps.iter().map(|step| &step.revision.id).collect();
                assert_eq!(
                    steps,
                    ["r1", "r2", "r3"],
                    "{direction:?} {moment:?} {number}"
                );
                let notes = report.steps.iter().flat_map(|step| &step.notes);
                doubtful += notes
                    .filter(|note| note.contains("before the commit was answered"))
                    .count();
                let twice = "SELECT id FROM limbeck.journal GROUP BY id HAVING count(*) > 1";
                assert!(store.query(twice).is_empty());
            }
        }
    }
    doubtful
}

/// How many messages of the client make a connection and ask the first question.
const BEGINNING: usize = 2;

/// Cuts the connection at each message to the server but the first ones, of which there are so many at least.
fn survives(
    start: impl Fn() -> Database,
    least: usize,
    act: impl Fn(&str) -> Result<(), limbeck::Error>,
    judge: impl Fn(&Store),
) {
    let database = start();
    let gate = Gate::start(postgres(), |_| Verdict::Pass);
    act(&gate.url(database.name())).unwrap();
    judge(&Store::Postgres(database));
    let count = gate.count(Direction::ToServer);
    assert!(count >= least, "{count}");
    for moment in [Moment::Before, Moment::After] {
        for number in BEGINNING + 1..=count {
            let database = start();
            let gate = cut_once(Direction::ToServer, moment, number);
            if let Err(error) = act(&gate.url(database.name())) {
                panic!("{moment:?} {number}: {}", full(&error));
            }
            judge(&Store::Postgres(database));
        }
    }
}

#[test]
fn so_does_the_first_install_of_a_tenant() {
    survives(
        || Database::create(postgres()),
        8,
        |url| {
            let mut migrator = Migrator::new(sharing()).schema("one").create_schema(true);
            migrator.upgrade(url, "head").map(|_| ())
        },
        |store| assert_eq!(store.query("SELECT id FROM one.a ORDER BY id"), ["1", "2"]),
    );
}

#[test]
fn so_does_a_repair() {
    let mut script = revision(
        "r2",
        "r1",
        "CREATE INDEX CONCURRENTLY a_id ON a (id);",
        "DROP INDEX CONCURRENTLY a_id;",
    );
    script.1 = script
        .1
        .replace("-- @up", "-- @up no-transaction")
        .replace("-- @down", "-- @down no-transaction");
    let first = revision(
        "r1",
        "base",
        "CREATE TABLE a (id integer);",
        "DROP TABLE a;",
    );
    let history = compile("app", &[first, script]);
    survives(
        || {
            let database = Database::create(postgres());
            Migrator::new(history)
                .upgrade(&database.url(), "head")
                .unwrap();
            let spoil = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'a_id'::regclass; \
                         UPDATE limbeck.state SET unfinished = 'old'";
            database.connect().batch_execute(spoil).unwrap();
            database
        },
        6,
        |url| {
            let report = Migrator::new(history).repair(url, Repair::new())?;
            assert_eq!(report.leftovers.len(), 2, "{report:?}");
            assert!(report.is_in_order(), "{report:?}");
            Ok(())
        },
        |store| {
            let wrong = "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = oid WHERE NOT indisvalid \
                         UNION ALL SELECT history FROM limbeck.state WHERE unfinished IS NOT NULL";
            assert!(store.query(wrong).is_empty());
        },
    );
}

/// Sleeps for as long as there are no rows in `gate`.
fn sleeping() -> &'static History {
    compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE gate (id integer);",
                "DROP TABLE gate;",
            ),
            revision(
                "r2",
                "r1",
                "SELECT pg_sleep(CASE WHEN EXISTS (SELECT FROM gate) THEN 0 ELSE 30 END);\nCREATE TABLE b (id integer);",
                "DROP TABLE b;",
            ),
        ],
    )
}

fn wait_for_sleep(client: &mut postgres::Client) {
    let query = "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
    while client.query(query, &[]).unwrap().is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_server_that_is_restarted_is_waited_for_and_the_revision_runs_again() {
    let options = Options {
        settings: vec!["synchronous_commit = on".to_owned()],
        ..Options::default()
    };
    let mut cluster = Cluster::start(&options).unwrap();
    for stop in [Stop::Fast, Stop::Immediate] {
        let database = Database::create(cluster.server());
        Migrator::new(sleeping())
            .upgrade(&database.url(), "r1")
            .unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&told);
        let url = database.url();
        let run = std::thread::spawn(move || {
            Migrator::new(sleeping())
                .observer(move |event: &Event| {
                    if let Event::Reconnected { reason, .. } = event {
                        list.lock().unwrap().push(reason.clone());
                    }
                })
                .upgrade(&url, "head")
                .unwrap_or_else(|error| panic!("{error:#}"))
        });
        let mut client = database.connect();
        wait_for_sleep(&mut client);
        client.batch_execute("INSERT INTO gate VALUES (1)").unwrap();
        drop(client);
        cluster.restart(stop).unwrap();
        let report = run.join().unwrap();
        assert_eq!(report.steps.len(), 1);
        assert_eq!(report.steps[0].retries, 1, "{stop:?}");
        assert_eq!(told.lock().unwrap().len(), 1);
    }
}

/// The log of such a server has no record of what a transaction writes into what it has made.
#[test]
fn a_crash_behind_a_first_install_takes_no_number_of_the_journal_back() {
    let options = Options {
        settings: vec![
            "synchronous_commit = on".to_owned(),
            "wal_level = minimal".to_owned(),
        ],
        ..Options::default()
    };
    let mut cluster = Cluster::start(&options).unwrap();
    let database = Database::create(cluster.server());
    for target in ["r1", "r2"] {
        Migrator::new(apart())
            .upgrade(&database.url(), target)
            .unwrap();
    }
    cluster.restart(Stop::Immediate).unwrap();
    Migrator::new(apart())
        .upgrade(&database.url(), "head")
        .unwrap();
    let numbers: Vec<i64> = database
        .connect()
        .query("SELECT number FROM limbeck.journal ORDER BY number", &[])
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert!(numbers.starts_with(&[1, 2]), "{numbers:?}");
    assert_eq!(numbers.len(), 3);
}

/// A run whose session is ended each time it has begun to sleep.
fn ended_by_somebody() -> limbeck::Error {
    let database = Database::create(postgres());
    Migrator::new(sleeping())
        .upgrade(&database.url(), "r1")
        .unwrap();
    let url = database.url();
    let run =
        std::thread::spawn(move || Migrator::new(sleeping()).upgrade(&url, "head").unwrap_err());
    let mut client = database.connect();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE wait_event = 'PgSleep' AND datname = current_database()";
    while !run.is_finished() {
        client.query(end, &[]).unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(Store::Postgres(database).applied(), ["r1"]);
    run.join().unwrap()
}

#[test]
fn a_session_that_somebody_has_ended_is_not_opened_again() {
    // The driver hears the server's last words only if the end of the connection does not come with them.
    let error = (0..30)
        .map(|_| ended_by_somebody())
        .inspect(|error| {
            assert_eq!(error.kind(), ErrorKind::Database, "{}", full(error));
            assert!(error.report().unwrap().retries <= 3, "{}", full(error));
        })
        .find(|error| error.help().unwrap().contains("on purpose"));
    insta::assert_snapshot!(format!("error: {:#}", error.unwrap()));
}

#[test]
fn a_revision_that_always_loses_its_connection_is_given_up() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let database = Database::create(cluster.server());
    // The server does not survive the statement.
    let history = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "DO $$ BEGIN EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'kill -9 $PPID'); END $$;",
            "SELECT 1;",
        )],
    );
    let error = Migrator::new(history)
        .upgrade(&database.url(), "head")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Database, "{}", full(&error));
    assert_eq!(error.report().unwrap().retries, 3);
}

#[test]
fn a_server_that_goes_away_after_a_long_statement_is_waited_for_as_long_as_any() {
    let history = compile(
        "app",
        &[revision("r1", "base", "SELECT pg_sleep(1);", "SELECT 1;")],
    );
    // So many messages are cut: the answer, and the first ones of new connections.
    let left = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&left);
    let gate = Gate::start(postgres(), move |_| {
        let one_less = |left: usize| left.checked_sub(1);
        match counted.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less) {
            Ok(_) => Verdict::Cut,
            Err(_) => Verdict::Pass,
        }
    });
    let database = Database::create(postgres());
    let url = gate.url(database.name());
    let run = std::thread::spawn(move || {
        Migrator::new(history)
            .lock_deadline(Duration::from_millis(500))
            .upgrade(&url, "head")
            .unwrap_or_else(|error| panic!("{}", full(&error)))
    });
    wait_for_sleep(&mut database.connect());
    left.store(4, Ordering::SeqCst);
    assert_eq!(run.join().unwrap().steps.len(), 1);
}
