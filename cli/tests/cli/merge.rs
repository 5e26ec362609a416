//! `merge`: what it writes where all is well.

use crate::support::{Package, file};

#[test]
fn all_heads_are_joined_by_an_empty_revision() {
    let package = Package::with_two_heads();
    assert!(!package.is_sound());
    let written = package.write(&["merge"]);
    insta::assert_snapshot!(written.redacted());
    assert_eq!(package.heads(), [written.id]);
    assert!(package.is_sound());
}

#[test]
fn what_is_named_is_joined_in_the_order_given() {
    let package = Package::with(&[
        file("aaaa0", "base", ""),
        file("bbbb1", "aaaa0", ""),
        file("cccc2", "aaaa0", ""),
        file("dddd3", "aaaa0", "-- @label right\n"),
    ]);
    let outcome = package.run(&[
        "merge",
        "right",
        "bbbb",
        "--message",
        "Join what was sold",
        "--label",
        "sales",
    ]);
    let written = package.written(&outcome);
    assert_eq!(written.line("revises"), "dddd3, bbbb1");
    assert_eq!(written.line("message"), "Join what was sold");
    assert_eq!(written.line("label"), "sales");
    assert!(written.path.ends_with("_join_what_was_sold.sql"));
    assert!(outcome.stderr.contains("2 heads now"), "{}", outcome.stderr);
    assert_eq!(package.heads(), ["cccc2", &written.id]);
}

#[test]
fn the_merge_of_two_bases_is_sound() {
    let package = Package::with(&[file("aaaa0", "base", ""), file("bbbb1", "base", "")]);
    let written = package.write(&["merge", "-m", "one root"]);
    assert_eq!(written.line("revises"), "aaaa0, bbbb1");
    assert!(package.is_sound());
}

#[test]
fn a_program_gets_one_object() {
    let package = Package::with_two_heads();
    let outcome = package.run(&["merge", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json["parents"], serde_json::json!(["bbbb1", "cccc2"]));
    assert_eq!(json["heads"], serde_json::json!([json["id"]]));
}
