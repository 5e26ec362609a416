//! The lock file in git: branches that lock different revisions are merged, and branches that disagree are
//! not.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{Package, file};

const LOCK: &str = "migrations/limbeck.lock";

fn git(package: &Package, arguments: &[&str]) -> Output {
    Command::new("git")
        .args([
            "-c",
            "user.name=limbeck",
            "-c",
            "user.email=limbeck@example.com",
        ])
        .args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"])
        .args(arguments)
        .current_dir(package.path(""))
        // Neither the settings of a person nor of a machine.
        .env("GIT_CONFIG_GLOBAL", Path::new("/dev/null"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap()
}

fn commit(package: &Package) {
    assert!(git(package, &["add", "-A"]).status.success());
    let output = git(package, &["commit", "-q", "--allow-empty", "-m", "change"]);
    assert!(output.status.success(), "{output:?}");
}

fn lock(package: &Package) {
    let outcome = package.run(&["lock"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

/// A repository with `base` locked, and the branches `ours`, which is checked out, and `theirs`, on each of
/// which these files were added and locked.
fn branches(
    base: &[(String, String)],
    ours: &[(String, String)],
    theirs: &[(String, String)],
) -> Package {
    let package = Package::with(base);
    assert!(
        git(&package, &["init", "-q", "-b", "main"])
            .status
            .success()
    );
    lock(&package);
    commit(&package);
    for (branch, files) in [("theirs", theirs), ("ours", ours)] {
        let output = git(&package, &["checkout", "-q", "-b", branch, "main"]);
        assert!(output.status.success(), "{output:?}");
        for (path, text) in files {
            package.put(path, text);
        }
        lock(&package);
        commit(&package);
    }
    package
}

fn merge(package: &Package) -> Output {
    git(package, &["merge", "-q", "--no-edit", "theirs"])
}

fn draft(id: &str) -> (String, String) {
    file(id, "000000000000", "")
}

#[test]
fn branches_that_each_lock_revisions_are_merged_and_a_merge_revision_makes_them_one() {
    let base = [file("000000000000", "base", "")];
    let ours = [draft("70d3c5a1f2b4")];
    let theirs = [draft("c4702f14b419")];
    let package = branches(&base, &ours, &theirs);
    let output = merge(&package);
    assert!(output.status.success(), "{output:?}");
    let merged = package.released();
    assert_eq!(merged.revisions.len(), 3);
    // Two heads, and nothing else is wrong.
    let outcome = package.run(&["check", "--json"]);
    assert_eq!(outcome.stdout.matches("\"code\"").count(), 1);
    assert!(outcome.stdout.contains("LB0207"), "{}", outcome.stdout);
    package.write(&["merge"]);
    assert!(package.is_sound());
    lock(&package);
    let text = fs::read_to_string(package.path(LOCK)).unwrap();
    assert_eq!(package.released().to_string(), text);
    package.prove();
    assert_eq!(package.run(&["lock", "--check"]).code, 0);
}

#[test]
fn branches_that_lock_different_content_of_one_revision_conflict() {
    let base = [file("000000000000", "base", "")];
    let ours = [draft("70d3c5a1f2b4")];
    let mut theirs = ours.clone();
    theirs[0].1 = theirs[0].1.replace(
        "-- @up\n-- @down\n",
        "-- @up\nCREATE TABLE a (id integer);\n-- @down\nDROP TABLE a;\n",
    );
    let package = branches(&base, &ours, &theirs);
    let output = merge(&package);
    assert!(!output.status.success());
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(words.contains(&format!("conflict in {LOCK}")), "{words}");
    // The file of the one side alone does not make the lock file right.
    package.put(&ours[0].0, &ours[0].1);
    let outcome = package.run(&["check"]);
    assert!(
        outcome.stdout.contains("error[LB0602]"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn branches_that_accept_different_edits_conflict() {
    let base = [file("000000000000", "base", ""), draft("70d3c5a1f2b4")];
    let package = branches(&base, &[], &[]);
    for (branch, column) in [("theirs", "integer"), ("ours", "bigint")] {
        assert!(git(&package, &["checkout", "-q", branch]).status.success());
        let (path, text) = draft("70d3c5a1f2b4");
        package.put(
            &path,
            &text.replace(
                "-- @up\n-- @down\n",
                &format!("-- @up\nCREATE TABLE a (id {column});\n-- @down\nDROP TABLE a;\n"),
            ),
        );
        let outcome = package.run(&["lock", "--accept", "70d3c5a1f2b4", "--reason", "x"]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        commit(&package);
    }
    assert!(!merge(&package).status.success());
}

/// Two ids whose blocks are below the same numbered line.
const NEIGHBOURS: [&str; 2] = ["8f6d4ef8aa38", "2e05cb5c7427"];

#[test]
fn the_rare_conflict_is_mended_as_the_report_says() {
    let base = [file("000000000000", "base", "")];
    let [ours, theirs] = NEIGHBOURS.map(|id| [draft(id)]);
    let package = branches(&base, &ours, &theirs);
    assert!(!merge(&package).status.success());
    let outcome = package.run(&["lock"]);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.stderr.contains("error[LB0602]"),
        "{}",
        outcome.stderr
    );
    let text = fs::read_to_string(package.path(LOCK)).unwrap();
    let is_marker = |line: &&str| {
        ["<<<<<<<", "=======", ">>>>>>>"]
            .iter()
            .any(|sign| line.starts_with(sign))
    };
    let both: Vec<_> = text.lines().filter(|line| !is_marker(line)).collect();
    package.put(LOCK, &format!("{}\n", both.join("\n")));
    package.write(&["merge"]);
    lock(&package);
    let text = fs::read_to_string(package.path(LOCK)).unwrap();
    let released = package.released();
    assert_eq!(released.revisions.len(), 4);
    assert_eq!(released.to_string(), text);
}
