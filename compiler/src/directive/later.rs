//! Directives that are part of the language, but that this version cannot run: their arguments are
//! checked, and then they are refused with what to write today.

use limbeck_model::diagnostic::{Code, Diagnostic};
use limbeck_model::suggest::nearest;

use super::name::{Kind, name};
use super::scan::Line;
use super::table::Name;
use super::text::Text;
use super::value;

/// The tools whose revisions can be adopted.
const TOOLS: [&str; 6] = [
    "sqlx",
    "refinery",
    "diesel",
    "rusqlite_migration",
    "alembic",
    "flyway",
];
/// What a backfill is told.
const BACKFILL_KEYS: [&str; 3] = ["table", "key", "batch"];

/// The diagnostic for such a directive.
pub(super) fn refuse(line: &Line<'_>) -> Diagnostic {
    if let Err(diagnostic) = check(line) {
        return diagnostic.note(format!(
            "this version of limbeck does not support `@{}` yet",
            line.name.text()
        ));
    }
    let diagnostic = Diagnostic::new(
        Code::NotYetSupported,
        line.span,
        format!(
            "this version of limbeck does not support `@{}`",
            line.name.text()
        ),
    );
    diagnostic
        .label("not supported yet")
        .help(instead(line.name))
}

/// What to write today.
fn instead(directive: Name) -> &'static str {
    match directive {
        Name::Call => {
            "write the change as SQL statements, or make it in your program after the upgrade"
        }
        Name::Backfill => {
            "remove the line and the conditions with `:after` and `:upto`: the statement then changes all \
             rows at once, in the revision's transaction"
        }
        Name::Copy => "write the rows as an `INSERT` statement",
        Name::Rebuild => {
            "write the rebuild as statements: create the new table under another name, copy the rows, \
             drop the old table, rename the new one and create its indexes again"
        }
        Name::Replaces => "remove the line, and keep the replaced revisions in place of this one",
        Name::Adopts => {
            "remove the line, and `stamp` this revision once on each database where the other tool has \
             applied it"
        }
        _ => "remove the line",
    }
}

fn check(line: &Line<'_>) -> Result<(), Diagnostic> {
    match line.name {
        Name::Call => check_call(value::required(line)?),
        Name::Backfill => check_backfill(line, value::required(line)?),
        Name::Copy => check_copy(value::required(line)?),
        Name::Rebuild => check_rebuild(value::required(line)?),
        Name::Replaces => check_replaces(value::required(line)?),
        Name::Adopts => check_adopts(value::required(line)?),
        _ => Ok(()),
    }
}

fn check_call(text: Text<'_>) -> Result<(), Diagnostic> {
    let starts = text
        .content
        .starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let is_function = starts
        && text
            .content
            .chars()
            .all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'));
    if is_function {
        return Ok(());
    }
    Err(bad(
        text,
        Name::Call,
        "expected the name of a Rust function",
    ))
}

fn check_backfill(line: &Line<'_>, text: Text<'_>) -> Result<(), Diagnostic> {
    let mut given = Vec::new();
    for word in text.words() {
        let Some((key, value)) = word.split_once('=') else {
            return Err(bad(word, Name::Backfill, "expected `key=value`"));
        };
        if !BACKFILL_KEYS.contains(&key.content) {
            return Err(bad(
                key,
                Name::Backfill,
                "expected `table`, `key` or `batch`",
            ));
        }
        if given.contains(&key.content) {
            return Err(bad(word, Name::Backfill, "given again"));
        }
        if value.is_empty() {
            return Err(bad(word, Name::Backfill, "expected a value behind `=`"));
        }
        let is_count = value.content.parse().is_ok_and(|count: u32| count > 0);
        if key.content == "batch" && !is_count {
            return Err(bad(value, Name::Backfill, "expected a number of rows"));
        }
        given.push(key.content);
    }
    match BACKFILL_KEYS.iter().find(|key| !given.contains(key)) {
        Some(missing) => {
            let message = format!("`@backfill` without `{missing}=`");
            let diagnostic = Diagnostic::new(Code::BadArgument, line.span, message);
            Err(diagnostic
                .label(format!("expected `{missing}=` too"))
                .help(format!("write it like `{}`", Name::Backfill.usage())))
        }
        None => Ok(()),
    }
}

fn check_copy(text: Text<'_>) -> Result<(), Diagnostic> {
    let Some((target, file)) = text
        .content
        .to_ascii_lowercase()
        .find(" from ")
        .map(|at| (text.part(0, at), text.part(at + 6, text.content.len())))
    else {
        return Err(bad(text, Name::Copy, "expected `from` and a file"));
    };
    if file.trim().words().count() != 1 {
        return Err(bad(
            file.trim(),
            Name::Copy,
            "expected the name of one file",
        ));
    }
    let columns = target
        .trim()
        .split_once('(')
        .and_then(|(table, behind)| Some((table.trim(), behind.content.strip_suffix(')')?)));
    match columns {
        Some((table, columns))
            if !table.is_empty() && columns.split(',').all(|column| !column.trim().is_empty()) =>
        {
            Ok(())
        }
        _ => Err(bad(
            target.trim(),
            Name::Copy,
            "expected a table and its columns in parentheses",
        )),
    }
}

fn check_rebuild(text: Text<'_>) -> Result<(), Diagnostic> {
    match text.words().nth(1) {
        Some(second) if !text.content.starts_with('"') => {
            Err(bad(second, Name::Rebuild, "expected one table"))
        }
        _ => Ok(()),
    }
}

fn check_replaces(text: Text<'_>) -> Result<(), Diagnostic> {
    let ends = text
        .content
        .find("..")
        .map(|at| (text.part(0, at), text.part(at + 2, text.content.len())));
    let Some((first, last)) = ends else {
        return Err(bad(
            text,
            Name::Replaces,
            "expected two ids with `..` between them",
        ));
    };
    name(first.trim(), Kind::Id)?;
    name(last.trim(), Kind::Id)?;
    Ok(())
}

fn check_adopts(text: Text<'_>) -> Result<(), Diagnostic> {
    let words: Vec<_> = text.words().collect();
    let [tool, _] = words.as_slice() else {
        return Err(bad(
            text,
            Name::Adopts,
            "expected a tool and the revision's id there",
        ));
    };
    if TOOLS.contains(&tool.content) {
        return Ok(());
    }
    let diagnostic = Diagnostic::new(
        Code::BadArgument,
        tool.span(),
        format!("`@adopts` does not know the tool `{}`", tool.content),
    )
    .label("expected the name of a tool")
    .note(format!(
        "the tools are {}",
        TOOLS.map(|tool| format!("`{tool}`")).join(", ")
    ));
    Err(match nearest(tool.content, TOOLS) {
        Some(meant) => diagnostic.help(format!("write `{meant}`")),
        None => diagnostic.help(format!("write it like `{}`", Name::Adopts.usage())),
    })
}

fn bad(place: Text<'_>, directive: Name, label: &str) -> Diagnostic {
    let message = format!("the argument of `@{}` cannot be read", directive.text());
    Diagnostic::new(Code::BadArgument, place.span(), message)
        .label(label)
        .help(format!("write it like `{}`", directive.usage()))
}
