//! What the compiler says of a statement.

use std::collections::BTreeSet;

use limbeck_compiler::directive::parse;
use limbeck_compiler::source::Sources;
use limbeck_compiler::sql::check;
use limbeck_model::Dialect;

/// The codes that a statement gets as the only one of its section.
pub(crate) fn codes(dialect: Dialect, option: &str, statement: &str) -> BTreeSet<&'static str> {
    let text = format!(
        "-- @revision a1\n-- @revises base\n-- @up {option}\n{statement};\n-- @down {option}\n"
    );
    let mut sources = Sources::default();
    let file = sources.add("a1_it.sql", text);
    let parsed = parse(&sources, &[file], &[dialect]);
    assert_eq!(parsed.diagnostics, [], "{statement}");
    let checked = check(&parsed, &[dialect], &sources, &BTreeSet::new());
    let codes: BTreeSet<_> = checked
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.number())
        .collect();
    let direction = limbeck_model::Direction::Up;
    assert_eq!(
        checked.reported(&parsed.revisions[0], direction, dialect),
        !codes.is_empty()
    );
    codes
}

/// What is said of it inside of a transaction.
pub(crate) fn inside(dialect: Dialect, statement: &str) -> BTreeSet<&'static str> {
    codes(dialect, "", statement)
}

/// What is said of it outside of one.
pub(crate) fn outside(dialect: Dialect, statement: &str) -> BTreeSet<&'static str> {
    codes(dialect, "no-transaction", statement)
}
