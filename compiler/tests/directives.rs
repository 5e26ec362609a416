//! What is read out of a revision file, and that no text whatever breaks the reading.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use limbeck_compiler::directive::{Parsed, Revision, Spanned, parse};
use limbeck_compiler::render::render;
use limbeck_compiler::source::Sources;
use limbeck_compiler::split::statements;
use limbeck_model::{Dialect, Direction};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn read(text: &str) -> (Sources, Parsed) {
    let mut sources = Sources::default();
    let file = sources.add("migrations/a1_items.sql", text);
    let parsed = parse(&sources, &[file], &Dialect::ALL);
    (sources, parsed)
}

/// The revision in a text without mistakes.
fn revision(text: &str) -> (Sources, Revision) {
    let (sources, mut parsed) = read(text);
    assert_eq!(render(&parsed.diagnostics, &sources), "");
    let revision = parsed.revisions.pop().unwrap();
    assert!(revision.links_are_complete);
    (sources, revision)
}

fn values(values: &[Spanned<String>]) -> Vec<&str> {
    values.iter().map(|value| value.value.as_str()).collect()
}

const HEADER: &str = "-- @revision a1
-- @revises b2 ,c3
-- @depends-on auth:users
-- @depends-on d4
-- @label items
-- @label things-2
-- @message   two tables: \"items\"  and @things \t
-- @created 2025-01-08T12:21:00+02:00
-- @skip sqlite: it has no: enums
-- @irreversible:the old values are gone
-- @compat breaking : an older program reads the column
-- @up postgres
";

#[test]
fn the_header_is_read_with_the_place_of_each_value() {
    let (sources, revision) = revision(HEADER);
    assert_eq!(revision.id.value, "a1");
    assert_eq!(values(&revision.parents), ["b2", "c3"]);
    assert_eq!(values(&revision.labels), ["items", "things-2"]);
    let message = revision.message.unwrap();
    assert_eq!(message.value, "two tables: \"items\"  and @things");
    assert_eq!(revision.created.unwrap().value, "2025-01-08T12:21:00+02:00");
    assert_eq!(
        revision.irreversible.unwrap().value,
        "the old values are gone"
    );
    assert_eq!(
        revision.breaking.unwrap().value,
        "an older program reads the column"
    );
    let [skip] = revision.skips.as_slice() else {
        panic!("{:?}", revision.skips);
    };
    assert_eq!(skip.dialect.value, Dialect::Sqlite);
    assert_eq!(skip.reason.value, "it has no: enums");
    assert_eq!(sources.text(skip.span), "-- @skip sqlite: it has no: enums");
    let places = [&revision.id, &message, &skip.reason].into_iter();
    for value in places.chain(&revision.parents).chain(&revision.labels) {
        assert_eq!(sources.text(value.span), value.value);
    }
}

#[test]
fn a_dependency_names_a_revision_of_this_history_or_of_another() {
    let (sources, revision) = revision(HEADER);
    let [foreign, own] = revision.dependencies.as_slice() else {
        panic!("{:?}", revision.dependencies);
    };
    assert_eq!(foreign.history.as_ref().unwrap().value, "auth");
    assert_eq!(foreign.name.value, "users");
    assert_eq!(sources.text(foreign.span), "auth:users");
    assert_eq!(own.history, None);
    assert_eq!(own.name.value, "d4");
    assert_eq!(sources.text(own.span), "d4");
}

const SECTIONS: &str = "-- @revision a1
-- @revises base
-- @up sqlite no-transaction
-- @lock-timeout 1500ms
-- a comment
-- @statement-timeout 2min

CREATE TABLE a (b);;
  CREATE TABLE c (d) -- the last
-- @up postgres
CREATE TABLE a (b int);
-- @down
DROP TABLE a;";

#[test]
fn a_section_has_its_options_and_its_statements_with_their_places() {
    let (sources, revision) = revision(SECTIONS);
    let up = revision.section(Direction::Up, Dialect::Sqlite).unwrap();
    assert!(!up.transactional);
    assert_eq!(up.lock_timeout_ms, Some(1_500));
    assert_eq!(up.statement_timeout_ms, Some(120_000));
    assert_eq!(sources.text(up.span), "-- @up sqlite no-transaction");
    assert!(sources.text(up.body).starts_with("-- @lock-timeout"));
    assert!(sources.text(up.body).ends_with("-- the last\n"));
    let found: Vec<_> = statements(up, Dialect::Sqlite, &sources)
        .into_iter()
        .map(|statement| {
            assert_eq!(sources.text(statement.span), statement.sql);
            (statement.sql, statement.line, statement.column)
        })
        .collect();
    assert_eq!(
        found,
        [("CREATE TABLE a (b)", 8, 1), ("CREATE TABLE c (d)", 9, 3)]
    );
    assert_eq!(statements(up, Dialect::Postgres, &sources), []);
}

#[test]
fn a_section_without_a_dialect_is_for_every_one() {
    let (sources, revision) = revision(SECTIONS);
    for dialect in Dialect::ALL {
        let down = revision.section(Direction::Down, dialect).unwrap();
        assert!(down.dialect.is_none() && down.transactional);
        let statements = statements(down, dialect, &sources);
        assert_eq!(statements.len(), 1);
        assert_eq!(
            (statements[0].sql, statements[0].line),
            ("DROP TABLE a", 13)
        );
    }
}

#[test]
fn each_dialect_splits_a_shared_section_in_its_own_way() {
    let (sources, revision) = revision(
        "-- @revision a1\n-- @revises base\n-- @irreversible: a test\n-- @up\nSELECT $$;$$;SELECT 'a\\';",
    );
    let up = revision.section(Direction::Up, Dialect::Sqlite).unwrap();
    let count = |dialect| statements(up, dialect, &sources).len();
    assert_eq!((count(Dialect::Sqlite), count(Dialect::Postgres)), (3, 2));
}

#[test]
fn a_file_without_a_readable_id_is_named_as_such() {
    let (_, parsed) = read("-- @revision A-1\n-- @revises base\n-- @up\n-- @down\n");
    assert!(parsed.revisions.is_empty());
    assert_eq!(parsed.unidentified, [0]);
}

#[test]
fn links_that_could_not_be_read_are_told_from_those_that_are_not_there() {
    for broken in [
        "",
        "-- @revises ,",
        "-- @revises base\n-- @depends-on A",
        "-- @revises base\n-- @label A",
    ] {
        let (_, parsed) = read(&format!("-- @revision a1\n{broken}\n-- @up\n-- @down\n"));
        assert_eq!(parsed.diagnostics.len(), 1, "{broken}");
        assert!(!parsed.revisions[0].links_are_complete, "{broken}");
    }
}

/// A revision file that uses most of the language.
const RICH: &str = "-- @revision a1
-- @revises b2, c3
-- @depends-on auth:users
-- @label items
-- @message two tables
-- @created 2025-01-08T12:21:00Z

-- @up sqlite
CREATE TABLE a (b);
-- @down sqlite
DROP TABLE a;
-- @up postgres no-transaction
-- @lock-timeout 5s
CREATE TABLE a (b text DEFAULT 'it''s');
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$
  SELECT 1;
$$;
-- @down postgres no-transaction
DROP FUNCTION f;
DROP TABLE a;
";

/// A change of one line.
type Edit = fn(&str) -> String;

#[test]
fn one_slip_never_gets_more_than_two_diagnostics() {
    let edits: [(&str, Edit); 6] = [
        ("removed", |_| String::new()),
        ("doubled", |line| format!("{line}\n{line}")),
        ("without its last character", |line| {
            line.get(..line.len().saturating_sub(1))
                .unwrap_or_default()
                .to_owned()
        }),
        ("with an upper case letter", |line| {
            line.replacen("@r", "@R", 1).replacen("@d", "@D", 1)
        }),
        ("without its first dash", |line| line.replacen('-', "", 1)),
        ("with an apostrophe", |line| format!("{line}'")),
    ];
    for (index, line) in RICH.lines().enumerate() {
        for (edit, change) in edits {
            let mut lines: Vec<_> = RICH.lines().map(str::to_owned).collect();
            lines[index] = change(line);
            let (sources, parsed) = read(&lines.join("\n"));
            let report = render(&parsed.diagnostics, &sources);
            assert!(
                parsed.diagnostics.len() <= 2,
                "line {} {edit}:\n{report}",
                index + 1
            );
        }
    }
}

const FRAGMENTS: [&str; 46] = [
    "-- @",
    "--@",
    "-- @ ",
    "@",
    "revision",
    "revises",
    "depends-on",
    "label",
    "message",
    "created",
    "skip",
    "irreversible",
    "compat",
    "replaces",
    "adopts",
    "up",
    "down",
    "call",
    "backfill",
    "copy",
    "rebuild",
    "allow",
    "lock-timeout",
    "statement-timeout",
    " ",
    ": ",
    ",",
    "base",
    "a1",
    "sqlite",
    "postgres",
    "no-transaction",
    "5s",
    "breaking",
    "2025-01-08T10:21:00Z",
    "'",
    "$$",
    "/*",
    "*/",
    ";",
    "\n",
    "\n",
    "\r",
    "\r\n",
    "é字",
    "<<<<<<< ",
];

fn any_file() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        select(RICH.lines().collect::<Vec<_>>()).prop_map(|line| format!("{line}\n")),
        vec(select(&FRAGMENTS), 0..8).prop_map(|fragments| fragments.concat()),
        any::<String>(),
    ];
    vec(line, 0..24).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_to_its_end_and_every_place_is_in_it(text in any_file()) {
        let (sources, parsed) = read(&text);
        prop_assert_eq!(parsed.revisions.len() + parsed.unidentified.len(), 1);
        prop_assert!(parsed.unidentified.is_empty() || !parsed.diagnostics.is_empty());
        for diagnostic in &parsed.diagnostics {
            for annotation in &diagnostic.annotations {
                let span = annotation.span;
                prop_assert!(text.get(span.start..span.end).is_some(), "{:?}", diagnostic);
            }
        }
        prop_assert_eq!(render(&parsed.diagnostics, &sources).is_empty(), parsed.diagnostics.is_empty());
        let mut end = 0;
        for section in parsed.revisions.iter().flat_map(|revision| &revision.sections) {
            prop_assert!(end <= section.span.start && section.span.end <= section.body.start);
            prop_assert!(text.get(section.body.start..section.body.end).is_some());
            end = section.body.end;
        }
    }
}
