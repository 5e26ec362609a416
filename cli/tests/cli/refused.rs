//! What is refused, in which words, and that nothing is written then.

use std::fmt::Write as _;

use crate::support::{MANIFEST, Package, file};

/// Runs commands in a package that must stay as it is, and shows what each said.
fn refused(package: &Package, commands: &[&[&str]]) -> String {
    let before = package.names();
    let mut shown = String::new();
    for command in commands {
        let outcome = package.run(command);
        assert_eq!(outcome.stdout, "", "{command:?}");
        assert_eq!(package.names(), before, "{command:?}");
        let words: Vec<_> = command.iter().copied().map(word).collect();
        writeln!(shown, "$ cargo limbeck {}", words.join(" ")).unwrap();
        writeln!(shown, "{}exit code {}\n", outcome.stderr, outcome.code).unwrap();
    }
    shown
}

/// An argument, in quotes where it is not plain.
fn word(argument: &str) -> String {
    let is_plain = |c: char| c.is_ascii_graphic();
    if argument.is_empty() || !argument.chars().all(is_plain) {
        format!("{argument:?}")
    } else {
        argument.to_owned()
    }
}

#[test]
fn several_heads_are_listed_with_both_ways_out() {
    let package = Package::with_two_heads();
    insta::assert_snapshot!(refused(&package, &[&["revision", "add items"]]));
}

#[test]
fn a_merge_of_nothing_is_refused() {
    let package = Package::with(&[
        file("aaaa0", "base", "-- @label trunk\n"),
        file("bbbb1", "aaaa0", ""),
    ]);
    insta::assert_snapshot!(refused(
        &package,
        &[
            &["merge"],
            &["merge", "bbbb1"],
            &["merge", "bbbb1", "aaaa0"],
            &["merge", "trunk", "aaaa"],
            &["merge", "base", "bbbb1"],
            &["merge", "bbbb2", "aaaa0"],
        ]
    ));
    let empty = Package::new();
    assert!(refused(&empty, &[&["merge"]]).contains("there is no revision yet"));
}

#[test]
fn a_parent_or_dependency_that_is_none_is_refused() {
    let package = Package::with_two_heads();
    insta::assert_snapshot!(refused(
        &package,
        &[
            &["revision", "x", "--parent", "bbbb2"],
            &["revision", "x", "--parent", "bb"],
            &["revision", "x", "--parent", "head"],
            &["revision", "x", "--parent", "+1"],
            &["revision", "x", "--parent", ""],
            &["revision", "x", "--parent", "left", "--parent", "bbbb1"],
            &["revision", "x", "--parent", "left", "--parent", "aaaa0"],
            &["revision", "x", "--parent", "left", "--depends-on", "dddd"],
            &["revision", "x", "--parent", "left", "--depends-on", "heads"],
            &["revision", "x", "--parent", "left", "--depends-on", "base"],
            &["revision", "x", "--parent", "left", "--depends-on", "auth:"],
            &[
                "revision",
                "x",
                "--parent",
                "left",
                "--depends-on",
                "Auth:a1"
            ],
            &[
                "revision",
                "x",
                "--parent",
                "left",
                "--depends-on",
                "cccc2",
                "--depends-on",
                "shop:cccc"
            ],
        ]
    ));
}

#[test]
fn a_label_that_is_taken_or_malformed_is_refused() {
    let package = Package::with_two_heads();
    insta::assert_snapshot!(refused(
        &package,
        &[
            &["revision", "x", "--parent", "left", "--label", "left"],
            &["revision", "x", "--parent", "left", "--label", "aaaa0"],
            &["revision", "x", "--parent", "left", "--label", "The Sales"],
            &["revision", "x", "--parent", "left", "--label", "head"],
            &["revision", "x", "--parent", "left", "--label", ""],
            &["merge", "--label", "a", "--label", "a"],
        ]
    ));
}

#[test]
fn a_message_that_is_no_line_of_text_is_refused() {
    let package = Package::with(&[file("aaaa0", "base", "")]);
    insta::assert_snapshot!(refused(
        &package,
        &[
            &["revision", ""],
            &["revision", " \t "],
            &["revision", "add items\n-- @up"],
            &["revision", "add\ritems"],
            &["revision", "add\u{7}items"],
            &["revision", "= is not a message"],
        ]
    ));
    let heads = Package::with_two_heads();
    assert!(refused(&heads, &[&["merge", "-m", "a\nb"]]).contains("line break"));
}

#[test]
fn a_history_whose_graph_is_not_known_is_reported_first() {
    let package = Package::with(&[file("aaaa0", "base", ""), file("bbbb1", "aaaa9", "")]);
    insta::assert_snapshot!(refused(&package, &[&["revision", "x"], &["merge"]]));
}

#[test]
fn whatever_may_hide_a_revision_keeps_one_from_being_written() {
    let hiding = [
        (
            "migrations/bbbb1_x.sql",
            "-- @revision bbbb1\n-- @up\n-- @down\n",
        ),
        (
            "migrations/bbbb1_x.sql",
            "-- @revises aaaa0\n-- @up\n-- @down\n",
        ),
        ("migrations/bbbb1_x.sql", ""),
        (
            "migrations/bbbb1_x.sql",
            "<<<<<<< ours\n-- @revision bbbb1\n=======\n-- @revision cccc2\n>>>>>>> theirs\n",
        ),
        (
            "migrations/aaaa0_y.sql",
            "-- @revision aaaa0\n-- @revises base\n-- @up\n-- @down\n",
        ),
        ("migrations/bbbb1.up.sql", "SELECT 1;\n"),
        ("migrations/bbbb1_x.sql.orig", "-- @revision bbbb1\n"),
        ("Cargo.toml", "[package]\nname = \"shop\"\n"),
        ("Cargo.toml", "[package]\nname = \"shop\"\nbroken\n"),
    ];
    for (path, text) in hiding {
        let package = Package::with(&[file("aaaa0", "base", "")]);
        package.put(path, text);
        let before = package.names();
        let outcome = package.run(&["revision", "x", "--parent", "aaaa0"]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (1, ""),
            "{path}: {text}"
        );
        assert!(outcome.stderr.starts_with("error[LB"), "{}", outcome.stderr);
        assert_eq!(package.names(), before);
    }
}

#[test]
fn arguments_that_do_not_exist_are_refused() {
    let package = Package::new();
    for command in [
        &["revise"] as &[&str],
        &["revision"],
        &["check", "--everything"],
        &[],
    ] {
        assert_eq!(package.run(command).code, 2, "{command:?}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_a_fault_of_the_environment() {
    let package = Package::new();
    package.put("Cargo.toml", &format!("{MANIFEST}path = \"db/history\"\n"));
    package.put("db", "a file where the folder should be");
    let outcome = package.run(&["revision", "x"]);
    assert_eq!(outcome.code, 3);
    assert!(
        outcome
            .stderr
            .starts_with("error: cannot write `db/history/20"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_program_gets_the_error_as_an_object() {
    let package = Package::with(&[file("aaaa0", "nowhere", "")]);
    let error = |arguments: &[&str]| -> serde_json::Value {
        let outcome = package.run(arguments);
        assert_eq!(outcome.stderr, "");
        serde_json::from_str(&outcome.stdout).unwrap()
    };
    let json = error(&["revision", "x", "--json"]);
    assert_eq!(json["error"]["kind"], "history");
    assert_eq!(json["error"]["exit_code"], 1);
    assert_eq!(json["diagnostics"][0]["code"], "LB0202");
    assert_eq!(json["diagnostics"][0]["file"], "migrations/aaaa0_x.sql");
    assert_eq!(json["diagnostics"][0]["line"], 2);
    let json = error(&["revision", "", "--json"]);
    assert_eq!(json["error"]["kind"], "usage");
    assert_eq!(json["diagnostics"], serde_json::Value::Null);
}
