//! Commands that look at the program's own histories.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use limbeck_model::target::resolve;
use limbeck_model::{Dialect, Direction};
use serde_json::{Value, json};

use super::execute::Answer;
use super::{exit, json, text};
use crate::engine::{Chart, Entry};
use crate::error::{Error, ErrorKind};
use crate::migrator::Migrator;
use crate::status::Status;

/// The only dialect that every history is written for.
pub(super) fn only_dialect(migrator: &Migrator) -> Result<Dialect, Error> {
    match dialects(migrator).as_slice() {
        [dialect] => Ok(*dialect),
        [] => Err(Error::new(
            ErrorKind::History,
            "the histories have no kind of database in common",
        )),
        _ => Err(Error::new(
            ErrorKind::Target,
            "the history is written for more than one kind of database",
        )
        .help_with("pass `--dialect sqlite` or `--dialect postgres`")),
    }
}

fn dialects(migrator: &Migrator) -> Vec<Dialect> {
    Dialect::ALL
        .into_iter()
        .filter(|&dialect| {
            migrator
                .histories()
                .iter()
                .all(|history| history.supports(dialect))
        })
        .collect()
}

/// The composed histories, in a dialect that all are written for: their graph is the same in each.
fn chart(migrator: &Migrator) -> Result<Chart, Error> {
    match dialects(migrator).first() {
        Some(&dialect) => Chart::compose(migrator.histories(), dialect),
        None => {
            only_dialect(migrator).and_then(|dialect| Chart::compose(migrator.histories(), dialect))
        }
    }
}

pub(super) fn heads(migrator: &Migrator) -> Result<Answer, Error> {
    let chart = chart(migrator)?;
    let heads: Vec<_> = chart
        .graph
        .real_heads()
        .into_iter()
        .map(|head| chart.entries[head].name())
        .collect();
    let mut text = String::new();
    for head in &heads {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", text::name(head));
    }
    Ok(Answer {
        text,
        json: json!({ "heads": heads.iter().map(json::revision).collect::<Vec<_>>() }),
        code: exit::DONE,
    })
}

/// All revisions, newest first, as they were applied or would be.
pub(super) fn history(migrator: &Migrator, status: Option<&Status>) -> Result<Answer, Error> {
    let chart = chart(migrator)?;
    let heads = chart.graph.real_heads();
    let times = status.map(times);
    let mut text = String::new();
    let mut revisions = Vec::new();
    for (index, entry) in chart.entries.iter().enumerate().rev() {
        let name = (entry.history.name, entry.revision.id);
        let applied_at = times.as_ref().map(|times| times.get(&name).copied());
        let standing = match applied_at {
            Some(Some(time)) => format!("  applied {time}"),
            Some(None) => "  pending".to_owned(),
            None => String::new(),
        };
        let _ = writeln!(
            text,
            "{}{}{standing}",
            text::name(&entry.name()),
            marks(&chart, index, heads.contains(&index))
        );
        let mut value = describe(&chart, index);
        value["head"] = json!(heads.contains(&index));
        if let Some(applied_at) = applied_at {
            value["applied_at"] = json!(applied_at);
        }
        revisions.push(value);
    }
    Ok(Answer {
        text,
        json: json!({ "revisions": revisions }),
        code: exit::DONE,
    })
}

/// When each revision was applied, by its history and id.
fn times(status: &Status) -> BTreeMap<(&str, &str), &str> {
    let applied = status.applied.iter().map(|applied| {
        let revision = &applied.revision;
        let name = (revision.history.as_str(), revision.id.as_str());
        (name, applied.applied_at.as_str())
    });
    applied.collect()
}

/// What is special about a revision, in parentheses.
fn marks(chart: &Chart, index: usize, is_head: bool) -> String {
    let entry = &chart.entries[index];
    let node = &chart.graph.nodes()[index];
    let mut marks = Vec::new();
    if is_head {
        marks.push("head".to_owned());
    }
    if node.parents.is_empty() {
        marks.push("base".to_owned());
    }
    if node.parents.len() > 1 {
        marks.push(format!("merge of {}", names(chart, &node.parents)));
    }
    if node.children.len() > 1 {
        marks.push("branch point".to_owned());
    }
    marks.extend(
        entry
            .revision
            .labels
            .iter()
            .map(|label| format!("branch {label}")),
    );
    if entry.revision.irreversible.is_some() {
        marks.push("irreversible".to_owned());
    }
    if entry.revision.breaking.is_some() {
        marks.push("breaking".to_owned());
    }
    if marks.is_empty() {
        String::new()
    } else {
        format!("  ({})", marks.join(", "))
    }
}

fn names(chart: &Chart, indices: &[usize]) -> String {
    let names: Vec<_> = indices
        .iter()
        .map(|&index| chart.graph.name(index))
        .collect();
    names.join(", ")
}

fn describe(chart: &Chart, index: usize) -> Value {
    let entry = &chart.entries[index];
    let node = &chart.graph.nodes()[index];
    let ids = |indices: &[usize]| {
        indices
            .iter()
            .map(|&index| chart.graph.name(index))
            .collect::<Vec<_>>()
    };
    let revision = entry.revision;
    json!({
        "history": entry.history.name,
        "id": revision.id,
        "message": revision.message,
        "created": revision.created,
        "file": revision.file,
        "parents": ids(&node.parents),
        "dependencies": ids(&node.dependencies),
        "labels": revision.labels,
        "irreversible": revision.irreversible,
        "breaking": revision.breaking,
    })
}

/// One revision with its scripts in every dialect that it is written for.
pub(super) fn show(migrator: &Migrator, target: &str) -> Result<Answer, Error> {
    let shown = chart(migrator)?;
    let found = resolve(&shown.graph, target)?;
    let [index] = found[..] else {
        return Err(Error::new(
            ErrorKind::Target,
            format!(
                "`{target}` stands for {} revisions, and one can be shown",
                found.len()
            ),
        ));
    };
    let revision = shown.entries[index].revision;
    let node = &shown.graph.nodes()[index];
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "{name:<13}{value}");
        }
    };
    line("revision", revision.id);
    line("message", revision.message);
    line("created", revision.created);
    line("file", revision.file);
    line("revises", if node.parents.is_empty() { "base" } else { "" });
    line("revises", &names(&shown, &node.parents));
    line("depends on", &names(&shown, &node.dependencies));
    line("labels", &revision.labels.join(", "));
    line("irreversible", revision.irreversible.unwrap_or_default());
    line("breaking", revision.breaking.unwrap_or_default());
    let mut value = describe(&shown, index);
    for dialect in dialects(migrator) {
        let chart = Chart::compose(migrator.histories(), dialect)?;
        let entry = &chart.entries[index];
        value[dialect.name()] = scripts(entry, &mut text, dialect);
    }
    Ok(Answer {
        text,
        json: value,
        code: exit::DONE,
    })
}

fn scripts(entry: &Entry, text: &mut String, dialect: Dialect) -> Value {
    let _ = writeln!(text, "\n-- {dialect}, checksum {}", entry.side.checksum);
    if let Some(reason) = entry.side.skip {
        let _ = writeln!(text, "-- skipped: {reason}");
    }
    let mut value = json!({
        "checksum": entry.side.checksum.to_string(),
        "lineage": entry.side.lineage.to_string(),
        "skip": entry.side.skip,
    });
    for direction in [Direction::Up, Direction::Down] {
        let statements = entry.statements(direction);
        let transactional = entry.script(direction).transactional;
        if !statements.is_empty() {
            let mode = if transactional {
                ""
            } else {
                ", outside a transaction"
            };
            let _ = writeln!(text, "-- {direction}{mode}");
        }
        for statement in statements {
            let _ = writeln!(text, "{};", statement.sql);
        }
        value[direction.name()] = json!({
            "transactional": transactional,
            "statements": statements.iter().map(|statement| statement.sql).collect::<Vec<_>>(),
        });
    }
    value
}
