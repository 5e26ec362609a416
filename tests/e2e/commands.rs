//! The program's own command line, as a person or a script uses it.

use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{Store, on_each_database};

fn run(store: &Store, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_memory-store"))
        .args(arguments)
        .env("DATABASE_URL", store.url())
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(store: &Store, arguments: &[&str]) -> (Value, Option<i32>) {
    let mut all = arguments.to_vec();
    all.push("--json");
    let output = run(store, &all);
    let text = text(&output);
    let value = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}{}", said(&output)));
    (value, output.status.code())
}

on_each_database! {
    fn upgrading_tells_each_revision_and_then_that_nothing_is_left(store: &mut Store) {
        let first = run(store, &["upgrade"]);
        assert!(first.status.success(), "{}", said(&first));
        let lines: Vec<_> = text(&first).lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), memory_store::HISTORY.len() + 1);
        assert!(lines[0].contains("applied a244b56deb2d  create agents and messages"), "{}", lines[0]);
        assert!(lines[lines.len() - 1].starts_with(&format!("applied {} revisions in ", memory_store::HISTORY.len())));
        assert!(text(&run(store, &["upgrade"])).starts_with("up to date"));
        assert_eq!(run(store, &["check"]).status.code(), Some(0));
    }

    fn each_command_answers_in_json(store: &mut Store) {
        let (report, code) = json(store, &["upgrade", "+3"]);
        assert_eq!((report["steps"].as_array().unwrap().len(), code), (3, Some(0)));
        let (status, code) = json(store, &["check"]);
        assert_eq!((status["at_head"].as_bool(), code), (Some(false), Some(3)));
        let (current, _) = json(store, &["current"]);
        assert_eq!(current["current"][0]["id"], "8acf3474f59b");
        assert_eq!(current["applied"].as_array().unwrap().len(), 3);
        let (heads, _) = json(store, &["heads"]);
        assert_eq!(heads["heads"][0]["id"], "733a6b2fcab2");
        let (history, _) = json(store, &["history", "--status"]);
        assert_eq!(history["revisions"].as_array().unwrap().len(), memory_store::HISTORY.len());
        assert!(history["revisions"][0]["applied_at"].is_null());
        let (shown, _) = json(store, &["show", "d2fe"]);
        assert_eq!(shown["parents"], serde_json::json!(["c4702f14b419", "026dff0d0a85"]));
        let (sql, _) = json(store, &["sql", "--dialect", store.dialect().name(), "433f"]);
        assert!(sql["sql"].as_str().unwrap().contains("CREATE TABLE memories"));
        let (report, _) = json(store, &["downgrade", "-1"]);
        assert_eq!(report["steps"][0]["direction"], "down");
        let (report, _) = json(store, &["stamp", "head"]);
        assert_eq!(report["steps"][0]["executed"], false);
    }

    fn each_kind_of_failure_has_its_exit_code(store: &mut Store) {
        assert_eq!(run(store, &["upgrade", "nonsense"]).status.code(), Some(2));
        assert_eq!(run(store, &["upgrade", "--nonsense"]).status.code(), Some(2));
        store.execute("CREATE TABLE other (id integer); DROP TABLE other");
        assert_eq!(run(store, &["check"]).status.code(), Some(3));
        assert_eq!(run(store, &["upgrade", "--database", "mysql://me:s3cret@host/db"]).status.code(), Some(1));
        run(store, &["upgrade"]);
        let (error, code) = json(store, &["downgrade", "base"]);
        assert_eq!((error["error"]["kind"].as_str(), code), (Some("irreversible"), Some(8)));
        store.execute(&format!("UPDATE {} SET checksum = 'edited' WHERE id = '733a6b2fcab2'", store.ledger("revision")));
        store.execute(&format!("UPDATE {} SET digest = 'moved'", store.ledger("state")));
        if let Store::Sqlite { .. } = store {
            store.execute("PRAGMA user_version = 0");
        }
        assert_eq!(run(store, &["upgrade"]).status.code(), Some(4));
    }
}

#[test]
fn a_password_is_never_shown_when_the_server_cannot_be_reached() {
    let output = Command::new(env!("CARGO_BIN_EXE_memory-store"))
        .args([
            "upgrade",
            "--database",
            "postgres://me:s3cret@127.0.0.1:1/store",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(
        said.contains("postgres://me:***@127.0.0.1:1/store"),
        "{said}"
    );
    assert!(!said.contains("s3cret"), "{said}");
}

#[test]
fn a_url_in_the_wrong_place_is_not_shown() {
    for stray in [
        &["upgrade", "postgres://me:s3cret@host/store"][..],
        &["upgrade", "head", "postgres://me:s3cret@host/store"],
        &["upgrade", "--datbase=postgres://me:s3cret@host/store"],
        &["upgrade", "--json", "postgres://me:s3cret@host/store"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_memory-store"))
            .args(stray)
            .output()
            .unwrap();
        let said = format!("{}{}", said(&output), text(&output));
        assert_eq!(output.status.code(), Some(2));
        assert!(
            said.contains("--database URL") && !said.contains("s3cret"),
            "{said}"
        );
    }
}

#[test]
fn looking_makes_no_database_where_there_is_none() {
    let store = Store::sqlite();
    let Store::Sqlite { path, .. } = &store else {
        unreachable!()
    };
    assert_eq!(run(&store, &["check"]).status.code(), Some(1));
    assert!(!path.exists());
}

#[test]
fn arguments_that_are_not_understood_are_json_too() {
    let (error, code) = json(&Store::sqlite(), &["upgrade", "--nonsense"]);
    assert_eq!(
        (error["error"]["kind"].as_str(), code),
        (Some("usage"), Some(2))
    );
}

#[cfg(unix)]
#[test]
fn a_process_that_may_open_no_more_files_is_told_so() {
    let store = Store::postgres();
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 5; exec \"$0\" current"])
        .arg(env!("CARGO_BIN_EXE_memory-store"))
        .env("DATABASE_URL", store.url())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    let error = said
        .lines()
        .skip_while(|line| !line.starts_with("error: cannot connect"))
        .nth(1);
    let error = error.unwrap_or_else(|| panic!("{said}"));
    assert!(error.contains("the driver has given up"), "{error}");
    assert!(error.contains("Too many open files"), "{error}");
}
