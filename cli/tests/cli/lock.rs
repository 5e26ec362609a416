//! `lock`: what it writes, what it refuses, and the ways out.

use std::fs;
use std::process::Stdio;

use limbeck_compiler::project::{Purpose, compile_package};
use limbeck_model::Dialect;
use serde_json::{Value, json};

use crate::support::{Package, program};

const LOCK: &str = "migrations/limbeck.lock";

/// A revision that makes a table with a column of this type.
fn revision(id: &str, revises: &str, column: &str) -> (String, String) {
    let text = format!(
        "-- @revision {id}\n-- @revises {revises}\n-- @message change {id}\n\
         -- @up\nCREATE TABLE t{id} (id {column});\n-- @down\nDROP TABLE t{id};\n"
    );
    (format!("migrations/{id}_x.sql"), text)
}

/// Two drafts.
fn package() -> Package {
    Package::with(&[
        revision("aaaa0", "base", "integer"),
        revision("bbbb1", "aaaa0", "integer"),
    ])
}

/// The same, locked and proved.
fn released() -> Package {
    let package = package();
    assert_eq!(package.run(&["lock"]).code, 0);
    package.prove();
    package
}

fn edit(package: &Package, id: &str, revises: &str, up: &str) {
    let (path, text) = revision(id, revises, up);
    package.put(&path, &text);
}

fn text(package: &Package) -> String {
    fs::read_to_string(package.path(LOCK)).unwrap()
}

fn json(package: &Package, arguments: &[&str]) -> Value {
    let outcome = package.run(&[arguments, &["--json"]].concat());
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn drafts_are_locked_once_and_named() {
    let package = package();
    let outcome = package.run(&["lock"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(
        outcome.stdout,
        "locked 2 revisions in `migrations/limbeck.lock`\n  aaaa0  change aaaa0\n  bbbb1  change bbbb1\n"
    );
    assert!(outcome.stderr.contains("PostgreSQL"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("cargo limbeck verify"));
    let written = fs::metadata(package.path(LOCK))
        .unwrap()
        .modified()
        .unwrap();
    let again = package.run(&["lock"]);
    assert_eq!(
        again.stdout,
        "nothing to lock, `migrations/limbeck.lock` is up to date\n"
    );
    let after = fs::metadata(package.path(LOCK))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(written, after, "the file was written again");
    assert!(package.names().iter().all(|name| !name.starts_with('.')));
}

#[test]
fn an_empty_history_gets_no_lock_file() {
    let package = Package::new();
    let outcome = package.run(&["lock"]);
    assert_eq!(
        outcome.stdout,
        "nothing to lock, there is no revision yet\n"
    );
    assert!(package.names().is_empty());
    assert_eq!(package.run(&["lock", "--check"]).code, 0);
}

#[test]
fn of_a_long_history_the_first_revisions_are_named() {
    let package = package();
    let mut parent = "bbbb1".to_owned();
    for number in 0..20 {
        let id = format!("c{number:04}");
        let (path, text) = revision(&id, &parent, "integer");
        package.put(&path, &text);
        parent = id;
    }
    let outcome = package.run(&["lock"]);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!((lines.len(), lines[21]), (22, "  and 2 more"));
}

#[test]
fn a_history_with_a_mistake_is_not_locked() {
    let package = package();
    package.put("migrations/stray.txt", "");
    let outcome = package.run(&["lock"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
    assert!(
        outcome.stderr.contains("error[LB0102]"),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.contains("error: nothing was locked"));
    assert!(!package.path(LOCK).exists());
}

#[test]
fn a_check_fails_with_what_a_release_build_says_and_changes_nothing() {
    let package = package();
    let report = |package: &Package| {
        let proofs = package.path("target/proof");
        let output = compile_package(&package.path(""), "shop 0.1.0", Purpose::Release, &proofs);
        output.unwrap().report
    };
    let outcome = package.run(&["lock", "--check"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    assert!(
        outcome.stdout.contains("error[LB0607]"),
        "{}",
        outcome.stdout
    );
    assert_eq!(outcome.stdout, report(&package));
    assert!(!package.path(LOCK).exists());

    let package = released();
    let before = text(&package);
    let outcome = package.run(&["lock", "--check"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
    assert_eq!(outcome.stdout, "up to date: 2 revisions are locked\n");
    edit(&package, "bbbb1", "aaaa0", "bigint");
    let outcome = package.run(&["lock", "--check"]);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.stdout.contains("error[LB0604]"),
        "{}",
        outcome.stdout
    );
    assert_eq!(outcome.stdout, report(&package));
    assert_eq!(text(&package), before);
}

#[test]
fn a_file_that_was_put_together_by_hand_is_not_current_until_it_is_written_anew() {
    let package = released();
    let before = text(&package);
    // As git checks it out on Windows.
    package.put(LOCK, &before.replace('\n', "\r\n"));
    assert_eq!(package.run(&["lock", "--check"]).code, 0);
    package.put(LOCK, &before.replace("#00\n", ""));
    let outcome = package.run(&["lock", "--check"]);
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(outcome.stdout);
    assert_eq!(
        package.run(&["lock"]).stdout,
        "brought `migrations/limbeck.lock` up to date\n"
    );
    assert_eq!(text(&package), before);
}

#[test]
fn a_stale_proof_is_left_out_and_a_fresh_one_stays() {
    let package = released();
    let (path, text) = revision("bbbb1", "aaaa0", "integer");
    package.put(&path, &text.replace("DROP TABLE", "DROP TABLE IF EXISTS"));
    assert_eq!(package.run(&["check"]).code, 0, "a down may be mended");
    let outcome = package.run(&["lock"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let released = package.released();
    let proofs = |id: &str| released.side(id, Dialect::Postgres).unwrap().proofs.len();
    assert_eq!((proofs("aaaa0"), proofs("bbbb1")), (1, 0));
}

#[test]
fn what_is_locked_one_after_the_other_is_as_if_it_was_locked_at_once() {
    let package = released();
    let (path, later) = revision("cccc2", "bbbb1", "integer");
    package.put(&path, &later);
    assert_eq!(package.run(&["lock"]).code, 0);
    let one_by_one = text(&package);
    // Nothing is known of how it was proved.
    fs::remove_file(package.path(LOCK)).unwrap();
    assert_eq!(package.run(&["lock"]).code, 0);
    let sqlite = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.contains("SQLite"));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(sqlite(&text(&package)), sqlite(&one_by_one));
    assert_eq!(sqlite(&one_by_one).len(), 3);
}

#[test]
fn an_edit_is_accepted_with_its_reason_and_only_where_there_is_one() {
    let package = released();
    let was = package.released();
    edit(&package, "aaaa0", "base", "int");
    let refused = package.run(&["lock"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("--accept aaaa0"),
        "{}",
        refused.stderr
    );

    let outcome = package.run(&["lock", "--accept", "aaaa0", "--reason", " the same type "]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    insta::assert_snapshot!(outcome.stdout);
    let released = package.released();
    for dialect in Dialect::ALL {
        let accepted = &released.side("aaaa0", dialect).unwrap().accepted;
        assert_eq!(accepted.len(), 1);
        assert_eq!(accepted[0].reason, "the same type");
        assert_eq!(
            accepted[0].checksum,
            was.side("aaaa0", dialect).unwrap().checksum
        );
    }
    assert!(package.is_sound());

    let mut refused = String::new();
    for arguments in [
        ["aaaa0", "again"],
        ["bbbb2", "a slip"],
        ["zzzzzzzzz", "unknown"],
        ["aaaa0", " \t"],
        ["aaaa0", "two\nlines"],
    ] {
        let outcome = package.run(&["lock", "--accept", arguments[0], "--reason", arguments[1]]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
        refused.push_str(&outcome.stderr);
    }
    insta::assert_snapshot!(refused);
    assert_eq!(package.run(&["lock", "--accept", "aaaa0"]).code, 2);
    assert_eq!(package.released(), released);
}

#[test]
fn what_no_database_has_is_made_a_draft_again_or_forgotten() {
    let package = released();
    edit(&package, "bbbb1", "aaaa0", "bigint");
    let outcome = package.run(&["lock", "--forget", "bbbb1"]);
    assert_eq!(outcome.stdout, "`bbbb1` is a draft again\n");
    assert!(package.is_sound());
    assert_eq!(
        json(&package, &["lock", "--check"])["drafts"],
        json!(["bbbb1"])
    );
    assert_eq!(package.run(&["lock"]).code, 0);

    fs::remove_file(package.path("migrations/bbbb1_x.sql")).unwrap();
    assert!(!package.is_sound());
    let outcome = package.run(&["lock", "--accept", "bbbb1", "--reason", "x"]);
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("--forget bbbb1"),
        "{}",
        outcome.stderr
    );
    let outcome = package.run(&["lock", "--forget", "bbbb1"]);
    assert_eq!(outcome.stdout, "`bbbb1` is forgotten\n");
    assert!(package.is_sound());

    edit(&package, "bbbb1", "aaaa0", "integer");
    assert_eq!(package.run(&["lock"]).code, 0);
    let refused = package.run(&["lock", "--forget", "aaaa0"]);
    assert_eq!(refused.code, 2);
    insta::assert_snapshot!(refused.stderr);
}

#[test]
fn a_program_gets_one_object() {
    let package = package();
    let locked = json(&package, &["lock"]);
    assert_eq!(locked["locked"], json!(["aaaa0", "bbbb1"]));
    assert_eq!(locked["changed"], true);
    assert_eq!(locked["path"], LOCK);
    let unready = locked["unready"].as_array().unwrap();
    assert!(
        unready
            .iter()
            .any(|diagnostic| diagnostic["code"] == "LB0608")
    );
    package.prove();
    assert_eq!(
        json(&package, &["lock"]),
        json!({ "changed": false, "locked": [], "path": LOCK, "unready": [] })
    );
    assert_eq!(
        json(&package, &["lock", "--check"]),
        json!({ "current": true, "path": LOCK, "drafts": [], "diagnostics": [] })
    );
    edit(&package, "aaaa0", "base", "bigint");
    let accepted = json(&package, &["lock", "--accept", "aaaa0", "--reason", "x"]);
    assert_eq!(accepted["accepted"], json!(["aaaa0"]));
    let forgotten = json(&package, &["lock", "--forget", "bbbb1"]);
    assert_eq!(forgotten["forgotten"], json!(["bbbb1"]));
    let refused = json(&package, &["lock", "--forget", "bbbb1"]);
    assert_eq!(refused["error"]["kind"], "usage");
}

#[test]
fn nothing_that_processes_at_once_accept_is_lost() {
    let ids: Vec<_> = (0..12).map(|number| format!("{number:05}")).collect();
    let package = Package::with(
        &ids.iter()
            .map(|id| revision(id, "base", "integer"))
            .collect::<Vec<_>>(),
    );
    package.put(
        "Cargo.toml",
        &format!("{}heads = 12\n", crate::support::MANIFEST),
    );
    assert_eq!(package.run(&["lock"]).code, 0);
    for id in &ids {
        edit(&package, id, "base", "bigint");
    }
    let running: Vec<_> = ids
        .iter()
        .map(|id| {
            program(&package.path(""))
                .args(["lock", "--accept", id, "--reason", "x"])
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for process in running {
        let outcome = package.outcome(&process.wait_with_output().unwrap());
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }
    let released = package.released();
    for id in &ids {
        let accepted = &released.side(id, Dialect::Sqlite).unwrap().accepted;
        assert_eq!(accepted.len(), 1, "what was accepted of {id} is lost");
    }
    assert!(package.is_sound());
}
