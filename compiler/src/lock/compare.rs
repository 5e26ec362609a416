//! The files held against the lock file: what was released must not be edited, moved or removed.

use std::collections::BTreeSet;

use limbeck_model::Direction;
use limbeck_model::diagnostic::{Annotation, Code, Diagnostic, Span};

use super::contents::{self, Lock, Locked};
use super::difference::{Difference, differences};
use crate::directive::{Parsed, Revision};
use crate::source::Sources;
use crate::table::{Row, Side, Table};

/// How many differences of one revision are shown.
const SHOWN: usize = 6;

/// Every released revision that was edited or moved.
pub fn compare(table: &Table<'_>, lock: &Lock, sources: &Sources) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for row in &table.rows {
        if let Some(locked) = lock.revisions.get(&row.revision.id.value) {
            diagnostics.extend(moved(row, &table.rows, locked));
            diagnostics.extend(edited(row, locked, sources));
        }
    }
    diagnostics
}

/// Every released revision that is not there any more. Where the id of a file is not known, it may be its.
pub fn removed(parsed: &Parsed, lock: &Lock, folder: &str) -> Vec<Diagnostic> {
    if !parsed.unidentified.is_empty() {
        return Vec::new();
    }
    let present: BTreeSet<&str> = parsed
        .revisions
        .iter()
        .map(|revision| revision.id.value.as_str())
        .collect();
    lock.revisions
        .iter()
        .filter(|(id, _)| !present.contains(id.as_str()))
        .filter_map(|(id, locked)| {
            let message = format!("the released revision `{id}` was removed");
            let diagnostic = Diagnostic::new(Code::ReleasedRemoved, locked.span?, message)
                .label(format!("no file in `{folder}` has this id"))
                .note("databases to which it was applied would refuse the program")
                .help(format!(
                    "restore its file; `git log --diff-filter=D --stat -- {folder}` says when it was removed"
                ))
                .help(format!(
                    "where no database has it yet, run `cargo limbeck lock --forget {id}`"
                ));
            Some(diagnostic)
        })
        .collect()
}

fn moved(row: &Row<'_>, rows: &[Row<'_>], locked: &Locked) -> Option<Diagnostic> {
    let revision = row.revision;
    let id = &revision.id.value;
    let parents = contents::parents(row, rows);
    let dependencies = contents::dependencies(row, rows);
    let (span, change, helps) = if parents != locked.parents {
        let was = base_or(&locked.parents).join(", ");
        (
            span_of(revision.parents.iter().map(|parent| parent.span)),
            format!(
                "revised {}, and now revises {}",
                quoted(&base_or(&locked.parents)),
                quoted(&base_or(&parents))
            ),
            vec![format!("put `-- @revises {was}` back")],
        )
    } else if dependencies != locked.dependencies {
        let without = |these: &[String], those: &[String]| -> Vec<String> {
            let missing = these.iter().filter(|name| !those.contains(name));
            missing.cloned().collect()
        };
        let gone = without(&locked.dependencies, &dependencies);
        let come = without(&dependencies, &locked.dependencies);
        let change = match (gone.as_slice(), come.as_slice()) {
            (gone, []) => format!("depended on {}, and does not any more", quoted(gone)),
            ([], come) => format!("did not depend on {}", quoted(come)),
            (gone, come) => format!("depended on {} and not on {}", quoted(gone), quoted(come)),
        };
        let back = gone
            .iter()
            .map(|name| format!("put `-- @depends-on {name}` back"));
        let away = come
            .iter()
            .map(|name| format!("remove `-- @depends-on {name}`"));
        (
            span_of(revision.dependencies.iter().map(|needed| needed.span)),
            change,
            back.chain(away).collect(),
        )
    } else {
        return None;
    };
    let diagnostic = Diagnostic::new(
        Code::ReleasedMoved,
        span.unwrap_or(revision.id.span),
        format!("the released revision `{id}` {change}"),
    )
    .note("databases have recorded on what it was applied, and would refuse the program");
    let diagnostic = helps.into_iter().fold(diagnostic, Diagnostic::help);
    Some(diagnostic.help(format!(
        "where no database has it yet, run `cargo limbeck lock --forget {id}`"
    )))
}

fn base_or(parents: &[String]) -> Vec<String> {
    match parents {
        [] => vec!["base".to_owned()],
        parents => parents.to_vec(),
    }
}

/// From the first to the last of some places in one file.
fn span_of(spans: impl Iterator<Item = Span>) -> Option<Span> {
    spans.reduce(|all, span| Span {
        file: all.file,
        start: all.start.min(span.start),
        end: all.end.max(span.end),
    })
}

fn quoted(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn edited(row: &Row<'_>, locked: &Locked, sources: &Sources) -> Option<Diagnostic> {
    let revision = row.revision;
    let id = &revision.id.value;
    let mut marks: Vec<Annotation> = Vec::new();
    let mut dialects = Vec::new();
    for side in &row.sides {
        let Some(released) = locked.sides.get(&side.dialect) else {
            continue;
        };
        if released.checksum == side.checksum {
            continue;
        }
        dialects.push(side.dialect.name());
        // A section for all dialects is the same text to each, and is marked once.
        for mark in marks_of(revision, side, &released.statements, sources) {
            if !marks.contains(&mark) {
                marks.push(mark);
            }
        }
    }
    if dialects.is_empty() {
        return None;
    }
    let place = if dialects.len() == row.sides.len() {
        String::new()
    } else {
        format!(" for {}", dialects.join(" and "))
    };
    let hidden = marks.len().saturating_sub(SHOWN);
    marks.truncate(SHOWN);
    let mut diagnostic = Diagnostic::new(
        Code::ReleasedEdited,
        revision.id.span,
        format!("the released revision `{id}` was edited{place}"),
    );
    diagnostic.annotations = marks;
    if hidden > 0 {
        diagnostic = diagnostic.note(format!("{hidden} more differences are not shown"));
    }
    Some(
        diagnostic
            .note("databases to which it was applied run it never again, and would refuse the program")
            .help(format!(
                "put the file back (`git log -p -- {}` shows what it was) and write the change as a new revision",
                row.file
            ))
            .help(format!(
                "where the edit means the same to every database, run `cargo limbeck lock --accept {id} --reason \"...\"`; \
                 where no database has it yet, `cargo limbeck lock --forget {id}`"
            )),
    )
}

/// What differs in a script, marked in its file.
fn marks_of(
    revision: &Revision,
    side: &Side<'_>,
    released: &[u32],
    sources: &Sources,
) -> Vec<Annotation> {
    let statements = &side.up.statements;
    let section = revision
        .section(Direction::Up, side.dialect)
        .map(|section| section.span)
        .or_else(|| revision.skip(side.dialect).map(|skip| skip.span))
        .unwrap_or(revision.id.span);
    let place = |number: usize| {
        statements
            .get(number)
            .map(|own| first_line(own.span, sources))
    };
    let mark = |difference: Difference| match difference {
        Difference::Changed(number) => Annotation {
            span: place(number).unwrap_or(section),
            text: format!("statement {} is not what was released", number + 1),
        },
        Difference::Added(number) => Annotation {
            span: place(number).unwrap_or(section),
            text: format!("statement {} was added", number + 1),
        },
        Difference::Removed { count, before } => {
            let gone = match count {
                1 => "a statement was removed".to_owned(),
                count => format!("{count} statements were removed"),
            };
            let last = before.checked_sub(1).and_then(place);
            match (place(before), last) {
                (Some(span), _) => Annotation {
                    span,
                    text: format!("{gone} before this one"),
                },
                (None, Some(span)) => Annotation {
                    span,
                    text: format!("{gone} after this one"),
                },
                (None, None) => Annotation {
                    span: section,
                    text: format!("{gone} here"),
                },
            }
        }
    };
    let found = differences(released, &contents::digests(side));
    if found.is_empty() {
        return vec![Annotation {
            span: section,
            text: "the statements are not what was released".to_owned(),
        }];
    }
    found.into_iter().map(mark).collect()
}

fn first_line(span: Span, sources: &Sources) -> Span {
    let line = sources.text(span).lines().next().unwrap_or_default();
    Span {
        end: span.start + line.len(),
        ..span
    }
}
