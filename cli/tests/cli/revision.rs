//! `revision`: what it writes where all is well.

use limbeck_model::{Dialect, Direction};

use crate::support::{Package, file};

#[test]
fn the_first_revision_is_a_base_and_the_next_one_stands_on_it() {
    let package = Package::new();
    let first = package.write(&["revision", "create messages"]);
    let second = package.write(&["revision", "add batch item id to messages"]);
    insta::assert_snapshot!(first.redacted());
    assert_eq!(second.line("revises"), first.id);
    assert!(second.path.starts_with("migrations/20"));
    assert!(second.path.ends_with("_add_batch_item_id_to_messages.sql"));
    assert_eq!(package.heads(), [second.id]);
    assert!(package.is_sound());
}

#[test]
fn an_id_has_twelve_hexadecimal_digits_and_the_time_is_utc_in_whole_seconds() {
    let package = Package::new();
    let written = package.write(&["revision", "x"]);
    assert_eq!(written.id.len(), 12);
    assert!(
        written
            .id
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    );
    let created: Vec<_> = written.line("created").chars().collect();
    let shape: String = created
        .iter()
        .map(|c| if c.is_ascii_digit() { '0' } else { *c })
        .collect();
    assert_eq!(shape, "0000-00-00T00:00:00Z");
    assert!(!written.text.contains('\r'));
}

#[test]
fn a_revision_with_its_statements_filled_in_is_sound() {
    let package = Package::new();
    let written = package.write(&["revision", "create messages"]);
    let text = written
        .text
        .replace(
            "-- @up\n",
            "-- @up\nCREATE TABLE messages (id text PRIMARY KEY);\n",
        )
        .replace("-- @down\n", "-- @down\nDROP TABLE messages;\n");
    package.put(&written.path, &text);
    assert!(package.is_sound());
    let revision = package.revision(&written.id);
    let up = revision.section(Direction::Up, Dialect::Postgres).unwrap();
    assert_eq!(up.statement_spans(Dialect::Postgres).len(), 1);
}

#[test]
fn every_option_has_its_line() {
    let package = Package::with_two_heads();
    let written = package.write(&[
        "revision",
        "Bill what was used, once",
        "--parent",
        "left",
        "--parent",
        "cccc",
        "--depends-on",
        "aaaa0",
        "--depends-on",
        "auth:0335b1eb9c40",
        "--label",
        "billing",
        "--label",
        "usage-2",
        "--no-transaction",
        "--dialect-sections",
    ]);
    insta::assert_snapshot!(written.redacted());
    assert!(package.is_sound());
    let revision = package.revision(&written.id);
    let parents: Vec<_> = revision
        .parents
        .iter()
        .map(|parent| parent.value.as_str())
        .collect();
    assert_eq!(parents, ["bbbb1", "cccc2"]);
    for dialect in Dialect::ALL {
        let up = revision.section(Direction::Up, dialect).unwrap();
        assert_eq!(up.dialect.as_ref().unwrap().value, dialect);
        assert!(!up.transactional);
    }
}

#[test]
fn the_only_declared_dialect_gets_the_only_sections() {
    let package = Package::new();
    let manifest = crate::support::MANIFEST.replace("\"sqlite\", ", "");
    package.put("Cargo.toml", &manifest);
    let written = package.write(&["revision", "x", "--dialect-sections"]);
    assert!(
        written
            .text
            .ends_with("-- @up postgres\n\n-- @down postgres\n")
    );
    assert!(package.is_sound());
}

#[test]
fn a_parent_is_named_by_the_start_of_its_id_and_written_whole() {
    let package = Package::with(&[file("0335b1eb9c40", "base", "")]);
    let written = package.write(&["revision", "x", "--parent", "0335"]);
    assert_eq!(written.line("revises"), "0335b1eb9c40");
}

#[test]
fn another_branch_is_written_and_its_author_is_told_of_the_heads() {
    let package = Package::with_two_heads();
    for (parent, revises) in [("aaaa0", "aaaa0"), ("base", "base"), ("left@head", "bbbb1")] {
        let outcome = package.run(&["revision", "x", "--parent", parent]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert_eq!(package.written(&outcome).line("revises"), revises);
        assert!(
            outcome.stderr.starts_with("note: the history has "),
            "{}",
            outcome.stderr
        );
    }
    // The two that were there, and the two that do not stand on one of them.
    assert_eq!(package.heads().len(), 4);
}

#[test]
fn as_many_heads_as_the_settings_allow_are_no_news() {
    let package = Package::with_two_heads();
    package.put(
        "Cargo.toml",
        &format!("{}heads = 2\n", crate::support::MANIFEST),
    );
    let outcome = package.run(&["revision", "x", "--parent", "left"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert!(package.is_sound());
}

#[test]
fn a_mistake_within_a_section_of_another_file_is_no_obstacle() {
    let package = Package::with(&[file("aaaa0", "base", "")]);
    package.put(
        "migrations/bbbb1_x.sql",
        "-- @revision bbbb1\n-- @revises aaaa0\n-- @up\nSELECT 'open\n",
    );
    let written = package.write(&["revision", "x"]);
    assert_eq!(written.line("revises"), "bbbb1");
}

#[test]
fn a_folder_that_is_missing_is_made() {
    let package = Package::new();
    package.put(
        "Cargo.toml",
        &format!("{}path = \"db/history\"\n", crate::support::MANIFEST),
    );
    let written = package.write(&["revision", "x"]);
    assert!(
        written.path.starts_with("db/history/20"),
        "{}",
        written.path
    );
    assert!(package.is_sound());
}

#[test]
fn a_program_gets_one_object_and_no_notes() {
    let package = Package::with_two_heads();
    let outcome = package.run(&["revision", "say \"hi\"", "--parent", "aaaa0", "--json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let id = json["id"].as_str().unwrap();
    assert_eq!(json["parents"], serde_json::json!(["aaaa0"]));
    assert_eq!(json["message"], "say \"hi\"");
    assert_eq!(json["heads"].as_array().unwrap().len(), 3);
    assert!(package.path(json["path"].as_str().unwrap()).is_file());
    let revision = package.revision(id);
    assert_eq!(
        revision.created.unwrap().value,
        json["created"].as_str().unwrap()
    );
    assert_eq!(revision.message.unwrap().value, "say \"hi\"");
}
