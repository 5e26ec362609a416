//! What becomes of messages at the gate.

#![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

use std::sync::{Arc, Mutex};

use ::postgres::{Client, NoTls};
use limbeck_testkit::{Database, Direction, Gate, Moment, Passage, Verdict, postgres};

/// A gate that does something at one moment, and lets everything else pass.
fn gate(direction: Direction, kind: char, moment: Moment, verdict: Verdict) -> Gate {
    Gate::start(postgres(), move |passage| {
        let found = (passage.direction, passage.kind, passage.moment);
        if found == (direction, kind, moment) {
            verdict
        } else {
            Verdict::Pass
        }
    })
}

fn connect(gate: &Gate, database: &Database) -> Client {
    Client::connect(&gate.url(database.name()), NoTls).unwrap()
}

/// Whether the table is there, once nobody else has a session.
fn exists(database: &Database, table: &str) -> bool {
    let mut client = database.connect();
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while client.query_one(others, &[]).unwrap().get::<_, i64>(0) > 0 {}
    client.batch_execute(&format!("TABLE {table}")).is_ok()
}

#[test]
fn every_message_is_asked_about_before_and_after_it() {
    let database = Database::create(postgres());
    let seen: Arc<Mutex<Vec<Passage>>> = Arc::default();
    let of_hook = Arc::clone(&seen);
    let gate = Gate::start(postgres(), move |passage| {
        of_hook.lock().unwrap().push(*passage);
        Verdict::Pass
    });
    connect(&gate, &database).batch_execute("SELECT 1").unwrap();
    let seen = seen.lock().unwrap().clone();
    let requests: Vec<_> = seen
        .iter()
        .filter(|passage| passage.direction == Direction::ToServer)
        .map(|passage| (passage.number, passage.kind, passage.moment))
        .collect();
    let (before, after) = (Moment::Before, Moment::After);
    assert_eq!(
        requests[..4],
        [
            (1, '\0', before),
            (1, '\0', after),
            (2, 'Q', before),
            (2, 'Q', after)
        ]
    );
    let answers = seen
        .iter()
        .filter(|passage| passage.direction == Direction::ToClient);
    assert_eq!(answers.filter(|passage| passage.kind == 'C').count(), 2);
    assert!(gate.count(Direction::ToServer) >= 2);
}

#[test]
fn what_is_cut_before_the_server_has_it_whole_has_no_effect() {
    for verdict in [Verdict::Cut, Verdict::CutWithin(9)] {
        let database = Database::create(postgres());
        let gate = gate(Direction::ToServer, 'Q', Moment::Before, verdict);
        let mut client = connect(&gate, &database);
        assert!(client.batch_execute("CREATE TABLE one ()").is_err());
        assert!(!exists(&database, "one"));
    }
}

#[test]
fn what_is_cut_in_the_answer_was_done() {
    for verdict in [Verdict::Cut, Verdict::CutWithin(3)] {
        let database = Database::create(postgres());
        let gate = gate(Direction::ToClient, 'C', Moment::Before, verdict);
        let mut client = connect(&gate, &database);
        assert!(client.batch_execute("CREATE TABLE one ()").is_err());
        assert!(exists(&database, "one"));
    }
}

#[test]
fn a_stalled_connection_is_silent_until_it_is_let_go() {
    let database = Database::create(postgres());
    let gate = gate(Direction::ToServer, 'Q', Moment::After, Verdict::Stall);
    let mut client = connect(&gate, &database);
    let run = std::thread::spawn(move || client.batch_execute("CREATE TABLE one ()").is_err());
    let mut direct = database.connect();
    while direct.batch_execute("TABLE one").is_err() {}
    assert!(!run.is_finished());
    gate.let_go();
    assert!(run.join().unwrap());
}
