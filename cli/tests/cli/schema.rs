//! `schema`: what is printed, what is kept beside the lock file, what is refused.

use std::fs;

use crate::support::Package;

const SQLITE: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n\n\
    [package.metadata.limbeck]\ndialects = [\"sqlite\"]\n";

/// Two tables and a branch that is not merged.
fn package() -> Package {
    let revision = |id: &str, revises: &str, up: &str, down: &str| {
        let text =
            format!("-- @revision {id}\n-- @revises {revises}\n-- @up\n{up}\n-- @down\n{down}\n");
        (format!("migrations/{id}_x.sql"), text)
    };
    let package = Package::with(&[
        revision(
            "aaaa0",
            "base",
            "CREATE TABLE items (id integer PRIMARY KEY, title text not null);",
            "DROP TABLE items;",
        ),
        revision(
            "bbbb1",
            "aaaa0",
            "CREATE VIEW titles AS SELECT title FROM items;",
            "DROP VIEW titles;",
        ),
    ]);
    package.put("Cargo.toml", SQLITE);
    package
}

#[test]
fn the_schema_is_printed_after_all_revisions_or_after_one() {
    let package = package();
    let outcome = package.run(&["schema"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    insta::assert_snapshot!(outcome.stdout);
    let outcome = package.run(&["schema", "--dialect", "sqlite", "--at", "aaaa"]);
    assert_eq!(
        outcome.stdout,
        "-- The schema of `shop` after `aaaa0`, on SQLite.\n\nCREATE TABLE items (\n    id INTEGER PRIMARY KEY,\n    title TEXT NOT NULL\n);\n"
    );
}

#[test]
fn lock_keeps_the_schema_and_its_check_sees_to_it() {
    let package = package();
    assert_eq!(package.run(&["lock"]).code, 0);
    let file = package.path("migrations/schema.sqlite.sql");
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        package.run(&["schema"]).stdout
    );
    assert_eq!(package.run(&["lock", "--check"]).code, 0);

    fs::write(&file, "-- something else\n").unwrap();
    let outcome = package.run(&["lock", "--check"]);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.stdout.contains("run `cargo limbeck lock`"),
        "{}",
        outcome.stdout
    );
    assert_eq!(package.run(&["lock"]).code, 0);
    assert_eq!(package.run(&["lock", "--check"]).code, 0);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let both = Package::with_two_heads();
    for (package, arguments) in [
        (&package(), ["schema", "--dialect", "postgres"].as_slice()),
        (&package(), &["schema", "--at", "aaab"]),
        (&package(), &["schema", "--dialect", "mysql"]),
        (&both, &["schema"]),
    ] {
        let outcome = package.run(arguments);
        assert_ne!(outcome.code, 0);
        insta::assert_snapshot!(
            arguments.join("_").replace("--", ""),
            outcome.stderr + &outcome.stdout
        );
    }
}
