//! The splitter on snippets that are easy to get wrong, beside SQLite itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use limbeck_compiler::split::{Opened, PieceKind, split, tokens};
use limbeck_model::Dialect;
use rusqlite::fallible_iterator::FallibleIterator as _;

/// The statements of a text, after checking that nothing of it was lost.
fn statements(text: &str, dialect: Dialect) -> Vec<&str> {
    let pieces = split(text, dialect).unwrap();
    let joined: String = pieces
        .iter()
        .map(|piece| &text[piece.range.clone()])
        .collect();
    assert_eq!(joined, text);
    pieces
        .into_iter()
        .filter(|piece| piece.kind == PieceKind::Statement)
        .map(|piece| &text[piece.range])
        .collect()
}

/// The snippets for a dialect, by name.
fn snippets(dialect: Dialect) -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/split");
    let mut paths: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let named = |path: &PathBuf| {
        let stem = path.file_stem()?.to_str()?;
        let name = stem.strip_prefix(dialect.name())?.strip_prefix('_')?;
        Some((name.to_owned(), fs::read_to_string(path).unwrap()))
    };
    let snippets: Vec<_> = paths.iter().filter_map(named).collect();
    assert!(snippets.len() > 50, "{}", snippets.len());
    snippets
}

#[test]
fn every_snippet_splits_where_it_should() {
    for dialect in Dialect::ALL {
        let mut outcome = String::new();
        for (name, text) in snippets(dialect) {
            writeln!(outcome, "# {name}").unwrap();
            for statement in statements(&text, dialect) {
                writeln!(outcome, "{statement:?}").unwrap();
            }
        }
        insta::assert_snapshot!(dialect.name(), outcome);
    }
}

#[test]
fn sqlite_splits_every_snippet_at_the_same_places() {
    for (name, text) in snippets(Dialect::Sqlite) {
        let database = rusqlite::Connection::open_in_memory().unwrap();
        let mut batch = rusqlite::Batch::new(&database, &text);
        let mut count = 0;
        for ours in statements(&text, Dialect::Sqlite) {
            let mut theirs = batch.next().unwrap().expect(&name);
            count += 1;
            // SQLite gives the values of parameters in their places.
            if theirs.parameter_count() == 0 {
                let text = theirs.expanded_sql().unwrap();
                let text = text.strip_suffix(';').unwrap_or(&text);
                let theirs: Vec<_> = tokens(text, Dialect::Sqlite)
                    .skip_while(|&token| token == ";")
                    .collect();
                let ours: Vec<_> = tokens(ours, Dialect::Sqlite).collect();
                assert_eq!(theirs, ours, "{name}");
            }
            let mut rows = theirs.raw_query();
            while rows.next().unwrap().is_some() {}
        }
        assert!(
            batch.next().unwrap().is_none(),
            "{name} has more than {count}"
        );
    }
}

/// Asserts what a text leaves open, and with which bytes it was opened.
#[track_caller]
fn assert_open(text: &str, dialect: Dialect, what: Opened, at: usize, opening: &str) {
    let open = split(text, dialect).unwrap_err();
    assert_eq!((open.what, open.at), (what, at), "{text:?}");
    assert_eq!(&text[open.at..open.at + open.length], opening, "{text:?}");
}

#[test]
fn what_does_not_end_is_reported_where_it_was_opened() {
    for dialect in Dialect::ALL {
        assert_open("SELECT 'a''", dialect, Opened::String, 7, "'");
        assert_open("SELECT \"a\"\"", dialect, Opened::QuotedName, 7, "\"");
        assert_open("SELECT 1; /* a", dialect, Opened::BlockComment, 10, "/*");
        assert_open("SELECT 1; /*", dialect, Opened::BlockComment, 10, "/*");
        assert_open("SELECT 1; /*/", dialect, Opened::BlockComment, 10, "/*");
    }
}

#[test]
fn what_only_postgresql_opens_is_reported_where_it_was_opened() {
    let assert_open = |text: &str, what: Opened, at: usize, opening: &str| {
        assert_open(text, Dialect::Postgres, what, at, opening);
    };
    assert_open(r"SELECT E'a\'", Opened::EscapeString, 7, "E'");
    assert_open("SELECT E'a\\", Opened::EscapeString, 7, "E'");
    assert_open("SELECT U&'a", Opened::String, 7, "U&'");
    assert_open("SELECT U&\"a", Opened::QuotedName, 7, "U&\"");
    assert_open("SELECT $a$ $$ $A$", Opened::DollarQuote, 7, "$a$");
    assert_open("SELECT 1 /* /* */", Opened::BlockComment, 9, "/*");
    let function =
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1; END;";
    assert_open(function, Opened::AtomicBody, 32, "BEGIN");
}

#[test]
fn what_only_sqlite_opens_is_reported_where_it_was_opened() {
    let assert_open = |text: &str, what: Opened, at: usize, opening: &str| {
        assert_open(text, Dialect::Sqlite, what, at, opening);
    };
    assert_open("SELECT x'00", Opened::Blob, 7, "x'");
    assert_open("SELECT `a``", Opened::BacktickName, 7, "`");
    assert_open("SELECT [a", Opened::BracketName, 7, "[");
    let trigger = "CREATE TRIGGER begin AFTER INSERT ON t BEGIN SELECT 1; SELECT 2 END;";
    assert_open(trigger, Opened::TriggerBody, 39, "BEGIN");
}

#[test]
fn a_trigger_without_a_body_ends_at_its_semicolon() {
    assert_eq!(
        statements(
            "CREATE TRIGGER r AFTER INSERT ON t; SELECT 1; END;",
            Dialect::Sqlite
        ),
        ["CREATE TRIGGER r AFTER INSERT ON t", "SELECT 1", "END"]
    );
}

fn token_list(text: &str, dialect: Dialect) -> Vec<&str> {
    tokens(text, dialect).collect()
}

#[test]
fn tokens_are_cut_as_postgresql_cuts_them() {
    let tokens = |text| token_list(text, Dialect::Postgres);
    assert_eq!(tokens("a*-1"), ["a", "*", "-", "1"]);
    assert_eq!(tokens("a@-1"), ["a", "@-", "1"]);
    assert_eq!(
        tokens("a<=b::int[1:2]"),
        ["a", "<=", "b", "::", "int", "[", "1", ":", "2", "]"]
    );
    assert_eq!(tokens("x=>1"), ["x", "=>", "1"]);
    assert_eq!(tokens("1..10"), ["1", "..", "10"]);
    assert_eq!(tokens("1.5e-3+2"), ["1.5e-3", "+", "2"]);
    assert_eq!(tokens("0x1e-3"), ["0x1e", "-", "3"]);
    assert_eq!(tokens("$1+$2"), ["$1", "+", "$2"]);
    assert_eq!(tokens("a/**/b--c"), ["a", "b"]);
    assert_eq!(
        tokens("U&'a' u&b E'\\'' N'x'"),
        ["U&'a'", "u", "&", "b", "E'\\''", "N'x'"]
    );
    assert_eq!(tokens("'a' 'b"), ["'a'", "'b"]);
}

#[test]
fn tokens_are_cut_as_sqlite_cuts_them() {
    let tokens = |text| token_list(text, Dialect::Sqlite);
    assert_eq!(tokens("a->>'b'->c"), ["a", "->>", "'b'", "->", "c"]);
    assert_eq!(
        tokens("a<=b<>c<<d!=e==f||g"),
        [
            "a", "<=", "b", "<>", "c", "<<", "d", "!=", "e", "==", "f", "||", "g"
        ]
    );
    assert_eq!(tokens("?1:a@b $c::d(e)"), ["?1", ":a", "@b", "$c::d(e)"]);
    assert_eq!(tokens("x'00''a'"), ["x'00'", "'a'"]);
    assert_eq!(tokens("[a]]`b`\"c\""), ["[a]", "]", "`b`", "\"c\""]);
    assert_eq!(tokens("1.5e-3-.5"), ["1.5e-3", "-", ".5"]);
    assert_eq!(tokens("a\u{feff} b"), ["a\u{feff}", "b"]);
}
