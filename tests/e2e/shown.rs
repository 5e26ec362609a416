//! What the commands show of a run while it goes on, where no terminal is.

use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Store, on_each_database};

/// Runs the program while another process holds the database's lock for a second.
fn run_while_locked(store: &Store, arguments: &[&str]) -> Output {
    let start = || {
        Command::new(env!("CARGO_BIN_EXE_memory-store"))
            .args(arguments)
            .env("DATABASE_URL", store.url())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let held = Duration::from_secs(1);
    let child = match store {
        Store::Sqlite { path, .. } => {
            let holder = rusqlite::Connection::open(path).unwrap();
            holder.execute_batch("BEGIN IMMEDIATE").unwrap();
            let child = start();
            thread::sleep(held);
            holder.execute_batch("COMMIT").unwrap();
            child
        }
        Store::Postgres(database) => {
            let mut holder = database.connect();
            let lock =
                "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('limbeck limbeck', 0))";
            holder.batch_execute(lock).unwrap();
            let child = start();
            thread::sleep(held);
            holder.batch_execute("COMMIT").unwrap();
            child
        }
    };
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

on_each_database! {
    fn a_log_says_again_and_again_what_is_waited_for(store: &mut Store) {
        let output = run_while_locked(store, &["upgrade", "+1", "--heartbeat", "0.1"]);
        let said = text(&output.stderr);
        let beats: Vec<_> = said.lines().filter(|line| line.starts_with("still at it: ")).collect();
        assert!(beats.len() > 2, "{said}");
        assert!(beats.iter().any(|line| line.contains("waiting for ")), "{said}");
        assert!(text(&output.stdout).lines().count() == 2);
    }

    fn a_quiet_run_says_nothing(store: &mut Store) {
        let output = run_while_locked(store, &["upgrade", "+1", "--heartbeat", "0.1", "--quiet"]);
        assert_eq!((text(&output.stdout), text(&output.stderr)), (String::new(), String::new()));
        assert_eq!(store.applied().len(), 1);
    }

    fn json_is_one_object_and_says_nothing_else(store: &mut Store) {
        let output = run_while_locked(store, &["upgrade", "+1", "--heartbeat", "0.1", "--json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let step = &report["steps"][0];
        let statements = match store {
            Store::Sqlite { .. } => 3,
            Store::Postgres(_) => 5,
        };
        assert_eq!(step["statements"], statements);
        for field in ["rows", "retries", "waited_ms", "duration_ms"] {
            assert!(step[field].is_u64(), "{field} of {step}");
        }
        assert_eq!(text(&output.stderr), "");
    }

    fn events_are_json_a_line(store: &mut Store) {
        let output = run_while_locked(store, &["upgrade", "+2", "--heartbeat", "0.1", "--json", "--events"]);
        let events: Vec<Value> = text(&output.stderr)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        let names: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
        assert_eq!((names[0], names[names.len() - 1]), ("run_started", "run_finished"));
        for name in ["planned", "heartbeat", "started", "finished"] {
            assert!(names.contains(&name), "{names:?}");
        }
        let waits = |event: &Value| event["event"] == "heartbeat" && event["activity"] == "waiting";
        assert!(events.iter().any(waits), "{events:#?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["steps"].as_array().unwrap().len(), 2);
    }

    fn events_of_a_failure_end_with_it(store: &mut Store) {
        store.execute("CREATE TABLE agents (x integer)");
        let output = Command::new(env!("CARGO_BIN_EXE_memory-store"))
            .args(["upgrade", "--json", "--events"])
            .env("DATABASE_URL", store.url())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(6));
        let said = text(&output.stderr);
        let last: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(last["event"], "run_failed");
        for field in ["kind", "message", "location", "code"] {
            assert_eq!(last[field], answer["error"][field], "{field}");
        }
        assert_eq!(last["revision"]["id"], "a244b56deb2d");
    }
}

#[test]
fn events_of_many_databases_name_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let urls: Vec<_> = ["a", "b"]
        .iter()
        .map(|name| format!("sqlite:{}/{name}.db", folder.path().display()))
        .collect();
    let list = folder.path().join("urls.txt");
    std::fs::write(&list, urls.join("\n")).unwrap();
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_memory-store"))
            .args(["upgrade", "--databases", list.to_str().unwrap()])
            .args(arguments)
            .output()
            .unwrap()
    };
    let output = run(&["--json", "--events"]);
    assert!(output.status.success(), "{output:?}");
    let events: Vec<Value> = text(&output.stderr)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events[0]["event"], "fleet_planned");
    for url in &urls {
        let names: Vec<_> = events
            .iter()
            .filter(|event| event["member"] == url.as_str())
            .map(|event| event["event"].as_str().unwrap())
            .collect();
        assert_eq!(names[..2], ["member_started", "run_started"]);
        assert_eq!(
            names[names.len() - 2..],
            ["run_finished", "member_finished"]
        );
    }
    let quiet = run(&["--quiet"]);
    assert!(
        quiet.status.success() && quiet.stdout.is_empty() && quiet.stderr.is_empty(),
        "{quiet:?}"
    );
}

#[test]
fn events_are_for_programs_that_read_json() {
    let store = Store::sqlite();
    let output = Command::new(env!("CARGO_BIN_EXE_memory-store"))
        .args(["upgrade", "--events"])
        .env("DATABASE_URL", store.url())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--json"));
}
